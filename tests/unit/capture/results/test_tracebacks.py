"""Code that Python and IPython show in tracebacks and warnings is not read as results."""

import subprocess
import sys

import pytest

from nbtrack.capture.results.printed import PrintedScores

HEAD = """\
import logging, sys, traceback, warnings
def fail(loss=0.5):
    f1 = 2 * loss; raise ValueError("no acc: 0.25")
"""
WAYS = {
    "print_exc": """\
try:
    fail()
except ValueError:
    traceback.print_exc(file=sys.stdout)
""",
    "print_stack": """\
def stack():
    f1 = 2.5; traceback.print_stack(file=sys.stdout)
stack()
""",
    "an error with a cause": """\
try:
    try:
        fail()
    except ValueError as error:
        f1 = 2.5; raise KeyError("auc: 0.5") from error
except KeyError:
    print("failed:", traceback.format_exc())
""",
    "a group": """\
try:
    f1 = 2.5; raise ExceptionGroup("loss: 0.5", [ValueError("acc: 0.25")])
except ExceptionGroup:
    traceback.print_exc(file=sys.stdout)
""",
    "a logged error": """\
logging.basicConfig(stream=sys.stdout)
try:
    fail()
except ValueError:
    logging.exception("no luck")
""",
    "a warning": """\
sys.stderr = sys.stdout
f1 = 2.5; warnings.warn("beware\\nit did not converge")
""",
    "a logged warning": """\
logging.basicConfig(stream=sys.stdout)
logging.captureWarnings(True)
f1 = 2.5; warnings.warn("beware")
""",
}
LATER = "print('val_loss: 0.75')\nprint('  val_acc: 0.5')\n"

CELLS = [
    "def fail(loss=0.5):\n    f1 = 2.5; raise ValueError('no acc: 0.25')",
    "recall = 0.5 * 2\ntry:\n    fail()\nexcept ValueError as e:\n    f1 = 2.5; raise KeyError('auc') from e\nmse = 4.5",
    "print('val_loss: 0.75')",
    "f1 = 2.5 2",
    "print('val_acc: 0.5')",
    "exec('f1 = 2.5 2')",
    "print('rmse: 0.5')",
]


def scores(text):
    """Return the scores in printed text."""
    read = PrintedScores()
    read.feed(text)
    read.finish()
    return {name: [value for _, value, _ in points] for name, points in read.points.items()}


def output(script):
    """Return what a script prints."""
    return subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("way", WAYS)
def test_code_that_python_shows_is_no_result(tmp_path, way):
    script = tmp_path / "script.py"
    script.write_text(HEAD + WAYS[way] + LATER)
    told = output(script)
    assert "f1 = 2" in told
    assert scores(told) == {"val_loss": [0.75], "val_acc": [0.5]}


@pytest.mark.parametrize("mode", ["Context", "Plain", "Verbose", "Minimal"])
def test_code_that_ipython_shows_is_no_result(tmp_path, mode):
    script = tmp_path / "script.py"
    script.write_text(
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "from traitlets.config import Config\n"
        "shell = InteractiveShell.instance(config=Config(InteractiveShell={'colors': 'nocolor'}))\n"
        f"for cell in {[f'%xmode {mode}', *CELLS]!r}:\n    shell.run_cell(cell)\n"
    )
    told = output(script)
    assert "= 2.5 2" in told
    assert scores(told) == {"val_loss": [0.75], "val_acc": [0.5], "rmse": [0.5]}


def test_a_box_around_a_traceback():
    box = (
        "╭──── Traceback (most recent call last) ────╮\n"
        "│ /tmp/a.py:2 in <module>                   │\n"
        "│ ❱ 2 f1 = 2.5                              │\n"
        "╰───────────────────────────────────────────╯\n"
        "ValueError: no acc: 0.25\n"
    )
    assert scores(box + "loss: 0.5\n") == {"loss": [0.5]}
