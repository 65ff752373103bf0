"""The tokens of one text, with the current position."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from nbtrack.errors import FilterError
from nbtrack.query.lexer import Token, TokenKind, tokenize

if TYPE_CHECKING:
    from nbtrack.query.tree import Span

__all__ = ["Stream", "shortened"]


class Stream:
    """Reads one token after another."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.index]

    def take(self, *spellings: str) -> Token | None:
        """Consume and return the next token if it is one of these keywords or symbols."""
        token = self.token
        if (token.word or (token.value if token.kind is TokenKind.SYMBOL else "")) not in spellings:
            return None
        self.index += 1
        return token

    def fail(self, message: str, span: Span | None = None, suggestion: str | None = None) -> NoReturn:
        """Raise an error at `span`, or at the next token."""
        raise FilterError(message, self.text, *(span or self.token.span), suggestion=suggestion)

    def expect(self, spelling: str, why: str) -> Token:
        """Consume a token that must come next; `why` is what the error says was expected."""
        taken = self.take(spelling)
        if taken is None:
            self.fail(f"expected {why}, found {self.found()}")
        return taken

    def found(self) -> str:
        """Return the next token as it is named in errors."""
        if self.token.kind is TokenKind.END:
            return "the end"
        start, end = self.token.span
        return repr(shortened(self.text[start:end]))


def shortened(text: str) -> str:
    """Return a piece of a filter, cut to fit in a message."""
    return text if len(text) <= 60 else text[:57] + "..."
