"""Find the literals of a script that stand for its settings, without running it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbtrack.capture.places.calls import Calls
from nbtrack.capture.places.flow import Flow
from nbtrack.capture.places.place import leaves, place_at
from nbtrack.capture.source.grammar import DEFINITIONS, SCOPED, Bind, Evaluate, begins, blocks, inside, parts
from nbtrack.capture.source.literals import is_literal
from nbtrack.capture.source.reads import dotted, keys_of, names_in
from nbtrack.capture.source.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbtrack.capture.places.place import Place
    from nbtrack.capture.source.grammar import Event, Put

__all__ = ["RANKS", "all_places", "places_in"]

RANKS = {"name": 0, "entry": 0, "argument": 1, "option": 1, "default": 2, "local": 3}
"""Of one name, what counts first: as in a run's params, what a name is assigned before an argument of that name."""


def places_in(source: str, positional: Mapping[str, Sequence[str]] | None = None) -> dict[str, list[Place]]:
    r"""Return the literals of a script by the names of the settings that they are; several if a name is ambiguous.

    A name is one that is assigned, an entry of a dict (`config.lr`), an argument (`alpha`, also `Ridge.alpha`, and
    `model.alpha` for that of a call whose result is assigned), a field of a class, a parser's option. Of a name that is
    assigned twice the literal that is used counts; one in a loop is none.

    Parameters
    ----------
    source
        The script.
    positional
        The names of the positional parameters of callees that the script does not define: `{"KMeans": ["n_clusters"]}`.

    Raises
    ------
    SyntaxError
        When it is no Python.

    Examples
    --------
    >>> found = places_in("alpha = 0.5\nmodel = Ridge(alpha, solver='svd')\n")
    >>> {name: place.value for name, [place] in found.items()}
    {'alpha': 0.5, 'solver': 'svd', 'Ridge.solver': 'svd', 'ridge.solver': 'svd', 'model.solver': 'svd', 'model.ridge.solver': 'svd'}
    """
    return {name: _first(places) for name, places in all_places(source, positional).items()}


def all_places(source: str, positional: Mapping[str, Sequence[str]] | None = None) -> dict[str, list[Place]]:
    """Return the literals of a script by all their names, also those that a name does not mean while it has others."""
    finder = _Finder(parse(source), positional or {})
    by_name: dict[str, list[Place]] = {}
    for place in finder.places():
        for name in (place.name, *place.others):
            by_name.setdefault(name, []).append(place)
    # Of a literal that is found as two kinds the one that counts first.
    for name, places in by_name.items():
        one_each = {place.span: place for place in sorted(places, key=lambda place: -RANKS[place.kind])}
        by_name[name] = sorted(one_each.values(), key=lambda place: place.span)
    return by_name


def _first(places: list[Place]) -> list[Place]:
    rank = min(RANKS[place.kind] for place in places)
    chosen = [place for place in places if RANKS[place.kind] == rank]
    return [place for place in chosen if place.read] or chosen


class _Finder:
    """Visits a script's statements in their order."""

    def __init__(self, tree: ast.Module, positional: Mapping[str, Sequence[str]]) -> None:
        self._calls = Calls(tree, positional)
        self._flow = Flow()
        self._inner: list[Flow] = []
        self._function = ""
        self._reads_of = {
            node.name: {
                one.id
                for one in ast.walk(node)
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
            }
            for node in tree.body
            if isinstance(node, DEFINITIONS)
        }
        self._body(tree.body, certain=True, loop=False)

    def places(self) -> Iterator[Place]:
        yield from self._flow.places()
        yield from self._calls.places()
        for flow in self._inner:
            yield from flow.places()

    # -- statements

    def _body(self, body: Iterable[ast.stmt], *, certain: bool, loop: bool) -> None:
        for stmt in body:
            self._statement(stmt, certain=certain, loop=loop)

    def _statement(self, stmt: ast.stmt, *, certain: bool, loop: bool) -> None:
        self._calls.owners = tuple(_owners(stmt))
        for event in begins(stmt):
            self._event(event, certain=certain, loop=loop)
        self._calls.owners = ()
        if isinstance(stmt, DEFINITIONS):
            self._definition(stmt)
        for block in blocks(stmt):
            inner = certain and (block.how in {"once", "tried", "finally"} or _is_main(stmt))
            for event in block.head:
                self._event(event, certain=False, loop=True)
            self._body(block.body, certain=inner, loop=loop or block.how == "repeated")

    def _definition(self, stmt: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        if isinstance(stmt, ast.AsyncFunctionDef) and stmt.name == "_cell":
            # The form in which a cell that waits stands in a recorded script: its names are the module's.
            self._body(stmt.body, certain=True, loop=False)
            return
        outer = self._flow, self._function
        self._flow, self._function = Flow(), stmt.name if isinstance(stmt, DEFINITIONS[:2]) else ""
        self._body(stmt.body, certain=True, loop=False)
        if self._function:
            self._inner.append(self._flow)
        self._flow, self._function = outer

    def _event(self, event: Event, *, certain: bool, loop: bool) -> None:
        if isinstance(event, Evaluate):
            if event.role != "annotation":
                self._expression(event.node)
        elif isinstance(event, Bind):
            literal = event.kind in {"assign", "walrus"} and event.share == "whole" and not loop
            if event.kind == "aug":
                self._read(event.name)
            self._assign(event.name, event.value if literal else None, certain=certain)
        else:
            self._put(event, certain=certain, loop=loop)

    def _put(self, event: Put, *, certain: bool, loop: bool) -> None:
        root, keys = keys_of(event.target)
        for key in keys:
            if isinstance(key, ast.expr):
                self._expression(key)
        names = [key if isinstance(key, str) else _key(key) for key in keys]
        if isinstance(root, ast.Name) and all(names):
            value = event.value if event.kind == "assign" and not loop else None
            self._assign(".".join([root.id, *filter(None, names)]), value, certain=certain)

    def _assign(self, path: str, value: ast.expr | None, *, certain: bool) -> None:
        found = []
        for name, node in leaves(path, value) if value is not None else ():
            kind = "local" if self._function else "name" if name == path else "entry"
            others = (f"{self._function}.{name}",) if self._function else ()
            found.append(place_at(node, name, kind, others))  # type: ignore[arg-type]
        self._flow.bind(path, found, certain=certain)

    # -- expressions

    def _read(self, name: str) -> None:
        """Note a name that is read, with those that are read by the function that it may be."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += self._reads_of.get(one, ())
        self._flow.read(seen)

    def _expression(self, node: ast.expr, labels: tuple[str, ...] = ()) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                self._read(name)
            case ast.Call():
                self._calls.take(node, labels)
                self._updated(node)
                own = dotted(node.func).rpartition(".")[2]
                for part in parts(node):
                    self._expression(part, (*labels, own.lower()) if own else labels)
            case ast.JoinedStr():
                # Before Python 3.12 what stands in an f-string has no place of its own.
                for name in sorted(names_in(node)):
                    self._read(name)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    label = _key(key) if key is not None else None
                    self._expression(value, (*labels, label) if label else labels)
            case ast.Tuple(elts=[ast.Constant(value=str(label)), *rest]):
                for part in rest:  # a step of a pipeline
                    self._expression(part, (*labels, label))
            case _ if isinstance(node, SCOPED):
                for event in inside(node):
                    if isinstance(event, Evaluate):
                        self._expression(event.node, labels)
                    elif isinstance(event, Bind):
                        self._event(event, certain=False, loop=False)
            case _:
                for part in parts(node):
                    self._expression(part, labels)

    def _updated(self, node: ast.Call) -> None:
        """Note what `config.update(lr=0.1)` assigns."""
        if not isinstance(node.func, ast.Attribute) or node.func.attr != "update":
            return
        name = dotted(node.func.value, plain=True)
        given = [(word.arg, word.value) for word in node.keywords if word.arg]
        for argument in node.args:
            if isinstance(argument, ast.Dict):
                pairs = zip(argument.keys, argument.values, strict=True)
                given += [(key, value) for one, value in pairs if one is not None and (key := _key(one))]
        for key, value in given if name else ():
            self._assign(f"{name}.{key}", value if is_literal(value) else None, certain=False)


def _owners(stmt: ast.stmt) -> Iterator[str]:
    """Yield the names to which a statement assigns the result of a call."""
    match stmt:
        case ast.Assign(targets=targets):
            yield from (one.id for one in targets if isinstance(one, ast.Name))
        case (
            ast.AnnAssign(target=ast.Name(id=name)) | ast.Expr(value=ast.NamedExpr(target=ast.Name(id=name)))
        ):
            yield name


def _key(node: ast.expr | None) -> str | None:
    return str(node.value) if isinstance(node, ast.Constant) else None


def _is_main(stmt: ast.stmt) -> bool:
    return isinstance(stmt, ast.If) and ast.unparse(stmt.test).replace('"', "'") == "__name__ == '__main__'"
