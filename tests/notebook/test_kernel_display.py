"""What a tracked cell shows: results, streams and figures as ever, and nbtrack's own line below."""

import re

import pytest

from nbtrack.store import open_store
from tests.waiting import HANGS

WAIT = f"""
import time
from pathlib import Path

def wait_for(file):
    deadline = time.monotonic() + {HANGS}
    while not Path(file).exists():
        assert time.monotonic() < deadline, "what was to be seen before is not seen"
        time.sleep(0.01)
"""
"""In the kernel: a cell goes on when the test has seen what it showed until then."""


@pytest.mark.parametrize(
    "code",
    [
        "1 + 1",
        "1 + 1;",
        "value = 3\nvalue",
        "value = 3",
        "None",
        "_ = 3\n_",
        "'a', [1, 2], {'b': 3}",
        "from IPython.display import HTML\nHTML('<b>bold</b>')",
        "from IPython.display import Markdown, display\ndisplay(Markdown('*one*'), 2)\n3",
        "class Rich:\n    def _repr_html_(self):\n        return '<i>rich</i>'\nRich()",
        "class Own:\n    def _ipython_display_(self):\n        print('shown by itself')\nOwn()",
        "print('a', end='')\nprint('b')\n'c'",
        "import sys\nprint('out')\nsys.stdout.flush()\nprint('err', file=sys.stderr)",
        "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('here')",
        "from IPython.display import update_display, display\ndisplay(1, display_id='d')\nupdate_display(2, display_id='d')",
        "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
        "for i in range(2):\n    i",
        "if True:\n    5",
    ],
)
def test_output_is_as_without(kernel, code):
    plain, tracked = kernel.both(code)
    kernel.ok("globals().pop('_', None);")  # IPython sets none that is the user's own
    assert tracked.seen == plain.seen
    data = [[output.data for output in each.outputs if not output.is_line] for each in (plain, tracked)]
    assert re.sub("0x[0-9a-f]+", "", str(data[1])) == re.sub("0x[0-9a-f]+", "", str(data[0]))
    assert tracked.outputs[-1].is_line


@pytest.mark.parametrize("mode", ["last_expr", "last_expr_or_assign", "all", "none", "last"])
@pytest.mark.parametrize(
    "code",
    [
        "acc = sum([0.5])\nacc",
        "1\nacc = sum([0.25])",
        "loss: float = sum([0.5])",
        "acc = loss = sum([0.125])",
        "for i in range(3):\n    loss = sum([i])\nloss\ni",
        "acc = sum([0.5]);",
        "2\nprint(acc)",
        "for i in range(20):\n    loss = sum([i])\n    acc = str(i)\n    if i > 1:\n        mae = sum([i])",
        "for i in range(2):\n    if (loss := sum([i])) > 0:\n        i",
        "acc += 1",
    ],
)
def test_every_mode_of_interaction_is_kept(kernel, mode, code):
    kernel.ok(f"get_ipython().ast_node_interactivity = {mode!r}\nacc = 0.0")
    try:
        plain = kernel.run(f"# plain\n{code}")
        kernel.ok("acc = 0.0;")
        tracked = kernel.run(f"%%track\n{code}")
    finally:
        kernel.ok("get_ipython().ast_node_interactivity = 'last_expr'")
    assert tracked.seen == plain.seen


def test_what_remembers_results_goes_on(kernel):
    kernel.ok("%%track\n40 + 2")
    assert kernel.ok("_").result == "42"
    kernel.ok("%%track\n'first'")
    kernel.ok("%%track\nx = 1")
    kernel.ok("%%track\n'second'")
    assert kernel.ok("_, __").result == "('second', 'first')"
    tracked = kernel.ok("%%track\n'third'")
    number = tracked.reply["execution_count"]
    assert kernel.ok(f"Out[{number}], _{number}, _i{number}").result == (
        "('third', 'third', \"%%track\\n'third'\")"
    )
    kernel.ok("%%track\n'quiet';")
    assert kernel.ok(f"len(In) == {number + 3} + 1, _[0]").result == "(True, 'third')"


def test_history_shows_the_cell_as_it_was_written(kernel):
    tracked = kernel.ok("%%track -t team=red\n!true\nx = 1")
    number = tracked.reply["execution_count"]
    assert kernel.ok(f"%history {number}").stdout == "%%track -t team=red\n!true\nx = 1\n"


def test_what_is_printed_comes_while_the_cell_runs(kernel, tmp_path):
    kernel.ok(WAIT)
    tracked = kernel.ok(
        f"%%track\nprint('loss 0.5')\nwait_for({str(tmp_path / 'loss 0.5')!r})\n"
        f"print('loss 0.25')\nwait_for({str(tmp_path / 'loss 0.25')!r})",
        on_output=lambda output: output.kind == "stdout" and (tmp_path / output.text.strip()).touch(),
        timeout=3 * HANGS,
    )
    first, second = (output for output in tracked.outputs if output.kind == "stdout")
    assert (first.text, second.text) == ("loss 0.5\n", "loss 0.25\n")


def test_stderr_and_logging_reach_the_reader(kernel):
    kernel.ok(
        "import logging, sys\n"
        "log = logging.getLogger('train')\n"
        "log.addHandler(logging.StreamHandler(sys.stdout))\n"
        "log.setLevel('INFO')"
    )
    plain, tracked = kernel.both(
        "log.info('epoch 1')\nprint('careful', file=sys.stderr)\nlog.info('epoch 2')"
    )
    assert tracked.stdout == plain.stdout == "epoch 1\nepoch 2\n"
    assert tracked.stderr == plain.stderr == "careful\n"
    assert kernel.run_of(tracked).outcome["stdout"] == "epoch 1\nepoch 2\n"
    after = kernel.ok("log.info('later')\nsys.stdout.write.__module__")
    assert after.stdout == "later\n"
    assert "nbtrack" not in after.result


def test_redirected_output_stays_redirected(kernel):
    plain, tracked = kernel.both(
        "import contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()) as caught:\n"
        "    print('inside')\n"
        "print('outside')\n"
        "caught.getvalue()"
    )
    assert tracked.seen == plain.seen == [("stdout", "outside\n"), ("result", "'inside\\n'")]


def test_figures_are_shown_and_kept(kernel):
    kernel.ok("import matplotlib.pyplot as plt\n%matplotlib inline")
    code = "plt.plot([3, 1, 2])\nplt.show()\nfigure, axes = plt.subplots()\naxes.bar([1], [2]);"
    plain, tracked = kernel.both(code)
    assert tracked.seen == plain.seen
    images = [output for output in tracked.outputs if "image/png" in output.data]
    assert len(images) == 2
    run = kernel.run_of(tracked)
    assert run.outcome["figures"] == ["figures/figure-1.png", "figures/figure-2.png"]
    kept = sorted((open_store(kernel.store).artifact_folder(run.id) / "figures").iterdir())
    assert [path.read_bytes()[:8] for path in kept] == [b"\x89PNG\r\n\x1a\n"] * 2


def test_a_long_loop_shows_how_far_it_is(kernel, tmp_path):
    kernel.ok(WAIT)
    seen = tmp_path / "seen"
    tracked = kernel.ok(
        "%%track\nfor epoch in range(250):\n    loss = 1 / (epoch + 1)\n"
        f"    if epoch == 200:\n        wait_for({str(seen)!r})",
        on_output=lambda output: "iterations" in output.text and seen.touch(),
        timeout=2 * HANGS,
    )
    progress = [output for output in tracked.outputs if "iterations" in output.text]
    assert [output.kind for output in progress[:2]] == ["display", "update"]
    assert progress[0].at > 1
    assert {output.kind for output in progress[1:]} == {"update"}
    counts = [int(output.text.split()[0]) for output in progress]
    assert counts == sorted(counts)
    assert counts[0] < 250
    assert counts[-1] == 250
    assert re.search("loss 0.004 [▁▂▃▄▅▆▇█]+", progress[-1].text)
    assert "<script" not in progress[-1].data["text/html"]


def test_a_short_loop_shows_nothing_but_the_line(kernel):
    tracked = kernel.ok("%%track\nfor epoch in range(1000):\n    loss = 1 / (epoch + 1)")
    assert [output.is_line for output in tracked.outputs] == [True]


def test_the_line_is_html_that_needs_no_script_and_trusts_no_name(kernel):
    evil = "<img src=x onerror=alert(1)>"
    tracked = kernel.ok(
        f"%%track '{evil}' -e '{evil}'\n"
        f"config = {{'{evil}': '{evil}', \"it's\": \"'onclick='alert(1)\"}}\n"
        f"results = {{'loss {evil}': sum([0.5])}}\n"
        "loss = sum([0.5])"
    )
    html = tracked.line.data["text/html"]
    assert "onerror" in html
    assert "&lt;img" in html
    for tag in ("<img", "<script", "<iframe", "<link", "javascript:"):
        assert tag not in html.lower()
    # Inside a tag nothing but the attributes that nbtrack writes.
    attributes = re.sub("'[^']*'", "", " ".join(re.findall("<[a-z]+ [^>]*>", html)))
    assert set(re.findall(r"([a-z-]+)=", attributes)) <= {"style", "title", "aria-label", "data-nbtrack-run"}
    run = kernel.runs("metrics.loss = 0.5")[0]
    assert (run.name, run.experiment) == (evil, evil)
    assert run.params[f"config.{evil}"] == evil


def test_the_line_says_what_came_of_it(kernel):
    tracked = kernel.ok("%%track baseline\nrate = 0.5\nacc = sum([rate, 0.25])")
    assert re.fullmatch(r"nbtrack: baseline \| \d+ ms \| rate=0\.5 \| acc 0\.75", tracked.line.text)


def test_runs_of_a_cross_validation_are_shown_and_chosen_by_the_mean_of_its_folds(kernel):
    kernel.ok(
        "import numpy as np\nimport nbtrack\n"
        "from sklearn.dummy import DummyRegressor\n"
        "from sklearn.model_selection import cross_val_score\n"
        "X, y = np.zeros((6, 1)), np.array([0.0, 1, 2, 4, 8, 16])"
    )
    lines = []
    for value in (1, 15):
        # The larger guess is right for the last fold alone.
        tracked = kernel.ok(
            f"%%track folds -e cross\nguess = {value}\n"
            "model = DummyRegressor(strategy='constant', constant=guess)\n"
            "scores = cross_val_score(model, X, y, cv=3, scoring='neg_mean_absolute_error')"
        )
        lines.append(re.search(r"scores (\S+) \(mean of 3\)", tracked.line.text)[1])
    shown = kernel.ok("nbtrack.runs(experiment='cross')").outputs[0].data
    for form in ("text/plain", "text/html"):
        assert "scores.mean" in shown[form]
        assert [text in shown[form] for text in lines] == [True, True]
        assert not re.search(r"\bscores\b(?!\.mean)", shown[form])
    assert kernel.ok("nbtrack.runs(experiment='cross').best('scores').params['guess']").result == "1"
    assert kernel.ok("nbtrack.runs(experiment='cross').best('scores.last').params['guess']").result == "15"


def test_an_image_that_is_none_is_shown_as_without(kernel):
    plain, tracked = kernel.both(
        "from IPython.display import publish_display_data as publish\n"
        "publish({'image/png': 'no picture', 'text/plain': 'one'})\n"
        "publish({'image/svg+xml': ['no', 'text'], 'text/plain': 'two'})\n"
        "publish({'image/jpeg': None, 'text/plain': 'three'})"
    )
    assert tracked.seen == plain.seen
    assert [text for _, text in tracked.seen] == ["one", "two", "three"]
