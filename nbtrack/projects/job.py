"""One thing to be run: a project's command, a script or a notebook, with all that is known before it starts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nbtrack.projects.fetch import Source
    from nbtrack.projects.spec import EntryPoint, Project
    from nbtrack.projects.template import Command

__all__ = ["Job"]


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run.

    Attributes
    ----------
    kind
        A command for the shell, a script that is captured, or a notebook whose cells are tracked.
    source
        Where it comes from; its folder is the working folder.
    project
        Says which environment it wants.
    point
        The entry point: for a script or a notebook, itself.
    command
        What is run, as it is told, with the params.
    file
        The script or the notebook.
    content
        The notebook with other values in it, as JSON.
    arguments
        Those of the script.
    values
        What the script has in the places of its literals.
    """

    kind: Literal["project", "script", "notebook"]
    source: Source
    project: Project
    point: EntryPoint
    command: Command
    file: str = ""
    content: str = ""
    arguments: Sequence[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    def started(self, python: Path, place: Path) -> list[str]:
        """Return what is started, with this Python; a notebook is executed in a file of `place`."""
        if self.kind == "script":
            return [str(python), "-m", "nbtrack.script", self.file, *self.arguments]
        if self.kind == "notebook":
            place.mkdir(parents=True, exist_ok=True)
            copy = place / os.path.basename(self.file)  # noqa: PTH119 (a name)
            copy.write_text(self.content, encoding="utf-8")
            return [str(python), "-m", "nbtrack.notebook.execute", str(copy), self.file]
        return ["cmd", "/c", self.command.text] if os.name == "nt" else ["bash", "-c", self.command.text]
