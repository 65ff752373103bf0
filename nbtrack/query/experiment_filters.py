"""Filters of experiments, for MLflow's `search_experiments`.

They are parsed like the filters of runs, with other fields, and evaluated in Python, because a store has few
experiments.
"""

from __future__ import annotations

import operator
import time
from typing import TYPE_CHECKING, Any

from nbtrack.errors import FilterError
from nbtrack.query.checks import type_of
from nbtrack.query.operators import OPERATORS
from nbtrack.query.parser import parse, parse_order
from nbtrack.query.patterns import begin_matching, interruption
from nbtrack.query.suggest import suggest
from nbtrack.query.token_stream import shortened
from nbtrack.query.tree import (
    And,
    Arithmetic,
    Compare,
    Field,
    In,
    IsNull,
    Not,
    Now,
    Or,
    Type,
)
from nbtrack.query.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbtrack.query.lexer import Part, Token
    from nbtrack.query.suggest import KnownNames
    from nbtrack.query.tree import Condition, Order, Span, Value
    from nbtrack.records import Experiment

__all__ = ["matching_experiments"]

# The corresponding fields of runs. The time of an experiment's last change is not stored.
_FIELDS = {
    "name": "run_name",
    "experiment_id": "experiment_id",
    "creation_time": "start_time",
    "last_update_time": "start_time",
}
_ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def matching_experiments(
    experiments: Iterable[Experiment], text: str = "", order_by: str | Sequence[str] = ()
) -> list[Experiment]:
    """Return the experiments that a filter finds, newest first unless ordered.

    Parameters
    ----------
    experiments
        The experiments to search.
    text
        The filter: `name`, `experiment_id`, `creation_time`, `last_update_time` (equal to `creation_time`) and
        `tags.x` (which no experiment has), in the language of the runs' filters.
    order_by
        The same fields, as in `["name DESC"]`, in place of an order in the filter.

    Raises
    ------
    FilterError
        When the filter or the order is invalid.
    """
    query = parse(text, vocabulary=_EXPERIMENTS)
    orders = parse_order(order_by, vocabulary=_EXPERIMENTS) or query.order_by
    now = time.time() * 1000
    found = sorted(experiments, key=lambda experiment: experiment.id, reverse=True)
    begin_matching()
    if query.where is not None:
        try:
            found = [experiment for experiment in found if _holds(query.where, experiment, now)]
        except TimeoutError:
            raise FilterError(interruption() or "the filter takes too long") from None
    for order in reversed(orders):
        _sort(found, order, now)
    return found[: query.limit]


def _field(parts: Sequence[Part], span: Span) -> Field | None:
    first, *rest = [part.text for part in parts]
    if rest and first.lower() in {"tag", "tags"}:
        return Field("tags", ".".join(rest), span=span)
    if rest and first.lower() in {"attribute", "attributes", "attr"}:
        first, *rest = rest
    known = None if rest else _FIELDS.get(first.lower())
    return Field("attributes", known, span=span) if known else None


def _unknown(text: str, tokens: Sequence[Token], _: KnownNames | None) -> FilterError:
    token = tokens[-1]
    message = f"unknown field {shortened(token.value)!r} of experiments"
    near = suggest(token.value, _FIELDS)
    if not near:
        message += f"; there are {', '.join(_FIELDS)} and tags.x"
    return FilterError(message, text, *token.span, suggestion=near)


_EXPERIMENTS = Vocabulary(_field, _unknown)


def _sort(found: list[Experiment], order: Order, now: float) -> None:
    # Filters compare milliseconds, but two experiments may have been created within one.
    exact = order.by == Field("attributes", "start_time")
    values = {
        experiment.id: experiment.created if exact else _value(order.by, experiment, now)
        for experiment in found
    }
    lacking = [experiment for experiment in found if values[experiment.id] is None]
    found[:] = [experiment for experiment in found if values[experiment.id] is not None]
    found.sort(key=lambda experiment: values[experiment.id], reverse=order.descending)
    found += lacking


def _holds(condition: Condition, experiment: Experiment, now: float) -> bool | None:
    """Return whether a condition holds for an experiment; None if it lacks a field."""
    if isinstance(condition, Not):
        result = _holds(condition.item, experiment, now)
        return None if result is None else not result
    if isinstance(condition, And | Or):
        decides = isinstance(condition, Or)
        answers = [_holds(item, experiment, now) for item in condition.items]
        return decides if decides in answers else None if None in answers else not decides
    if isinstance(condition, IsNull):
        return _value(condition.field, experiment, now) is None
    if isinstance(condition, Compare):
        return _compared(condition.op, condition.left, condition.right, experiment, now)
    assert isinstance(condition, In)
    found = [_compared("=", condition.value, item, experiment, now) for item in condition.items]
    return None if None in found else any(found)


def _compared(op: str, left: Value, right: Value, experiment: Experiment, now: float) -> bool | None:
    first, second = (_value(side, experiment, now) for side in (left, right))
    return None if first is None or second is None else OPERATORS[op].python(first, second)


def _value(value: Value, experiment: Experiment, now: float) -> Any:
    """Return a value in Python: times in milliseconds, durations in seconds, None for a missing field."""
    if isinstance(value, Field):
        return {
            "run_name": experiment.name,
            "experiment_id": float(experiment.id),
            "start_time": float(round(experiment.created * 1000)),
        }.get(value.name if value.kind == "attributes" else "")
    if isinstance(value, Now):
        return now
    if not isinstance(value, Arithmetic):
        return value.value
    sides = [_value(side, experiment, now) for side in (value.left, value.right)]
    types = [type_of(side) for side in (value.left, value.right)]
    if None in sides or (value.op == "/" and sides[1] == 0):
        return None
    if value.type is Type.TIME:
        sides = [
            side * 1000 if kind is Type.DURATION else side for side, kind in zip(sides, types, strict=True)
        ]
    return _ARITHMETIC[value.op](*sides) / (1000 if types == [Type.TIME, Type.TIME] else 1)
