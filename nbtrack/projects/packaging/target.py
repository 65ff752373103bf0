"""What is packaged: a run's recorded code, or the tracked cells of a notebook."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nbtrack import doors
from nbtrack.capture.secrets import MASK, OWN, SEEN
from nbtrack.capture.slice.history import Cell, History
from nbtrack.capture.slice.script import script
from nbtrack.entities import Run
from nbtrack.entities.system_use import results
from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.projects.packaging.cell import MARK
from nbtrack.projects.packaging.secrets import marked
from nbtrack.query import Query

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbtrack.records import ParamValue
    from nbtrack.store import Store

__all__ = ["Part", "parts_of_notebook", "parts_of_run"]

_MAX_RUNS = 500
"""Runs of a notebook that are searched for its cells'."""


@dataclass(frozen=True)
class Part:
    """The code of one entry point, with what a run of it recorded.

    Attributes
    ----------
    params, metrics
        None where it never ran.
    models
        By the name in the code: the folder of the model that was saved.
    folders
        Where it may have run, the likeliest first.
    arguments
        What a script was called with.
    output
        The end of what it printed.
    tracked
        Which cells of the script are other tracked ones, counted from 0.
    """

    name: str
    script: str
    origin: str
    folders: list[Path]
    params: Mapping[str, ParamValue] | None = None
    metrics: Mapping[str, float] | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    fitted: tuple[str, ...] = ()
    positional: Mapping[str, list[str]] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    output: str = ""
    remarks: tuple[str, ...] = ()
    tracked: tuple[int, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)


def parts_of_run(run: Run, name: str = "main") -> Part:
    """Return a run's code and what it recorded.

    Raises
    ------
    NotFoundError
        When no code was kept of it.
    """
    source = run.source
    if source is None or not source.script:
        raise NotFoundError(
            f"no code was kept of run {run.name!r}, so it cannot be packaged; runs of tracked cells have theirs"
        )
    remarks = []
    if source.stale:
        remarks.append("a cell that it depends on has been changed since: it is packaged as it was")
    if run.status != "FINISHED":
        remarks.append(f"the run is {run.status}: what is packaged may fail in the same way")
    models = run.models
    # Of a notebook's process they are Jupyter's.
    arguments = [] if MARK in source.script else run.process.get("argv", [])[1:]
    folders = _folders(run)
    params = {name: _within(value, folders) for name, value in run.params.items()}
    places = run.store.document(run.key, "places") or {}
    return Part(
        name,
        marked(source.script, source.unmasked),
        f"run {run.name} ({run.id[:8]})" + (f" of {_plain(run.notebook)}" if run.notebook else ""),
        folders,
        params,
        results(run.metrics),
        {model.name: model.path for model in models if model.uri and model.path},
        tuple(model.name for model in models if model.name.isidentifier()),
        places.get("positional", {}),
        run.environment,
        tuple(str(_within(one, folders)) for one in arguments),
        str(run.outcome.get("stdout", "")),
        tuple(remarks),
        source.tracked,
        places.get("told", {}),
    )


def _plain(path: str) -> str:
    """Return a path as it may be told elsewhere: of one that begins at this machine's root only the name."""
    absolute = path.startswith(("/", "~", "\\")) or re.match(r"[A-Za-z]:[\\/]|\w+://", path)
    return re.split(r"[\\/]", path)[-1] if absolute or ".." in path else path


def _within(value: ParamValue, folders: list[Path]) -> ParamValue:
    """Return a value, the path of a file in one of these folders as seen from there."""
    if not isinstance(value, str) or not Path(value).is_absolute() or not Path(value).exists():
        return value
    inside = (
        folder.resolve() for folder in folders if Path(value).resolve().is_relative_to(folder.resolve())
    )
    return next((Path(value).resolve().relative_to(folder).as_posix() for folder in inside), value)


def _folders(run: Run) -> list[Path]:
    """Return the folders in which a run may have found its data."""
    beside = run.store.path.absolute().parent
    process = run.process
    found = [beside / str(process["folder"])] if process.get("folder") else []
    found += [(beside / run.notebook).parent] if run.notebook else []
    return list(dict.fromkeys([*found, beside, Path.cwd()]))


def parts_of_notebook(path: Path, store: Store | None) -> list[Part]:
    """Return the tracked cells of a notebook, each with its last run in the store if there is one of the same code.

    Raises
    ------
    NotFoundError, InvalidValueError
        When there is no such notebook, or no cell of it is tracked.
    """
    if not path.is_file():
        raise NotFoundError(f"there is no notebook {str(path)!r}")
    runs = list(_runs_of(path, store))
    history = History()
    parts: list[Part] = []
    for number, (raw, source, line) in enumerate(doors.notebook_cells(path), start=1):
        if line is not None:
            name = _free(_named(line, parts), {part.name for part in parts})
            run = next((one for one in runs if one.source and one.source.cell.strip() == raw.strip()), None)
            parts.append(parts_of_run(run, name) if run else _unseen(name, source, history, path))
        history.add(raw, source, number, ok=True)
    if not parts:
        raise InvalidValueError(f"no cell of {path.name} begins with %%track: there is nothing to package")
    # The only one is what is run when nothing else is said.
    return [replace(parts[0], name="main")] if len(parts) == 1 else parts


def _unseen(name: str, source: str, history: History, path: Path) -> Part:
    """Return a cell of which there is no run."""
    code = re.sub(r"\A\s*# %%track[^\n]*\n", "", source)
    plain = script([*history.slice(code), Cell(code, code, 0)])
    whole = SEEN.code(plain.replace(MASK, OWN))
    remark = f"no run of {name} is in the store: its metrics are those that the code names so"
    return Part(
        name, whole, f"a cell of {path.name}", [path.absolute().parent, Path.cwd()], remarks=(remark,)
    )


def _runs_of(path: Path, store: Store | None) -> Iterator[Run]:
    if store is None:
        return
    for record in store.find_runs(Query(limit=_MAX_RUNS)):
        # Not every front end tells the notebook's name; what a run is of is decided by its code.
        same = record.notebook is None or PurePosixPath(record.notebook).name == path.name
        if same and record.status == "FINISHED":
            yield Run(store, record.id, record)


def _named(line: str, parts: list[Part]) -> str:
    words = [word for word in line.split() if not word.startswith("-")]
    first = line.split()[:1]
    plain = re.sub(r"[^\w-]+", "-", words[0].strip("'\"")) if words and first == words[:1] else ""
    return plain or f"cell-{len(parts) + 1}"


def _free(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found
