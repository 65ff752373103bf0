"""The environment of a project: built by uv once for what it holds, and kept for the next time."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack import uv
from nbtrack.errors import EnvironmentBuildError
from nbtrack.file_lock import try_lock
from nbtrack.projects.environment_spec import hashes_of, is_option, is_pin, name_of, read_spec, tidied
from nbtrack.projects.git import masked
from nbtrack.projects.mlflow_requirement import without_mlflow
from nbtrack.projects.python_choice import Choice, choose_python, fetch_python, new_enough
from nbtrack.projects.resolving import Wanted, resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from nbtrack.projects.environment_spec import Spec

__all__ = ["Environment", "environment_for"]

_FORMAT = 1
"""Goes into each key: to be raised when environments are built in another way."""
_MARK = "nbtrack-complete.json"


@dataclass(frozen=True)
class Environment:
    """What a project runs in.

    Attributes
    ----------
    python
        Its interpreter.
    lock
        The exact versions in it, as a requirements.txt; empty where the caller's own environment serves.
    relaxed
        What was asked for and what it became, such as `numpy==1.14.3 -> numpy>=1.14.3`.
    left_out
        What a package index has not, such as `cudatoolkit=11`.
    place
        Its folder; None for the caller's own environment.
    manager
        What it was asked for as: `local`, `uv` or `virtualenv`.
    """

    python: Path
    lock: str
    relaxed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    place: Path | None = None
    manager: str = "local"


def environment_for(
    folder: Path,
    *,
    conda_env: Path | None = None,
    python_env: Path | None = None,
    script: Path | None = None,
    also: Sequence[str] = (),
    exclude_newer: datetime | None = None,
    relax: bool = False,
    real_mlflow: bool = True,
    tell: Callable[[str], object] = print,
) -> Environment:
    """Return the environment of a project, which is built if there is none yet with the same contents.

    Where the project says nothing of one it is the caller's own.

    Parameters
    ----------
    folder
        The project's, in which nothing is written.
    conda_env, python_env
        The file that its MLproject names, from the folder on; else the usual names are looked for.
    script
        A script that may have a block of its own (PEP 723).
    also
        Packages that have to be there as well.
    exclude_newer
        With time zone. Where versions are pinned, nothing is taken that was published later: what fitted the pins
        then may not import with what is new today.
    relax
        Whether pins that cannot be had become lower bounds; it is told which.
    real_mlflow
        Whether MLflow is installed where the project asks for it; else the Python is one that can import nbtrack.
    tell
        Called with a line about each step while it is built.

    Raises
    ------
    EnvironmentBuildError
        When it cannot be built, with a list of what cannot be had.
    NotFoundError, InvalidValueError
        When a file that says what it holds is missing or cannot be understood.
    """
    folder = folder.resolve()
    spec = read_spec(folder, conda_env=conda_env, python_env=python_env, script=script)
    if spec is None:
        return Environment(Path(sys.executable), "")
    if not real_mlflow:
        spec = without_mlflow(spec, folder)
    missing = [name for name in also if name not in set(map(name_of, spec.requirements))]
    if missing and not spec.locked:
        spec = replace(spec, requirements=[*spec.requirements, *missing])
    if not any(map(is_pin, spec.requirements)):
        exclude_newer = None
    choice = choose_python(spec.python)
    if not real_mlflow:
        choice = new_enough(choice, relax=relax)
    key = _key(folder, spec, choice, exclude_newer)
    place = uv.environments_folder() / f"project-{key}"
    for there in (place, place.with_name(f"{place.name}-relaxed"))[: 1 + relax]:
        if (found := _complete(there)) is not None:
            return found
    program = uv.program()
    if program is None:
        raise EnvironmentBuildError(
            "a project's environment needs uv, which is not installed: python -m pip install uv"
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    if relax:
        place = place.with_name(f"{place.name}-relaxed")
    with _locked(place.with_name(f"{place.name}.lock"), tell):
        return _complete(place) or _built(
            place, program, folder, spec, choice, exclude_newer=exclude_newer, relax=relax, tell=tell
        )


def _key(folder: Path, spec: Spec, choice: Choice, exclude_newer: datetime | None) -> str:
    """Return a hash of what goes into an environment; comments and the order of its lines do not."""
    parts: list[object] = [
        _FORMAT,
        choice.key,
        sys.platform,
        platform.machine(),
        exclude_newer and exclude_newer.isoformat(),
    ]
    parts += [sorted(uv.index_settings().items()), sorted(spec.left_out)]
    # The order of indexes counts, that of packages does not.
    parts += [[line for line in spec.requirements if line.startswith("-")]]
    parts += [sorted({tidied(line) for line in spec.requirements if not line.startswith("-")})]
    # What stands in the project's own folder, such as `-e .` or `--find-links wheels`, is another in each folder.
    if any(
        not name_of(line) and "://" not in line and not line.startswith("-c ") for line in spec.requirements
    ):
        parts += [str(folder)]
    found = hashlib.sha256(repr(parts).encode())
    named = [Path(line.removeprefix("-c ")) for line in spec.requirements if line.startswith("-c ")]
    named += [folder / line for line in spec.requirements if re.fullmatch(r"[\w./\\-]+\.whl", line)]
    named += map(Path, uv.index_settings().get("UV_CONSTRAINT", "").split())
    named += [folder / "uv.toml", folder / "pyproject.toml"]  # where uv reads its settings
    if spec.locked:
        named += [spec.source]
    for file in named:
        if file.is_file():
            found.update(b"\0" + file.read_bytes())
    return found.hexdigest()[:16]


def _complete(place: Path) -> Environment | None:
    """Return the environment at a place if it was built to its end, and its Python is still there."""
    try:
        mark = json.loads((place / _MARK).read_text(encoding="utf-8"))
        python = uv.python_of(place)
        if not python.is_file():
            return None
        return Environment(python, mark["lock"], tuple(mark["relaxed"]), tuple(mark["left_out"]), place, "uv")
    except (OSError, ValueError, KeyError):
        return None  # never built, or cut off


@contextmanager
def _locked(file: Path, tell: Callable[[str], object]) -> Iterator[None]:
    """Hold a lock that ends with this process; wait for another that builds the same."""
    waiting = False
    with file.open("a+b") as held:
        while not try_lock(held.fileno()):
            if not waiting:
                tell("another process builds the same environment: waiting for it")
            waiting = True
            time.sleep(0.1)
        yield


def _built(
    place: Path, program: str, folder: Path, spec: Spec, choice: Choice,
    *, exclude_newer: datetime | None, relax: bool, tell: Callable[[str], object],
) -> Environment:  # fmt: skip
    """Build in place, for console scripts hold their path; the mark comes last."""
    for note in spec.notes:
        tell(f"{spec.source.name}: {note}")
    for line in spec.left_out:
        tell(f"{line} is left out: it is no Python package, or none that an index has")
    python, note = choice.program or fetch_python(program, choice, relax=relax, tell=tell), choice.note
    relaxed: tuple[str, ...] = ()
    if choice.too_old or (choice.program is None and choice.fallback == python):
        relaxed, note = (f"Python {choice.wanted} -> {platform.python_version()}",), ""
        if choice.too_old:
            tell(f"relaxed: {relaxed[0]}")
    if note:
        tell(note)
    tell(f"an environment for {spec.source.name} is built with {python}; it is kept in {str(place)!r}")
    if exclude_newer is not None:
        tell(f"versions are chosen as of {exclude_newer:%Y-%m-%d %H:%M}, for {spec.source.name} pins some")
    wanted = Wanted(
        program,
        python,
        folder,
        spec.requirements,
        spec.from_conda,
        exclude_newer,
        relaxed,
        tuple(spec.left_out),
    )
    if spec.locked:
        lock = _exported(program, folder, python, relax=relax, tell=tell)
    else:
        lock, wanted = resolved(wanted, relax=relax, tell=tell)
    options = [line for line in wanted.lines if is_option(line) and not line.startswith("-c ")]
    shutil.rmtree(place, ignore_errors=True)
    _run([program, "venv", "--no-project", "--quiet", "--python", str(python), str(place)], "", folder, tell)
    command = [program, "pip", "sync", "-", "--only-binary", ":all:", "--allow-empty-requirements"]
    hashes = hashes_of(wanted.lines)
    checked = [
        f"{line} {hashes[name]}" if (name := name_of(line)) in hashes else line for line in lock.splitlines()
    ]
    _run([*command, "--python", str(uv.python_of(place))], "\n".join([*options, *checked]), folder, tell)
    lock = f"# Python {uv.version_of(place)}, {sys.platform} {platform.machine()}\n{masked(lock)}"
    (place / _MARK).write_text(
        json.dumps({"lock": lock, "relaxed": wanted.relaxed, "left_out": wanted.left_out}), encoding="utf-8"
    )
    return Environment(uv.python_of(place), lock, wanted.relaxed, wanted.left_out, place, "uv")


def _exported(program: str, folder: Path, python: Path, *, relax: bool, tell: Callable[[str], object]) -> str:
    """Return the requirements of a uv.lock, which must fit its pyproject.toml."""
    command = [
        program,
        "export",
        "--quiet",
        "--no-emit-project",
        "--no-dev",
        "--no-hashes",
        "--no-header",
        "--no-annotate",
    ]
    command += ["--python", str(python), "--color", "never"]
    for fits in ("--locked", "--frozen")[: 1 + relax]:
        done = subprocess.run(  # noqa: S603 (a list, no shell)
            [*command, fits], capture_output=True, text=True, check=False, cwd=folder, env=uv.variables()
        )
        if done.returncode == 0:
            if fits == "--frozen":
                tell("relaxed: uv.lock is taken as it is, although it does not fit pyproject.toml")
            return done.stdout
    raise EnvironmentBuildError(
        f"uv.lock does not fit pyproject.toml: {masked(done.stderr.strip())[-1000:]}\n"
        "run `uv lock` there, or take it as it is with relax=True (--relax)"
    )


def _run(command: list[str], text: str, folder: Path, tell: Callable[[str], object]) -> None:
    """Run uv, and tell each line that it says while it says it."""
    variables = {"UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"} | uv.variables()
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 (a list, no shell)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=variables,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            process.stdin.write(text)
            process.stdin.close()
            for line in process.stderr:
                lines.append(masked(line.rstrip()))
                if not line.startswith(" + "):
                    tell(lines[-1].strip())
        except BaseException:  # also Ctrl-C: uv must not go on without us
            process.kill()
            raise
    if process.returncode:
        said = "\n".join(lines)[-2000:]
        raise EnvironmentBuildError(
            f"the environment cannot be built: {said}\nwhere the network is the reason, UV_OFFLINE=1 takes what was downloaded before"
        )
