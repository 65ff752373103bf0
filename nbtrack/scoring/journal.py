"""The journal beside an unfinished output: how far the job is, and of which job it is."""

from __future__ import annotations

import contextlib
import json
import os
import warnings
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, NbtrackWarning

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Journal", "Progress"]

_VERSION = 1


@dataclass
class Progress:
    """How far a job is."""

    file: int = 0
    """The number of the source that is read."""
    row: int = 0
    """How many of its rows are done."""
    rows: int = 0
    """How many rows are done in all."""
    written: int = 0
    """How many rows have a prediction."""
    skipped: int = 0
    """How many rows were left out."""
    seconds: float = 0.0
    target: dict[str, Any] = field(default_factory=dict)
    """How far the output is written."""
    skips: dict[str, Any] = field(default_factory=dict)
    """How far the list of what was skipped is written."""


class Journal:
    """A file that says how far a job is; it is replaced as a whole.

    Parameters
    ----------
    path
        The file.
    job
        What makes the job this one: model, inputs, options.
    """

    def __init__(self, path: Path, job: dict[str, Any]) -> None:
        self.path = path
        self._job = json.loads(json.dumps(job))

    def resumed(self) -> Progress:
        """Return how far the job came; the beginning, if none of this output was interrupted.

        Raises
        ------
        InvalidValueError
            When that was another job.
        """
        try:
            kept = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            output = self.path.with_name(self.path.name.removesuffix(".part.json"))
            if output.exists():
                warnings.warn(
                    f"{output.name!r} is whole, and no job of it was interrupted: it is made anew",
                    NbtrackWarning,
                    stacklevel=2,
                )
            return Progress()
        except (OSError, ValueError) as error:
            raise InvalidValueError(f"{str(self.path)!r} cannot be read ({error}); begin anew") from error
        theirs = kept.get("job", {})
        changed = [name for name in self._job if theirs.get(name) != self._job[name]]
        if kept.get("version") != _VERSION or changed:
            listed = ", ".join(changed) or "nbtrack's version"
            raise InvalidValueError(
                f"the interrupted job cannot go on, because it had other {listed}; begin anew without resume"
            )
        return Progress(**kept["progress"])

    def write(self, progress: Progress) -> None:
        """Keep how far the job is."""
        part = self.path.with_name(f"{self.path.name}~")
        content = {"version": _VERSION, "job": self._job, "progress": asdict(progress)}
        with part.open("wb") as stream:
            stream.write(json.dumps(content).encode())
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(self.path)

    def remove(self) -> None:
        """Remove the journal of a job that is done."""
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
