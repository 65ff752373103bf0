"""What a run keeps of code that was captured: params, metrics, data, outcome, models; and the line about it."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from typing import TYPE_CHECKING, Any, Literal

from nbtrack import tracking
from nbtrack.capture.secrets import SEEN
from nbtrack.direction import direction
from nbtrack.entities.system_use import results
from nbtrack.entities.text import value_text
from nbtrack.fields import MISSING, same
from nbtrack.recording.guard import guarded
from nbtrack.recording.line import Change, Outcome, Since
from nbtrack.recording.model_saving import save_fitted
from nbtrack.records import BROKEN, FOLDS_TAG
from nbtrack.tracking.context import keep_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.capture import Captured
    from nbtrack.capture.environment import EnvironmentProbe
    from nbtrack.recording.live import LiveMonitor
    from nbtrack.records import DataRecord, ParamValue, RunRecord
    from nbtrack.store import Store
    from nbtrack.tracking import ActiveRun

__all__ = ["Kept"]

_MAX_EARLIER_RUNS = 200
"""How many earlier runs of the same code are searched for the best."""


class Kept:
    """Writes what was captured to its run.

    Parameters
    ----------
    run
        The run.
    companion
        The monitor beside it, which has written some of it while the code ran.
    logs
        Whether the code may log params itself: these take precedence.
    """

    def __init__(self, run: ActiveRun, companion: LiveMonitor, *, logs: bool) -> None:
        self._run = run
        self._companion = companion
        self._logs = logs

    @guarded()
    def values(self, captured: Captured) -> None:
        """Write params, metrics and data."""
        writer = self._run.writer
        # What the code logged itself takes precedence.
        logged = set(self._run.params) if self._logs else set()
        for name, value in captured.params.items():
            if name not in logged:
                writer.log_param(name, value)
        for name, points in captured.metrics.items():
            if name not in self._run.logs:
                writer.series(name).extend(points)
        for name in self._companion.params.keys() - captured.params.keys():
            writer.drop_param(name)
        for name in self._companion.data - {record.name for record in captured.data}:
            writer.drop_data(name)
        for name, text in captured.tags.items():
            writer.set_tag(name, str(SEEN.param(name, text)))
        self._tables(captured)
        if captured.folds:
            writer.set_tag(FOLDS_TAG, json.dumps(sorted(captured.folds)))
        for record in captured.data:
            writer.set_data(record)
        places = {"positional": captured.positional, "told": captured.told}
        if any(places.values()):
            writer.set_document("places", {kind: found for kind, found in places.items() if found})

    def _tables(self, captured: Captured) -> None:
        """Write tables as files that a spreadsheet and pandas read."""
        for title, table in captured.tables.items():
            name = re.sub(r"[^\w.-]", "_", title)
            path = self._run.writer.artifact_folder / f"{name}.csv"
            if path.exists():
                continue  # the code has made a file of that name itself
            path.parent.mkdir(parents=True, exist_ok=True)
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows([table.columns, *table.rows])
            path.write_text(SEEN.text(text.getvalue(), lines=True), encoding="utf-8", newline="")

    @guarded()
    def outcome(self, facts: dict[str, Any], tail: str, images: Sequence[tuple[str, bytes]] = ()) -> None:
        """Write how it went: facts such as its time, the end of its output, and the figures that it showed."""
        writer = self._run.writer
        figures = []
        for number, (ending, content) in enumerate(images, start=1):
            path = writer.artifact_folder / "figures" / f"figure-{number}.{ending}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(SEEN.hidden(content.decode()).encode() if ending == "svg" else content)
            figures.append(f"figures/{path.name}")
        outcome = {
            **facts,
            "peak_memory_bytes": self._companion.peak_memory,
            "stdout": SEEN.text(tail, lines=True),
            "figures": figures,
        }
        writer.set_document("outcome", outcome)

    @guarded()
    def models(self, captured: Captured, limit: int) -> None:
        """Describe the models, and save those of at most `limit` bytes."""
        if not captured.estimators:
            return
        records = [
            dataclasses.asdict(one) | {"params": SEEN.document(one.params), "rows": SEEN.document(one.rows)}
            for one in captured.estimators
        ]
        for number, uri in save_fitted(self._run, captured.fitted, limit):
            records[number]["uri"] = uri
        self._run.writer.set_document("estimators", records)

    def begun(self, probe: EnvironmentProbe, limit: int) -> None:
        """Write the environment that the run began in, and have what is not committed kept, up to `limit` bytes."""
        keep_environment(self._run.writer, probe.get(), probe.tree, limit)

    def environment(self, environment: dict[str, Any]) -> None:
        """Write the environment, and the commit that it names."""
        git = environment.get("git") or {}
        self._run.writer.set(git_commit=git.get("commit"))
        self._run.writer.set_document("environment", environment)

    def line(
        self,
        captured: Captured,
        duration: float,
        error: BaseException | None,
        *,
        facts: dict[str, str] | None = None,
        remark: str = "",
    ) -> Outcome:
        """Return what the line about the run says, once it has ended."""
        run = self._run
        metrics, params, status = results(run.metrics), run.params, tracking.ending(error)
        record = run.store.run(run.id)
        # First what the user wrote, then what was read from objects.
        params = dict(sorted(params.items(), key=lambda one: one[0] not in captured.written))
        since = _since(run.store, record, params, captured.data)
        changed = {} if since is None else since.params
        shapes = (f"{one.name} {' × '.join(map(str, one.shape))}".strip() for one in captured.data)
        every = {**(facts or {}), "data": ", ".join(shapes)}
        return Outcome(
            name=run.name,
            run_id=run.id,
            status=status,
            duration=duration,
            params=dict(sorted(params.items(), key=lambda one: one[0] not in changed)),
            metrics=metrics,
            changes={} if status in BROKEN else _changes(run.store, record, metrics, captured.folds),
            spreads=_spreads(run, captured.folds),
            models=list(dict.fromkeys(one.estimator.rpartition(".")[2] for one in captured.estimators)),
            error=type(error).__name__ if status in BROKEN and error is not None else "",
            experiment=run.experiment,
            since=since,
            facts={name: text for name, text in every.items() if text},
            remark=remark,
        )


_LITERAL = re.compile(r"""'[^'\n]*'|"[^"\n]*"|\b\d[\w.]*""")


def _since(
    store: Store, run: RunRecord, params: dict[str, ParamValue], data: Sequence[DataRecord]
) -> Since | None:
    """Return what differs from the previous run of the same code; None for a first run."""
    last = [] if run.lineage is None else store.lineage(run.lineage, limit=2)
    before = next((one for one in last if one.id != run.id), None)
    if before is None:
        return None
    held, read = store.params(before.key), store.data(before.key)
    return Since(
        before.name,
        {
            name: (_text(held, name), _text(params, name))
            for name in [*params, *(name for name in held if name not in params)]
            if not same(held.get(name, MISSING), params.get(name, MISSING))
        },
        # What is written out elsewhere is a param, which says so itself.
        code=len({_LITERAL.sub("", _cell(store, one)) for one in (before, run)}) > 1,
        data=[one.name for one in data if one.name in read and read[one.name].fingerprint != one.fingerprint],
    )


def _text(params: Mapping[str, ParamValue], name: str) -> str | None:
    return value_text(params[name]) if name in params else None


def _cell(store: Store, run: RunRecord) -> str:
    return str((store.document(run.key, "source") or {}).get("cell", ""))


def _spreads(run: ActiveRun, folds: set[str]) -> dict[str, tuple[float, int]]:
    """Return the mean over the folds of cross-validations, and the number of folds."""
    summaries = run.store.metrics(run.key) if folds else {}
    return {name: (summaries[name].mean, summaries[name].count) for name in folds if name in summaries}


def _changes(store: Store, run: RunRecord, metrics: dict[str, float], folds: set[str]) -> dict[str, Change]:
    """Compare each metric that has a better direction with the best earlier run of the same code."""
    ways = {name: way for name in metrics if (way := direction(name)) is not None}
    columns = {name: f"{name}.mean" if name in folds else name for name in ways}
    modes: dict[str, Literal["min", "max"]] = {
        columns[name]: "min" if way == "down" else "max" for name, way in ways.items()
    }
    bests = store.lineage_bests(run, modes, _MAX_EARLIER_RUNS)
    return {name: Change(bests[columns[name]], way) for name, way in ways.items() if columns[name] in bests}
