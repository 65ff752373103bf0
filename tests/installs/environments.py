"""Environments of their own, with nbtrack's wheel in them as a user has it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*command, folder):
    """Return what a command says, which must succeed; nothing of the checkout or of its environment is seen there."""
    ours = {"NBTRACK_STORE", "PYTHONPATH", "VIRTUAL_ENV"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def uv(*command):
    """Run uv, which is told of pip's local packages."""
    links = [
        part for folder in os.environ.get("PIP_FIND_LINKS", "").split() for part in ("--find-links", folder)
    ]
    run(sys.executable, "-m", "uv", *command, *links, "--quiet", folder=ROOT)


def built(folder):
    """Build the wheel and return it."""
    uv("build", "--wheel", "--out-dir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def programs_with(folder, *packages, python=sys.executable):
    """Install packages into an environment that was empty, and return the folder of its programs."""
    run(
        sys.executable,
        "-m",
        "uv",
        "venv",
        "--quiet",
        "--python",
        python,
        folder,
        folder=folder.parent,
    )
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    uv("pip", "install", "--python", programs / "python", *packages)
    return programs
