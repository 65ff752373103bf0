"""The names of fields in filters, including MLflow's, the SQL of each, and how fields and values are written in a filter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbtrack.query.tree import Field, Kind, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    from nbtrack.query.lexer import Part
    from nbtrack.query.suggest import KnownNames
    from nbtrack.query.tree import Span

__all__ = [
    "ATTRIBUTES",
    "DATASETS",
    "SUMMARIES",
    "Attribute",
    "field_names",
    "literal",
    "metric_column",
    "prefixes",
    "run_field",
    "type_of_field",
    "written",
    "written_column",
]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of the run itself; `sql` reads it from the row `r` of `runs`."""

    sql: str
    type: Type = Type.TEXT
    nullable: bool = False
    """Whether a run can lack it."""
    sort: str | None = None
    """What to order by instead, so that an index can be used."""


ATTRIBUTES = {
    "run_id": Attribute("r.uuid"),
    "run_name": Attribute("r.name"),
    "status": Attribute("r.status"),
    "experiment": Attribute("(SELECT e.name FROM experiments e WHERE e.id = r.experiment)"),
    "experiment_id": Attribute("CAST(r.experiment AS REAL)", Type.NUMBER),
    "start_time": Attribute("ROUND(r.start_time * 1000)", Type.TIME, sort="r.start_time"),
    "end_time": Attribute("ROUND(r.end_time * 1000)", Type.TIME, nullable=True),
    "duration": Attribute("(r.end_time - r.start_time)", Type.DURATION, nullable=True),
    "parent": Attribute("r.parent", nullable=True),
    "lineage": Attribute("r.lineage", nullable=True),
    "notebook": Attribute("r.notebook", nullable=True),
    "git_commit": Attribute("r.git_commit", nullable=True),
    "note": Attribute("NULLIF(r.note, '')", nullable=True),
    "artifact_uri": Attribute("({artifacts} || r.uuid)"),
}

# Other names for them: MLflow's, and those that users try first.
_ALIASES = {
    "name": "run_name",
    "id": "run_id",
    "created": "start_time",
    "experiment_name": "experiment",
    "parent_run_id": "parent",
}
# MLflow keeps these as tags.
_SYSTEM_TAGS = {
    "mlflow.runName": "run_name",
    "mlflow.note.content": "note",
    "mlflow.source.name": "notebook",
    "mlflow.parentRunId": "parent",
    "mlflow.source.git.commit": "git_commit",
}
_USER_TAG = "mlflow.user"
_USER_NAMES = ("user", "user_id")

SUMMARIES = {
    "last": "{row}.last",
    "first": "{row}.first",
    "min": "{row}.min",
    "max": "{row}.max",
    "mean": "({row}.sum / ({row}.count - {row}.nans))",
    "count": "({row}.count * 1.0)",
}
"""The summaries of a metric's history, and the SQL that reads them from a row of `metrics`."""

DATASETS = {
    "name": "(SELECT n.name FROM names n WHERE n.id = {row}.key)",
    "digest": "{row}.fingerprint",
    "context": "NULL",
}
"""MLflow's fields of a run's datasets; the context is not stored, so nothing matches it."""

_PREFIXES: dict[str, Kind] = {
    **dict.fromkeys(("metric", "metrics"), "metrics"),
    **dict.fromkeys(("param", "params", "parameter", "parameters"), "params"),
    **dict.fromkeys(("tag", "tags"), "tags"),
    **dict.fromkeys(("attribute", "attributes", "attr", "run"), "attributes"),
    **dict.fromkeys(("dataset", "datasets"), "datasets"),
    "data": "data",
}


def run_field(parts: Sequence[Part], span: Span, known: KnownNames | None = None) -> Field | None:
    """Return the field of runs that this path stands for, or None.

    A bare name that is no attribute is the metric of that name among the `known`, else the param: ``rmse``, ``loss.min``.
    """
    first, *rest = parts
    found = _keyed(first.text, rest, span) if rest else _attribute(first.text, span)
    known_prefix = bool(rest) and first.text.lower() in _PREFIXES
    return found if found or known_prefix or known is None else _bare(parts, span, known)


def _bare(parts: Sequence[Part], span: Span, known: KnownNames) -> Field | None:
    whole = ".".join(part.text for part in parts)
    metrics = frozenset(known("metrics"))
    if whole in metrics:
        return Field("metrics", whole, bare=True, span=span)
    summary = _keyed("metrics", parts, span)
    if summary is not None and summary.summary is not None and summary.name in metrics:
        return replace(summary, bare=True)
    return Field("params", whole, bare=True, span=span) if whole in known("params") else None


def _attribute(name: str, span: Span) -> Field | None:
    """Return the attribute with this name or alias, in any letter case, or None."""
    plain = name.lower().replace(" ", "_")
    if plain in _USER_NAMES:
        return Field("tags", _USER_TAG, span=span)
    plain = _ALIASES.get(plain, plain)
    return Field("attributes", plain, span=span) if plain in ATTRIBUTES else None


def _keyed(prefix: str, parts: Sequence[Part], span: Span) -> Field | None:
    """Return the field for `parts` after `prefix` (`metrics`, `tag` ...), or None."""
    kind = _PREFIXES.get(prefix.lower())
    name = ".".join(part.text for part in parts)
    if kind == "attributes":
        return _attribute(name, span)
    if kind == "datasets":
        return Field(kind, name, span=span) if name in DATASETS else None
    if kind == "tags" and name in _SYSTEM_TAGS:
        return Field("attributes", _SYSTEM_TAGS[name], span=span)
    if kind == "metrics" and len(parts) > 1 and parts[-1].text in SUMMARIES and not parts[-1].quoted:
        name = ".".join(part.text for part in parts[:-1])
        quoted = any(part.quoted for part in parts[:-1])
        return Field(kind, name, summary=parts[-1].text, exact=quoted, span=span)
    return Field(kind, name, span=span) if kind else None


def type_of_field(field: Field) -> Type:
    """Return the type that a field is compared as."""
    if field.kind == "attributes":
        return ATTRIBUTES[field.name].type
    return {"metrics": Type.NUMBER, "params": Type.PARAM}.get(field.kind, Type.TEXT)


def field_names(prefix: str | None, known: KnownNames | None) -> Iterator[str]:
    """Yield the names of fields for suggestions; if `prefix` is given, only names after it."""
    kind = _PREFIXES.get(prefix.lower()) if prefix else None
    if kind in {"attributes", "datasets"}:
        names: Iterable[str] = DATASETS if kind == "datasets" else (*ATTRIBUTES, *_ALIASES, *_USER_NAMES)
        yield from (f"{prefix}.{name}" for name in names)
        return
    yield from (*ATTRIBUTES, *_ALIASES, *_USER_NAMES)
    if known:
        for known_kind in ("metrics", "params", "tags", "data"):
            yield from (written(known_kind, name) for name in known(known_kind))


def prefixes() -> tuple[str, ...]:
    """Return all words that may precede a dot."""
    return tuple(_PREFIXES)


def written(kind: str, name: str) -> str:
    """Return the field `name` of `kind` as it is written in a filter."""
    plain = all(step.isidentifier() or step.isalnum() for step in name.split("."))
    quote = '"' if "`" in name else "`"
    return f"{kind}.{name}" if plain else f"{kind}.{quote}{name}{quote}"


def metric_column(rest: str, known: Callable[[str], bool]) -> tuple[str, str]:
    """Return the metric and the summary that a column of the run table is, given its name after ``metrics.``.

    A metric that is itself called ``loss.min`` comes before the summary of ``loss``; `` `loss`.min`` is always the summary.
    """
    name, _, summary = rest.rpartition(".")
    if known(rest) or not name or summary not in SUMMARIES:
        return rest, "last"
    quoted = len(name) > 1 and name.startswith("`") and name.endswith("`")
    return (name[1:-1] if quoted else name), summary


def written_column(column: str, metrics: Container[str]) -> str:
    """Return a column of the run table as it is written in a filter; `metrics` are those that there are."""
    kind, _, rest = column.partition(".")
    if kind == "metrics" and rest:
        name, summary = metric_column(rest, metrics.__contains__)
        if summary == "last":
            return written(kind, name)
        # Who quotes the name means the summary, whatever metrics are logged later.
        field = f"metrics.`{name}`" if rest.startswith(f"`{name}`") else written(kind, name)
        return f"{field}.{summary}"
    if kind in {"params", "tags", "data"} and rest:
        return written(kind, rest)
    return rest if kind == "attributes" else column


def literal(value: Any) -> str | None:
    """Return a value as it is written in a filter; None if a filter cannot compare with it.

    Examples
    --------
    >>> literal(0.5), literal(True), literal("lasso"), literal(float("nan"))
    ('0.5', 'true', "'lasso'", None)
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value) if value - value == 0 else None
    text = str(value)
    # A backslash would take the quote after it for a part of the text.
    if "\\" in text or not text.isprintable() or ("'" in text and '"' in text):
        return None
    return f'"{text}"' if "'" in text else f"'{text}'"
