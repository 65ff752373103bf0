"""What a run changed since the run before of the same cell, or against the best of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.compare.chosen import chosen
from nbtrack.compare.sides import side_by_side
from nbtrack.direction import direction
from nbtrack.entities.folds import folds_of, shown_metrics
from nbtrack.entities.system_use import results
from nbtrack.query import Order, Query
from nbtrack.query.tree import And, Compare, Condition, Field, In, IsNull, Moment, Not, Text
from nbtrack.records import UNSTARRED

if TYPE_CHECKING:
    from nbtrack.compare.documents import CodeDiff, RunHead, Section, SinceDocument
    from nbtrack.records import RunRecord
    from nbtrack.store import Store

__all__ = ["since"]

_MAX_AT_ONCE = 50
"""Runs that may begin in one millisecond."""
_START = Field("attributes", "start_time")
_TELLING = frozenset({"status", "experiment", "notebook", "git.commit", "git.dirty"})
"""What is told of a run and its environment beside packages: the rest is another machine's, or another session's."""


def since(store: Store, run_id: str, against: str) -> SinceDocument:
    """Return what differs between a run and the one before of its cell, or the best of its cell.

    Runs that no cell made are compared with the others of their experiment.

    Parameters
    ----------
    store
        The store.
    run_id
        The run.
    against
        `before`, `best`, or the id of another run.

    Raises
    ------
    NotFoundError
        When there is no such run.

    Examples
    --------
    >>> since(store, run.id, "before")["before"]["name"]  # doctest: +SKIP
    'ridge-2'
    """
    (run,) = chosen(store, [run_id])
    alike = _alike(run)
    before, after = (_beside(store, run, alike, later=later) for later in (False, True))
    metric = _metric(store, run) or (None if before is None else _metric(store, before))
    best = None if metric is None else _best(store, run, alike, metric)
    other = {"before": before, "best": best}[against] if against in {"before", "best"} else store.run(against)
    document: SinceDocument = {
        "cell": run.lineage is not None,
        "before": _head(before),
        "after": _head(after),
        "best": _head(best),
        "metric": metric,
        "other": _head(other),
        "sections": [],
        "code": None,
    }
    if other is not None:
        compared = side_by_side(store, [other.id, run.id])
        document["sections"] = _differing(compared["sections"])
        document["code"] = _changed(compared["code"][0] if compared["code"] else None)
    return document


def _alike(run: RunRecord) -> Condition:
    """Return what finds the runs that a run is one of."""
    if run.lineage is not None:
        return Compare("=", Field("attributes", "lineage"), Text(run.lineage))
    parent = Field("attributes", "parent")
    same_parent = IsNull(parent) if run.parent is None else Compare("=", parent, Text(run.parent))
    return And(
        (
            Compare("=", Field("attributes", "experiment"), Text(run.experiment)),
            IsNull(Field("attributes", "lineage")),
            same_parent,
        )
    )


def _beside(store: Store, run: RunRecord, alike: Condition, *, later: bool) -> RunRecord | None:
    # A filter knows whole milliseconds: runs that began in the same one are told apart here.
    moment = run.start_time * 1000
    near = Compare(">=", _START, Moment(moment - 1)) if later else Compare("<=", _START, Moment(moment + 1))
    query = Query(And((alike, near)), (Order(_START, descending=not later),))
    place = (run.start_time, run.key)
    found = store.find_runs(query, limit=_MAX_AT_ONCE)
    others = sorted((one for one in found if one.id != run.id), key=lambda one: (one.start_time, one.key))
    if later:
        return next((one for one in others if (one.start_time, one.key) > place), None)
    return next((one for one in reversed(others) if (one.start_time, one.key) < place), None)


def _metric(store: Store, run: RunRecord) -> str | None:
    """Return the metric that says which run is best: the first whose better end is known, validation first."""
    shown = shown_metrics(results(store.metrics(run.key)), folds_of([store.tags(run.key)]))
    known = [name for name in shown if direction(name) is not None]
    held_out = [name for name in known if "val" in name.lower() or "test" in name.lower()]
    return next(iter([*held_out, *known]), None)


def _best(store: Store, run: RunRecord, alike: Condition, metric: str) -> RunRecord | None:
    """Return the best of the other runs."""
    name, _, summary = metric.rpartition(".") if metric.endswith(".mean") else (metric, "", "")
    field = Field("metrics", name, summary or None, exact=not summary)
    complete = Not(In(Field("attributes", "status"), tuple(map(Text, sorted(UNSTARRED)))))
    other = Compare("!=", Field("attributes", "run_id"), Text(run.id))
    where = And((alike, complete, other, Not(IsNull(field))))
    order = (Order(field, descending=direction(metric) == "up"),)
    return next(iter(store.find_runs(Query(where, order), limit=1)), None)


def _head(run: RunRecord | None) -> RunHead | None:
    return None if run is None else {"id": run.id, "name": run.name, "status": run.status}


def _differing(sections: list[Section]) -> list[Section]:
    """Return the rows that differ, and of the run and its environment only what people change."""
    kept: list[Section] = []
    for section in sections:
        rows = [row for row in section["rows"] if row["differs"]]
        if section["name"] in {"Run", "Environment"}:
            # A package that one run alone has was not imported by the other, which says nothing of what is installed.
            both = (row for row in rows if None not in row["cells"])
            rows = [row for row in both if row["name"] in _TELLING or row["name"].startswith("packages.")]
        if rows and section["name"] != "Tags":
            kept.append({"name": section["name"], "rows": rows})
    return kept


def _changed(code: CodeDiff | None) -> CodeDiff | None:
    """Return the lines of both codes, if one differs."""
    if code is None or all(line["kind"] == "same" for line in code["lines"]):
        return None
    return code
