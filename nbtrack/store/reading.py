"""The part of a store that reads."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from nbtrack.store import curves as run_curves
from nbtrack.store import health, lifecycle, reader, run_columns, uses
from nbtrack.store.access import Access
from nbtrack.store.backup import backup
from nbtrack.store.liveness import this_process
from nbtrack.store.location import kept_runs

if TYPE_CHECKING:
    import os
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from nbtrack.query import Compiled, Query
    from nbtrack.records import DataRecord, Experiment, MetricSummary, ParamValue, RunRecord, Series
    from nbtrack.store.curves import Curve, CurveX, Spacing

    _Function = Callable[..., str | int | float | None]

__all__ = ["Changes", "Reading", "Window"]

MAX_FIELD_RUNS = 2_000
"""Runs that are read to find which fields exist; reading more would take longer than a view may wait."""


@dataclass(frozen=True, slots=True)
class Window:
    """A slice of a filtered, ordered table of runs."""

    total: int
    """How many runs the filter finds."""
    ids: list[str]
    columns: dict[str, list[Any]]
    """Values by column, one for each id; `nbtrack.fields.MISSING` where a run lacks the field."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new in a store."""

    clock: int
    """The `since` of the next call."""
    runs: list[str]


class Reading(Access):
    """The part of a `Store` that reads."""

    def find_runs(
        self,
        query: Query,
        *,
        experiments: Sequence[str] | None = None,
        deleted: bool = False,
        offset: int = 0,
        limit: int | None = None,
        extreme: bool = False,
    ) -> list[RunRecord]:
        """Return a slice of the runs that a query finds, in its order, newest first by default.

        Parameters
        ----------
        experiments
            Names of those to look in; by default all that are not deleted.
        deleted
            Look among the deleted runs instead.
        extreme
            Look only for the run at the start of the query's order, which is faster: of equal runs any may come first,
            and runs without a number may be left out.

        Raises
        ------
        FilterError, NotFoundError
            When the query cannot be understood, or there is no such experiment.
        """
        with self._settled() as connection:
            compiled = self._compile(
                connection, query, experiments, offset=offset, limit=limit, deleted=deleted, extreme=extreme
            )
            return reader.records(connection, _keys(connection, compiled))

    def find_keys(
        self,
        query: Query,
        *,
        experiments: Sequence[str] | None = None,
        deleted: bool = False,
        offset: int = 0,
        limit: int | None = None,
    ) -> array[int]:
        """Return the record keys of the runs that a query finds; see `find_runs`."""
        with self._settled() as connection:
            found = self._compile(connection, query, experiments, offset=offset, limit=limit, deleted=deleted)
            return _keys(connection, found)

    def records(self, keys: Iterable[int]) -> list[RunRecord]:
        """Return the runs with these record keys, in this order; those that were removed for good are left out."""
        with self._settled() as connection:
            return reader.records(connection, list(keys))

    def extreme(
        self, keys: Sequence[int], metric: str, mode: Literal["min", "max"], *, broken: bool = False
    ) -> int | None:
        """Return which of the runs with these keys has the least or greatest value of a metric.

        Parameters
        ----------
        metric
            Its name, or that of a summary as in the filter language, such as ``loss.min``.
        broken
            Whether to include runs that failed or crashed.

        Returns
        -------
        int or None
            The first of equal runs; None if no run has a number.
        """
        with self._settled() as connection:
            return run_columns.extreme(connection, keys, metric, mode, broken=broken)

    def fold_names(self, keys: Sequence[int]) -> set[str]:
        """Return the metrics that are scores of folds in one of the runs with these keys."""
        with self._settled() as connection:
            return run_columns.fold_names(connection, keys)

    def count_runs(
        self, query: Query, *, experiments: Sequence[str] | None = None, deleted: bool = False
    ) -> int:
        """Return how many runs a query finds; see `find_runs`."""
        with self._settled() as connection:
            return _count(connection, self._compile(connection, query, experiments, deleted=deleted))

    def window(
        self,
        query: Query,
        offset: int,
        limit: int,
        columns: Sequence[str],
        *,
        experiments: Sequence[str] | None = None,
        deleted: bool = False,
    ) -> Window:
        """Return a slice of the table of runs that a query finds.

        `columns` are named as in the filter language: ``params.alpha``, ``metrics.loss.min``, ``tags.team``,
        ``data.train`` (its fingerprint), ``status``.

        Raises
        ------
        InvalidValueError
            For a name that is no column's.
        """
        with self._settled() as connection:
            whole = self._compile(connection, query, experiments, deleted=deleted)
            found = self._found.listing(connection, whole)
            keys: Sequence[int] | None = found.keys(connection, offset, limit)
            if keys is None:
                part = self._compile(
                    connection, query, experiments, offset=offset, limit=limit, deleted=deleted
                )
                keys = _keys(connection, part)
            runs = reader.records(connection, keys)
            values = run_columns.columns(connection, columns, runs)
            return Window(found.total(connection), [run.id for run in runs], values)

    def table(
        self, runs: Sequence[RunRecord], lacking: Any = None, system_use: Collection[str] | None = ()
    ) -> dict[str, list[Any]]:
        """Return params, metrics (last values) and tags of the runs as columns by name; see `run_columns.table`."""
        with self._settled() as connection:
            return run_columns.table(connection, runs, lacking, system_use)

    def fields(
        self,
        query: Query,
        limit: int,
        *,
        ids: Sequence[str] = (),
        experiments: Sequence[str] | None = None,
        deleted: bool = False,
    ) -> tuple[int, list[uses.FieldUse]]:
        """Return which fields the first `limit` runs of a query have, or those with these ids; and the number of runs.

        If there are more than 2,000 runs, 2,000 of them are read, spread evenly.
        """
        with self._settled() as connection:
            if ids:
                keys: Sequence[int] = sorted(run.key for run in reader.runs_of(connection, ids))
            else:
                keys = _keys(
                    connection, self._compile(connection, query, experiments, limit=limit, deleted=deleted)
                )
            every = -(-len(keys) // MAX_FIELD_RUNS) or 1
            return len(keys[::every]), uses.fields(connection, keys[::every])

    def column(self, name: str, runs: Sequence[RunRecord]) -> list[Any]:
        """Return one column for the runs, with `nbtrack.fields.MISSING` where a run lacks it; see `window`."""
        with self._settled() as connection:
            return run_columns.columns(connection, [name], runs)[name]

    def run(self, text: str) -> RunRecord:
        """Return the run with this id, unique prefix of an id (4 characters or more), or unique name.

        Raises
        ------
        NotFoundError
            When there is none or more than one; the message lists them.
        """
        with self._settled() as connection:
            return reader.find_run(connection, text)

    def runs_of(self, ids: Iterable[str]) -> list[RunRecord]:
        """Return the runs with these full ids, in this order, each once, deleted ones included.

        Raises
        ------
        NotFoundError
            For an id that is no run's.
        """
        with self._settled() as connection:
            return reader.runs_of(connection, ids)

    def params(self, key: int) -> dict[str, ParamValue]:
        """Return the params of the run with the record key `key`."""
        with self._settled() as connection:
            return reader.params(connection, key)

    def metrics(self, key: int) -> dict[str, MetricSummary]:
        """Return the summaries of a run's metrics."""
        with self._settled() as connection:
            return reader.metrics(connection, key)

    def tags(self, key: int) -> dict[str, str]:
        """Return a run's tags."""
        with self._settled() as connection:
            return reader.tags(connection, key)

    def history(self, key: int, metric: str) -> Series:
        """Return a metric's points by step, then time; empty when the run has none.

        The first 1,048,576 points are all kept, then every second point until as many more are kept, then every fourth,
        and so on. The last point is always there.
        """
        with self._settled() as connection:
            return reader.history(connection, key, metric)

    def curves(
        self,
        keys: Sequence[int],
        metric: str,
        *,
        points: int = 400,
        x: CurveX | str = "step",
        within: tuple[float, float] | None = None,
        spacing: Spacing = "even",
    ) -> list[Curve]:
        """Return a metric's history in each of the runs with these record keys, downsampled to be drawn.

        Parameters
        ----------
        points
            How many buckets a curve has at most; each has a least, greatest and mean value.
        x
            The x axis: `step`, `relative` (seconds since the run began), `time` (seconds since the epoch), or another
            metric, such as `metrics.loss`: its value at the same step, or the last before it.
        within
            The range of x to return; by default all.
        spacing
            `log` gives the beginning more buckets, as a logarithmic axis does.

        Raises
        ------
        InvalidValueError
            For fewer than 4 points, or another `x` or `spacing`.
        """
        with self._settled() as connection:
            return run_curves.curves(
                connection, keys, metric, points=points, x=x, within=within, spacing=spacing
            )

    def data(self, key: int) -> dict[str, DataRecord]:
        """Return what a run read."""
        with self._settled() as connection:
            return reader.data(connection, key)

    def document(self, key: int, kind: str) -> Any | None:
        """Return a run's document of a kind, or None."""
        with self._settled() as connection:
            return reader.document(connection, key, kind)

    def children(self, run_id: str) -> list[RunRecord]:
        """Return the runs begun inside a run, in the order they began."""
        with self._settled() as connection:
            return reader.children(connection, run_id)

    def lineage(self, lineage_id: str, limit: int | None = None) -> list[RunRecord]:
        """Return the runs of one cell, newest first."""
        with self._settled() as connection:
            return reader.lineage(connection, lineage_id, limit)

    def lineage_bests(
        self, run: RunRecord, metrics: Mapping[str, Literal["min", "max"]], limit: int
    ) -> dict[str, float]:
        """Return the best value of each metric in the last runs of a cell but this one, where there is one."""
        with self._settled() as connection:
            return run_columns.lineage_bests(connection, run, metrics, limit)

    def names(self, kind: reader.NameKind) -> list[str]:
        """Return the names that runs use for params, metrics, tags or data, sorted."""
        with self._settled() as connection:
            return reader.names(connection, kind)

    def running(self, pid: int) -> list[RunRecord]:
        """Return the runs that a process of this machine has open, in the order they began."""
        with self._database.read() as connection:
            return reader.running(connection, this_process()._replace(pid=pid))

    def version(self) -> object:
        """Return a value that changes when another connection has changed the store; takes a few microseconds."""
        return self._database.version()

    def changes(self, since: int = 0) -> Changes:
        """Return the ids of the runs that changed after `since`, the clock of an earlier result.

        The clock also advances when runs are removed for good.
        """
        with self._settled() as connection:
            return Changes(reader.clock(connection), reader.changed_since(connection, since))

    def artifact_folder(self, run_id: str) -> Path:
        """Return the folder of a run's artifacts, whether it exists or not."""
        return self.path / "artifacts" / run_id

    def check(self) -> health.Health:
        """Check the whole store for damage."""
        listed = kept_runs(self.path)
        with self._settled() as connection:
            return health.inspect_open(connection, self.path, listed, read_only=self.read_only)

    def backup(self, target: str | os.PathLike[str]) -> None:
        """Copy the store, at any time, to a new folder that can be opened as a store.

        Raises
        ------
        StoreError
            When it cannot be written.
        """
        with self._settled() as connection:
            backup(connection, self.path, Path(target))

    def experiments(self, *, deleted: bool = False) -> list[Experiment]:
        """Return the experiments, or the deleted ones, by name."""
        with self._settled() as connection:
            return lifecycle.experiments(connection, deleted=deleted)

    def _compile(
        self,
        connection: sqlite3.Connection,
        query: Query,
        experiments: Sequence[str] | None,
        *,
        offset: int = 0,
        limit: int | None = None,
        deleted: bool,
        extreme: bool = False,
    ) -> Compiled:
        from nbtrack.query import begin_matching, compile_query, functions

        if self._extended is not connection:
            for name, function in functions().items():
                connection.create_function(name, -1, cast("_Function", function), deterministic=True)
            self._extended = connection
        begin_matching()
        return compile_query(
            query,
            experiments=None if experiments is None else reader.experiment_ids(connection, experiments),
            deleted=deleted,
            offset=offset,
            limit=limit,
            known=lambda kind: reader.names(connection, kind),
            artifacts=(self.path / "artifacts").as_uri(),
            extreme=extreme,
        )


def _keys(connection: sqlite3.Connection, compiled: Compiled) -> array[int]:
    return array("q", (key for (key,) in connection.execute(compiled.ids.sql, compiled.ids.params)))


def _count(connection: sqlite3.Connection, compiled: Compiled) -> int:
    return int(connection.execute(compiled.count.sql, compiled.count.params).fetchone()[0])
