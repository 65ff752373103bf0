"""The parts of a dashboard that follow a store by themselves: rankings, what is new, and which params matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.compare.defaults import defaults
from nbtrack.compare.importance import importance
from nbtrack.direction import Mode, mode_of
from nbtrack.entities.text import choose_columns, duration_text, one_line, time_text, value_text
from nbtrack.errors import InvalidValueError
from nbtrack.fields import MISSING, differ, is_finite
from nbtrack.query import parse
from nbtrack.query.field_names import metric_column
from nbtrack.query.tree import And, Field, In, IsNull, Not, Order, Query, Text
from nbtrack.records import BROKEN, UNSTARRED
from nbtrack.tracking.destination import store_at
from nbtrack.tracking.experiments import find_experiments
from nbtrack.widgets.dashboard.live import Live
from nbtrack.widgets.dashboard.markup import Cell, card, quiet, table

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from nbtrack.compare.documents import ImportanceDocument
    from nbtrack.records import RunRecord
    from nbtrack.store import Store

    StoreLike = Store | str | os.PathLike[str] | None
    Experiments = str | Sequence[str] | None

__all__ = ["best", "leaderboard", "matters", "newest", "running"]

PARAMS = 4
"""Params of a run that a ranking shows: those that differ most."""
MAX_EXPERIMENTS = 15
MAX_IMPORTANCES = 10
MAX_COMPARED = 1_000
"""Runs, the newest, that are asked for which params matter, and for what a page shows at first."""
_GOING_ON = "status = 'RUNNING'"
_NONE_YET = "No runs yet: put %%track on a cell, or log one with nbtrack.start_run()."


def leaderboard(
    metric: str | None = None,
    *,
    experiment: Experiments = None,
    mode: Mode | None = None,
    limit: int = 10,
    store: StoreLike = None,
) -> Live:
    """Return the best runs by a metric, which follow the store.

    Runs that failed or crashed, or go on, are left out.

    Parameters
    ----------
    metric
        Such as `rmse` or `loss.min`; without it one that most runs have.
    experiment
        The name of an experiment, or several; without it and without a metric that of the newest run, else all.
    mode
        Whether the metric is better low, `min`, or high, `max`; without it as its name says, else `max`.
    limit
        How many runs at most.
    store
        A store or its folder; by default the one in use.

    Examples
    --------
    >>> dashboard.leaderboard("rmse", experiment="wine")  # doctest: +SKIP
    """
    held = store_at(store)

    def made() -> str:
        names, of = _about(held, experiment, metric)
        chosen = metric or _metric_of(held, names)
        if chosen is None:
            return card(
                "Leaderboard", quiet("No run has a metric yet." if _newest(held, names) else _NONE_YET)
            )
        down = mode_of(chosen, mode) == "min"
        title = f"Leaderboard{of and f' of {of}'}: {one_line(chosen, 40)}, {'lowest' if down else 'highest'} first"
        records = _ranked(held, chosen, names, down=down, limit=limit)
        if not records:
            return card(title, quiet("No finished run has it yet."))
        return card(title, _ranking(held, records, chosen))

    return Live(held, made)


def newest(*, experiment: Experiments = None, limit: int = 10, store: StoreLike = None) -> Live:
    """Return the runs that began last, whatever became of them; they follow the store.

    Examples
    --------
    >>> dashboard.newest(limit=5)  # doctest: +SKIP
    """
    held = store_at(store)

    def made() -> str:
        names = find_experiments(experiment, held)
        records = held.find_runs(Query(), experiments=names, limit=limit)
        if not records:
            return card("What is new", quiet("Nothing yet."))
        metric = [_metric_of(held, [one.experiment]) for one in records]
        values = [
            MISSING if name is None else _column(held, name, [one])[0]
            for name, one in zip(metric, records, strict=True)
        ]
        heads = [Cell("run"), Cell("experiment"), Cell("status"), Cell("began"), Cell("took", look="right")]
        rows = [
            [
                Cell(one.name, one.id),
                Cell(one.experiment, one.experiment),
                Cell(one.status.lower(), look="bad" if one.status in BROKEN else "quiet"),
                Cell(time_text(one.start_time), look="quiet"),
                Cell(_took(one), look="right quiet"),
                Cell(_shown(value), look="right"),
                Cell("" if value is MISSING else str(name), str(name), look="quiet"),
            ]
            for one, name, value in zip(records, metric, values, strict=True)
        ]
        return card("What is new", table([*heads, Cell("result", look="right"), Cell("")], rows))

    return Live(held, made)


def best(metric: str | None = None, *, store: StoreLike = None) -> Live:
    """Return the best run of each experiment, the experiment of the newest run first; they follow the store.

    Parameters
    ----------
    metric
        By which; without it, and where an experiment has none of this name, by one that most of its runs have.
    store
        A store or its folder; by default the one in use.

    Examples
    --------
    >>> dashboard.best()  # doctest: +SKIP
    """
    held = store_at(store)

    def made() -> str:
        every = [one for one in held.experiments() if one.runs]
        if not every:
            return card("Best by experiment", quiet("Nothing yet."))
        last = {one.name: _newest(held, [one.name]) for one in every}
        every.sort(key=lambda one: _began(last[one.name]), reverse=True)
        heads = [
            Cell("experiment"),
            Cell("runs", look="right"),
            Cell("best run"),
            Cell("by"),
            Cell("value", look="right"),
        ]
        rows = [_best_of(held, one.name, one.runs, metric, last[one.name]) for one in every[:MAX_EXPERIMENTS]]
        left = len(every) - MAX_EXPERIMENTS
        more = [quiet(f"and {left:,} more experiments")] if left > 0 else []
        return card("Best by experiment", table([*heads, Cell("last run began")], rows), *more)

    return Live(held, made)


def matters(metric: str | None = None, *, experiment: Experiments = None, store: StoreLike = None) -> Live:
    """Return how much each param tells of a metric, among the newest 1,000 runs; it follows the store.

    Parameters
    ----------
    metric
        Of which; without it one that most runs have.
    experiment
        The name of an experiment, or several; without it and without a metric that of the newest run, else all.
    store
        A store or its folder; by default the one in use.

    Examples
    --------
    >>> dashboard.matters("rmse", experiment="wine")  # doctest: +SKIP
    """
    held = store_at(store)

    def made() -> str:
        names, of = _about(held, experiment, metric)
        chosen = metric or _metric_of(held, names)
        if chosen is None:
            return card("What matters", quiet("Nothing yet."))
        title = f"What matters for {one_line(chosen, 40)}{of and f' in {of}'}"
        wanted = Query(Not(IsNull(_field(held, chosen))))
        records = held.find_runs(wanted, experiments=names, limit=MAX_COMPARED)
        try:
            found = importance(held, [one.id for one in records], chosen)
        except InvalidValueError as error:
            # Too few runs.
            return card(title, quiet(f"{str(error)[:1].upper()}{str(error)[1:]}."))
        return card(title, *_importances(found))

    return Live(held, made)


def running(*, experiment: Experiments = None, store: StoreLike = None) -> Any:
    """Return the curves of the runs that go on, in a panel; where none does, a line that says so.

    Examples
    --------
    >>> dashboard.running()  # doctest: +SKIP
    """
    import ipywidgets

    from nbtrack.widgets.panel.widget import Panel

    held = store_at(store)
    panel = Panel(held, filter=_GOING_ON, experiments=find_experiments(experiment, held))
    panel.view = "curves"

    def made() -> str:
        going = held.count_runs(parse(_GOING_ON), experiments=find_experiments(experiment, held))
        panel.layout.display = None if going else "none"
        return card(
            "Running now", quiet(f"{going:,} {'run' if going == 1 else 'runs'}" if going else "Nothing runs.")
        )

    return ipywidgets.VBox([Live(held, made), panel])


def _importances(found: ImportanceDocument) -> list[str]:
    rows = [
        [
            Cell(one["param"], one["param"]),
            Cell("", bar=one["share"] or 0.0),
            Cell("" if one["share"] is None else f"{one['share']:.0%}", look="right"),
            Cell("" if one["correlation"] is None else f"{one['correlation']:+.2f}", look="right quiet"),
        ]
        for one in found["params"][:MAX_IMPORTANCES]
    ]
    cautions = [quiet(f"{text[:1].upper()}{text[1:]}.") for text in found["cautions"]]
    if not rows:
        return cautions or [quiet("No param differs between the runs.")]
    heads = [Cell("param"), Cell(""), Cell("importance", look="right"), Cell("correlation", look="right")]
    return [table(heads, rows), *cautions]


def _newest(store: Store, names: Sequence[str] | None) -> RunRecord | None:
    return next(iter(store.find_runs(Query(), experiments=names, limit=1)), None)


def _about(store: Store, experiment: Experiments, metric: str | None) -> tuple[list[str] | None, str]:
    """Return the experiments that a ranking is about, and the name where it is one.

    Without a metric it is about one: the runs of several have hardly one in common that means the same.
    """
    names = find_experiments(experiment, store)
    if names is None and metric is None and (newest := _newest(store, None)) is not None:
        names = [newest.experiment]
    return names, one_line(names[0], 40) if names is not None and len(names) == 1 else ""


def _metric_of(store: Store, names: Sequence[str] | None) -> str | None:
    """Return the metric that the newest runs are compared by, as the panel's charts choose it."""
    count, uses = store.fields(Query(), MAX_COMPARED, experiments=names)
    return defaults(count, uses)["metric"]


def _field(store: Store, metric: str) -> Field:
    """Return the field of a metric: built, for no quotes would hold every name that a metric can have."""
    name, summary = metric_column(metric, frozenset(store.names("metrics")).__contains__)
    return Field("metrics", name, None if name == metric else summary)


def _ranked(
    store: Store, metric: str, names: Sequence[str] | None, *, down: bool, limit: int
) -> list[RunRecord]:
    field = _field(store, metric)
    ended = Not(In(Field("attributes", "status"), tuple(map(Text, sorted(UNSTARRED)))))
    query = Query(And((ended, Not(IsNull(field)))), (Order(field, descending=not down),))
    return store.find_runs(query, experiments=names, limit=limit)


def _column(store: Store, metric: str, records: Sequence[RunRecord]) -> list[Any]:
    return store.column(f"metrics.{metric}", records)


def _ranking(store: Store, records: Sequence[RunRecord], metric: str) -> str:
    values = _column(store, metric, records)
    columns = store.table(records, MISSING)
    params = [
        name for name in choose_columns(columns) if name.startswith("params.") and differ(columns[name])
    ][:PARAMS]
    several = len({one.experiment for one in records}) > 1
    most = max((abs(value) for value in values if is_finite(value)), default=0.0)
    heads = [Cell("", look="right"), Cell("run"), *([Cell("experiment")] if several else [])]
    heads += [Cell(metric, metric, "right"), Cell("")]
    heads += [Cell(name.partition(".")[2], name, "right") for name in params]
    rows = []
    for place, (one, value) in enumerate(zip(records, values, strict=True)):
        bar = abs(value) / most if most and is_finite(value) else 0.0
        row = [
            Cell(str(place + 1), look="right quiet"),
            Cell(one.name, one.id, "first" if place == 0 else ""),
        ]
        row += [Cell(one.experiment, one.experiment, "quiet")] if several else []
        row += [Cell(_shown(value), look="right first" if place == 0 else "right"), Cell("", bar=bar)]
        row += [Cell(_shown(columns[name][place]), str(columns[name][place]), "right") for name in params]
        rows.append([*row, Cell(time_text(one.start_time), look="quiet")])
    return table([*heads, Cell("began")], rows)


def _best_of(
    store: Store, experiment: str, runs: int, metric: str | None, last: RunRecord | None
) -> list[Cell]:
    names = [experiment]
    chosen, found = None, None
    for one in (metric, _metric_of(store, names)):
        if one is not None and found is None:
            ranked = _ranked(store, one, names, down=mode_of(one) == "min", limit=1)
            chosen, found = one, next(iter(ranked), None)
    head = [Cell(experiment, experiment, "first"), Cell(f"{runs:,}", look="right")]
    began = Cell(time_text(_began(last)) if last else "", look="quiet")
    if found is None or chosen is None:
        return [*head, Cell("none finished with a metric", look="quiet"), Cell(""), Cell(""), began]
    value = _column(store, chosen, [found])[0]
    return [
        *head, Cell(found.name, found.id), Cell(chosen, chosen, "quiet"), Cell(_shown(value), look="right"), began,
    ]  # fmt: skip


def _shown(value: Any) -> str:
    return "" if value is MISSING or value is None else value_text(value)


def _began(record: RunRecord | None) -> float:
    return 0.0 if record is None else record.start_time


def _took(record: RunRecord) -> str:
    return "" if record.end_time is None else duration_text(record.end_time - record.start_time)
