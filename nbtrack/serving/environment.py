"""An environment of a model's own, built by uv (https://docs.astral.sh/uv) and kept for the next time."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from nbtrack import __version__
from nbtrack.errors import ModelError
from nbtrack.serving.versions import requirements

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.serving.description import Description

__all__ = ["environment_of"]

_OWN = ("cloudpickle", "numpy", "orjson", "pandas", "pyyaml")
"""What nbtrack needs in it to load and ask a model."""


def environment_of(model: Description, tell: Callable[[str], None]) -> Path:
    """Return the Python of a model's environment, which is built if it is not there yet.

    Raises
    ------
    ModelError
        When uv is not there, or cannot build it.
    """
    from platformdirs import user_cache_path

    version = (
        ".".join((model.metadata.python_version or "").split(".")[:2])
        or f"{sys.version_info[0]}.{sys.version_info[1]}"
    )
    needs = requirements(model)
    named = {line.partition("=")[0].strip().lower() for line in needs}
    needs += [name for name in _OWN if name not in named]
    key = hashlib.sha256("\n".join([version, __version__, *needs]).encode()).hexdigest()[:16]
    folder = user_cache_path("nbtrack", appauthor=False) / "environments" / key
    if not folder.is_dir():
        tell(f"an environment with Python {version} is built for the model; it is kept in {str(folder)!r}")
        _build(folder, version, needs)
    return _python(folder)


def _build(folder: Path, version: str, needs: list[str]) -> None:
    uv = shutil.which(
        "uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    )
    if uv is None:
        raise ModelError("--env-manager uv needs uv, which is not installed: python -m pip install uv")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Built beside it and moved there, so that nobody finds half of one; two may build at once.
    part = folder.with_name(f".{folder.name}-{uuid4().hex[:8]}")
    try:
        _run([uv, "venv", "--quiet", "--relocatable", "--python", version, str(part)])
        listed = part / "requirements.txt"
        listed.write_text("\n".join(needs) + "\n", encoding="utf-8")
        _run([uv, "pip", "install", "--quiet", "--python", str(_python(part)), "-r", str(listed)])
        site = _run(
            [str(_python(part)), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        ).strip()
        own = Path(__file__).parents[1]
        shutil.copytree(own, Path(site) / "nbtrack", ignore=shutil.ignore_patterns("__pycache__", "static"))
        if not folder.is_dir():
            part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (a list, no shell)
    if done.returncode:
        raise ModelError(f"the model's environment cannot be built: {done.stderr.strip()[-2000:]}")
    return done.stdout


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
