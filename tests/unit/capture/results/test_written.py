"""A number that somebody wrote is no result: what is computed beside it is one."""

import ast
import sys
import textwrap

import pytest

from nbtrack.capture.results.printed import PrintedScores
from nbtrack.capture.results.written import Written
from tests.unit.capture.test_cell import track

LITERAL = {
    "a text": 'print("Baseline from the book: f1 = 0.87")',
    "a line of several": 'print("""results\n  f1 = 0.87\n""")',
    "an argument": 'print("their f1 =", 0.87)',
    "a negative argument": 'print("their loss:", -0.5)',
    "a part of an f-string": 'print(f"f1 = 0.87 by {name}")',
    "a part of a form": 'print("f1 = 0.87 by %s" % name)',
    "a part of another form": 'print("f1 = 0.87 by {}".format(name))',
    "a sum of texts": 'print("their " + "f1 = 0.87")',
    "a name for a number": 'BEFORE = 0.87\nprint(f"their f1 = {BEFORE:.2f}")\nprint("their f1:", BEFORE)',
    "a form of a name": 'BEFORE = 0.87\nprint("their f1 = %.3f" % BEFORE)',
    "a text with a name": 'note = "f1 = 0.87"\nprint(note)',
    "a text of a function": 'def tell():\n    print("f1 = 0.87")\n\ntell()',
    "a message": 'import logging, sys\nlog = logging.getLogger("written")\nlog.addHandler(logging.StreamHandler(sys.stdout))\nlog.warning("f1 = 0.87 is theirs")',
    "colours": 'print("\\x1b[32mtheir f1\\x1b[0m = 0.87")',
}  # fmt: skip
COMPUTED = {
    "an f-string": ('print(f"loss = 0.5 theirs, loss = {1 / 3:.3f} ours")', {"loss": [0.333]}),
    "a form": ('print("loss: %.2f" % (1 / 3))', {"loss": [0.33]}),
    "another form": ('print("loss: {:.2f}".format(1 / 3))', {"loss": [0.33]}),
    "a sum": ('print("val loss: " + str(1 / 4))', {"val_loss": [0.25]}),
    "an argument": ('def value():\n    return 1 / 4\n\nprint("goal: loss 0.125", "reached: loss", value())', {"loss": [0.25]}),
    "the same number": ('def say(k):\n    print(f"model {k}: loss 0.5")\n    print(f"model {k}; loss {k / 4}")\n\nsay(2)', {"loss": [0.5]}),
    "a longer word": ('kind = "val_"\nprint("loss: 0.5")\nprint(f"{kind}loss: {1 / 2}")', {"val_loss": [0.5]}),
    "a name with two numbers": ('best = 0.5\nbest = best / 2\nprint(f"their loss: {best}")', {"their_loss": [0.25]}),
    "other digits": ('print("loss 0.25")\nfor k in (4, 3):\n    print("loss", k / 16)', {"loss": [0.1875]}),
}  # fmt: skip


def printed(source):
    """Return the scores in the output of a cell that names nothing."""
    body = textwrap.indent(source, "    ")
    captured, _ = track(f"def _work(name='us'):\n{body}\n\n_work()")
    return {name: list(points.values) for name, points in captured.metrics.items()}


@pytest.mark.parametrize("name", LITERAL)
def test_what_stands_in_the_source_is_no_result(name):
    assert printed(LITERAL[name]) == {}


@pytest.mark.parametrize("name", COMPUTED)
def test_what_is_computed_is_one(name):
    source, found = COMPUTED[name]
    assert printed(source) == found


def test_functions_of_earlier_cells_and_modules_beside_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    text = "def tell(value):\n    print('their f1 = 0.87')\n    print(f'loss = {value}')\n"
    (tmp_path / "telling_beside.py").write_text(text)
    captured, _ = track("import telling_beside\ntelling_beside.tell(1 / 4)")
    assert {name: list(points.values) for name, points in captured.metrics.items()} == {"loss": [0.25]}
    monkeypatch.delitem(sys.modules, "telling_beside")
    (tmp_path / "earlier.py").write_text(text)
    namespace = {"__name__": "__main__"}
    exec(compile(text, str(tmp_path / "earlier.py"), "exec"), namespace)
    captured, _ = track("tell(1 / 8)", namespace)
    assert {name: list(points.values) for name, points in captured.metrics.items()} == {"loss": [0.125]}


def test_lines_of_one_template_are_told_apart():
    scores = PrintedScores(Written(lambda: [ast.parse("print('loss 0.25')")]))
    scores.feed("loss 0.25\nloss 0.75\nloss 0.25\nloss 0.50\n")
    assert [value for _, value, _ in scores.points["loss"]] == [0.75, 0.5]
