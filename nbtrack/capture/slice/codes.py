"""The effects of calling a function, or using a class, on outer names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbtrack.capture.slice.actions import NO_NAMES, Code, Names, Origin, bound
from nbtrack.capture.slice.origins import has_value
from nbtrack.capture.words.effects import ALWAYS_CHANGE, ESTIMATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbtrack.capture.slice.actions import Step

__all__ = ["code_of_class", "code_of_function"]


def code_of_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    steps: Sequence[Step],
    returns: Iterable[Origin],
    outside: Names,
) -> Code:
    """Return the outer effects of calling a function, from its statements and the origins of its return values.

    `outside` are the names that it declares `global` or `nonlocal`.
    """
    arguments = node.args
    params = tuple(a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))
    rest = {a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None}
    names = bound(steps)
    local = {*params, *rest, *names} - outside
    inner = [bind.origin.code for step in steps for bind in step.binds if bind.origin.code]
    changed = _changed(steps, inner)
    value, returns_of, late = _returned(node, steps, returns, local)
    reads = frozenset().union(*(step.reads for step in steps), *(code.reads for code in inner))
    calls = [call for step in steps for call in step.calls]
    passed = {
        (name, call.dotted)
        for call in calls
        if not call.method and call.dotted
        for origin in (*call.args, *(given for _, given in call.keywords))
        for name in origin.names & set(params)
    }
    return Code(
        reads=reads - local,
        binds=(names & outside).union(*(code.binds for code in inner)),
        changes=changed - local,
        params=params,
        changed_params=frozenset(changed & {*params, *rest}),
        passed_on=frozenset(passed),
        returns=value,
        returns_of=returns_of,
        late=late,
        silent=not any(map(_gives, ast.walk(node))),
        calls=frozenset(call.dotted for call in calls if call.dotted).union(*(code.calls for code in inner)),
        methods=frozenset(
            (name, call.method)
            for call in calls
            for name in call.names - (local - set(params))
            if call.method
        ).union(*(code.methods for code in inner)),
    )


def _gives(node: ast.AST) -> bool:
    """Return whether a part of a function returns or yields a value."""
    if isinstance(node, ast.Return):
        return node.value is not None and has_value(node.value)
    return isinstance(node, ast.Yield | ast.YieldFrom)


def _returned(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    steps: Sequence[Step],
    returns: Iterable[Origin],
    local: set[str],
) -> tuple[Names | None, frozenset[tuple[str, str]], frozenset[Code]]:
    """Return what a function's value may be or keep, the functions whose values it returns, and those it keeps."""
    if any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node)):
        return None, frozenset(), frozenset()
    origins: dict[str, Origin] = {}
    for step in steps:
        for bind in step.binds:
            origins[bind.name] = origins.get(bind.name, Origin()) | bind.origin
        for name, origin in _keeping(step):
            origins[name] = origins.get(name, Origin()) | Origin(kept=origin.same | origin.kept) | origin
    found: set[str] = set()
    given: set[tuple[str, str]] = set()
    late: set[Code] = set()
    seen: set[str] = set()
    waiting = list(returns)
    while waiting:
        origin = waiting.pop()
        # A method of a local object is assumed to return a new one.
        functions = origin.called - local
        given |= {(function, name) for function in functions for name in origin.given}
        more = origin.same | origin.kept | (origin.given if functions else NO_NAMES)
        waiting += [origins[name] for name in more - seen if name in origins]
        seen |= more
        found |= origin.same | origin.kept
        late |= origin.kept_functions
    return frozenset(found), frozenset(given), frozenset(code.without(local) for code in late)


def _keeping(step: Step) -> Iterator[tuple[str, Origin]]:
    """Return what the objects of names keep after a statement."""
    for change in step.changes:
        for name in change.names:
            yield name, change.keeps
    for call in step.calls:
        if call.method and call.changes_object:
            for name in call.names:
                for origin in (*call.args, *(given for _, given in call.keywords)):
                    yield name, origin


def _changed(steps: Sequence[Step], inner: Iterable[Code]) -> Names:
    """Return the names whose objects may be changed, directly or through an inner alias."""
    changed = set().union(*(code.changes for code in inner))
    origins: dict[str, set[str]] = {}
    for step in steps:
        for bind in step.binds:
            origins.setdefault(bind.name, set()).update(bind.origin.names)
        for change in step.changes:
            changed |= change.names
        for call in step.calls:
            if call.changes_object:
                changed |= call.names if call.method else set()
                # Changes of a module's state and of a function's arguments cannot be distinguished here.
                estimates = call.method and ESTIMATE.fullmatch(call.method)
                if not call.method or (ALWAYS_CHANGE.fullmatch(call.method) and not estimates):
                    changed = changed.union(*(origin.names for origin in call.args[:1]))
    waiting = list(changed)
    while waiting:
        for name in origins.pop(waiting.pop(), ()):
            if name not in changed:
                changed.add(name)
                waiting.append(name)
    return frozenset(changed)


def code_of_class(node: ast.ClassDef, steps: Sequence[Step]) -> Code:
    """Return the outer effects of using a class and its instances."""
    methods = {
        bind.name: bind.origin.code for step in steps for bind in step.binds if bind.origin.code is not None
    }
    codes = methods.values()
    changing = {
        name for name, code in methods.items() if code.params and code.params[0] in code.changed_params
    }
    while True:
        # A method that calls a changing method of its own object also changes it.
        more = {
            name
            for name, code in methods.items()
            if name not in changing
            and code.params
            and {f"{code.params[0]}.{m}" for m in changing} & code.calls
        }
        if not more:
            break
        changing |= more
    bases = frozenset(b.id for b in node.bases if isinstance(b, ast.Name))
    return Code(
        reads=bases.union(*(code.reads for code in codes)) - {node.name},
        binds=NO_NAMES.union(*(code.binds for code in codes)),
        changes=NO_NAMES.union(*(code.changes for code in codes)),
        calls=NO_NAMES.union(*(code.calls for code in codes)),
        methods=frozenset().union(*(code.methods for code in codes)),
        is_class=True,
        bases=bases,
        changing_methods=frozenset(changing),
    )
