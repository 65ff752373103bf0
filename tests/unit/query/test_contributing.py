"""The worked example of a filter operator in CONTRIBUTING.md, followed to the letter in a copy of the package."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nbtrack
from tests.worked_example import ROOT, blocks, named_files, worked_example

EXAMPLE = worked_example("a filter operator")

USES = """
import nbtrack
from nbtrack.errors import FilterError
from nbtrack.widgets.panel.completion import complete

for name, solver in (("first", "lbfgs"), ("second", "saga"), ("third", "l*")):
    nbtrack.set_experiment(f"{solver[0]} {name}")
    with nbtrack.start_run(run_name=name):
        nbtrack.log_param("solver", solver)
print([run.name for run in nbtrack.runs("params.solver startswith 'l'")])
print([run.name for run in nbtrack.runs("params.solver startswith 'l*'")])
print([run.name for run in nbtrack.runs("params.solver not startswith 'l'")])
print([one.name for one in nbtrack.search_experiments(filter_string="name startswith 'l'")])
store = nbtrack.runs().store
print([one["text"] for one in complete(store, "params.solver st", 16)["options"]])
try:
    nbtrack.runs("params.solver startwith 'l'")
except FilterError as error:
    print("STARTSWITH" in str(error))
"""


@pytest.fixture
def package(tmp_path):
    """Return a folder with a copy of nbtrack that has the example's operator."""
    source = Path(nbtrack.__file__).parent
    shutil.copytree(source, tmp_path / "nbtrack", ignore=shutil.ignore_patterns("__pycache__", "static"))
    operator, pattern = blocks(EXAMPLE, "python")
    table, patterns = (tmp_path / "nbtrack" / "query" / name for name in ("operators.py", "patterns.py"))
    text = table.read_text(encoding="utf-8")
    last = max(re.finditer(r"^        Operator\(.*\n", text, re.MULTILINE), key=lambda found: found.end())
    text = f"{text[: last.end()]}        {operator}\n{text[last.end() :]}"
    text = text.replace("patterns import caseless_glob", "patterns import beginning, caseless_glob")
    table.write_text(text, encoding="utf-8")
    with patterns.open("a", encoding="utf-8") as file:
        file.write(f"\n\n{pattern}\n")
    return tmp_path


def test_the_operator_of_the_example_works_everywhere(package):
    done = subprocess.run(
        [sys.executable, "-c", USES],
        cwd=package,
        env=os.environ | {"PYTHONPATH": str(package), "NBTRACK_STORE": str(package / "store")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "['third', 'first']",
        "['third']",
        "['second']",
        "['l third', 'l first']",
        "['STARTSWITH']",
        "True",
    ]


def test_the_files_that_it_names_are_there():
    names = named_files(EXAMPLE)
    assert len(names) >= 4
    assert not [name for name in names if not (ROOT / name).exists()]
