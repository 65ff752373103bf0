"""Numbers in a line of output that stand in the source: somebody wrote them, nothing computed them."""

from __future__ import annotations

import ast
import linecache
import os
import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.capture.results.readings import plain, readings
from nbtrack.capture.source.written import written_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nbtrack.capture.results.readings import Reading

__all__ = ["Written"]

_ZEROS = {ord(digit): "0" for digit in "123456789"}
_INSTALLED = ("site-packages", "dist-packages")
_MAX_SOURCE = 1_000_000
_LABEL = 8
"""Characters before a number that a source must have too, with other digits, before it is parsed."""


class _Text(NamedTuple):
    """A text of the source with a score in it, and where that stands."""

    text: str
    template: str
    start: int
    end: int


class Written:
    """The scores that stand in the user's source.

    Parameters
    ----------
    trees
        Returns the code that is captured; it is asked when the first score is printed.
    namespace
        The user's namespace: where its functions, and the modules beside it, stand is looked at, too.
    """

    def __init__(
        self,
        trees: Callable[[], Iterable[ast.AST]] = lambda: (),
        namespace: Mapping[str, Any] | None = None,
    ) -> None:
        self._trees = trees
        self._namespace = namespace
        self._texts: dict[object, list[_Text]] = {}
        self._files: set[str] = set()
        self._looked_at = (-1, -1)
        """How many modules and names there were when files were looked for."""

    def holds(self, line: str, one: Reading) -> bool:
        """Return whether a score in a line stands in the source."""
        return any(line[start:end] in texts for start, end, texts in self.places(line, one))

    def places(self, line: str, one: Reading) -> tuple[tuple[int, int, frozenset[str]], ...]:
        """Return where texts of the source would stand in lines like this one, and would have the score in them."""
        template = line.translate(_ZEROS)
        found: dict[tuple[int, int], set[str]] = {}
        for text in self._known(template[max(0, one.start - _LABEL) : one.end]):
            begin = one.start - text.start
            end = begin + len(text.text)
            if (
                begin < 0
                or template[begin:end] != text.template
                or text.end - text.start != one.end - one.start
            ):
                continue
            if begin == 0 or not (_is_of_word(line[begin - 1]) and _is_of_word(text.text[0])):
                found.setdefault((begin, end), set()).add(text.text)
        return tuple((*place, frozenset(texts)) for place, texts in found.items())

    def _known(self, label: str) -> Iterator[_Text]:
        for tree in self._trees():
            if id(tree) not in self._texts:
                self._texts[id(tree)] = list(_scores(tree))
            yield from self._texts[id(tree)]
        if self._namespace is None:
            return
        there = len(sys.modules), len(self._namespace)
        if there != self._looked_at:
            self._looked_at, self._files = there, _files(self._namespace)
        for file in self._files:
            text, template = _source(file)
            if label not in template:
                continue
            if file not in self._texts:
                try:
                    self._texts[file] = list(_scores(ast.parse(text)))
                except (SyntaxError, ValueError, RecursionError):  # magics of a cell, or no Python
                    self._texts[file] = []
            yield from self._texts[file]


_sources: dict[str, tuple[list[str], str, str]] = {}
"""By file: its lines, its text, and that with each digit replaced; each cell would read them again."""
_MAX_SOURCES = 500


def _source(file: str) -> tuple[str, str]:
    lines = linecache.getlines(file)
    known = _sources.get(file)
    if known is None or known[0] is not lines:
        if len(_sources) >= _MAX_SOURCES:
            _sources.clear()
        text = "".join(lines)
        text = "" if len(text) > _MAX_SOURCE else text
        known = _sources[file] = lines, text, text.translate(_ZEROS)
    return known[1:]


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _scores(tree: ast.AST) -> Iterator[_Text]:
    for written in written_texts(tree):
        text = plain(written)
        for one in readings(text):
            yield _Text(text, text.translate(_ZEROS), one.start, one.end)


def _files(namespace: Mapping[str, Any]) -> set[str]:
    """Return the files of the user's functions and of the modules beside them; a cell's is one that it has for a moment."""
    found: set[str] = set()
    for value in list(namespace.values()):
        functions = vars(value).values() if isinstance(value, type) else (value,)
        for function in functions:
            if type(function) is FunctionType and function.__globals__ is namespace:
                found.add(function.__code__.co_filename)
    own = namespace.get("__file__")
    folder = os.path.dirname(own) if isinstance(own, str) else os.getcwd()  # noqa: PTH109, PTH120 (as text)
    for module in list(sys.modules.values()):
        file = getattr(module, "__dict__", {}).get("__file__")
        if isinstance(file, str) and file.startswith(folder + os.sep):
            found.add(file)
    return {file for file in found if file != own and not any(part in file for part in _INSTALLED)}
