"""The worked example of a capture rule in CONTRIBUTING.md, followed to the letter."""

import ast
import contextlib
import io
import re
import tomllib
from pathlib import Path

import pytest

from nbtrack import capture as package
from nbtrack.capture import CellCapture
from nbtrack.capture.words import names as vocabulary
from tests.worked_example import ROOT, blocks, named_files, worked_example

EXAMPLE = worked_example("a capture rule")


def found():
    """Return the names of the metrics that the example's cell comes to."""
    earlier, tracked = re.split(r"# %%(?: track)?\n", blocks(EXAMPLE, "python")[0])[1:]
    namespace = {"__name__": "__main__"}
    exec(earlier, namespace)
    capture = CellCapture(namespace)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(capture.transform(ast.parse(tracked)), "cell", "exec"), namespace)
    return set(capture.finish().metrics)


@pytest.fixture
def rule(monkeypatch):
    [(word, *sets)] = re.findall(r"add `(\w+)` to `(_[A-Z_]+_WORDS)` and to\s+`(_[A-Z_]+_WORDS)`", EXAMPLE)

    def forget():
        for function in vars(vocabulary).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()

    def add():
        for name in sets:
            monkeypatch.setattr(vocabulary, name, getattr(vocabulary, name) | {word})
        forget()

    yield add
    monkeypatch.undo()
    forget()


def test_the_rule_of_the_example_does_what_it_says(rule):
    wanted = set(tomllib.loads(blocks(EXAMPLE, "toml")[0])["series"])
    false = re.findall(r"what is false: `(\w+)`", EXAMPLE)
    assert found() == wanted | set(false)
    rule()
    assert found() == wanted


def test_the_modules_that_it_names_are_there():
    folder = Path(package.__file__).parent
    assert not [name for name in named_files(EXAMPLE) if not (ROOT / name).exists()]
    names = re.findall(r"`(?:nbtrack/capture/)?([\w/]+\.py)`", EXAMPLE)
    names = [name for name in names if not name.startswith(("nbtrack/", "tests/"))]
    assert {"words/names.py", "source/analysis.py", "results/metrics.py", "settings/params.py"} <= set(names)
    assert not [name for name in names if not name.endswith("NNN_budget.py") and not (folder / name).exists()]
