"""A run, as users work with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack import doors
from nbtrack.entities.artifacts import Artifacts
from nbtrack.entities.diff import RunDiff
from nbtrack.entities.folds import folds_of, shown_metrics
from nbtrack.entities.mlflow import NAME_TAG, NOTE_TAG, RunData, RunInfo, mlflow_tags
from nbtrack.entities.models import RunModel, models_of
from nbtrack.entities.source import Source
from nbtrack.entities.system_use import results
from nbtrack.entities.tag_edits import edit_tags
from nbtrack.entities.text import did_you_mean, one_line, value_text
from nbtrack.entities.times import utc
from nbtrack.errors import NotFoundError

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from nbtrack.entities.runs import Runs
    from nbtrack.records import MetricSummary, ParamValue, RunRecord, Status
    from nbtrack.store import Store

__all__ = ["Run"]


class Run:
    """One run; its attributes are always the store's current values, also while it is running.

    Examples
    --------
    >>> run = nbtrack.runs()[0]
    >>> run.name, run.status, run.params["alpha"], run.metrics["rmse"]
    ('lasso', 'FINISHED', 0.1, 0.71)
    """

    def __init__(self, store: Store, run_id: str, record: RunRecord | None = None) -> None:
        self.store = store
        self.id = run_id
        self._known = record
        self._file = store.file()

    @property
    def record(self) -> RunRecord:
        """The run's row in the store."""
        self._file = self.store.file()
        (self._known,) = self.store.runs_of([self.id])
        return self._known

    @property
    def key(self) -> int:
        """The row number in the store, by which its params, metrics and tags are read."""
        known = self._known if self._file == self.store.file() else None
        return (known or self.record).key

    @property
    def name(self) -> str:
        """The run's readable name; setting it renames the run."""
        return self.record.name

    @name.setter
    def name(self, name: str) -> None:
        self.rename(name)

    @property
    def status(self) -> Status:
        """`RUNNING`, `FINISHED`, `FAILED`, `KILLED`, or `CRASHED` when the process died."""
        return self.record.status

    @property
    def experiment(self) -> str:
        """The name of the experiment that the run belongs to."""
        return self.record.experiment

    @property
    def notebook(self) -> str | None:
        """The notebook that the run was made in."""
        return self.record.notebook

    @property
    def git_commit(self) -> str | None:
        """The commit that was checked out."""
        return self.record.git_commit

    @property
    def note(self) -> str:
        """The user's note on the run; setting it replaces it, None clears it."""
        return self.record.note

    @note.setter
    def note(self, text: str | None) -> None:
        self.set_note(text)

    @property
    def start_time(self) -> dt.datetime:
        """When the run began, in UTC."""
        return utc(self.record.start_time)

    @property
    def end_time(self) -> dt.datetime | None:
        """When the run ended, in UTC; None while it is running."""
        end = self.record.end_time
        return None if end is None else utc(end)

    @property
    def duration(self) -> float | None:
        """How long the run took, in seconds; None while it is running."""
        record = self.record
        return None if record.end_time is None else record.end_time - record.start_time

    @property
    def params(self) -> dict[str, ParamValue]:
        """The run's settings with their types."""
        return self.store.params(self.key)

    @property
    def metrics(self) -> dict[str, float]:
        """The last value of each metric, as in MLflow; for scores of folds, `summary` has the mean."""
        return {name: summary.last for name, summary in self.store.metrics(self.key).items()}

    @property
    def tags(self) -> dict[str, str]:
        """The run's tags by name."""
        return self.store.tags(self.key)

    def summary(self, name: str) -> MetricSummary:
        """Return the summary of a metric's history: last, first, min, max, mean, count.

        Raises
        ------
        NotFoundError
            When the run has no such metric.

        Examples
        --------
        >>> nbtrack.get_run("ridge").summary("rmse").max
        0.82
        """
        summaries = self.store.metrics(self.key)
        if name not in summaries:
            hint = did_you_mean(name, summaries)
            raise NotFoundError(f"run {one_line(self.name)!r} has no metric {name!r}{hint}")
        return summaries[name]

    def history(self, name: str) -> pd.DataFrame:
        """Return every kept point of a metric.

        Returns
        -------
        pandas.DataFrame
            `step` (integer), `time` (UTC), `value` (float), one row per point.

        Raises
        ------
        NotFoundError
            When the run has no such metric.

        Examples
        --------
        >>> nbtrack.get_run("ridge").history("rmse")["value"].tolist()
        [0.82, 0.79]
        """
        import numpy as np
        import pandas as pd

        self.summary(name)
        series = self.store.history(self.key, name)
        times = np.asarray(series.times, dtype="float64")
        return pd.DataFrame(
            {
                "step": np.asarray(series.steps, dtype="int64"),
                "time": pd.to_datetime((times * 1e6).round().astype("int64"), unit="us", utc=True),
                "value": np.asarray(series.values, dtype="float64"),
            }
        )

    @property
    def models(self) -> list[RunModel]:
        """The models that the run fitted or saved; those with a `uri` can be loaded.

        Examples
        --------
        >>> nbtrack.get_run("ridge").models[0].estimator
        'sklearn.linear_model._ridge.Ridge'
        """
        return models_of(self.store, self.key, self.id, self.artifacts.folder)

    @property
    def source(self) -> Source | None:
        """The code that made the run; printed, it is a script. None for runs that were not made by a cell."""
        document = self.store.document(self.key, "source")
        return None if document is None else Source.of(document)

    @property
    def environment(self) -> dict[str, Any]:
        """Python, platform, packages with their versions, as far as they were recorded."""
        return dict(self.store.document(self.key, "environment") or {})

    @property
    def process(self) -> dict[str, Any]:
        """How it was started: `interpreter`, `argv` and `folder`, which is the working folder from the store's on."""
        return dict(self.store.document(self.key, "process") or {})

    @property
    def outcome(self) -> dict[str, Any]:
        """Wall and CPU time, peak memory, the end of the output, as far as they were recorded."""
        return dict(self.store.document(self.key, "outcome") or {})

    @property
    def traceback(self) -> str | None:
        """The error that ended the run, as Python prints it."""
        document = self.store.document(self.key, "traceback")
        return None if document is None else str(document["text"])

    @property
    def data(self) -> RunData:
        """The data that the run read, by name; also MLflow's `.data.params`, `.data.metrics` and `.data.tags`."""
        tags = self.tags | mlflow_tags(self.record)
        return RunData(self.store.data(self.key), self.params, self.metrics, tags)

    @property
    def info(self) -> RunInfo:
        """The run's attributes under MLflow's names."""
        return RunInfo.of(self.record, self.store)

    @property
    def artifacts(self) -> Artifacts:
        """The run's files by name.

        Examples
        --------
        >>> nbtrack.get_run("lasso").artifacts["report.md"].read_text()
        'all is well'
        """
        return Artifacts(self.store.artifact_folder(self.id))

    @property
    def parent(self) -> Run | None:
        """The run in which this one was started."""
        parent = self.record.parent
        if parent is None:
            return None
        try:
            return Run(self.store, parent, self.store.run(parent))
        except NotFoundError:  # removed for good by `gc`
            return None

    @property
    def children(self) -> Runs:
        """The runs that were started in this one.

        Examples
        --------
        >>> with nbtrack.start_run() as run, nbtrack.start_run(run_name="fold-1"):
        ...     nbtrack.log_metric("rmse", 0.79)
        >>> [child.name for child in run.children]
        ['fold-1']
        """
        from nbtrack.entities.runs import Runs

        return Runs.of(self.store, self.store.children(self.id))

    @property
    def lineage(self) -> Runs:
        """The runs of the same cell, including this one; empty for runs that were not made by a cell."""
        from nbtrack.entities.runs import Runs

        lineage = self.record.lineage
        return Runs.of(self.store, self.store.lineage(lineage) if lineage else [])

    def diff(self, other: Run | str) -> RunDiff:
        """Return the differences between this run and another, given as a run, an id or a name.

        Examples
        --------
        >>> nbtrack.get_run("ridge").diff("lasso").params
        {'alpha': (0.5, 0.1)}
        """
        if not isinstance(other, Run):
            record = self.store.run(other)
            other = Run(self.store, record.id, record)
        return RunDiff(self, other)

    def set_tag(self, key: str, value: Any) -> None:
        """Set a tag of the run; a later value replaces an earlier one.

        Examples
        --------
        >>> nbtrack.get_run("ridge").set_tag("team", "red")
        """
        self._edit_tags(key, value)

    def delete_tag(self, key: str) -> None:
        """Delete a tag.

        Raises
        ------
        NotFoundError
            When the run has no such tag.
        """
        if key not in self.tags:
            raise NotFoundError(f"run {one_line(self.name)!r} has no tag {key!r}")
        writer = self.store.edit_run(self.id)
        writer.delete_tag(key)
        self.store.flush()

    def set_note(self, text: str | None) -> None:
        """Replace the run's note; None clears it.

        Examples
        --------
        >>> nbtrack.get_run("ridge").set_note("The first that converged.")
        """
        self._edit_tags(NOTE_TAG, "" if text is None else text)

    def rename(self, name: str) -> None:
        """Give the run another name.

        Examples
        --------
        >>> nbtrack.get_run("ridge").rename("baseline")
        """
        self._edit_tags(NAME_TAG, name)

    def _edit_tags(self, key: Any, value: Any) -> None:
        edit_tags(self.store.edit_run(self.id), [(key, value)])
        self.store.flush()

    def delete(self) -> None:
        """Delete the run and its children; `restore` brings them back until the store's `gc` ran.

        Examples
        --------
        >>> nbtrack.get_run("ridge").delete()
        """
        self.store.delete_runs([self.id])

    def restore(self) -> None:
        """Bring the deleted run back."""
        self.store.restore_runs([self.id])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and (self.id, self.store.path) == (other.id, other.store.path)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        try:
            record = self.record
        except NotFoundError:
            return f"<Run {self.id} removed>"
        shown = shown_metrics(results(self.store.metrics(self.key)), folds_of([self.tags]))
        values = [f"{one_line(name, 24)}={value_text(value)}" for name, value in list(shown.items())[:4]]
        return f"<Run {' '.join([one_line(record.name, 40), self.id[:8], record.status, *values])}>"

    def describe(self) -> str:
        """Return the run's content as text, as `nbtrack show` prints it."""
        return doors.description(self)

    def _repr_html_(self) -> str:
        return doors.run_html(self)

    def page(self) -> Any:
        """Return a page with everything about the run, where its note and tags can be edited and its model served.

        Examples
        --------
        >>> page = nbtrack.get_run("ridge").page()
        """
        return doors.run_page(self)
