"""The part of a store that creates and changes runs and experiments."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from nbtrack import clock
from nbtrack.errors import InvalidValueError, NotFoundError, RunStateError, StoreError
from nbtrack.store import lifecycle, reader
from nbtrack.store.access import Access
from nbtrack.store.buffers import RunBuffer
from nbtrack.store.liveness import this_process
from nbtrack.store.location import ARTIFACTS
from nbtrack.store.run_names import readable_name
from nbtrack.store.run_writer import RunWriter
from nbtrack.values import is_run_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.records import Experiment, RunRecord

__all__ = ["Writing"]

_RESUMED_FIELDS = (
    *("experiment", "name", "status", "start_time", "parent", "lineage", "notebook", "git_commit", "note"),
)
"""The fields that a resumed run takes along if another store has replaced its own."""


class Writing(Access):
    """The part of a `Store` that writes."""

    def create_run(
        self,
        *,
        experiment: str,
        name: str | None = None,
        run_id: str | None = None,
        parent: str | None = None,
        lineage: str | None = None,
        notebook: str | None = None,
        git_commit: str | None = None,
        start_time: float | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> RunWriter:
        """Create a run: other processes see it within 100 ms, as RUNNING.

        Parameters
        ----------
        experiment
            Its name; created if there is none.
        name
            A readable one by default.
        run_id
            32 lower-case hexadecimal digits; random by default.
        start_time
            Seconds since the epoch; now by default.

        Raises
        ------
        InvalidValueError
            When the id is not valid, or taken.
        RunStateError
            When the experiment is deleted.
        StoreError
            When the store is read-only.
        """
        self._check_writable()
        self._writer.begin_again()
        if self._writer.idle:
            clock.set_to_system()
        now = clock.now()
        if run_id is not None:
            self._check_new(run_id)
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT deleted FROM experiments WHERE name = ?", (experiment,)
            ).fetchone()
        if row is not None and row[0] is not None:
            raise RunStateError(f"experiment {experiment!r} is deleted; restore it, or choose another")
        process = this_process()
        columns = {
            "uuid": run_id or os.urandom(16).hex(),
            "experiment": experiment,
            "name": name or readable_name(),
            "status": "RUNNING",
            "start_time": now if start_time is None else start_time,
            "parent": parent,
            "lineage": lineage,
            "notebook": notebook,
            "git_commit": git_commit,
            **process._asdict(),
            "heartbeat": time.time(),
        }
        buffer = RunBuffer(columns["uuid"], columns, self._writer.notice, new=True)
        buffer.live = True
        buffer.notice(buffer)
        writer = self._run_writer(columns["uuid"], columns["name"], buffer)
        for key, value in (tags or {}).items():
            writer.set_tag(key, value)
        return writer

    def resume_run(self, run_id: str) -> RunWriter:
        """Resume a run that has ended: it is RUNNING again.

        Raises
        ------
        NotFoundError, RunStateError
            When there is no such run, or it is deleted.
        """
        self._check_writable()
        run = self._run(run_id)
        if run.deleted is not None:
            raise RunStateError(f"run {run.name} ({run.id[:8]}) is deleted; restore it first")
        process = this_process()._asdict()
        row = {
            "uuid": run.id,
            **{name: getattr(run, name) for name in _RESUMED_FIELDS},
            **process,
        }
        buffer = RunBuffer(run.id, row, self._writer.notice)
        buffer.live = True
        again = {"status": "RUNNING", "end_time": None, "heartbeat": time.time(), **process}
        buffer.entries.extend(("run", name, value) for name, value in again.items())
        buffer.notice(buffer)
        return self._run_writer(run.id, run.name, buffer)

    def edit_run(self, run_id: str) -> RunWriter:
        """Write to a run without making it RUNNING.

        Raises
        ------
        NotFoundError
            When there is no such run.
        """
        self._check_writable()
        run = self._run(run_id)
        return self.attach_run(run.id, run.name)

    def attach_run(self, run_id: str, name: str) -> RunWriter:
        """Write to a run that another process has created, without checking that it exists."""
        return self._run_writer(run_id, name, RunBuffer(run_id, None, self._writer.notice))

    def _run_writer(self, run_id: str, name: str, buffer: RunBuffer) -> RunWriter:
        return RunWriter(self._writer, self.attach_run, self.path / ARTIFACTS / run_id, run_id, name, buffer)

    def _run(self, text: str) -> RunRecord:
        with self._settled() as connection:
            return reader.find_run(connection, text)

    def delete_runs(self, run_ids: Sequence[str]) -> None:
        """Hide runs and their children until `restore_runs`, or until `gc` removes them.

        Raises
        ------
        NotFoundError
            When one is not there; nothing is changed then.
        """
        self._check_writable()
        self._writer.call(lambda connection: lifecycle.delete_runs(connection, run_ids))

    def restore_runs(self, run_ids: Sequence[str]) -> None:
        """Take deleted runs back, with the children that were deleted with them.

        Raises
        ------
        NotFoundError
            When one is not there; nothing is changed then.
        """
        self._check_writable()
        self._writer.call(lambda connection: lifecycle.restore_runs(connection, run_ids))

    def gc(self, older_than: float = 0.0) -> lifecycle.GcReport:
        """Remove for good what was deleted more than `older_than` seconds ago.

        That is runs with their artifacts, experiments with their runs, and documents that no other run shares;
        the database file shrinks. Runs that are still running stay.
        """
        self._check_writable()
        with suppress(StoreError):
            self.recover()
        return self._writer.call(lambda connection: lifecycle.gc(connection, self.path, older_than))

    def create_experiment(self, name: str, *, exist_ok: bool = False) -> Experiment:
        """Make an experiment.

        Raises
        ------
        InvalidValueError
            When there is one of that name and `exist_ok` is false, or it is deleted.
        """
        self._check_writable()
        self._writer.begin_again()
        self._writer.call(lambda connection: lifecycle.create_experiment(connection, name, exist_ok=exist_ok))
        with self._settled() as connection:
            made = lifecycle.experiments(connection, deleted=False)
        return next(experiment for experiment in made if experiment.name == name)

    def rename_experiment(self, name: str, new: str) -> None:
        """Give an experiment another name.

        Raises
        ------
        NotFoundError, InvalidValueError
            When there is none of the name, or one of the new name.
        """
        self._check_writable()
        self._writer.call(lambda connection: lifecycle.rename_experiment(connection, name, new))

    def delete_experiment(self, name: str) -> None:
        """Hide an experiment and its runs until `restore_experiment`, or until `gc` removes them.

        Raises
        ------
        NotFoundError
            When there is none of the name.
        """
        self._check_writable()
        self._writer.call(lambda connection: lifecycle.delete_experiment(connection, name))

    def restore_experiment(self, name: str) -> None:
        """Take a deleted experiment back.

        Raises
        ------
        NotFoundError
            When there is none of the name.
        """
        self._check_writable()
        self._writer.call(lambda connection: lifecycle.restore_experiment(connection, name))

    def revive_experiment(self, name: str) -> bool:
        """Restore a deleted experiment, but not its runs; return whether it was deleted."""
        self._check_writable()
        with self._database.read() as connection:
            row = connection.execute("SELECT deleted FROM experiments WHERE name = ?", (name,)).fetchone()
        if row is None or row[0] is None:
            return False
        self._writer.call(lambda connection: lifecycle.revive_experiment(connection, name))
        return True

    def _check_new(self, run_id: str) -> None:
        if not is_run_id(run_id):
            raise InvalidValueError(
                f"run id {run_id!r} is not 32 lower-case hexadecimal digits; leave it out"
            )
        with suppress(NotFoundError):
            with self._settled() as connection:
                (run,) = reader.runs_of(connection, [run_id])
            raise InvalidValueError(
                f"run id {run_id!r} is that of run {run.name}; use resume_run to go on with it"
            )
