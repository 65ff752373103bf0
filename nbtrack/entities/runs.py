"""The runs that a filter finds, as a sequence."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

from nbtrack import doors
from nbtrack.direction import mode_of
from nbtrack.entities.frame import arrow_table, run_columns, runs_frame, write_csv, write_parquet
from nbtrack.entities.run import Run
from nbtrack.entities.text import ROWS_SHOWN, did_you_mean, runs_text
from nbtrack.errors import InvalidValueError, NotFoundError, StoreError
from nbtrack.fields import MISSING

if TYPE_CHECKING:
    import os

    import pandas as pd

    from nbtrack.errors import FilterError
    from nbtrack.query import Query
    from nbtrack.records import RunRecord
    from nbtrack.store import Store

__all__ = ["Runs", "remarks_on", "unread"]

_SUMMARIES = frozenset({"last", "first", "min", "max", "mean", "count"})
_BATCH = 1_000
"""So many runs are read at once where one after another is asked for."""


class Scope(NamedTuple):
    """Where runs were looked for."""

    experiments: Sequence[str] | None
    deleted: bool
    picked: bool
    """Whether they are others than all that the query finds there."""


class Runs(Sequence[Run]):
    """The runs that a filter finds, in its order; looked for when first needed, and fixed from then on.

    A slice is looked for on its own as long as the whole was not needed, so that `runs[:20]` of 100,000
    costs little. A million runs take 8 MB to count, go through, and find the best of.

    Examples
    --------
    >>> runs = nbtrack.runs("metrics.rmse < 0.8", order_by="metrics.rmse")
    >>> len(runs), runs[0].params, runs.best("rmse").name
    (2, {'alpha': 0.1}, 'lasso')
    """

    def __init__(
        self,
        store: Store,
        query: Query,
        *,
        experiments: Sequence[str] | None = None,
        deleted: bool = False,
        offset: int = 0,
        limit: int | None = None,
    ) -> None:
        self.store = store
        self.query = query
        self._scope: dict[str, Any] = {"experiments": experiments, "deleted": deleted}
        self._offset = offset
        self._limit = limit
        self._keys: array[int] | None = None
        self._file: object = None
        self._records: list[RunRecord] | None = None
        self._picked = False

    @classmethod
    def of(cls, store: Store, records: Sequence[RunRecord]) -> Runs:
        """Return these runs, which were already looked for."""
        from nbtrack.query import Query

        runs = cls(store, Query())
        runs._picked = True
        runs._fix(array("q", [record.key for record in records]), list(records))
        return runs

    @property
    def scope(self) -> Scope:
        """Where the runs were looked for, beside their query."""
        picked = self._picked or bool(self._offset) or self._limit is not None
        return Scope(self._scope["experiments"], self._scope["deleted"], picked)

    @property
    def records(self) -> list[RunRecord]:
        """The rows of the runs."""
        if self._records is None:
            if self._keys is None:
                records = self._find(0, None)
                self._fix(array("q", [record.key for record in records]), records)
                return records
            self._records = self._rows(self._keys)
        return self._records

    @property
    def keys(self) -> array[int]:
        """The numbers of the runs' rows: which runs these are, from the first look on."""
        if self._keys is None:
            scope = self._scope | {"offset": self._offset, "limit": self._limit}
            self._fix(self.store.find_keys(self.query, **scope))
        return self._keys  # type: ignore[return-value]  # set by `_fix`

    def _fix(self, keys: array[int], records: list[RunRecord] | None = None) -> None:
        self._keys, self._records, self._file = keys, records, self.store.file()

    def _rows(self, keys: Sequence[int]) -> list[RunRecord]:
        """Return rows as they are now, without those that have been removed for good."""
        if self.store.file() != self._file:
            raise StoreError(
                f"the store {str(self.store.path)!r} is another one since these runs were looked for; look again"
            )
        return self.store.records(keys)

    def _find(self, start: int, count: int | None) -> list[RunRecord]:
        """Return rows from `start` on, within these runs' own bounds."""
        if self._limit is not None:
            room = max(0, self._limit - start)
            count = room if count is None else min(count, room)
        if count == 0:
            return []
        return self.store.find_runs(self.query, **self._scope, offset=self._offset + start, limit=count)

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> Runs: ...
    def __getitem__(self, index: int | slice) -> Run | Runs:
        if isinstance(index, slice):
            return self._slice(index)
        found = self._find(index, 1) if self._keys is None and index >= 0 else self._known(index)
        if not found:
            raise IndexError(f"there is no run {index}: the filter finds {self.total()}")
        return Run(self.store, found[0].id, found[0])

    def _known(self, index: int) -> list[RunRecord]:
        """Return the row of one of the runs that these were from the first look on."""
        keys = self.keys
        if not -len(keys) <= index < len(keys):
            return []
        if self._records is not None and len(self._records) == len(keys):
            return [self._records[index]]
        found = self._rows([keys[index]])
        if not found:
            raise NotFoundError(f"run {index} of these has been removed for good since they were looked for")
        return found

    def _slice(self, index: slice) -> Runs:
        start, stop = index.start or 0, index.stop
        lazy = self._keys is None and index.step in (None, 1) and start >= 0 and (stop is None or stop >= 0)
        if not lazy:
            runs = Runs(self.store, self.query, **self._scope)
            runs._picked = True
            runs._fix(self.keys[index])
            return runs
        limit = None if stop is None else max(0, stop - start)
        if self._limit is not None:
            room = max(0, self._limit - start)
            limit = room if limit is None else min(limit, room)
        return Runs(self.store, self.query, **self._scope, offset=self._offset + start, limit=limit)

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[Run]:
        return self._runs(self.keys)

    def __reversed__(self) -> Iterator[Run]:
        return self._runs(self.keys[::-1])

    def _runs(self, keys: array[int]) -> Iterator[Run]:
        for start in range(0, len(keys), _BATCH):
            for record in self._rows(keys[start : start + _BATCH]):
                yield Run(self.store, record.id, record)

    def __contains__(self, run: object) -> bool:
        return isinstance(run, Run) and any(run.id == record.id for record in self.records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Runs) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def best(self, metric: str, mode: Literal["min", "max"] | None = None) -> Run:
        """Return the run with the best value of a metric: its last one, of scores of folds their mean.

        Of equals the first is best. A run that FAILED or CRASHED is never the best; one that was stopped (KILLED) may
        be. Scores of folds are those that `%%track` found in the cross validation of a cell; where the metric is one in
        some of these runs, all are compared by their means.

        Parameters
        ----------
        metric
            The metric's name, or a summary of it as in filters: `loss.min`, `scores.mean`, `scores.last`. Runs
            without it, or with NaN, are passed over.
        mode
            `"min"` or `"max"`; known from the name where it says (`loss`, `rmse`, `accuracy`, `r2`).

        Raises
        ------
        InvalidValueError
            When the name does not tell and `mode` is not given, or is another.
        NotFoundError
            When no run has a value of the metric.

        Examples
        --------
        >>> nbtrack.runs().best("rmse").name
        'lasso'
        """
        chosen = mode_of(metric, mode)
        found = self._extreme(metric, chosen or "min")
        if found is None:
            raise NotFoundError(self._why_none(metric))
        if chosen is None:
            raise InvalidValueError(
                f"whether {metric!r} is better low or high is not known from its name; "
                f"say best({metric!r}, mode='min') or mode='max'"
            )
        return Run(self.store, found.id, found)

    def _extreme(self, metric: str, mode: Literal["min", "max"], *, broken: bool = False) -> RunRecord | None:
        """Return the run with the least or greatest value of a metric, of equals the first."""
        # Scores of folds are compared by their mean.
        column = f"`{metric}`.mean" if metric in self.store.fold_names(self.keys) else metric
        key = self.store.extreme(self.keys, column, mode, broken=broken)
        return None if key is None else next(iter(self._rows([key])), None)

    def _why_none(self, metric: str) -> str:
        known = self.store.names("metrics")
        whole, _, summary = metric.rpartition(".")
        if metric not in known and not (whole in known and summary in _SUMMARIES):
            return f"no run has a metric {metric!r}{did_you_mean(metric, known)}"
        broken = self._extreme(metric, "min", broken=True) is not None
        but = ": those that have one failed or crashed" if broken else ""
        return f"none of these runs has a value of the metric {metric!r}{but}"

    def _remarks(self, *, found: bool) -> tuple[FilterError, ...]:
        from nbtrack.query import unknown_names

        return unknown_names(replace(self.query, where=None) if found else self.query, self.store.names)

    def table(self, records: Sequence[RunRecord] | None = None, lacking: Any = None) -> dict[str, list[Any]]:
        """Return the columns of these rows, by default of all, as `Store.table` has them.

        System use (`system/...`) is among them where the filter or the order names it.
        """
        from nbtrack.query import metrics_named

        rows = self.records if records is None else records
        return self.store.table(rows, lacking, metrics_named(self.query))

    def to_pandas(self) -> pd.DataFrame:
        """Return a DataFrame: a row a run, MLflow's columns.

        Returns
        -------
        pandas.DataFrame
            `run_id`, `name`, `experiment`, `status`, `start_time` and `end_time` (UTC), then `metrics.*` (their
            last values), `params.*` (with their types) and `tags.*`. Beside a metric that is scores of folds in
            one of the runs stands its mean, named as in filters: `metrics.scores.mean`. Shown as text or HTML,
            runs have that one alone.

        Examples
        --------
        >>> nbtrack.runs().to_pandas()[["name", "metrics.rmse"]]
            name  metrics.rmse
        0  lasso          0.71
        1  ridge          0.79
        """
        return runs_frame(self.records, self.table())

    def to_csv(self, path: str | os.PathLike[str], *, spreadsheet: bool = False) -> None:
        """Write the columns of `to_pandas` as CSV.

        Parameters
        ----------
        path
            The file.
        spreadsheet
            Whether a person will open it in a spreadsheet: texts that it would take for a formula, such as a note
            ``=1+1`` of somebody else's run, then begin with an apostrophe. A program wants them as they are.

        Examples
        --------
        >>> nbtrack.runs().to_csv("runs.csv")
        """
        write_csv(Path(path), self.records, self.table(), spreadsheet=spreadsheet)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write the columns of `to_pandas` as Parquet, which needs `nbtrack[parquet]`.

        Examples
        --------
        >>> nbtrack.runs().to_parquet("runs.parquet")
        """
        write_parquet(Path(path), self.records, self.table())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the columns of `to_pandas` as a stream of Arrow's PyCapsule interface.

        It is what `pyarrow.table(runs)`, `duckdb.sql("from runs")` and `pandas.DataFrame.from_arrow(runs)` ask for.
        Polars takes any sequence for a list of its items, so give it the table: `polars.DataFrame(pyarrow.table(runs))`.
        As in Parquet, a param that is text in some of these runs is text in all. It needs `nbtrack[parquet]`.

        Parameters
        ----------
        requested_schema
            A PyCapsule of the types that are wanted, for pyarrow to cast to.

        Raises
        ------
        MissingPackageError
            Without pyarrow, saying how to install it.
        """
        table = arrow_table(run_columns(self.records, self.table()))
        return table.__arrow_c_stream__(requested_schema)

    def panel(self, columns: Sequence[str] | None = None) -> Any:
        """Return a panel that shows these runs, in which they can be filtered, ordered and compared.

        Parameters
        ----------
        columns
            Such as `["params.alpha", "metrics.loss.min"]`; those that tell most without it.

        Examples
        --------
        >>> nbtrack.runs("metrics.rmse < 0.75").panel(columns=["name", "metrics.rmse"]).filter
        'metrics.rmse < 0.75'
        """
        return doors.panel(self, columns)

    def figure(self, kind: str | None = None, **options: Any) -> Any:
        """Return a chart of these runs as a Plotly figure; see `Panel.figure`.

        Examples
        --------
        >>> figure = nbtrack.runs().figure("scatter", x="params.alpha", y="metrics.rmse")
        """
        return doors.figure(self, kind, **options)

    def report(self, path: str | os.PathLike[str], title: str | None = None) -> Path:
        """Write these runs, at most 1,000, as one HTML file that needs neither nbtrack nor a network to be opened."""
        written: Path = doors.report(self, path, title)
        return written

    def __repr__(self) -> str:
        shown = self[:ROWS_SHOWN].records
        total = len(shown)
        if total == ROWS_SHOWN:
            total = self.total()
        text = runs_text(shown, self.table(shown, MISSING), total)
        return "\n".join([text, *map(str, self._remarks(found=bool(shown)))])

    def total(self) -> int:
        """Return how many runs there are, without looking at them.

        Examples
        --------
        >>> nbtrack.runs("metrics.rmse < 0.75").total()
        1
        """
        if self._keys is not None:
            return len(self._keys)
        total = max(0, self.store.count_runs(self.query, **self._scope) - self._offset)
        return total if self._limit is None else min(total, self._limit)

    def _repr_html_(self) -> str:
        return doors.runs_html(self)

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        # Text and HTML are IPython's to ask for, where they are shown.
        return doors.runs_view(self)


def unread(runs: Runs) -> Runs:
    """Return the same runs without the rows that were read, which may be many; a filter finds those of then."""
    scope = runs.scope
    if scope.picked:
        return runs
    return Runs(runs.store, runs.query, experiments=scope.experiments, deleted=scope.deleted)


def remarks_on(runs: Runs) -> tuple[FilterError, ...]:
    """Return what may be mistyped: in the order, and where nothing was found in the filter, names that no run has."""
    return runs._remarks(found=bool(runs))  # noqa: SLF001 - this module's own
