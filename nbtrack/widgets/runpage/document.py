"""Everything that is kept of a run, as a document for its page: plain JSON of bounded size."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nbtrack.entities.bounds import Text, cut, cut_end, first, whole
from nbtrack.entities.mlflow import SOURCE_TAG
from nbtrack.records import SYSTEM_TAGS
from nbtrack.widgets.runpage.files import artifact_rows
from nbtrack.widgets.runpage.parts import code_part, data_part, environment_part, models_part
from nbtrack.widgets.runpage.sparkline import MetricRows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbtrack.entities import Run
    from nbtrack.records import ParamValue, RunRecord

__all__ = ["run_document", "run_page"]

MAX_ROWS = 1_000
MAX_RUNS = 100
VALUE, NOTE, OUTPUT, TRACEBACK = 2_000, 100_000, 20_000, 50_000
"""Characters."""
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_WORD = re.compile(r"\w+")
_USER_TAG = "mlflow.user"


def run_document(run: Run) -> dict[str, Any]:
    """Return everything that is kept of a run, as JSON has it.

    Long texts are cut (`{"text": ..., "left": characters left out}`), long lists too (`params_left`). A part that
    cannot be read, as in a store that was written by something else, is empty, and `faults` says why.

    Raises
    ------
    NotFoundError
        When the run was removed.

    Examples
    --------
    >>> run_document(nbtrack.runs()[0])["params"][0]  # doctest: +SKIP
    {'name': 'alpha', 'type': 'float', 'value': {'text': '0.5', 'left': 0}}
    """
    rows, left = MetricRows(run).rows()
    return run_page(run) | {"metrics": rows, "metrics_left": left}


def run_page(run: Run) -> dict[str, Any]:
    """Return the document without the metrics, which change more often.

    Raises
    ------
    NotFoundError
        When the run was removed.
    """
    record = run.record
    page = _head(record)
    faults: dict[str, str] = {}
    parts: dict[str, Callable[[Run], Mapping[str, Any]]] = {
        "params": _params, "tags": _tags, "models": models_part, "data": data_part, "code": code_part,
        "environment": environment_part, "outcome": _outcome, "artifacts": artifact_rows, "family": _family,
    }  # fmt: skip
    for name, part in parts.items():
        try:
            page |= part(run)
        except Exception as error:  # noqa: BLE001 - a store from elsewhere may hold anything; the rest is still shown
            faults[name] = f"{type(error).__name__}: {error}"[:500]
    return _EMPTY | page | {"faults": faults}


_EMPTY: dict[str, Any] = {
    "params": [], "params_left": 0, "tags": [], "tags_left": 0, "system_tags": [], "user": "", "source": "",
    "models": [], "data": [],
    "data_left": 0, "code": None, "environment": None, "measured": {}, "output": None, "traceback": None,
    "figures": [], "artifacts": [], "artifacts_left": 0, "artifacts_size": 0, "parent": None, "children": [],
    "children_left": 0,
}  # fmt: skip
"""What stands for a part that cannot be read."""


def _head(record: RunRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": cut(record.name, VALUE),
        "experiment": whole(record.experiment)[:VALUE],
        "status": record.status,
        "started": record.start_time,
        "ended": record.end_time,
        "deleted": record.deleted,
        "notebook": whole(record.notebook or "")[:VALUE],
        "commit": whole(record.git_commit or "")[:VALUE],
        "note": cut(record.note, NOTE),
    }


def _params(run: Run) -> dict[str, Any]:
    shown, left = first(run.params.items(), MAX_ROWS)
    words = _words(run)
    rows = [
        {
            "name": whole(name),
            "type": _kind(value),
            "value": cut(value, VALUE),
            "written": not words or name.rpartition(".")[2].rpartition("__")[2] in words,
        }
        for name, value in shown
    ]
    return {"params": rows, "params_left": left}


def _words(run: Run) -> frozenset[str]:
    """Return the words of the run's code, if it was kept: a param that is none of them was left at its default."""
    source = run.source
    texts = () if source is None else (source.script, source.cell, *source.earlier)
    return frozenset(_WORD.findall("\n".join(map(str, texts))))


def _kind(value: ParamValue) -> str:
    return "none" if value is None else type(value).__name__


def _tags(run: Run) -> dict[str, Any]:
    tags = run.tags
    own = [(name, value) for name, value in tags.items() if not name.startswith(SYSTEM_TAGS)]
    system = [(name, value) for name, value in tags.items() if name.startswith(SYSTEM_TAGS)]
    shown, left = first(own, MAX_ROWS)
    return {
        "user": whole(tags.get(_USER_TAG, ""))[:VALUE],
        "source": whole(tags.get(SOURCE_TAG, ""))[:VALUE],
        "tags": [{"name": whole(name), "value": cut(value, VALUE)} for name, value in shown],
        "tags_left": left,
        "system_tags": [
            {"name": whole(name), "value": cut(value, VALUE)} for name, value in system[:MAX_RUNS]
        ],
    }


def _outcome(run: Run) -> dict[str, Any]:
    outcome, traceback = run.outcome, run.traceback
    measures = ("wall_seconds", "cpu_seconds", "peak_memory_bytes")
    figures = outcome.get("figures")
    return {
        "measured": {
            name: float(outcome[name]) for name in measures if isinstance(outcome.get(name), int | float)
        },
        "output": _printed(outcome["stdout"], OUTPUT) if outcome.get("stdout") else None,
        "traceback": _printed(traceback, TRACEBACK) if traceback else None,
        "figures": [whole(name) for name in figures[:MAX_RUNS]] if isinstance(figures, list) else [],
    }


def _printed(text: Any, most: int) -> Text:
    """Return the end of what a terminal would show, without its colours."""
    return cut_end(_COLOURS.sub("", whole(text)), most)


def _family(run: Run) -> dict[str, Any]:
    parent = run.parent
    children, left = first(run.store.children(run.id), MAX_RUNS)
    return {
        "parent": None if parent is None else _relative(parent.record),
        "children": [_relative(record) for record in children],
        "children_left": left,
    }


def _relative(record: RunRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": whole(record.name)[:VALUE],
        "status": record.status,
        "started": record.start_time,
    }
