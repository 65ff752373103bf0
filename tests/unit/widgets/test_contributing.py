"""The worked example of a request in CONTRIBUTING.md, followed to the letter in a copy of both halves."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worked_example import ROOT, blocks, named_files, worked_example

EXAMPLE = worked_example("a request of a page")

ASKS = """
import json, sys
import nbtrack
from nbtrack.widgets.panel import Panel

for name in ("first", "second"):
    nbtrack.start_run(run_name=name)
    nbtrack.end_run()
panel = Panel(nbtrack.runs().store)
said = []
panel.send = said.append
panel._handle_custom_msg(json.loads(sys.argv[1]), [])
while len(said) < 2:
    pass
print(json.dumps(said))
"""
CALLS = """
import type {{ PanelState }} from "./state.ts";

export async function countOf(state: PanelState): Promise<number | undefined> {{
  {call}
  return statuses["FINISHED"];
}}
"""


@pytest.fixture
def copy(tmp_path):
    """Return a folder with a copy of both halves that have the example's request."""
    hidden = shutil.ignore_patterns("__pycache__", "node_modules", "built", ".hypothesis")
    for part in ("nbtrack", "labextension"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=hidden)
    os.symlink(ROOT / "labextension" / "node_modules", tmp_path / "labextension" / "node_modules")
    declaration, answer = blocks(EXAMPLE, "python")
    wire = tmp_path / "nbtrack" / "widgets" / "wire.py"
    wire.write_text(f"{wire.read_text(encoding='utf-8')}\n\n{declaration}\n", encoding="utf-8")
    reading = tmp_path / "nbtrack" / "widgets" / "panel" / "reading.py"
    method = "\n".join(f"    {line}" if line else "" for line in answer.splitlines())
    before, at, after = reading.read_text(encoding="utf-8").partition("    def selection(self")
    reading.write_text(f"{before}{method}\n\n{at}{after}", encoding="utf-8")
    return tmp_path


def run(copy, *command):
    env = os.environ | {"PYTHONPATH": str(copy), "NBTRACK_STORE": str(copy / "store")}
    done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_request_of_the_example_is_answered(copy):
    (example,) = blocks(EXAMPLE, "json")
    accepted, done = json.loads(run(copy, sys.executable, "-c", ASKS, example))
    assert accepted == {"id": "v-30", "accepted": True}
    assert done == {"id": "v-30", "ok": True, "result": {"statuses": {"FINISHED": 2}}}


def test_the_page_is_compiled_against_the_request_of_the_example(copy):
    run(copy, sys.executable, "labextension/wire.py")
    (call,) = blocks(EXAMPLE, "ts")
    place = copy / "labextension" / "src" / "panel" / "example.ts"
    place.write_text(CALLS.format(call=call), encoding="utf-8")
    compiler = copy / "labextension" / "node_modules" / "typescript" / "bin" / "tsc"
    compiled = ["node", str(compiler), "--noEmit", "-p", "labextension"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        compiled, cwd=copy, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_files_that_it_names_are_there():
    names = named_files(EXAMPLE)
    assert len(names) >= 4
    assert not [name for name in names if not (ROOT / name).exists()]
