"""The expression tree of a filter: frozen nodes with their positions in the text."""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "And",
    "Arithmetic",
    "Compare",
    "Condition",
    "Duration",
    "Field",
    "In",
    "IsNull",
    "Kind",
    "Moment",
    "Not",
    "Now",
    "Number",
    "Or",
    "Order",
    "Query",
    "Span",
    "Text",
    "Type",
    "Value",
    "fields_of",
    "metrics_named",
]

Span = tuple[int, int]
"""The first character and one past the last, in the filter's text."""

Kind = Literal["metrics", "params", "tags", "attributes", "data", "datasets"]
"""The table that a field is looked up in."""


class Type(enum.Enum):
    """The type that a value is compared as."""

    NUMBER = "a number"
    TEXT = "text"
    TIME = "a time"
    """In milliseconds since the epoch, as in MLflow."""
    DURATION = "a duration"
    """In seconds."""
    PARAM = "a param"
    """Compared with numbers as a number, with text as text."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, also `true`, `inf` and `nan`."""

    value: float
    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted literal; for LIKE and similar operators, the pattern in SQL's form."""

    value: str
    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Moment:
    """A literal date or time, in milliseconds since the epoch."""

    value: float
    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time such as `7d`, in seconds."""

    value: float
    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Now:
    """`now()`: the moment at which the query is compiled."""

    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of runs, by its canonical name.

    `metrics.loss.min` is the metric `loss` with the summary `min`, not `exact`: where the store knows
    a metric whose whole name is `loss.min`, that one is meant.
    """

    kind: Kind
    name: str
    summary: str | None = None
    exact: bool = True
    bare: bool = dataclasses.field(default=False, compare=False)
    """Whether it was written without its kind: ``rmse`` for ``metrics.rmse``."""
    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two values joined by one of + - * /; `type` is the type of the result."""

    op: str
    left: Value
    right: Value
    type: Type = Type.NUMBER
    depth: int = dataclasses.field(default=1, compare=False)
    span: Span = dataclasses.field(default=(0, 0), compare=False)


Value = Number | Text | Moment | Duration | Now | Field | Arithmetic


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values and an operator of `operators.OPERATORS`, by its name."""

    op: str
    left: Value
    right: Value
    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class In:
    """Whether a value equals one of several literals."""

    value: Value
    items: tuple[Value, ...]
    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether a run lacks a field."""

    field: Field
    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """True if its condition is false; for a run that lacks a field, both are false."""

    item: Condition


@dataclass(frozen=True, slots=True)
class And:
    """True if every condition is."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True if one condition is."""

    items: tuple[Condition, ...]


Condition = Compare | In | IsNull | Not | And | Or


@dataclass(frozen=True, slots=True)
class Order:
    """One term of ORDER BY."""

    by: Value
    descending: bool = False
    text: str = dataclasses.field(default="", compare=False)
    """The text that contains it, which may be separate from the filter; for messages."""


@dataclass(frozen=True, slots=True)
class Query:
    """A whole filter: which runs, in which order (newest first when empty), how many at most."""

    where: Condition | None = None
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    text: str = dataclasses.field(default="", compare=False)
    """The filter as the user wrote it, for messages."""


def metrics_named(query: Query) -> frozenset[str]:
    """Return the metrics that a query asks for, in its condition or its order.

    Examples
    --------
    >>> sorted(metrics_named(Query(order_by=(Order(Field("metrics", "loss", "min")),))))
    ['loss']
    """
    parts = [order.by for order in query.order_by]
    nodes = [*parts, *([query.where] if query.where else [])]
    return frozenset(field.name for node in nodes for field in fields_of(node) if field.kind == "metrics")


def fields_of(node: Value | Condition) -> Iterator[Field]:
    """Yield every field inside a value or a condition."""
    if isinstance(node, Field):
        yield node
    elif isinstance(node, Arithmetic | Compare):
        yield from fields_of(node.left)
        yield from fields_of(node.right)
    elif isinstance(node, In):
        yield from fields_of(node.value)
        for item in node.items:
            yield from fields_of(item)
    elif isinstance(node, And | Or):
        for part in node.items:
            yield from fields_of(part)
    elif isinstance(node, Not):
        yield from fields_of(node.item)
    elif isinstance(node, IsNull):
        yield node.field
