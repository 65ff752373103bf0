"""The expression tree of a filter: frozen nodes that know where in the text they stood."""

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
]

Span = tuple[int, int]
"""First character and one past the last, in the filter's text."""

Kind = Literal["metrics", "params", "tags", "attributes", "data", "datasets"]
"""The table that a field is looked up in."""


class Type(enum.Enum):
    """What a value is compared as."""

    NUMBER = "a number"
    TEXT = "text"
    TIME = "a time"
    """In milliseconds since the epoch, as in MLflow."""
    DURATION = "a duration"
    """In seconds."""
    PARAM = "a param"
    """A number beside numbers, text beside text."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, also `true`, `inf` and `nan`."""

    value: float
    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted literal; beside LIKE and its kin the pattern as SQL takes it."""

    value: str
    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a time of day as written, in milliseconds since the epoch."""

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
    """Something that a run may have, by its one name.

    `metrics.loss.min` is the metric `loss` with the summary `min`, not `exact`: where the store knows
    a metric whose whole name is `loss.min`, that one is meant.
    """

    kind: Kind
    name: str
    summary: str | None = None
    exact: bool = True
    span: Span = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two values joined by one of + - * /; `type` is what comes out."""

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
    """True where its condition is false; a run that lacks a field makes neither true."""

    item: Condition


@dataclass(frozen=True, slots=True)
class And:
    """True where every condition is."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where one condition is."""

    items: tuple[Condition, ...]


Condition = Compare | In | IsNull | Not | And | Or


@dataclass(frozen=True, slots=True)
class Order:
    """One term of ORDER BY."""

    by: Value
    descending: bool = False
    text: str = dataclasses.field(default="", compare=False)
    """What the user wrote it in, the filter or apart from it, for messages."""


@dataclass(frozen=True, slots=True)
class Query:
    """A whole filter: which runs, in which order (newest first when empty), how many at most."""

    where: Condition | None = None
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    text: str = dataclasses.field(default="", compare=False)
    """The filter as the user wrote it, for messages."""


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
