"""What a filter can ask for: every identifier, MLflow's included, and how SQL reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.query.tree import Field, Kind, Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbtrack.query.lexer import Part
    from nbtrack.query.suggest import KnownNames
    from nbtrack.query.tree import Span

__all__ = [
    "ATTRIBUTES",
    "DATASETS",
    "SUMMARIES",
    "Attribute",
    "field_names",
    "prefixes",
    "run_field",
    "type_of_field",
    "written",
]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field that belongs to the run itself; `sql` reads it off the row `r` of `runs`."""

    sql: str
    type: Type = Type.TEXT
    nullable: bool = False
    """Whether a run can lack it."""
    sort: str | None = None
    """What to order by instead, so that an index serves."""


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

# MLflow's other names for them, and what a user would try first.
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
"""What a metric's history comes to, and how it is read off a row of `metrics`."""

DATASETS = {
    "name": "(SELECT n.name FROM names n WHERE n.id = {row}.key)",
    "digest": "{row}.fingerprint",
    "context": "NULL",
}
"""MLflow's fields of a run's datasets; a context is not kept, so that nothing matches it."""

_PREFIXES: dict[str, Kind] = {
    **dict.fromkeys(("metric", "metrics"), "metrics"),
    **dict.fromkeys(("param", "params", "parameter", "parameters"), "params"),
    **dict.fromkeys(("tag", "tags"), "tags"),
    **dict.fromkeys(("attribute", "attributes", "attr", "run"), "attributes"),
    **dict.fromkeys(("dataset", "datasets"), "datasets"),
    "data": "data",
}


def run_field(parts: Sequence[Part], span: Span) -> Field | None:
    """Return the field of runs that is written as this path, or None."""
    first, *rest = parts
    return _keyed(first.text, rest, span) if rest else _attribute(first.text, span)


def _attribute(name: str, span: Span) -> Field | None:
    """Return the attribute called `name`, by any of its names in any case, or None."""
    plain = name.lower().replace(" ", "_")
    if plain in _USER_NAMES:
        return Field("tags", _USER_TAG, span=span)
    plain = _ALIASES.get(plain, plain)
    return Field("attributes", plain, span=span) if plain in ATTRIBUTES else None


def _keyed(prefix: str, parts: Sequence[Part], span: Span) -> Field | None:
    """Return the field that `parts` name below `prefix` (`metrics`, `tag` ...), or None."""
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
    """Return what a field is compared as."""
    if field.kind == "attributes":
        return ATTRIBUTES[field.name].type
    return {"metrics": Type.NUMBER, "params": Type.PARAM}.get(field.kind, Type.TEXT)


def field_names(prefix: str | None, known: KnownNames | None) -> Iterator[str]:
    """Yield what may be written for a field, for suggestions; below `prefix` only, where one is given."""
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
    """Return every word that may stand before a dot."""
    return tuple(_PREFIXES)


def written(kind: str, name: str) -> str:
    """Return how a filter writes the field `name` of `kind`."""
    plain = all(step.isidentifier() or step.isalnum() for step in name.split("."))
    quote = '"' if "`" in name else "`"
    return f"{kind}.{name}" if plain else f"{kind}.{quote}{name}{quote}"
