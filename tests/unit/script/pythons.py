"""The Pythons of this machine that can import nbtrack, and scripts run by them: bare, and captured."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbtrack import uv

ROOT = Path(__file__).resolve().parents[3]
VERSIONS = ("3.11", "3.12", "3.13")


def python(version):
    """Return the program of a minor version: this one, or a bare one; skip the test where there is none."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    wanted = tuple(map(int, version.split(".")))
    found = [one.program for one in uv.interpreters() if one.version[:2] == wanted]
    if not found:
        pytest.skip(f"there is no Python {version} on this machine")
    return str(found[0])


def package_folder(place):
    """Return a folder that holds nothing but the package, as for a project's child."""
    folder = place / "package"
    folder.mkdir(exist_ok=True)
    if not (folder / "nbtrack").exists():
        (folder / "nbtrack").symlink_to(ROOT / "nbtrack", target_is_directory=True)
    return folder


def run(program, place, *arguments, captured=True, stdin="", **variables):
    """Run a script in a folder and return what became of it; what nbtrack says is taken off its error output."""
    module = ["-m", "nbtrack.script"] if captured else []
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_RUN_ID"}
    environment |= {
        "PYTHONPATH": str(package_folder(place)),
        "NBTRACK_STORE": str(place / "store"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return subprocess.run(
        [program, *module, *arguments], cwd=place, env=environment | variables, input=stdin,
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
