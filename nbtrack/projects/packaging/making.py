"""Package a run or a notebook: a folder that `nbtrack run`, `mlflow run` and `python` run elsewhere."""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.entities import Run
from nbtrack.errors import InvalidValueError
from nbtrack.projects.packaging.data_files import Files, files_of, imported_modules
from nbtrack.projects.packaging.files import command_line, environment_files, mlproject, readme
from nbtrack.projects.packaging.locking import lock, pyproject
from nbtrack.projects.packaging.requirements import packages_for
from nbtrack.projects.packaging.script import script_of
from nbtrack.projects.packaging.target import parts_of_notebook, parts_of_run
from nbtrack.tracking import get_run
from nbtrack.tracking.destination import store_at, store_if_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.projects.packaging.script import Script
    from nbtrack.projects.packaging.target import Part
    from nbtrack.store import Store

__all__ = ["Package", "package"]

_HELPER = Path(__file__).parent / "shipped" / "project_results.py"


@dataclass(frozen=True)
class Package:
    """A project that was made.

    Attributes
    ----------
    folder
        Where it is.
    files
        Its files, as paths in it.
    command
        What runs it.
    left_out
        What is not in it or does not work there, a sentence each.
    """

    folder: Path
    files: tuple[str, ...]
    command: str
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.folder}: {', '.join(self.files)}", f"run it: {self.command}"]
        return "\n".join([*lines, *(f"left out: {one}" for one in self.left_out)])


def package(
    target: Run | str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    force: bool = False,
    store: Store | str | os.PathLike[str] | None = None,
) -> Package:
    r"""Make a project of a run, or of the tracked cells of a notebook.

    It has an `MLproject` whose parameters stand for the literals that the run's params came from, the code as a script, the
    packages with their versions, and the small files that it reads by relative paths. It runs with `nbtrack run`, with
    `mlflow run`, and as `python main.py --alpha 0.5`.

    Parameters
    ----------
    target
        A run, its name or its id, or the path of a notebook, whose tracked cells are the entry points.
    folder
        The folder to make.
    force
        Whether to write into a folder that has something in it.
    store
        Another store than the one in use.

    Raises
    ------
    InvalidValueError
        When the folder is not empty, or the code has what only a notebook can run, with the lines.
    NotFoundError
        When there is no such run or notebook, or no code of it.

    Examples
    --------
    >>> import json
    >>> from pathlib import Path
    >>> cells = [{"cell_type": "code", "source": "%%track\nalpha = 0.5\nrmse = alpha * 2"}]
    >>> _ = Path("wine.ipynb").write_text(json.dumps({"cells": cells}))
    >>> nbtrack.package("wine.ipynb", "wine").command
    'nbtrack run wine -P alpha=0.5'
    """
    there = Path(folder).expanduser()
    _check(there, force=force)
    name, parts = _parts(target, store)
    scripts = {part.name: script_of(part) for part in parts}
    files = _data(parts, scripts)
    python, content, left_out = _content(name, parts, scripts, files)
    _write(there, content, files)
    why = lock(there, python)
    points = {part.name: (_file_name(part.name), scripts[part.name].parameters) for part in parts}
    steps = {point: script.steps for point, script in scripts.items()}
    # What uv says of itself may name this machine.
    unlocked = ["uv.lock: it could not be made. requirements.txt has the versions"] if why else []
    text = readme(name, {part.name: part.origin for part in parts}, points, steps, left_out + unlocked)
    (there / "README.md").write_text(text, encoding="utf-8", newline="\n")
    left_out += [f"uv.lock: {why}. requirements.txt has the versions"] if why else []
    first = next(iter(scripts))
    entry = "" if first == "main" else f" -e {first}"
    command = command_line(f"nbtrack run {shlex.quote(str(there))}{entry}", scripts[first].parameters)
    names = {*content, *files.found, "README.md", *([] if why else ["uv.lock"])}
    return Package(there, tuple(sorted(names)), command, tuple(left_out))


def _check(folder: Path, *, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise InvalidValueError(f"{str(folder)!r} is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise InvalidValueError(
            f"the folder {str(folder)!r} is not empty; name another, or write into it with force=True (--force)"
        )


def _parts(target: Any, store: Any) -> tuple[str, list[Part]]:
    if isinstance(target, Run):
        return target.name, [parts_of_run(target)]
    text = os.fspath(target)
    if text.endswith(".ipynb"):
        parts = parts_of_notebook(
            Path(text).expanduser(), store_if_there() if store is None else store_at(store)
        )
        return Path(text).stem, parts
    run = get_run(text) if store is None else _in(store_at(store), text)
    return run.name, [parts_of_run(run)]


def _in(store: Store, text: str) -> Run:
    record = store.run(text)
    return Run(store, record.id, record)


def _data(parts: list[Part], scripts: dict[str, Script]) -> Files:
    files = Files()
    for part in parts:
        more = files_of(scripts[part.name].source, part.folders, words=part.arguments)
        files.found |= more.found
        files.left_out += [one for one in more.left_out if one not in files.left_out]
    return files


def _content(
    name: str, parts: list[Part], scripts: dict[str, Script], files: Files
) -> tuple[str, dict[str, str], list[str]]:
    """Return the Python, the files that are written, and what is to be said."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-") or "project"
    points = {part.name: (_file_name(part.name), scripts[part.name].parameters) for part in parts}
    code = "\n".join([script.source for script in scripts.values()] + list(_modules(files)))
    own = {path.split("/")[0].removesuffix(".py") for path in files.found if path.endswith(".py")}
    installs = [line for script in scripts.values() for line in script.requirements]
    environment = next((part.environment for part in parts if part.environment), {})
    modules = set().union(
        *(imported_modules(text) for text in [*(s.source for s in scripts.values()), *_modules(files)])
    )
    packages = packages_for(modules - own, installs, code, environment.get("packages", {}))
    python = environment.get("python", {}).get("version") or platform.python_version()
    left_out = [f"not taken along: {one}" for one in files.left_out]
    left_out += [
        f"the package of {one}, which is not installed here, so that it is not in requirements.txt"
        for one in packages.unknown
    ]
    left_out += [
        f"the package {one}, which was installed from a file or folder and may be on no index"
        for one in packages.local
    ]
    for part in parts:
        script = scripts[part.name]
        left_out += script.remarks
        if script.variables:
            left_out.append(
                f"secrets, which were not kept: {points[part.name][0]} reads {', '.join(script.variables)} from the "
                "environment, and stops where one is not set"
            )
        if script.secrets:
            lines = ", ".join(map(str, script.secrets))
            left_out.append(
                f"secrets in {points[part.name][0]}, lines {lines}: they were not kept, and what uses them gets ***. "
                "Read them there from the environment"
            )
    content = {points[part.name][0]: scripts[part.name].text for part in parts}
    content |= environment_files(plain, python, packages)
    content["pyproject.toml"] = pyproject(plain, python, packages)
    content["MLproject"] = mlproject(plain, points)
    content["project_results.py"] = _HELPER.read_text(encoding="utf-8")
    return python, content, left_out


def _modules(files: Files) -> Iterator[str]:
    for path, file in files.found.items():
        if path.endswith(".py"):
            yield file.read_text(encoding="utf-8", errors="replace")


def _file_name(point: str) -> str:
    return re.sub(r"\W", "_", point) + ".py"


def _write(folder: Path, content: dict[str, str], files: Files) -> None:
    clash = sorted({*content, "README.md", "uv.lock"} & files.found.keys())
    if clash:
        raise InvalidValueError(
            f"the code reads {', '.join(clash)}, which the project has itself; rename the file"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for path, file in files.found.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / path)
    for path, text in content.items():
        (folder / path).write_text(text, encoding="utf-8", newline="\n")
