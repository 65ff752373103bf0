"""Expressions whose value the user has chosen: made of literals and settings, not of data, fits or random numbers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbtrack.capture.source.grammar import SCOPED, Evaluate, inside, parts
from nbtrack.capture.words.calls import (
    FORM_CHANGING,
    FORM_CHANGING_METHODS,
    GIVEN_CALLS,
    GIVEN_NAMES,
    MATHS_ROOTS,
)

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["is_chosen"]


def is_chosen(node: ast.expr | None, settings: Collection[str]) -> bool:
    """Return whether the value of an expression follows from literals, user input and settings.

    Parameters
    ----------
    node
        The expression; None is not a choice.
    settings
        Names that hold settings.

    Examples
    --------
    >>> def chosen(text): return is_chosen(ast.parse(text, mode="eval").body, {"version"})
    >>> [chosen(text) for text in ("float('.5')", "f'run-{version}'", "int(os.environ['EPOCHS'])", "len(rows)")]
    [True, True, True, False]
    """
    return node is not None and _chosen(node, frozenset(settings))


def _chosen(node: ast.expr, settings: frozenset[str]) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in settings or name in GIVEN_NAMES
        case ast.Attribute():
            return ast.unparse(node) in GIVEN_NAMES
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id=form), *given], keywords=[]):
            return form in FORM_CHANGING and all(_chosen(one, settings) for one in given)
        case ast.Call(func=func, args=args, keywords=keywords):
            given = [*args, *(keyword.value for keyword in keywords)]
            return _only_changes_form(func, settings) and all(_chosen(one, settings) for one in given)
        case ast.ListComp() | ast.SetComp():
            evaluated = [event for event in inside(node) if isinstance(event, Evaluate)]
            return all(_chosen(event.node, settings | event.own) for event in evaluated)
        case ast.Await():
            return False
    children = [] if isinstance(node, SCOPED) else list(parts(node))
    return bool(children) and all(_chosen(child, settings) for child in children)


def _only_changes_form(func: ast.expr, settings: frozenset[str]) -> bool:
    written = ast.unparse(func) if isinstance(func, ast.Name | ast.Attribute) else ""
    if written in GIVEN_CALLS or written in FORM_CHANGING:
        return True
    if not isinstance(func, ast.Attribute):
        return False
    if isinstance(func.value, ast.Name) and func.value.id in MATHS_ROOTS:
        return func.attr in FORM_CHANGING
    return func.attr in FORM_CHANGING_METHODS and _chosen(func.value, settings)
