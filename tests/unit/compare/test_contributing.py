"""The worked example of a view in CONTRIBUTING.md, followed to the letter in a copy of both halves."""

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

EXAMPLE = worked_example("a view of the panel")

ASKS = """
import json
import nbtrack
from nbtrack.widgets.panel import Panel

for name in ("first", "second"):
    nbtrack.start_run(run_name=name)
    nbtrack.end_run()
nbtrack.start_run(run_name="third")
nbtrack.end_run("FAILED")
panel = Panel(nbtrack.runs().store)
panel.view = "statuses"
said = []
panel.send = said.append
scope = {"filter": "", "order_by": [], "experiments": None, "deleted": False, "ids": []}
panel._handle_custom_msg({"id": "v-1", "kind": "document", **scope, "document": "statuses", "asked": {}}, [])
while len(said) < 2:
    pass
print(json.dumps(said[1]))
"""


@pytest.fixture
def copy(tmp_path):
    """Return a folder with a copy of both halves that have the example's view."""
    folder = both_halves(tmp_path)
    view, document, most, function = blocks(EXAMPLE, "python")
    drawing, drawn, test = blocks(EXAMPLE, "ts")
    compare = folder / "nbtrack" / "compare"
    put_before(folder / "nbtrack" / "widgets" / "wire.py", '"run": "Run"', view)
    put_before(compare / "documents.py", '"importance": 10_000', most)
    with (compare / "documents.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{document}\n")
    put_before(compare / "documents.py", '"Spread",', '"StatusesDocument",')
    put_before(
        compare / "__init__.py", "from nbtrack.compare.sides", "from nbtrack.compare.statuses import statuses"
    )
    put_before(compare / "__init__.py", '"side_by_side",', '"statuses",')
    (compare / "statuses.py").write_text(f"{function}\n", encoding="utf-8")
    views = folder / "labextension" / "src" / "panel" / "views"
    put_before(views / "show.ts", "  run: (state", drawn)
    put_before(views / "show.ts", 'from "./types.ts"', 'import { drawStatuses } from "./statuses.ts";')
    (views / "statuses.ts").write_text(f"{drawing}\n", encoding="utf-8")
    (folder / "labextension" / "tests" / "panel-statuses.test.ts").write_text(f"{test}\n", encoding="utf-8")
    run(folder, sys.executable, "labextension/wire.py")
    return folder


def test_the_document_of_the_example_is_answered(copy):
    done = json.loads(run(copy, sys.executable, "-c", ASKS))
    assert done["result"] == {"document": {"counts": {"FINISHED": 2, "FAILED": 1}}, "shown": 3, "total": 3}


def test_the_view_of_the_example_is_compiled_and_drawn(copy):
    compile_page(copy)
    tests = copy / "labextension" / "tests"
    run(copy, "node", "--test", str(tests / "panel-statuses.test.ts"), str(tests / "panel-keyboard.test.ts"))
    biome = copy / "labextension" / "node_modules" / "@biomejs" / "biome" / "bin" / "biome"
    run(copy / "labextension", "node", str(biome), "check", "--error-on-warnings", ".")


def test_the_page_is_not_compiled_while_nothing_draws_the_view(copy):
    show = copy / "labextension" / "src" / "panel" / "views" / "show.ts"
    show.write_text(
        show.read_text(encoding="utf-8").replace("  statuses: drawStatuses,\n", ""), encoding="utf-8"
    )
    with pytest.raises(AssertionError, match="'statuses' is missing"):
        compile_page(copy)


def test_the_files_that_it_names_are_there(copy):
    names = named_files(EXAMPLE)
    assert len(names) >= 9
    assert not [name for name in names if not any((place / name).exists() for place in (copy, ROOT))]
