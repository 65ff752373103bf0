"""Type checks: which values can be compared or combined, and the errors if they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.errors import FilterError
from nbtrack.query.field_names import type_of_field
from nbtrack.query.moments import day, is_duration, milliseconds
from nbtrack.query.operators import OPERATORS
from nbtrack.query.token_stream import shortened
from nbtrack.query.tree import (
    And,
    Arithmetic,
    Compare,
    Duration,
    Field,
    In,
    Moment,
    Not,
    Now,
    Number,
    Or,
    Text,
    Type,
)

if TYPE_CHECKING:
    from nbtrack.query.tree import Condition, Span, Value

__all__ = ["arithmetic", "comparison", "membership", "type_of"]

MAX_OPERATIONS = 20
"""Nested operations."""

_NUMERIC = {Type.NUMBER, Type.DURATION, Type.PARAM}
_TEXTUAL = {Type.TEXT, Type.PARAM}
_TIMED = {Type.TIME, Type.NUMBER, Type.PARAM}


def type_of(value: Value) -> Type:
    """Return the type that a value is compared as."""
    if isinstance(value, Field):
        return type_of_field(value)
    if isinstance(value, Arithmetic):
        return value.type
    if isinstance(value, Moment | Now):
        return Type.TIME
    if isinstance(value, Duration):
        return Type.DURATION
    return Type.NUMBER if isinstance(value, Number) else Type.TEXT


def comparison(op: str, left: Value, right: Value, text: str) -> Condition:
    """Return the comparison of two values, each interpreted according to the other's type.

    Raises
    ------
    FilterError
        When the two cannot be compared, or a date or a pattern is invalid.
    """
    span = (left.span[0], right.span[1])
    pattern = OPERATORS[op].pattern
    if pattern:
        if type_of(left) not in _TEXTUAL:
            message = f"{op.upper()} compares text, and {_quote(left, text)} is {type_of(left).value}"
            raise FilterError(message, text, *left.span)
        if not isinstance(right, Text):
            raise FilterError(f"{op.upper()} needs a pattern in quotes", text, *right.span)
        try:
            return Compare(op, left, Text(pattern(right.value), right.span), span)
        except ValueError as error:
            raise FilterError(str(error), text, *right.span) from None
    if whole := _of_day(op, left, right, span):
        return whole
    left, right = _read_as(left, right, text), _read_as(right, left, text)
    _check_comparable(left, right, text)
    return Compare(op, left, right, span)


def not_a_number(value: Value, text: str, span: Span, *, negated: bool) -> Condition:
    """Return the test whether a number is NaN: only NaN differs from itself.

    Raises
    ------
    FilterError
        For text and times, which are never NaN.
    """
    if type_of(value) not in {Type.NUMBER, Type.PARAM}:
        message = f"only a number can be NaN, and {_quote(value, text)} is {type_of(value).value}"
        raise FilterError(message, text, *value.span)
    return Compare("=" if negated else "!=", value, value, span)


_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _of_day(op: str, left: Value, right: Value, span: Span) -> Condition | None:
    """Return the comparison of a time with a date, which stands for the whole day; None for other comparisons."""
    if isinstance(left, Text):
        left, right, op = right, left, _MIRRORED.get(op, op)
    if not isinstance(right, Text) or type_of(left) is not Type.TIME or not (bounds := _day(right)):
        return None
    begins, ends = (Moment(bound, right.span) for bound in bounds)
    if op in {"=", "!="}:
        inside = And((Compare(">=", left, begins, span), Compare("<", left, ends, span)))
        return inside if op == "=" else Not(inside)
    if op in {"<=", ">"}:
        return Compare("<" if op == "<=" else ">=", left, ends, span)
    return Compare(op, left, begins, span)


def _day(literal: Text) -> tuple[float, float] | None:
    try:
        return day(literal.value)
    except ValueError:  # reported where it is parsed as a moment
        return None


def membership(value: Value, items: tuple[Value, ...], text: str, span: Span) -> Condition:
    """Return the test whether `value` equals one of `items`.

    Raises
    ------
    FilterError
        When an item cannot be compared with the value.
    """
    days = [whole for item in items if (whole := _of_day("=", value, item, span))]
    rest = tuple(_read_as(item, value, text) for item in items if not _of_day("=", value, item, span))
    for item in rest:
        _check_comparable(value, item, text)
    if not days:
        return In(value, rest, span)
    parts = [*days, *([In(value, rest, span)] if rest else [])]
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def arithmetic(op: str, left: Value, right: Value, text: str) -> Arithmetic:
    """Return the sum, difference, product or quotient of two values.

    Raises
    ------
    FilterError
        For text, for times that cannot be combined this way, and for more than 20 nested operations.
    """
    left, right = _read_beside_time(left, right, text), _read_beside_time(right, left, text)
    for value in (left, right):
        if type_of(value) is Type.TEXT:
            raise FilterError(f"{_quote(value, text)} is text; {op!r} needs numbers", text, *value.span)
    span = (left.span[0], right.span[1])
    result = _RESULTS.get((op, _plain(left), _plain(right)))
    if result is None:
        message = f"{op!r} cannot join {type_of(left).value} and {type_of(right).value}"
        raise FilterError(message, text, *span)
    depth = 1 + max(v.depth if isinstance(v, Arithmetic) else 0 for v in (left, right))
    if depth > MAX_OPERATIONS:
        message = f"more than {MAX_OPERATIONS} operations inside each other; simplify this"
        raise FilterError(message, text, *span)
    return Arithmetic(op, left, right, result, depth, span)


_RESULTS = {
    ("+", Type.TIME, Type.DURATION): Type.TIME,
    ("+", Type.DURATION, Type.TIME): Type.TIME,
    ("+", Type.TIME, Type.NUMBER): Type.TIME,
    ("+", Type.NUMBER, Type.TIME): Type.TIME,
    ("-", Type.TIME, Type.DURATION): Type.TIME,
    ("-", Type.TIME, Type.NUMBER): Type.TIME,
    ("-", Type.TIME, Type.TIME): Type.DURATION,
    **{
        (op, left, right): Type.DURATION
        for op in "+-"
        for left in (Type.NUMBER, Type.DURATION)
        for right in (Type.NUMBER, Type.DURATION)
        if Type.DURATION in (left, right)
    },
    ("*", Type.DURATION, Type.NUMBER): Type.DURATION,
    ("*", Type.NUMBER, Type.DURATION): Type.DURATION,
    ("/", Type.DURATION, Type.NUMBER): Type.DURATION,
    ("/", Type.DURATION, Type.DURATION): Type.NUMBER,
    ("/", Type.NUMBER, Type.DURATION): Type.NUMBER,
    ("*", Type.DURATION, Type.DURATION): Type.NUMBER,
    **{(op, Type.NUMBER, Type.NUMBER): Type.NUMBER for op in "+-*/"},
}


def _plain(value: Value) -> Type:
    kind = type_of(value)
    return Type.NUMBER if kind is Type.PARAM else kind


def _read_beside_time(value: Value, other: Value, text: str) -> Value:
    timed = type_of(other) in {Type.TIME, Type.DURATION}
    return _moment(value, text) if timed and isinstance(value, Text) else value


def _read_as(value: Value, other: Value, text: str) -> Value:
    """Return a quoted literal in the type of the other side."""
    if not isinstance(value, Text):
        return value
    if type_of(other) is Type.TIME:
        return _moment(value, text)
    # MLflow writes an experiment's id in quotes.
    if isinstance(other, Field) and other.name == "experiment_id" and value.value.isdecimal():
        return Number(float(value.value), value.span)
    return value


def _moment(literal: Text, text: str) -> Moment:
    try:
        return Moment(milliseconds(literal.value), literal.span)
    except ValueError:
        message = (
            f"{literal.value!r} is not a date; write '2026-11-01', '2026-11-01 12:00', now() - 7d "
            "or milliseconds without quotes"
        )
        if is_duration(literal.value):
            message = f"{literal.value!r} is a length of time; write now() - {literal.value} without quotes"
        raise FilterError(message, text, *literal.span) from None


def _check_comparable(left: Value, right: Value, text: str) -> None:
    types = {type_of(left), type_of(right)}
    if types <= _NUMERIC or types <= _TEXTUAL or types <= _TIMED:
        return
    culprit, other = (left, right) if isinstance(left, Text | Number) else (right, left)
    name, kind = _quote(other, text), type_of(other).value
    if types == {Type.TIME, Type.DURATION}:
        moment = next(side for side in (left, right) if type_of(side) is Type.DURATION)
        message = f"a time and a duration cannot be compared; write now() - {_quote(moment, text)}"
    elif isinstance(culprit, Text) and type_of(other) is Type.DURATION and not _is_number(culprit.value):
        length = culprit.value if is_duration(culprit.value) else "a length of time such as 90s or 1.5h"
        message = f"{name} is {kind}; write {length} without quotes"
    elif isinstance(culprit, Text) and _is_number(culprit.value):
        message = f"{name} is {kind}; write {culprit.value.strip()} without quotes"
    elif isinstance(culprit, Number):
        message = f"{name} is {kind}; write '{_quote(culprit, text)}' in quotes"
    else:
        message = f"{name} is {kind}, and {_quote(culprit, text)} is {type_of(culprit).value}"
    raise FilterError(message, text, *culprit.span)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _quote(value: Value, text: str) -> str:
    return shortened(text[value.span[0] : value.span[1]])
