"""What an expression reads, calls and binds, and where its value comes from."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nbtrack.capture.slice.names import Bind, Call, Change, Code, Origin, Use
from nbtrack.capture.words.effects import (
    CHANGE_PROCESS,
    GIVE_NOTHING,
    GIVE_PART,
    KEEP_ARGUMENTS,
    RUN_UNSEEN,
    USE_UP,
)
from nbtrack.capture.words.magics import (
    BIND_UNSEEN_MAGICS,
    MEASURING_MAGICS,
    NAMESPACE_MAGICS,
    PROCESS_MAGICS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Expressions", "dotted_name", "has_value", "origin_of"]

_NO_CODE: frozenset[Code] = frozenset()
_NAMED = re.compile(r"(?<![\w.'\"-])[^\W\d]\w*")
_EXPANDED = re.compile(r"[{$]([^\W\d]\w*)")
"""A name in the text of a magic or shell line, as in `!ls {folder}`."""


class Expressions:
    """Gathers what the expressions of one statement do.

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
        self._local: set[str] = set()

    def visit(self, node: ast.AST | None, use: Use = "used") -> None:
        """Take in an expression."""
        match node:
            case None:
                return
            case ast.Name(id=name):
                if name not in self._local:
                    self.reads.add(name)
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                self.visit(value)
                self.binds.append(Bind(name, origin_of(value), self.certain))
            case ast.Lambda(args=args, body=body):
                self._visit_all([*args.defaults, *args.kw_defaults])
                # Its body may run here and now, or whenever what it is given to is used.
                self._inside({a.arg for a in ast.walk(args) if isinstance(a, ast.arg)}, [body])
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                self._comprehension(node)
            case ast.Subscript(value=ast.Name(id="Out"), slice=ast.Constant(value=int(number))):
                self.reads.add(f"_{number}")
            case ast.Call():
                self._call(node, use)
            case ast.Await(value=value) | ast.Starred(value=value):
                self.visit(value, use)
            case _:
                self._visit_all(ast.iter_child_nodes(node))

    def _visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            self.visit(node)

    def _inside(self, names: set[str], nodes: Iterable[ast.AST | None]) -> None:
        outer, self._local = self._local, self._local | names
        self._visit_all(nodes)
        self._local = outer

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for generator in node.generators:
            parts += generator.ifs
        parts += [generator.iter for generator in node.generators[1:]]
        targets = {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        self._inside(targets, parts)

    def _call(self, node: ast.Call, use: Use) -> None:
        if self._magic(node):
            return
        self._visit_all([node.func, *node.args, *(k.value for k in node.keywords)])
        dotted = dotted_name(node.func)
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
        self.process |= bool(dotted and CHANGE_PROCESS.fullmatch(dotted))
        in_place = any(
            k.arg == "inplace" and isinstance(k.value, ast.Constant) and k.value.value is True
            for k in node.keywords
        )
        args = tuple(origin_of(arg).without(self._local) for arg in node.args)
        keywords = tuple((k.arg or "", origin_of(k.value).without(self._local)) for k in node.keywords)
        self.changes += [
            Change(found.same, Origin(), deep=False) for name, found in keywords if name == "out"
        ]
        self.calls.append(Call(names - self._local, method, args, keywords, dotted, use, deep, in_place))

    def _magic(self, node: ast.Call) -> bool:
        """Take in what IPython makes of a magic or shell line."""
        match node.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")), attr=kind):
                words = [
                    a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
                ]
            case _:
                return False
        name, text = (words[0], words[-1]) if words else ("", "")
        if kind == "run_cell_magic" and name == "capture" and len(words) == 3:
            for word in words[1].split():
                if word.isidentifier():
                    self.binds.append(Bind(word, Origin(), self.certain))
        if name not in NAMESPACE_MAGICS:
            # IPython puts values into lines, not into the body of a cell magic.
            line = words[1] if kind == "run_cell_magic" and words[1:] else text
            self.reads |= {*_EXPANDED.findall(line)}
        if kind in ("run_line_magic", "run_cell_magic"):
            if name in MEASURING_MAGICS:
                self.reads |= {*_NAMED.findall(text)}
            if name in NAMESPACE_MAGICS and len(words) > 1:
                self.embedded.append(_without_magics(text))
            self.process |= name in PROCESS_MAGICS
            self.unknowable |= name in BIND_UNSEEN_MAGICS
        return True

    def unpack(self, target: ast.expr, value: ast.expr) -> list[Bind]:
        """Return what `target = value` binds; an assignment to a part is taken in as a change."""
        if (
            isinstance(target, ast.Tuple | ast.List)
            and isinstance(value, ast.Tuple | ast.List)
            and len(target.elts) == len(value.elts)
            and not any(isinstance(e, ast.Starred) for e in [*target.elts, *value.elts])
        ):
            pairs = zip(target.elts, value.elts, strict=True)
            return [bind for part, origin in pairs for bind in self.unpack(part, origin)]
        return self.target(target, origin_of(value))

    def target(self, target: ast.expr, origin: Origin) -> list[Bind]:
        """Return what a target binds when a value of this origin is assigned to it."""
        match target:
            case ast.Name(id=name):
                return [Bind(name, origin, self.certain)]
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                element = Origin(
                    same=origin.same | origin.kept,
                    called=origin.called,
                    given=origin.given,
                    late=origin.late,
                )
                return [bind for part in parts for bind in self.target(part, element)]
            case ast.Starred(value=value):
                return self.target(value, Origin(kept=origin.names))
            case ast.Attribute(value=base) | ast.Subscript(value=base):
                self._visit_all(ast.iter_child_nodes(target))
                names = origin_of(base).same
                deep = not isinstance(base, ast.Name)
                self.changes.append(Change(names - self._local, origin, deep=deep))
                dotted = dotted_name(target if isinstance(target, ast.Attribute) else base)
                self.process |= bool(dotted and CHANGE_PROCESS.fullmatch(dotted))
        return []

    def pattern(self, pattern: ast.pattern, origin: Origin) -> list[Bind]:
        """Return what a `case` may bind."""
        names = []
        for node in ast.walk(pattern):
            match node:
                case (
                    ast.MatchAs(name=str(name))
                    | ast.MatchStar(name=str(name))
                    | ast.MatchMapping(rest=str(name))
                ):
                    names.append(name)
                case ast.MatchValue(value=value) | ast.MatchClass(cls=value):
                    self.visit(value)
        return [Bind(name, Origin(same=origin.names), certain=False) for name in names]


def has_value(node: ast.expr) -> bool:
    """Return whether an expression may have another value than `None`, which is not shown."""
    match node:
        case ast.Await(value=value):
            return has_value(value)
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython"))), args=arguments):
            return any(isinstance(a, ast.Constant) and a.value in NAMESPACE_MAGICS for a in arguments[:1])
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return GIVE_NOTHING.fullmatch(name) is None
    return not (isinstance(node, ast.Constant) and node.value is None)


def origin_of(node: ast.expr) -> Origin:
    """Return where the value of an expression comes from."""
    match node:
        case ast.Name(id=name):
            return Origin(same=frozenset({name}))
        case ast.Attribute(value=value) | ast.Subscript(value=value):
            inner = origin_of(value)
            return Origin(
                same=inner.same | inner.kept, called=inner.called, given=inner.given, late=inner.late
            )
        case ast.Starred(value=value) | ast.Await(value=value):
            return origin_of(value)
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            return origin_of(value) | Origin(same=frozenset({name}))
        case ast.IfExp(body=body, orelse=orelse):
            return origin_of(body) | origin_of(orelse)
        case ast.BoolOp(values=values):
            return _together(values)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return _keeper(_together(parts))
        case ast.Dict(keys=keys, values=values):
            return _keeper(_together([*values, *(k for k in keys if k is not None)]))
        case ast.ListComp(elt=item) | ast.SetComp(elt=item) | ast.GeneratorExp(elt=item):
            return _comprehended(node, item)
        case ast.DictComp(value=item):
            return _comprehended(node, item)
        case ast.Lambda():
            inside = _inside(node)
            return Origin(kept=inside.reads, code=inside)
        case ast.Call():
            return _origin_of_call(node)
    return Origin()


def _inside(node: ast.expr) -> Code:
    """Return what an expression with variables of its own does outside of them."""
    found = Expressions(certain=False)
    found.visit(node)
    return Code(frozenset(found.reads), calls=frozenset(call.dotted for call in found.calls if call.dotted))


def _keeper(kept: Origin) -> Origin:
    """Return the origin of a new object that keeps these."""
    return Origin(kept=kept.names, late=kept.held)


def _comprehended(node: ast.expr, item: ast.expr) -> Origin:
    reads = _inside(node).reads
    return Origin(
        kept=reads, late=frozenset(code.without(code.reads - reads) for code in origin_of(item).held)
    )


def _origin_of_call(node: ast.Call) -> Origin:
    given = _together([*node.args, *(k.value for k in node.keywords)]).names
    match node.func:
        case ast.Name(id=name):
            if name in KEEP_ARGUMENTS:
                return Origin(kept=given, late=_NO_CODE if name == "sorted" else _held(node, name))
            function = frozenset({name})
            # By convention a class: its instance keeps what it is given, and the class's code.
            if _is_class(name):
                return Origin(kept=given | function, late=_held(node, name))
            return Origin(called=function, given=given)
        case ast.Attribute(value=value, attr=name):
            receiver = origin_of(value)
            if _is_class(name) or name in KEEP_ARGUMENTS:
                # The `map` of a series has called what it is given.
                late = _NO_CODE if name in {"filter", "map"} else _held(node, name)
                return Origin(kept=given | receiver.names, late=late)
            own = receiver.same | receiver.kept
            if GIVE_PART.fullmatch(name):
                return Origin(
                    same=own,
                    kept=receiver.kept,
                    called=receiver.called | own,
                    given=receiver.given | given,
                    late=receiver.late,
                )
            return Origin(called=own | receiver.called, given=receiver.given | given | own)
    inner = origin_of(node.func)
    return Origin(called=inner.names, given=given | inner.given)


def _held(node: ast.Call, name: str) -> frozenset[Code]:
    """Return the functions without a name that a call's value keeps of its arguments."""
    arguments = [*node.args, *(k.value for k in node.keywords)]
    return _together(a for a in arguments if not (name in USE_UP and isinstance(a, ast.Call))).held


def _together(nodes: Iterable[ast.expr]) -> Origin:
    origin = Origin()
    for node in nodes:
        origin |= origin_of(node)
    return origin


def _is_class(name: str) -> bool:
    return name.lstrip("_")[:1].isupper()


def dotted_name(node: ast.expr) -> str:
    """Return `a.b.c` for an expression of that form, else an empty string."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            base = dotted_name(value)
            return f"{base}.{name}" if base else ""
    return ""


def _without_magics(body: str) -> str:
    """Return the body of a cell magic as Python: IPython has not transformed it yet."""
    lines = body.lstrip("\n").split("\n")
    while lines and lines[0].startswith("%%"):
        del lines[0]
    return "\n".join(re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in lines)
