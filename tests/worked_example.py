"""The worked examples of CONTRIBUTING.md, for the tests that follow them to the letter."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def worked_example(title):
    """Return the text of a worked example."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.partition(f"## Worked example: {title}")[2].partition("\n## ")[0]


def blocks(example, language):
    """Return the blocks of code in a language, without the indentation of the list that they stand in."""
    found = re.findall(rf"```{language}\n(.*?)```", example, re.DOTALL)
    lines = ([line.removeprefix("   ") for line in block.splitlines()] for block in found)
    return ["\n".join(block).rstrip("\n") for block in lines]


def named_files(example):
    """Return the files of the repository that an example names."""
    return re.findall(r"`((?:nbtrack|tests|labextension)/[\w/.-]+\.(?:py|ts|json))`", example)


def both_halves(folder):
    """Copy both halves into a folder, with what compiles the page."""
    hidden = shutil.ignore_patterns("__pycache__", "node_modules", "built", ".hypothesis")
    for part in ("nbtrack", "labextension", "tests/unit/widgets"):
        shutil.copytree(ROOT / part, folder / part, ignore=hidden)
    os.symlink(ROOT / "labextension" / "node_modules", folder / "labextension" / "node_modules")
    return folder


def put_before(file, place, text):
    """Put text into a file before the first line that has another, as far to the right as that line."""
    lines = file.read_text(encoding="utf-8").split("\n")
    at = next(number for number, line in enumerate(lines) if place in line)
    margin = re.match(" *", lines[at])[0]
    lines[at:at] = [f"{margin}{line}" if line else "" for line in text.split("\n")]
    file.write_text("\n".join(lines), encoding="utf-8")


def run(folder, *command):
    """Run a command in a copy of both halves. Return what it printed."""
    # The Node that the page is built with is the environment's.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | {"PATH": path, "PYTHONPATH": str(folder), "NBTRACK_STORE": str(folder / "store")}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def compile_page(folder):
    """Compile the page of a copy of both halves, in which nothing may be wrong."""
    compiler = folder / "labextension" / "node_modules" / "typescript" / "bin" / "tsc"
    run(folder, "node", str(compiler), "--noEmit", "-p", "labextension")
