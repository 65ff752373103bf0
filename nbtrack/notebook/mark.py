"""What a tracked cell's output tells a front end in its metadata: of which run it is, and how that compares.

It is saved with the notebook, goes wherever that goes, and may be read where nothing is installed. So it is small, names
no place on this machine, and has nothing that the line itself does not show.
"""

from __future__ import annotations

import math
import os
from itertools import chain
from typing import TYPE_CHECKING, Any

from nbtrack.direction import direction
from nbtrack.entities.text import one_line, value_text

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.recording.line import Outcome

__all__ = ["KEY", "CellMark", "checksum", "main_metric", "relative_store"]

KEY = "nbtrack"
"""The key in the output's metadata."""

_PRIME = 4_294_967_291
"""Below 2 to the power of 32: JavaScript can compute with it."""
_MAX_NAME = 80
_MAX_PLACE = 500


def checksum(source: str) -> str:
    r"""Return what changes when a cell is edited.

    The front end computes the same, in `labextension/src/lab/cells/source.ts`.

    Examples
    --------
    >>> checksum("%%track\nalpha = 0.1")
    '19-61d762ec'
    """
    # No text that a kernel can be sent is left out: a half of a surrogate pair only counts as an edit.
    content = source.encode(errors="replace")
    return f"{len(content)}-{int.from_bytes(content) % _PRIME:08x}"


def main_metric(outcome: Outcome) -> str | None:
    """Return the metric that says most of a run: one that is compared, else one with a better end, else the first."""
    names = list(outcome.metrics)
    compared = (name for name in names if name in outcome.changes)
    known = (name for name in names if direction(name) is not None)
    return next(chain(compared, known, names), None)


def relative_store(store: Path, folder: Path | None) -> str | None:
    """Return a store's folder as seen from the notebook's, with forward slashes; None if that cannot be said."""
    if folder is None:
        return None
    try:
        found = os.path.relpath(store, folder.resolve()).replace(os.sep, "/")
    except (OSError, ValueError):  # on another drive
        return None
    return found if len(found) <= _MAX_PLACE else None


class CellMark:
    """The mark of one execution of a tracked cell.

    Parameters
    ----------
    run
        The run's id.
    name
        Its name when it began.
    lineage
        What all runs of the cell have in common, if it is known.
    store
        The store's folder as seen from the notebook's.
    source
        The whole cell, as the front end sent it.
    """

    def __init__(self, run: str, name: str, lineage: str | None, store: str | None, source: str) -> None:
        self._name = name
        self._fixed = {"run": run, "lineage": lineage, "store": store, "source": checksum(source)}

    def running(self) -> dict[str, Any]:
        """Return the metadata while the cell runs."""
        return self._metadata({"name": self._name, "status": "RUNNING"})

    def ended(self, outcome: Outcome, *, model: bool) -> dict[str, Any]:
        """Return the metadata of the line at the cell's end.

        Parameters
        ----------
        outcome
            What the line shows.
        model
            Whether the run has a model that can be served.
        """
        told: dict[str, Any] = {"name": outcome.name, "status": outcome.status}
        metric = main_metric(outcome)
        if metric is not None:
            told["metric"] = _metric(outcome, metric)
        if model:
            told["model"] = True
        return self._metadata(told)

    def _metadata(self, told: dict[str, Any]) -> dict[str, Any]:
        told["name"] = _short(told["name"])
        return {KEY: {name: value for name, value in (self._fixed | told).items() if value is not None}}


def _metric(outcome: Outcome, name: str) -> dict[str, Any]:
    value = outcome.shown_value(name)
    told: dict[str, Any] = {"name": _short(name), "text": value_text(value)}
    if math.isfinite(value):
        # JSON has no other numbers; the text has them all.
        told["value"] = value
    change = outcome.changes.get(name)
    if change is not None:
        told["change"], better = change.text(value)
        if better is not None:
            told["better"] = better
    return told


def _short(name: str) -> str:
    # Characters without a width of their own would make any text fit.
    return one_line(name[: 2 * _MAX_NAME], _MAX_NAME)
