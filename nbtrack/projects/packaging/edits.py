"""Edits of a script's text, many at once: literals replaced, expressions wrapped, statements added."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ast

__all__ = ["Edits", "quoted"]


_WIDEST = 1 << 40


class _Edit(NamedTuple):
    begin: int
    end: int
    rank: int
    """Of edits at one place what stands before: first the ends of what is wrapped there, the narrower first; then
    statements behind; then those before; then the beginnings, the wider first."""
    text: bytes


def quoted(text: str) -> str:
    """Return a text as a literal, in double quotes."""
    return json.dumps(text, ensure_ascii=False)


class Edits:
    r"""Collects edits of a script, and makes them.

    Parameters
    ----------
    source
        The script, with plain line feeds.

    Examples
    --------
    >>> edits = Edits("x = f(1)\n")
    >>> call = ast.parse("x = f(1)").body[0]
    >>> edits.wrap(call.value, "score(", ")")
    >>> edits.add_after(call, "log(x)")
    >>> print(edits.made())
    x = score(f(1))
    log(x)
    <BLANKLINE>
    """

    def __init__(self, source: str) -> None:
        self._text = source.encode()
        self._starts = [0]
        for line in self._text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._edits: list[_Edit] = []

    def at(self, line: int, column: int) -> int:
        """Return the number of a byte by its line and column."""
        return self._starts[line - 1] + column

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    def text_of(self, node: ast.expr | ast.stmt) -> str:
        """Return the text of a node."""
        begin, end = self._span(node)
        return self._text[begin:end].decode()

    def is_followed(self, node: ast.expr | ast.stmt) -> bool:
        """Return whether more stands behind a node in its line."""
        return bool(self._around(*self._span(node))[1].strip())

    def replace(self, span: tuple[int, int, int, int], text: str) -> None:
        """Replace what stands between two places."""
        self._edits.append(_Edit(self.at(*span[:2]), self.at(*span[2:]), _WIDEST, text.encode()))

    def wrap(self, node: ast.expr, before: str, after: str) -> None:
        """Put texts around an expression."""
        begin, end = self._span(node)
        width = end - begin
        self._edits.append(_Edit(begin, begin, _WIDEST - width, before.encode()))
        self._edits.append(_Edit(end, end, width - _WIDEST, after.encode()))

    def add_after(self, stmt: ast.stmt, text: str) -> None:
        """Add a statement after a simple one: in a line of its own where that one has its own."""
        begin, end = self._span(stmt)
        indent, rest = self._around(begin, end)
        if indent is None or (rest.strip() and not rest.strip().startswith(b"#")):
            self._edits.append(_Edit(end, end, 0, f"; {text}".encode()))
            return
        place = end + len(rest)
        self._edits.append(_Edit(place, place, 1, b"\n" + indent + text.encode()))

    def add_before(self, stmt: ast.stmt, text: str) -> None:
        """Add a statement before another."""
        begin, end = self._span(stmt)
        decorators = getattr(stmt, "decorator_list", [])
        if decorators:
            begin = self.at(decorators[0].lineno, decorators[0].col_offset) - 1
        indent, _ = self._around(begin, end)
        joint = b"; " if indent is None else b"\n" + indent
        self._edits.append(_Edit(begin, begin, 2, text.encode() + joint))

    def _around(self, begin: int, end: int) -> tuple[bytes | None, bytes]:
        """Return what stands before a statement in its line, if that is blank, and what stands behind it."""
        first = self._text.rfind(b"\n", 0, begin) + 1
        last = self._text.find(b"\n", end)
        rest = self._text[end : len(self._text) if last < 0 else last]
        before = self._text[first:begin]
        return None if before.strip() else before, rest

    def made(self) -> str:
        """Return the script with all edits made."""
        parts: list[bytes] = []
        place = 0
        for edit in sorted(self._edits, key=lambda one: (one.begin, one.rank)):
            parts += [self._text[place : edit.begin], edit.text]
            place = max(place, edit.end)
        return b"".join([*parts, self._text[place:]]).decode()
