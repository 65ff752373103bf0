"""A separate environment for a model, built by uv (https://docs.astral.sh/uv) and kept for the next time."""

from __future__ import annotations

import hashlib
import re
import shlex
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from nbtrack import uv
from nbtrack.errors import ModelError, TrustError
from nbtrack.models.requirements import modules_of_pickle
from nbtrack.models.versions import needs_mlflow, requirements

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbtrack.models.versions import Saved

__all__ = ["Environment", "built", "check_trusted", "described", "environment_of"]

_REQUIREMENTS = ("cloudpickle", "numpy", "orjson", "pandas", "pyyaml")
"""The packages that nbtrack needs in it to load and query a model."""
_MIN_PYTHON = (3, 10)
"""The oldest Python that a worker process runs on."""
_STALE_BUILD_TIMEOUT = 86_400.0
"""Seconds after which a half-built environment is considered abandoned."""


class Environment(NamedTuple):
    """What a model's environment is made of."""

    key: str
    """A hash of all that goes into it; the name of its folder."""
    version: str
    """Its Python's."""
    older: str | None
    """The version of the model's own Python, if that is too old for nbtrack."""
    needs: tuple[str, ...]
    """Its requirements."""


def check_trusted(model: Saved, trust: bool | list[str]) -> None:
    """Refuse to build an environment for a model that is not trusted.

    Raises
    ------
    TrustError
        When it is not wholly trusted: its requirements may run code when they are installed.
    """
    if trust is not True:
        raise TrustError(
            f"you have neither saved nor trusted {str(model.path)!r}, and installing its requirements may run any code: "
            f"if you trust where it comes from, say so once with `nbtrack trust {shlex.quote(str(model.path))}`, "
            "or with trust=True (--trust)"
        )


def environment_of(model: Saved, tell: Callable[[str], None], also: Sequence[str] = ()) -> Path:
    """Return the Python of a model's environment, which is built if it does not exist yet.

    Parameters
    ----------
    model
        The model, which is trusted; see `check_trusted`.
    tell
        What is called with lines about a build.
    also
        Packages that are needed beside the model's.

    Raises
    ------
    ModelError
        When uv is not installed, or cannot build it.
    """
    return built(described(model, also), model.path, tell)


def described(model: Saved, also: Sequence[str] = ()) -> Environment:
    """Return what a model's environment is made of, for this machine or another to build it.

    Raises
    ------
    ModelError
        When the model's Python is too old.
    """
    version, older = _version(model)
    needs = requirements(model, mlflow=needs_mlflow(model))
    named = {_name(line) for line in needs}
    needs += [name for name in (*_REQUIREMENTS, *also) if name not in named]
    return Environment(_key(model, version, needs), version, older, tuple(needs))


def built(wanted: Environment, model: Path, tell: Callable[[str], None]) -> Path:
    """Return the Python of an environment, which is built if it does not exist yet.

    Parameters
    ----------
    wanted
        The environment.
    model
        The model's folder: its requirements may name files in it.
    tell
        What is called with lines about a build.

    Raises
    ------
    ModelError
        When uv is not installed, or cannot build it.
    """
    folder = uv.environments_folder() / wanted.key
    python = uv.python_of(folder)
    if not python.is_file():
        version = wanted.version
        if wanted.older:
            tell(
                f"the model was made with Python {wanted.older}, which nbtrack does not run on: it gets {version}"
            )
        tell(f"an environment with Python {version} is built for the model; it is kept in {str(folder)!r}")
        _build(folder, model, version, list(wanted.needs))
    return python


def _version(model: Saved) -> tuple[str, str | None]:
    """Return the Python version of the environment, and the model's own if that is too old for nbtrack."""
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    made = model.metadata.python_version
    if made is None:
        return here, None
    match = re.match(r"(\d+)\.(\d+)", made)
    if match is None:
        raise ModelError(f"the model was made with Python {made!r}, which is not a version")
    if (int(match[1]), int(match[2])) >= _MIN_PYTHON:
        return match[0], None
    oldest = ".".join(map(str, _MIN_PYTHON))
    if _holds_code(model):
        raise ModelError(
            f"the model holds functions of Python {made}, which another cannot run, and nbtrack needs {oldest} or "
            "later: save it again with a later Python"
        )
    # An estimator's pickle contains data: any Python that has the model's libraries can read it.
    return oldest, made


def _holds_code(model: Saved) -> bool:
    """Return whether functions are, or may be, pickled by value, as bytecode."""
    file = model.metadata.flavors.get(model.flavour, {}).get("pickled_model")
    try:
        return "cloudpickle" in modules_of_pickle((model.path / str(file)).read_bytes())
    except (OSError, ValueError):
        return True


def _name(line: str) -> str:
    """Return the normalised name of a requirement."""
    match = re.match(r"[A-Za-z0-9][\w.-]*", line)
    return uv.normalised(match[0]) if match else ""


def _key(model: Saved, version: str, needs: list[str]) -> str:
    """Return the cache key of an environment: a hash of everything that goes into it."""
    found = hashlib.sha256("\n".join([version, *needs]).encode())
    # Includes files that lines such as `-c constraints.txt` name, relative to the model.
    for line in needs:
        option = re.match(r"(?:-[cr]|--constraint|--requirement)[ =]*(.+)", line)
        if option is not None and (model.path / option[1]).is_file():
            found.update((model.path / option[1]).read_bytes())
    own = Path(__file__).parents[1]
    for file in sorted(own.rglob("*.py")):
        found.update(file.relative_to(own).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:16]


def _build(folder: Path, model: Path, version: str, needs: list[str]) -> None:
    program = uv.program()
    if program is None:
        raise ModelError(
            "an environment for the model needs uv, which is not installed: python -m pip install uv"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(".*-*"):  # of a build that was killed
        if time.time() - left.stat().st_mtime > _STALE_BUILD_TIMEOUT:
            shutil.rmtree(left, ignore_errors=True)
    # Built beside its place and then moved, so that nobody finds a partial one; two processes may build at once.
    part = folder.with_name(f".{folder.name}-{uuid4().hex[:8]}")
    python = str(uv.python_of(part))
    ours = version == f"{sys.version_info[0]}.{sys.version_info[1]}"
    try:
        wanted = sys.executable if ours else version
        _run([program, "venv", "--quiet", "--no-project", "--relocatable", "--python", wanted, str(part)])
        # Run in the model's folder, because lines such as `-c constraints.txt` and `wheels/own.whl` are relative to it.
        # Bytecode is compiled now, not at the first start.
        _run(
            [program, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, "-r", "-"],
            "\n".join(needs),
            model,
        )
        site = Path(_run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip())
        _copy_nbtrack(site)
        # Some modules may be too new for an old Python, but none that a worker imports.
        compiled = [sys.executable if ours else python, "-m", "compileall", "-q", str(site / "nbtrack")]
        subprocess.run(compiled, capture_output=True, check=False)  # noqa: S603 (a list, no shell)
        _move(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _copy_nbtrack(site: Path) -> None:
    """Put nbtrack into an environment: from its folder, or from the archive that it was sent to a worker in."""
    own = Path(__file__).parents[1]
    if own.is_dir():
        ignored = shutil.ignore_patterns("__pycache__", "static")
        shutil.copytree(own, site / "nbtrack", ignore=ignored)
        return
    with zipfile.ZipFile(own.parent) as archive:
        archive.extractall(site)


def _move(part: Path, folder: Path) -> None:
    """Move an environment to its place, unless another process was faster."""
    if folder.is_dir() and not uv.python_of(folder).is_file():
        shutil.rmtree(folder, ignore_errors=True)  # the Python that it was built with was removed
    try:
        part.rename(folder)
    except OSError:
        if not uv.python_of(folder).is_file():
            raise


def _run(command: list[str], text: str | None = None, folder: Path | None = None) -> str:
    done = subprocess.run(  # noqa: S603 (a list, no shell)
        command, input=text, capture_output=True, text=True, check=False, cwd=folder, env=uv.variables()
    )
    if done.returncode:
        raise ModelError(
            f"the model's environment cannot be built (uv is given pip's indexes, unless it has settings of its own): "
            f"{done.stderr.strip()[-2000:]}"
        )
    return done.stdout
