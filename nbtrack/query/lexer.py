"""Split text into tokens, each with its position."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.errors import FilterError
from nbtrack.query.moments import DURATION
from nbtrack.query.operators import SPELLINGS

if TYPE_CHECKING:
    from nbtrack.query.tree import Span

__all__ = ["Part", "Token", "TokenKind", "tokenize"]

MAX_CHARACTERS = 1_000_000
MAX_TOKENS = 50_000


class TokenKind(enum.Enum):
    """The kind of a token."""

    NAME = "name"
    """A keyword, or a path such as ``metrics.`val loss`.min``."""
    TEXT = "text"
    NUMBER = "number"
    DURATION = "duration"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a path, without its quotes."""

    text: str
    quoted: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `value` is the text of a literal without quotes, `parts` the steps of a path."""

    kind: TokenKind
    value: str
    span: Span
    parts: tuple[Part, ...] = ()

    @property
    def word(self) -> str:
        """The keyword that this may be, in lower case; empty for anything else."""
        plain = len(self.parts) == 1 and not self.parts[0].quoted
        return self.parts[0].text.lower() if plain else ""


# Quotes are as in MLflow: there are no escapes, a doubled quote or one after a backslash does not end the literal,
# and the text between the outer quotes is taken literally.
_SINGLE = r"'(?:[^'\\]++|''|\\'|\\)*'"
_DOUBLE = _SINGLE.replace("'", '"')
_BACKTICK = r"`(?:[^`]++|``)*`"
_WORD = r"[^\W\d]\w*"
_PATH = re.compile(rf"(?:{_WORD}|{_BACKTICK})(?:\.(?:\w+|{_BACKTICK}|{_SINGLE}|{_DOUBLE}))*")
_PART = re.compile(rf"\w+|{_BACKTICK}|{_SINGLE}|{_DOUBLE}")
_TEXT = re.compile(rf"{_SINGLE}|{_DOUBLE}")
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])")
_DURATION = re.compile(DURATION)
_CALENDAR = re.compile(r"(\d+)(?:(M|mo|mon|months?)|(?:y|yrs?|years?))", re.IGNORECASE)
_NUMBER_LIKE = re.compile(r"[\w.]+")
_SYMBOLS = sorted(
    {*(s for s in SPELLINGS if not s[0].isalpha()), "&&", "||", "!", "(", ")", ",", "+", "-", "*", "/"},
    key=len,
    reverse=True,
)
_SYMBOL = re.compile("|".join(map(re.escape, _SYMBOLS)))
_SPACE = re.compile(r"\s+")

# Operators of other languages, with the operator to use here.
_FOREIGN = {
    "===": "=",
    "!==": "!=",
    "=<": "<=",
    "=>": ">=",
    "~": "RLIKE",
    "=~": "RLIKE",
    "&": "AND",
    "|": "OR",
    "^": None,
    "%": None,
    ";": None,
}
_FOREIGN_SYMBOL = re.compile("|".join(re.escape(s) for s in sorted(_FOREIGN, key=len, reverse=True)))


def tokenize(text: str) -> list[Token]:
    """Return the tokens of `text`, the last one an END.

    Raises
    ------
    FilterError
        For invalid characters, unclosed quotes, and more than 1,000,000 characters.
    """
    _check_characters(text)
    tokens: list[Token] = []
    position = 0
    while True:
        if space := _SPACE.match(text, position):
            position = space.end()
        if position == len(text):
            break
        if len(tokens) == MAX_TOKENS:
            message = f"the filter has more than {MAX_TOKENS:,} parts; split it"
            raise FilterError(message, text, position, position + 1)
        tokens.append(_token(text, position))
        position = tokens[-1].span[1]
    tokens.append(Token(TokenKind.END, "", (position, position)))
    return tokens


def _check_characters(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        message = f"the filter has {len(text):,} characters; {MAX_CHARACTERS:,} are read at most"
        raise FilterError(message)
    if (nul := text.find("\0")) >= 0:
        raise FilterError("names and values cannot contain a NUL character; remove it", text, nul, nul + 1)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = "this half of a surrogate pair is no Unicode character; remove it"
        raise FilterError(message, text, error.start, error.end) from None


def _token(text: str, position: int) -> Token:
    foreign = _FOREIGN_SYMBOL.match(text, position)
    symbol = _SYMBOL.match(text, position)
    if foreign and (not symbol or len(foreign[0]) > len(symbol[0])):
        raise _foreign_error(text, foreign)
    if symbol:
        return Token(TokenKind.SYMBOL, symbol[0], symbol.span())
    if literal := _TEXT.match(text, position):
        return Token(TokenKind.TEXT, literal[0][1:-1], literal.span())
    if number := _NUMBER.match(text, position):
        return Token(TokenKind.NUMBER, number[0], number.span())
    if duration := _DURATION.match(text, position):
        return Token(TokenKind.DURATION, duration[0].lower(), duration.span())
    if path := _PATH.match(text, position):
        return _path_token(text, path)
    raise _stray_error(text, position)


def _path_token(text: str, path: re.Match[str]) -> Token:
    start, end = path.span()
    parts = []
    for step in _PART.finditer(text, start, end):
        quoted = step[0][0] in "'\"`"
        parts.append(Part(step[0][1:-1] if quoted else step[0], quoted, step.span()))
    if text[end : end + 1] == ".":
        quote = text[end + 1 : end + 2]
        if quote and quote in "'\"`":
            raise _unclosed_error(text, end + 1)
        message = "a name is missing after the dot; quote names of other characters: metrics.`val loss`"
        raise FilterError(message, text, end, end + 1)
    if any(not part.text for part in parts):
        raise FilterError("this name is empty; write it between the quotes", text, start, end)
    return Token(TokenKind.NAME, path[0], (start, end), tuple(parts))


def _stray_error(text: str, position: int) -> FilterError:
    character = text[position]
    if character in "'\"`":
        return _unclosed_error(text, position)
    if character.isdigit() or (character == "." and text[position + 1 : position + 2].isdigit()):
        found = _NUMBER_LIKE.match(text, position)
        end = found.end() if found else position + 1
        wrong = text[position:end]
        message = f"{wrong!r} is not a number; write 1000, 0.5, 1e-3, or a duration such as 7d"
        if calendar := _CALENDAR.fullmatch(wrong):
            days = int(calendar[1][:6]) * (30 if calendar[2] else 365)
            minutes = f", or {calendar[1]}m for minutes" if calendar[2] == "M" else ""
            message = f"{wrong!r} is no length of time, as months and years differ; write {days}d{minutes}"
        return FilterError(message, text, position, end)
    message = f"{character!r} has no meaning here; put values in quotes and names in backticks"
    return FilterError(message, text, position, position + 1)


def _unclosed_error(text: str, position: int) -> FilterError:
    return FilterError(f"this {text[position]} is not closed", text, position, position + 1)


def _foreign_error(text: str, foreign: re.Match[str]) -> FilterError:
    own = _FOREIGN[foreign[0]]
    message = f"{foreign[0]!r} is no operator of filters"
    if foreign[0] == ";":
        message = "';' does not belong in a filter; join conditions with AND"
    return FilterError(message, text, *foreign.span(), suggestion=own)
