"""The places of the params that a run recorded."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

from nbtrack.capture.places.finding import RANKS, all_places
from nbtrack.capture.source.grammar import DEFINITIONS
from nbtrack.capture.source.literals import is_literal
from nbtrack.capture.source.syntax import parse
from nbtrack.fields import same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbtrack.capture.places.place import Place
    from nbtrack.records import ParamValue

__all__ = ["places_of_params"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_MARK = "# %%\n"
"""Stands before each cell of a recorded script; the last is the tracked one."""


def places_of_params(
    script: str, params: Mapping[str, ParamValue], positional: Mapping[str, Sequence[str]] | None = None
) -> dict[str, list[Place]]:
    r"""Return the places of a run's params in its script; none for one that no literal stands for.

    Parameters
    ----------
    script
        The run's recorded script.
    params
        Its params: a literal counts only if it has the param's value.
    positional
        The names of positional parameters that were recorded with it.

    Raises
    ------
    SyntaxError
        When the script is no Python.

    Examples
    --------
    >>> found = places_of_params("a = Ridge(alpha=0.5)\nb = Lasso(alpha=0.1)\n", {"a.alpha": 0.5})
    >>> [place.line for place in found["a.alpha"]]
    [1]
    """
    found = all_places(script, positional)
    cell = _OwnCell(script)
    kept: dict[str, list[Place]] = {}
    for name, value in params.items():
        kept[name] = cell.meant(name, found.get(name, ()), value)
        if len(kept[name]) > 1:
            # By these it can be said which of them is meant.
            for other in (other for place in kept[name] for other in place.others):
                kept.setdefault(other, [place for place in kept[name] if place in found[other]])
    return {name: places for name, places in kept.items() if places}


class _OwnCell:
    """The run's own cell in its script: what it and the functions do with names."""

    def __init__(self, script: str) -> None:
        tree = parse(script)
        self._line = script.count("\n", 0, script.rfind(_MARK)) + 1 if _MARK in script else 0
        own = ast.Module([stmt for stmt in tree.body if stmt.lineno > self._line], [])
        functions = [node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)]
        self._reads = _reads(own).union(*map(_reads, functions))
        self._bound = Counter(
            node.id
            for node in ast.walk(own)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        )
        self._given = {node.arg for node in ast.walk(own) if isinstance(node, ast.keyword)}
        loops = (node for node in ast.walk(own) if isinstance(node, ast.For))
        self._looped = {node.target.id for node in loops if isinstance(node.target, ast.Name)}
        self._shared = {
            name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names
        }
        self._computed = {name for stmt in own.body for name in _computed(stmt)}

    def meant(self, name: str, places: Sequence[Place], value: ParamValue) -> list[Place]:
        """Return the places that a param may mean: the literals of its name with its value."""
        matching = [place for place in places if same(place.value, value)]
        if name.rpartition(".")[2] in self._looped:
            return []  # it had several values
        root, dot, _ = name.partition(".")
        if dot and root in self._bound:  # what an earlier cell gave the object of that name is gone with it
            matching = [one for one in matching if one.kind != "argument" or one.line > self._line]
        if name in self._shared:  # a function gives the name another value, and nobody knows when
            return [] if name in self._computed else matching
        old = all(one.kind == "argument" and one.line <= self._line for one in matching)
        if old and name.rpartition(".")[2] in self._given:
            return []  # a call of the cell itself was given it, and computed
        named = [place for place in matching if RANKS[place.kind] == 0]
        given = [place for place in matching if place.kind == "argument" and place.line > self._line]
        earlier = all(place.line <= self._line for place in named)
        if earlier and name in self._computed:
            # What the name holds was computed, and only happens to be what something else is given.
            return [place for place in matching if place.kind == "option"]
        if named and earlier and root not in self._reads:
            return given  # the name is another's
        rank = min((RANKS[place.kind] for place in matching), default=0)
        chosen = [place for place in matching if RANKS[place.kind] == rank]
        # What the cell itself has assigned, or given a call, is meant by the run; but if nothing reads it, perhaps what was
        # there before.
        here = [place for place in chosen if place.line > self._line]
        chosen = here if any(place.read for place in here) else chosen
        if chosen == named and not given and self._bound[name] > 1 and name in self._given:
            return []  # what is bound twice may be no param, and the param that of a call in a loop
        if chosen != named or not given:
            return chosen
        # Of several that may be the name's, or one that comes too late, nobody knows whether it is the name that is meant.
        branches = [place for place in places if RANKS[place.kind] == 0]
        late = any(not one.read and one.line > other.line for one in chosen for other in given)
        if not late and len(branches) == len(chosen) and self._bound[name] < 2:
            return chosen
        return sorted([*chosen, *given], key=lambda place: place.span)


def _reads(node: ast.AST) -> set[str]:
    """Return the names that code reads; those that belong to its functions are not meant."""
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        found |= _reads(child)
    match node:
        case ast.Name(id=name, ctx=ast.Load()) | ast.AugAssign(target=ast.Name(id=name)):
            found.add(name)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            found = (found - _own_names(node)).union(*map(_reads, defaults))
    return found


def _own_names(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    own, shared = set(), set()
    for node in ast.walk(function):
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                own.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                shared |= {*names}
    return own - shared


def _computed(stmt: ast.stmt) -> Iterator[str]:
    """Yield the names to which a statement gives something else than a literal, or what has their name elsewhere."""
    waiting: list[ast.AST] = [stmt]
    while waiting:
        node = waiting.pop()
        if isinstance(node, DEFINITIONS):
            continue  # its names are its own
        waiting += ast.iter_child_nodes(node)
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                if not is_literal(value) and _last(value) != name:
                    yield name
            case ast.AugAssign(target=ast.Name(id=name)) | ast.For(target=ast.Name(id=name)):
                yield name


def _last(value: ast.expr) -> object:
    """Return the last name of `config.alpha` and `config["alpha"]`."""
    match value:
        case ast.Attribute(attr=last) | ast.Subscript(slice=ast.Constant(value=last)):
            return last
    return None
