"""The names that the expressions and targets of a statement read, call, bind and change."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nbtrack.capture.slice.actions import Bind, Call, Change, Code, Origin, Use
from nbtrack.capture.slice.origins import origin_of
from nbtrack.capture.source import grammar
from nbtrack.capture.source.grammar import inside
from nbtrack.capture.source.reads import dotted, free_names
from nbtrack.capture.words.effects import CHANGE_PROCESS, RUN_UNSEEN
from nbtrack.capture.words.magics import (
    BIND_UNSEEN_MAGICS,
    MEASURING_MAGICS,
    NAMESPACE_MAGICS,
    PROCESS_MAGICS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Expressions"]

_NAMED = re.compile(r"(?<![\w.'\"-])[^\W\d]\w*")
_EXPANDED = re.compile(r"[{$]([^\W\d]\w*)")
"""A name in the text of a magic or shell line, as in `!ls {folder}`."""


class Expressions:
    """Collects the effects of the expressions and targets of one statement.

    Parameters
    ----------
    certain
        Whether the statement is certainly run.
    """

    def __init__(self, *, certain: bool) -> None:
        self.reads: set[str] = set()
        self.binds: list[Bind] = []
        self.changes: list[Change] = []
        self.calls: list[Call] = []
        self.embedded: list[str] = []
        """Code that a magic runs in the notebook's namespace."""
        self.unknowable = False
        self.process = False
        self.certain = certain
        self._local: frozenset[str] = frozenset()

    def visit(self, node: ast.expr, use: Use = "used") -> None:
        """Visit an expression."""
        match node:
            case ast.Name(id=name):
                if name not in self._local:
                    self.reads.add(name)
            case ast.Subscript(value=ast.Name(id="Out"), slice=ast.Constant(value=int(number))):
                self.reads.add(f"_{number}")
            case ast.Await(value=value) | ast.Starred(value=value):
                self.visit(value, use)
            case ast.Call() if _is_magic(node):
                self._magic(node)
            case _ if isinstance(node, grammar.SCOPED):
                self.take(inside(node))
            case _:
                self._visit_parts(node)
                if isinstance(node, ast.Call):
                    self._call(node, use)

    def _visit_parts(self, node: ast.expr) -> None:
        for part in grammar.parts(node):
            self.visit(part)

    def take(self, events: Iterable[grammar.Event]) -> None:
        """Record the events of a statement or an expression."""
        for event in events:
            match event:
                case grammar.Evaluate(node=ast.Lambda() as function, role="assigned"):
                    # Its body does not run yet: it reads names when its own name is used.
                    self.take(one for one in inside(function) if not _is_lazy(one))
                case grammar.Evaluate(node=node, own=own):
                    outer, self._local = self._local, self._local | own
                    self.visit(node)
                    self._local = outer
                case grammar.Bind(name=name):
                    if event.kind == "aug" and event.value is not None:
                        self.reads.add(name)
                        # `+=` changes a list in place and rebinds a number: it may be either.
                        self.changes.append(Change(frozenset({name}), origin_of(event.value), deep=False))
                    self.binds.append(Bind(name, _origin(event), self.certain))
                case grammar.Put():
                    self._put(event)

    def _put(self, put: grammar.Put) -> None:
        target = put.target
        if put.kind == "aug":
            self.visit(target)
            self.changes.append(Change(origin_of(target).same, _origin(put), deep=True))
            return
        self._visit_parts(target)
        names = origin_of(target.value).same
        deep = not isinstance(target.value, ast.Name)
        self.changes.append(Change(names - self._local, _origin(put), deep=deep))
        written = dotted(target if isinstance(target, ast.Attribute) else target.value, plain=True)
        self.process |= bool(written and CHANGE_PROCESS.fullmatch(written))

    def _call(self, node: ast.Call, use: Use) -> None:
        written = dotted(node.func, plain=True)
        method, deep = "", False
        if isinstance(node.func, ast.Attribute):
            method = node.func.attr
            origin = origin_of(node.func.value)
            names, deep = origin.same | origin.kept, not isinstance(node.func.value, ast.Name)
        elif isinstance(node.func, ast.Name):
            names = frozenset({node.func.id})
            self.unknowable |= node.func.id in RUN_UNSEEN
        else:
            names = origin_of(node.func).names
        self.process |= bool(written and CHANGE_PROCESS.fullmatch(written))
        in_place = any(
            k.arg == "inplace" and isinstance(k.value, ast.Constant) and k.value.value is True
            for k in node.keywords
        )
        args = tuple(origin_of(arg).without(self._local) for arg in node.args)
        keywords = tuple((k.arg or "", origin_of(k.value).without(self._local)) for k in node.keywords)
        self.changes += [
            Change(found.same, Origin(), deep=False) for name, found in keywords if name == "out"
        ]
        self.calls.append(Call(names - self._local, method, args, keywords, written, use, deep, in_place))

    def _magic(self, node: ast.Call) -> None:
        """Record IPython's call for a magic or shell line."""
        kind = node.func.attr  # type: ignore[attr-defined]
        words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        name, text = (words[0], words[-1]) if words else ("", "")
        if kind == "run_cell_magic" and name == "capture" and len(words) == 3:
            for word in words[1].split():
                if word.isidentifier():
                    self.binds.append(Bind(word, Origin(), self.certain))
        if name not in NAMESPACE_MAGICS:
            # IPython inserts values in lines, but not in the body of a cell magic.
            line = words[1] if kind == "run_cell_magic" and words[1:] else text
            self.reads |= {*_EXPANDED.findall(line)}
        if kind in ("run_line_magic", "run_cell_magic"):
            if name in MEASURING_MAGICS:
                self.reads |= {*_NAMED.findall(text)}
            if name in NAMESPACE_MAGICS and len(words) > 1:
                self.embedded.append(_without_magics(text))
            self.process |= name in PROCESS_MAGICS
            self.unknowable |= name in BIND_UNSEEN_MAGICS


def _is_magic(node: ast.Call) -> bool:
    match node.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython"))):
            return True
    return False


def _is_lazy(event: grammar.Event) -> bool:
    return isinstance(event, grammar.Evaluate) and event.lazy


def _origin(event: grammar.Bind | grammar.Put) -> Origin:
    """Return the origin of a target's value."""
    if isinstance(event, grammar.Bind) and event.kind == "aug":
        return Origin(same=frozenset({event.name}))
    if event.value is None:
        return Origin(module=event.module if isinstance(event, grammar.Bind) else "")
    if event.kind == "alias":
        return Origin(code=Code(reads=frozenset(free_names(event.value))))
    origin = origin_of(event.value)
    if event.kind in {"loop", "with", "case"}:
        # An item, or the value of entering, may be any object related to the whole.
        origin = Origin(same=origin.names)
    if event.share == "item":
        return Origin(
            same=origin.same | origin.kept, called=origin.called, given=origin.given, late=origin.late
        )
    return Origin(kept=origin.names) if event.share == "rest" else origin


def _without_magics(body: str) -> str:
    """Return the body of a cell magic as Python: IPython has not transformed it yet."""
    lines = body.lstrip("\n").split("\n")
    while lines and lines[0].startswith("%%"):
        del lines[0]
    return "\n".join(re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in lines)
