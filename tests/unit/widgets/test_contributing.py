"""The worked example of a request in CONTRIBUTING.md, followed to the letter in a copy of both halves."""

import json
import sys

import pytest

from tests.worked_example import (
    ROOT,
    blocks,
    both_halves,
    compile_page,
    named_files,
    put_before,
    run,
    worked_example,
)

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
    folder = both_halves(tmp_path)
    declaration, answer = blocks(EXAMPLE, "python")
    wire = folder / "nbtrack" / "widgets" / "wire.py"
    wire.write_text(f"{wire.read_text(encoding='utf-8')}\n\n{declaration}\n", encoding="utf-8")
    reading = folder / "nbtrack" / "widgets" / "panel" / "reading.py"
    put_before(reading, "    def selection(self", f"{answer}\n")
    return folder


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
    compile_page(copy)


def test_the_files_that_it_names_are_there():
    names = named_files(EXAMPLE)
    assert len(names) >= 4
    assert not [name for name in names if not (ROOT / name).exists()]
