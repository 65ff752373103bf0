"""Which fields of an object code reads: of a configuration with forty, those that the cell and its functions use."""

from __future__ import annotations

import ast
import dis
from functools import lru_cache
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.capture.foreign import module_of
from nbtrack.capture.source.reads import dotted, keys_of
from nbtrack.capture.words.calls import FILLING_METHODS, call_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["WHOLE", "FieldReads", "is_read"]

Path = tuple[str, ...]
WHOLE: Path = ()
"""The path of an object that is handed on: what becomes of it there cannot be seen."""
_NOTHING: frozenset[Path] = frozenset()
_TAKING = frozenset({"get", "pop"})
"""Methods that return one entry of a dict."""


class _CodeReads(NamedTuple):
    """The paths that code reads of global names, and of its own parameters."""

    around: Mapping[str, frozenset[Path]]
    own: Mapping[str, frozenset[Path]]


class FieldReads:
    r"""What a cell reads of the objects that its names hold.

    Parameters
    ----------
    tree
        The cell.
    namespace
        The user's namespace, for the functions that the cell calls.

    Examples
    --------
    >>> reads = FieldReads(ast.parse("print(C.path)\nfit(C.lr, C.net['size'])"), {})
    >>> sorted(reads.of("C"))
    [('lr',), ('net', 'size')]
    """

    def __init__(self, tree: ast.Module, namespace: Mapping[str, Any]) -> None:
        self._tree = tree
        self._namespace = namespace
        self._here: dict[str, set[Path]] | None = None

    def of(self, name: str, functions: Iterable[str] = ()) -> frozenset[Path]:
        """Return the paths that are read of a name, by the cell and by these of the functions that it calls."""
        if self._here is None:
            self._here = {}
            self._visit(self._tree, shown=False)
        found = frozenset(self._here.get(name, ()))
        for function in functions:
            for code in codes_of(self._namespace.get(function)):
                found |= _read_by(code).around.get(name, _NOTHING)
        return found

    def inside(self, value: Any) -> Mapping[str, frozenset[Path]]:
        """Return by an attribute of an object of one's own: the paths that its methods read in what is there."""
        found: dict[str, set[Path]] = {}
        for code in codes_of(value):
            for path in _read_by(code).own.get("self", ()):
                if path:
                    found.setdefault(path[0], set()).add(path[1:])
        return {attribute: frozenset(paths) for attribute, paths in found.items()}

    def _add(self, name: str, paths: Iterable[Path]) -> None:
        assert self._here is not None
        self._here.setdefault(name, set()).update(paths)

    def _visit(self, node: ast.AST, *, shown: bool) -> None:
        match node:
            case ast.Attribute() | ast.Subscript():
                self._chain(node, shown=shown)
            case ast.Name(id=name, ctx=ast.Load()):
                if not shown:
                    self._add(name, [WHOLE])
            case ast.Call():
                self._call(node, shown=shown)
            case ast.MatchClass(patterns=patterns, kwd_patterns=named):
                for pattern in (*patterns, *named):
                    self._visit(pattern, shown=shown)
            case _:
                for child in ast.iter_child_nodes(node):
                    self._visit(child, shown=shown)

    def _chain(self, node: ast.Attribute | ast.Subscript, *, shown: bool) -> None:
        root, keys = keys_of(node)
        for key in keys:
            if isinstance(key, ast.expr):
                self._visit(key, shown=shown)
        if not isinstance(root, ast.Name):
            self._visit(root, shown=shown)
        elif isinstance(node.ctx, ast.Load) and not shown:
            self._add(root.id, [_written(keys)])

    def _call(self, node: ast.Call, *, shown: bool) -> None:
        role = call_role(dotted(node.func))
        inside = shown or role in {"show", "io"}
        if isinstance(node.func, ast.Attribute):
            root, keys = keys_of(node.func)
            taken = node.args[:1] if keys[-1] in _TAKING else []
            if isinstance(root, ast.Name) and taken and isinstance(taken[0], ast.Constant):
                self._visit_key(root.id, [*keys[:-1], taken[0]], shown=shown)
            elif not (isinstance(root, ast.Name) and keys[-1] in FILLING_METHODS):
                self._visit(node.func, shown=inside)
        elif not isinstance(node.func, ast.Name):
            self._visit(node.func, shown=inside)
        own = _parameters(self._namespace.get(node.func.id)) if isinstance(node.func, ast.Name) else None
        for place, argument in enumerate(node.args):
            self._argument(argument, own, place, shown=inside)
        for keyword in node.keywords:
            self._argument(keyword.value, own, keyword.arg, shown=inside)

    def _visit_key(self, name: str, keys: list[ast.expr | str], *, shown: bool) -> None:
        if not shown:
            self._add(name, [_written(keys)])

    def _argument(
        self,
        node: ast.expr,
        own: tuple[list[str], _CodeReads] | None,
        place: int | str | None,
        *,
        shown: bool,
    ) -> None:
        """Look at an argument; of one that a function of the notebook gets, at what that reads of it."""
        root, keys = keys_of(node)
        if own is None or not isinstance(root, ast.Name) or None in map(_key, keys) or shown:
            self._visit(node, shown=shown)
            return
        names, reads = own
        parameter = place if isinstance(place, str) else None
        if isinstance(place, int) and place < len(names):
            parameter = names[place]
        if parameter not in names:
            self._visit(node, shown=shown)
            return
        start = _written(keys)
        self._add(root.id, [start + path for path in reads.own.get(parameter, _NOTHING)])


def is_read(field: str, paths: frozenset[Path]) -> bool:
    """Return whether one of some paths leads to a field or into it, or to something that it is part of.

    Examples
    --------
    >>> [is_read(field, frozenset({("net",)})) for field in ("net.size", "net", "rate")]
    [True, True, False]
    """
    parts = tuple(field.split("."))
    return any(parts[: len(path)] == path[: len(parts)] for path in paths)


def codes_of(value: Any) -> Iterator[CodeType]:
    """Yield the code of a notebook's function, or of the methods of its class or object."""
    owner = value if isinstance(value, type | FunctionType) else type(value)
    if module_of(owner) == "__main__":
        functions = vars(owner).values() if isinstance(owner, type) else [owner]
        yield from (one.__code__ for one in functions if isinstance(one, FunctionType))


def _parameters(value: Any) -> tuple[list[str], _CodeReads] | None:
    """Return the names of the parameters of a notebook's function, and what it reads of them."""
    if type(value) is not FunctionType or module_of(value) != "__main__":
        return None
    code = value.__code__
    return list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]), _read_by(code)


def _key(key: ast.expr | str) -> str | None:
    if isinstance(key, str):
        return key
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def _written(keys: list[ast.expr | str]) -> Path:
    """Return the keys of a chain up to the first that is computed."""
    found: list[str] = []
    for key in map(_key, keys):
        if key is None:
            break
        found.append(key)
    return tuple(found)


@lru_cache(maxsize=1024)
def _read_by(code: CodeType) -> _CodeReads:
    """Return what a function's code reads of global names and of its own, with the code inside it."""
    around: dict[str, set[Path]] = {}
    own: dict[str, set[Path]] = {}
    instructions = [one for one in dis.get_instructions(code) if one.opname not in {"CACHE", "EXTENDED_ARG"}]
    for place, one in enumerate(instructions):
        if one.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
            path = _followed(instructions, place)
            # The lowest bit of LOAD_GLOBAL's argument says that it is called: of a class nothing is read then.
            if path or not (one.opname == "LOAD_GLOBAL" and (one.arg or 0) & 1):
                around.setdefault(str(one.argval), set()).add(path)
        elif one.opname.startswith(("LOAD_FAST", "LOAD_DEREF")):
            *several, name = one.argval if isinstance(one.argval, tuple) else (one.argval,)
            own.setdefault(str(name), set()).add(_followed(instructions, place))
            for other in several:
                own.setdefault(str(other), set()).add(WHOLE)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            reads = _read_by(inner)
            for name, paths in reads.around.items():
                around.setdefault(name, set()).update(paths)
            for name in set(inner.co_freevars) & reads.own.keys():
                own.setdefault(name, set()).update(reads.own[name])
    return _CodeReads(*({n: frozenset(p) for n, p in found.items()} for found in (around, own)))


def _followed(instructions: list[dis.Instruction], place: int) -> Path:
    """Return the attributes and keys that instructions take of what one of them has loaded."""
    found: list[str] = []
    place += 1
    while place < len(instructions):
        one = instructions[place]
        key = instructions[place + 1] if place + 1 < len(instructions) else one
        if one.opname in {"LOAD_ATTR", "LOAD_METHOD"}:
            if one.argval in _TAKING and key.opname == "LOAD_CONST" and isinstance(key.argval, str):
                return (*found, key.argval)
            found.append(str(one.argval))
            place += 1
        elif one.opname == "LOAD_CONST" and isinstance(one.argval, str) and _takes_item(key):
            found.append(one.argval)
            place += 2
        else:
            break
    return tuple(found)


def _takes_item(one: dis.Instruction) -> bool:
    return one.opname == "BINARY_SUBSCR" or (one.opname == "BINARY_OP" and one.argrepr == "[]")
