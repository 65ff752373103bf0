"""Errors in a tracked cell: told as without tracking, at the lines of the cell, and kept with the run."""

import pytest

from tests.notebook.kernel import without_checkout


@pytest.fixture(autouse=True, scope="module")
def libraries(kernel):
    kernel.ok(
        "from sklearn.linear_model import LinearRegression\n"
        "from sklearn.metrics import accuracy_score\n"
        "def halve(value):\n"
        "    raise ValueError(f'{value} cannot be halved')"
    )


@pytest.mark.parametrize(
    "code",
    [
        "1 / 0",
        "loss = 1\nfor i in range(3):\n    loss = 1 / (1 - i)\n    acc = loss\nprint(loss)",
        "def f(x):\n    y = x\n    return y / 0\n\nacc = sum([1])\nf(\n    acc,\n)",
        "for i in range(2):\n    loss = halve(\n        i\n    )",
        "print(f'accuracy {accuracy_score([1], [1, 2])}')",
        "model = LinearRegression()\nmodel.fit(undefined,\n          [1])",
        "LinearRegression().fit([[1]], 1 / 0)",
        "scores = [accuracy_score([1], [1]) / n for n in (1, 0)]",
        "try:\n    halve(3)\nexcept ValueError as error:\n    raise KeyError('other') from error",
        "import asyncio\nasync def fail():\n    await asyncio.sleep(0)\n    raise OSError('gone')\nawait fail()",
        "class Model:\n    def fit(self, X):\n        return self.missing\nModel().fit(3)",
        "i = 0\nwhile True:\n    i += 1\n    loss = 1 / (3 - i)",
        "while (loss := 1 / (len([]) - 0)) > 0:\n    pass",
        "with open('/nowhere/at/all') as file:\n    loss = file.read()",
        "assert sum([1, 1]) == 3, 'no sum'",
        "raise ExceptionGroup('two', [ValueError(1), TypeError(2)])",
        "exec('1 / 0')",
    ],
)
def test_a_traceback_is_as_without(kernel, code):
    plain, tracked = kernel.both(code)
    # The line that stands for the magic is a comment in both.
    expected = [(kind, text.replace("# plain", "# %%track")) for kind, text in plain.seen]
    assert tracked.seen == expected
    assert tracked.reply["ename"] == plain.reply["ename"]
    assert tracked.reply["evalue"] == plain.reply["evalue"]
    assert "nbtrack" not in without_checkout(tracked.traceback + tracked.stderr)
    run = kernel.run_of(tracked)
    assert run.status == "FAILED"
    assert tracked.reply["ename"] in run.traceback
    assert "FAILED" in tracked.line.text


@pytest.mark.parametrize("mode", ["Plain", "Verbose", "Minimal"])
def test_every_way_to_show_a_traceback(kernel, mode):
    kernel.ok(f"%xmode {mode}")
    try:
        plain, tracked = kernel.both("for i in range(2):\n    loss = 1 / (1 - i)")
    finally:
        kernel.ok("%xmode Context")
    assert tracked.seen == [(kind, text.replace("# plain", "# %%track")) for kind, text in plain.seen]


def test_a_traceback_below_time(kernel):
    body = "%%time\nloss = sum([1])\n1 / 0"
    plain, tracked = kernel.run(body), kernel.run(f"%%track\n{body}")
    assert tracked.reply["ename"] == "ZeroDivisionError"
    assert tracked.seen[1:] == plain.seen[1:]
    assert "<timed exec>" in tracked.traceback
    assert kernel.run_of(tracked).metrics == {"loss": 1}


def test_capture_shows_an_error_and_goes_on(kernel):
    body = "%%capture out\nloss = sum([1])\n1 / 0"
    plain, tracked = kernel.run(body), kernel.run(f"%%track\n{body}")
    assert tracked.seen == plain.seen
    assert tracked.reply["status"] == plain.reply["status"] == "ok"


@pytest.mark.parametrize(
    "code",
    [
        "x = (",
        "x = 1\n  y = 2",
        "await = 3",
        "'\\xzz'",
        "return 3",
        "for i in range(3):\n    loss = i / 2\nyield loss",
        "break",
        "f(a=1, a=2)",
    ],
)
def test_code_that_cannot_run_makes_no_run(kernel, code):
    before = len(kernel.runs())
    plain, tracked = kernel.both(code)
    assert tracked.reply["ename"] in {"SyntaxError", "IndentationError"}
    assert tracked.seen == plain.seen
    assert tracked.line is None
    assert len(kernel.runs()) == before
    assert kernel.ok("%%track\nacc = sum([0.5])").line is not None


def test_a_warning_is_told_as_without(kernel):
    code = "import warnings\nfor i in range(2):\n    loss = warnings.warn('careful')\nloss is 3\n'\\d'"
    plain, tracked = kernel.both(code)
    assert tracked.seen == [(kind, text.replace("# plain", "# %%track")) for kind, text in plain.seen]
    assert tracked.stderr.count("UserWarning: careful") == 1
    assert "<nbtrack>" not in plain.stderr


def test_a_warning_that_is_told_once_stays_told_once(kernel):
    kernel.ok(
        "%%writefile once.py\nimport warnings\ndef warn():\n    warnings.warn('told once', stacklevel=1)"
    )
    assert "told once" in kernel.run("import once\nonce.warn()").stderr
    kernel.ok("%%track\nonce.warn()\n'\\\\d'")
    kernel.ok("once.warn()\n'\\\\d'")


def test_the_last_error_is_kept_for_debugging(kernel):
    failed = kernel.run("%%track\ndef f(rate):\n    return rate / 0\nacc = f(0.25)")
    assert failed.reply["status"] == "error"
    told = kernel.run("import sys\nsys.last_type.__name__, str(sys.last_value), sys.last_traceback is None")
    assert told.result == "('ZeroDivisionError', 'float division by zero', False)"
    debugged = kernel.run("%debug", answers=["p rate * 2", "up", "l", "q"])
    assert debugged.reply["status"] == "ok"
    assert "0.5" in debugged.stdout
    assert "nbtrack hook" not in debugged.stdout
    assert "return rate / 0" in debugged.stdout
    again = kernel.run("%tb")
    assert failed.traceback == again.traceback


def test_a_breakpoint_stops_in_the_cell(kernel):
    code = "from IPython.core.debugger import set_trace\nrate = 0.125\nset_trace()\nacc = sum([rate])\nacc"
    tracked = kernel.run(f"%%track\n{code}", answers=["p rate * 2", "n", "c"])
    assert tracked.reply["status"] == "ok"
    assert "0.25" in tracked.stdout
    assert tracked.result == "0.125"
    assert kernel.run_of(tracked).metrics == {"acc": 0.125}


@pytest.mark.parametrize(("code", "status"), [("3", "FAILED"), ("0", "FINISHED"), ("'bad'", "FAILED")])
def test_sys_exit_ends_the_cell_and_not_the_kernel(kernel, code, status):
    kernel.run("import sys\nsys.exit()")
    plain, tracked = kernel.both(f"acc = sum([0.5])\nimport sys\nsys.exit({code})\nprint('not reached')")
    assert tracked.seen == plain.seen
    assert tracked.reply["ename"] == plain.reply["ename"] == "SystemExit"
    run = kernel.run_of(tracked)
    assert (run.status, run.metrics) == (status, {"acc": 0.5})
    assert kernel.ok("acc").result == "0.5"


def test_an_error_that_cannot_tell_itself(kernel):
    code = "class Odd(Exception):\n    def __str__(self):\n        raise RuntimeError('no text')\nraise Odd()"
    plain, tracked = kernel.both(code)
    assert tracked.reply["ename"] == plain.reply["ename"]
    assert tracked.stderr == plain.stderr
    assert kernel.run_of(tracked).status == "FAILED"
    # Where such a cell awaits, ipykernel never answers, with or without tracking; the next cell is one again.
    kernel.send(f"%%track awaited\nimport asyncio\nawait asyncio.sleep(0)\n{code}")
    assert kernel.run_of(kernel.ok("%%track\nacc = sum([0.5])")).metrics == {"acc": 0.5}
    assert kernel.runs("name = 'awaited'")[0].status == "FAILED"
