"""Filters of experiments and of registered models, for MLflow's functions that search them.

They are parsed like the filters of runs, with other fields, and evaluated in Python, because a store has few
experiments.
"""

from __future__ import annotations

import operator
import time
from typing import TYPE_CHECKING, Any, TypeVar

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
    from collections.abc import Iterable, Mapping, Sequence

    from nbtrack.query.lexer import Part, Token
    from nbtrack.query.suggest import KnownNames
    from nbtrack.query.tree import Condition, Order, Span, Value
    from nbtrack.records import Experiment, RegisteredModel

__all__ = ["matching_experiments", "matching_models"]

_R = TypeVar("_R", "Experiment", "RegisteredModel")

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
    newest = sorted(experiments, key=lambda experiment: experiment.id, reverse=True)
    return _matching(newest, text, order_by, _EXPERIMENTS)


def matching_models(
    models: Iterable[RegisteredModel], text: str = "", order_by: str | Sequence[str] = ()
) -> list[RegisteredModel]:
    """Return the registered models that a filter finds, by name unless ordered; as `matching_experiments`.

    The fields are `name`, `creation_timestamp` and `tags.x`.
    """
    return _matching(sorted(models, key=lambda model: model.name), text, order_by, _MODELS)


def _matching(
    records: list[_R], text: str, order_by: str | Sequence[str], vocabulary: Vocabulary
) -> list[_R]:
    query = parse(text, vocabulary=vocabulary)
    orders = parse_order(order_by, vocabulary=vocabulary) or query.order_by
    now = time.time() * 1000
    found = records
    begin_matching()
    if query.where is not None:
        try:
            found = [record for record in found if _holds(query.where, record, now)]
        except TimeoutError:
            raise FilterError(interruption() or "the filter takes too long") from None
    for order in reversed(orders):
        found = _sorted(found, order, now)
    return found[: query.limit]


def _vocabulary(noun: str, fields: Mapping[str, str]) -> Vocabulary:
    """Return how filters of these records name their fields."""

    def field(parts: Sequence[Part], span: Span, _: KnownNames | None) -> Field | None:
        first, *rest = [part.text for part in parts]
        if rest and first.lower() in {"tag", "tags"}:
            return Field("tags", ".".join(rest), span=span)
        if rest and first.lower() in {"attribute", "attributes", "attr"}:
            first, *rest = rest
        known = None if rest else fields.get(first.lower())
        return Field("attributes", known, span=span) if known else None

    def unknown(text: str, tokens: Sequence[Token], _: KnownNames | None) -> FilterError:
        token = tokens[-1]
        message = f"unknown field {shortened(token.value)!r} of {noun}"
        near = suggest(token.value, fields)
        if not near:
            message += f"; there are {', '.join(fields)} and tags.x"
        return FilterError(message, text, *token.span, suggestion=near)

    return Vocabulary(field, unknown)


_EXPERIMENTS = _vocabulary("experiments", _FIELDS)
_MODELS = _vocabulary("registered models", {"name": "run_name", "creation_timestamp": "start_time"})


def _sorted(found: list[_R], order: Order, now: float) -> list[_R]:
    # Filters compare milliseconds, but two records may have been created within one.
    exact = order.by == Field("attributes", "start_time")
    values = [(record, record.created if exact else _value(order.by, record, now)) for record in found]
    there = [pair for pair in values if pair[1] is not None]
    there.sort(key=lambda pair: pair[1], reverse=order.descending)
    return [record for record, _ in there] + [record for record, value in values if value is None]


def _holds(condition: Condition, record: Experiment | RegisteredModel, now: float) -> bool | None:
    """Return whether a condition holds for a record; None if it lacks a field."""
    if isinstance(condition, Not):
        result = _holds(condition.item, record, now)
        return None if result is None else not result
    if isinstance(condition, And | Or):
        decides = isinstance(condition, Or)
        answers = [_holds(item, record, now) for item in condition.items]
        return decides if decides in answers else None if None in answers else not decides
    if isinstance(condition, IsNull):
        return _value(condition.field, record, now) is None
    if isinstance(condition, Compare):
        return _compared(condition.op, condition.left, condition.right, record, now)
    assert isinstance(condition, In)
    found = [_compared("=", condition.value, item, record, now) for item in condition.items]
    return None if None in found else any(found)


def _compared(
    op: str, left: Value, right: Value, record: Experiment | RegisteredModel, now: float
) -> bool | None:
    first, second = (_value(side, record, now) for side in (left, right))
    return None if first is None or second is None else OPERATORS[op].python(first, second)


def _value(value: Value, record: Experiment | RegisteredModel, now: float) -> Any:
    """Return a value in Python: times in milliseconds, durations in seconds, None for a missing field."""
    if isinstance(value, Field):
        if value.kind == "tags":
            return getattr(record, "tags", {}).get(value.name)
        return {
            "run_name": record.name,
            "experiment_id": float(getattr(record, "id", 0)),
            "start_time": float(round(record.created * 1000)),
        }.get(value.name)
    if isinstance(value, Now):
        return now
    if not isinstance(value, Arithmetic):
        return value.value
    sides = [_value(side, record, now) for side in (value.left, value.right)]
    types = [type_of(side) for side in (value.left, value.right)]
    if None in sides or (value.op == "/" and sides[1] == 0):
        return None
    if value.type is Type.TIME:
        sides = [
            side * 1000 if kind is Type.DURATION else side for side, kind in zip(sides, types, strict=True)
        ]
    return _ARITHMETIC[value.op](*sides) / (1000 if types == [Type.TIME, Type.TIME] else 1)
