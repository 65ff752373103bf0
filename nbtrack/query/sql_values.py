"""Fields and values as SQL: the rows that fields are read from, and the placeholders of bound values."""

# ruff: noqa: S608 (what is joined to SQL here is SQL; names and values are bound)

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, NamedTuple

from nbtrack.errors import FilterError
from nbtrack.query.checks import type_of
from nbtrack.query.field_names import ATTRIBUTES, DATASETS, SUMMARIES
from nbtrack.query.operators import OPERATORS
from nbtrack.query.tree import Arithmetic, Duration, Field, Moment, Now, Number, Text, Type, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TypeGuard

    from nbtrack.query.suggest import KnownNames
    from nbtrack.query.tree import Condition, Kind, Value

__all__ = ["MAX_SOURCES", "Source", "SqlValue", "Values", "View", "joined", "table_of", "view_of"]

SqlValue = str | float | int | None
View = Literal["number", "text", "either"]
"""The type that two values are compared as; `either` for two params: as numbers if both are, else as text."""

MAX_VALUES = 4_000
MIN_PACKED_VALUES = 50
"""Values of one IN from which on they are bound as a single JSON value."""
MAX_SOURCES = 30
"""Fields that are joined at most: SQLite joins up to 64 tables."""

_MAX_TERMS = 400
"""Terms joined by one operator in SQL: SQLite parses them as nested, with a limit of 1,000 levels."""

_COLUMNS = {"params": "text", "tags": "value", "data": "fingerprint"}


class Source(NamedTuple):
    """The row of a run that a field is read from; `name` is empty for any of the run's datasets."""

    kind: Kind
    name: str


class Values:
    """Renders values and binds literals, for one query."""

    def __init__(self, text: str, now: float, artifacts: str, known: KnownNames | None) -> None:
        self.text = text
        self.now = now
        self.artifacts = artifacts
        self.params: dict[str, SqlValue] = {}
        self._known = known
        self._metrics: frozenset[str] | None = None
        self._bound: dict[tuple[type, SqlValue], str] = {}
        self._rows = 0

    def bind(self, value: SqlValue) -> str:
        """Return the placeholder of a value; equal values share one."""
        known = self._bound.get((type(value), value))
        if known is None:
            if len(self.params) == MAX_VALUES:
                raise FilterError(f"more than {MAX_VALUES:,} values and names; take some out")
            known = self._bound[type(value), value] = f":v{len(self.params) + 1}"
            self.params[known[1:]] = value
        return known

    # Rows.

    def source(self, field: Field) -> Source | None:
        """Return the row that a field is read from; None for what belongs to the run itself."""
        if field.kind == "attributes":
            return None
        return Source(field.kind, "" if field.kind == "datasets" else self.resolved(field).name)

    def sources(self, node: Value | Condition) -> frozenset[Source]:
        """Return all rows that the fields inside are read from."""
        return frozenset(source for field in fields_of(node) if (source := self.source(field)))

    def of_run(self, node: Value | Condition) -> bool:
        """Return whether a field inside belongs to the run itself."""
        return any(field.kind == "attributes" for field in fields_of(node))

    def rows(self, sources: Iterable[Source]) -> dict[Source, str]:
        """Return a new alias for each source."""
        found = {}
        for source in sorted(sources):
            self._rows += 1
            found[source] = f"x{self._rows}"
        return found

    def row(self, field: Field, rows: Mapping[Source, str]) -> str:
        """Return the alias of a field's row; empty for a field of the run itself."""
        source = self.source(field)
        return rows[source] if source else ""

    def key(self, source: Source) -> str:
        """Return a source's interned name."""
        return f"(SELECT id FROM names WHERE name = {self.bind(source.name)})"

    def tables(self, rows: Mapping[Source, str]) -> str:
        """Return the joined tables of rows of one run."""
        first = next(iter(rows.values()))
        return " JOIN ".join(
            f"{table_of(source)} {row}" + ("" if row == first else f" ON {row}.run = {first}.run")
            for source, row in rows.items()
        )

    # Values.

    def render(self, value: Value, view: View, rows: Mapping[Source, str]) -> str:
        """Return a value as SQL: a number or text."""
        return self.text_of(value, rows) if view == "text" else self.number_of(value, rows)

    def members(self, items: Sequence[Value], view: View, rows: Mapping[Source, str]) -> Iterator[str]:
        """Yield the contents of the parentheses of IN for `items`, in one part or two."""
        packed = [item.value for item in items if _packs(item)] if len(items) >= MIN_PACKED_VALUES else []
        if packed:
            # SQLite searches all earlier placeholders for each one: thousands of them take seconds.
            plain = [value if isinstance(value, str) else int(value) for value in packed]
            yield f"SELECT value FROM json_each({self.bind(json.dumps(plain))})"
        loose = [self.render(item, view, rows) for item in items if not (packed and _packs(item))]
        if loose:
            yield ", ".join(loose)

    def text_of(self, value: Value, rows: Mapping[Source, str]) -> str:
        """Return a value as text."""
        if isinstance(value, Text):
            return self.bind(value.value)
        assert isinstance(value, Field)
        if value.kind == "attributes":
            sql = ATTRIBUTES[value.name].sql
            root = f"{self.artifacts.rstrip('/')}/"
            return sql.format(artifacts=self.bind(root)) if "{" in sql else sql
        row = self.row(value, rows)
        if value.kind == "datasets":
            return DATASETS[value.name].format(row=row)
        return f"{row}.{_COLUMNS[value.kind]}"

    def number_of(self, value: Value, rows: Mapping[Source, str]) -> str:
        """Return a value as a number: times in milliseconds, durations in seconds."""
        if isinstance(value, Number | Moment | Duration):
            return self.bind(value.value)
        if isinstance(value, Now):
            return self.bind(self.now * 1000)
        if isinstance(value, Arithmetic):
            return self._arithmetic(value, rows)
        assert isinstance(value, Field)
        if value.kind == "metrics":
            summary = self.resolved(value).summary or "last"
            return SUMMARIES[summary].format(row=self.row(value, rows))
        return f"{self.row(value, rows)}.num" if value.kind == "params" else ATTRIBUTES[value.name].sql

    def guards(self, value: Value, view: View, rows: Mapping[Source, str]) -> Iterator[str]:
        """Yield conditions, beyond its rows, for a value to exist: if they hold, NULL is a NaN."""
        if isinstance(value, Arithmetic):
            for side in (value.left, value.right):
                yield from self.guards(side, "number", rows)
            if value.op == "/":
                yield f"{self.number_of(value.right, rows)} IS NOT 0"
        elif isinstance(value, Field):
            if value.kind == "params" and view == "number":
                yield f"{self.row(value, rows)}.kind BETWEEN 1 AND 3"
            yield from (f"{sql} IS NOT NULL" for sql in self.nullable(value))

    def nullable(self, field: Field) -> Iterator[str]:
        """Yield the field as SQL if it can be missing although its row exists."""
        if field.kind == "datasets" and field.name == "context":
            yield DATASETS["context"]
        elif field.kind == "attributes" and ATTRIBUTES[field.name].nullable:
            yield ATTRIBUTES[field.name].sql

    def _arithmetic(self, node: Arithmetic, rows: Mapping[Source, str]) -> str:
        left, right = (self.number_of(side, rows) for side in (node.left, node.right))
        if node.type is Type.TIME:
            # Times are in milliseconds, durations in seconds.
            left = f"({left} * 1000)" if type_of(node.left) is Type.DURATION else left
            right = f"({right} * 1000)" if type_of(node.right) is Type.DURATION else right
        difference = type_of(node.left) is Type.TIME and type_of(node.right) is Type.TIME
        return f"({left} {node.op} {right})" + (" / 1000" if difference else "")

    def resolved(self, field: Field) -> Field:
        """Return the field that a name such as `metrics.loss.min` stands for."""
        if field.exact or field.summary is None or self._known is None:
            return field
        if self._metrics is None:
            self._metrics = frozenset(self._known("metrics"))
        whole = f"{field.name}.{field.summary}"
        return Field("metrics", whole, span=field.span) if whole in self._metrics else field


def _packs(item: Value) -> TypeGuard[Text | Number | Moment | Duration]:
    """Return whether a literal keeps its value in JSON; SQLite parses fractions less exactly than Python."""
    if isinstance(item, Number | Moment | Duration):
        return item.value.is_integer() and abs(item.value) < 2**53
    return isinstance(item, Text)


def table_of(source: Source) -> str:
    """Return the table that a source is a row of."""
    return "data" if source.kind == "datasets" else source.kind


def view_of(op: str, left: Value, right: Value) -> View:
    """Return the type that two values are compared as."""
    if OPERATORS[op].pattern or Type.TEXT in (type_of(left), type_of(right)):
        return "text"
    return "either" if type_of(left) is type_of(right) is Type.PARAM else "number"


def joined(terms: Iterator[str] | Sequence[str], word: str = "AND") -> str:
    """Join terms in groups, so that they never nest too deeply for SQLite; handles an empty list, too."""
    bunches = list(terms)
    while len(bunches) > 1:
        bunches = [
            f"({f' {word} '.join(bunches[start : start + _MAX_TERMS])})"
            for start in range(0, len(bunches), _MAX_TERMS)
        ]
    return bunches[0] if bunches else str(int(word == "AND"))
