"""The body of a tracked cell runs as an ordinary cell: await, magics, the shell, scripts."""

import re

import pytest

_NUMBERS = re.compile(r"\d[\d.,]*(?:e[-+]?\d+)?")
_UNITS = re.compile(r"\b(?:[nuµμm]?s)\b")
# What IPython adds when the machine was busy with something else meanwhile.
_REMARKS = re.compile(r"^(?:The slowest run took |Compiler(?: time)? *: |Parser *: ).*\n", re.MULTILINE)


def timed(executed):
    """Return what a timing magic printed, its figures and units left out, and what it says of the machine."""
    shown = [(kind, _REMARKS.sub("", text)) for kind, text in executed.seen]
    return [(kind, _UNITS.sub("u", _NUMBERS.sub("n", text))) for kind, text in shown]


DOUBLE = """\
import asyncio
async def double(value):
    await asyncio.sleep(0.001)
    return 2 * value
"""


def test_a_cell_may_await(kernel):
    code = f"{DOUBLE}loss = await double(0.25)\nvalues = [await double(v) for v in range(3)]\nvalues, loss"
    plain, tracked = kernel.both(code)
    assert tracked.seen == plain.seen == [("result", "([0, 2, 4], 0.5)")]
    assert kernel.run_of(tracked).metrics["loss"] == 0.5


def test_a_loop_that_awaits_gives_a_history(kernel):
    tracked = kernel.ok(f"%%track\n{DOUBLE}for epoch in range(4):\n    loss = await double(epoch + 0.5)")
    history = kernel.run_of(tracked).history("loss")
    assert list(history["value"]) == [1, 3, 5, 7]
    assert list(history["step"]) == [0, 1, 2, 3]


def test_async_for_and_async_with_are_looked_into(kernel):
    kernel.ok(
        "import contextlib\n"
        "async def epochs():\n"
        "    for epoch in range(3):\n"
        "        yield epoch\n"
        "@contextlib.asynccontextmanager\n"
        "async def device():\n"
        "    yield 'cpu'"
    )
    plain, tracked = kernel.both(
        "async with device() as where:\n"
        "    async for epoch in epochs():\n"
        "        loss = (epoch + 1) / 2\n"
        "where, loss"
    )
    assert tracked.seen == plain.seen == [("result", "('cpu', 1.5)")]
    assert list(kernel.run_of(tracked).history("loss")["value"]) == [0.5, 1, 1.5]


def test_time_below_track_times_and_is_looked_into(kernel):
    body = "%%time\nrate = 0.5\nloss = sum([rate, 1.0])\nloss"
    plain, tracked = kernel.run(body), kernel.ok(f"%%track\n{body}")
    assert timed(tracked) == timed(plain)
    assert "Wall time" in tracked.stdout
    assert tracked.result == "1.5"
    run = kernel.run_of(tracked)
    assert (run.params, run.metrics) == ({"rate": 0.5}, {"loss": 1.5})


def test_blank_lines_may_stand_between_track_and_the_magic(kernel):
    assert "Wall time" in kernel.ok("%%track\n\n%%time\nacc = sum([0.5])").stdout
    assert "Wall time" in kernel.ok("# of old\n\n%%track\n%%time\nacc = sum([0.5])").stdout


def test_capture_below_track_captures_and_is_looked_into(kernel):
    tracked = kernel.ok(
        "%%track\n%%capture out\nfor i in range(4):\n    loss = sum([i, 0.5])\n    print('loss', loss)\nloss"
    )
    assert [output.is_line for output in tracked.outputs] == [True]
    assert kernel.value("out.stdout").count("loss") == 4
    assert kernel.value("len(out.outputs)") == "1"
    assert list(kernel.run_of(tracked).history("loss")["value"]) == [0.5, 1.5, 2.5, 3.5]


def test_the_body_of_timeit_is_left_alone(kernel):
    kernel.ok("import sys\ncodes = []")
    body = (
        "%%timeit -n 3 -r 2\n"
        "for i in range(3):\n"
        "    loss = sum([i, 0.5])\n"
        "acc = sum([0.25, 0.25])\n"
        "codes.append(sys._getframe().f_code)"
    )
    plain, tracked = kernel.run(body), kernel.ok(f"%%track\n{body}")
    assert timed(tracked) == timed(plain)
    assert kernel.value("len(codes)") == "12"
    assert kernel.value("len({(code.co_code, code.co_names, code.co_consts) for code in codes})") == "1"
    run = kernel.run_of(tracked)
    assert (run.params, run.metrics) == ({}, {})


@pytest.mark.parametrize(
    "cell",
    [
        "%%timeit -n 1 -r 1\nloss = sum([0.5])",
        "%%capture\n%%timeit -n 1 -r 1\nloss = sum([0.5])",
        "%%bash\necho 1",
        "%%writefile note.txt\nkept",
    ],
)
def test_where_tracking_cannot_be_the_line_says_why(kernel, cell):
    *_, magic = re.findall(r"%%\w+", cell)
    [line] = [output.text for output in kernel.ok(f"%%track\n{cell}").outputs if output.is_line]
    assert f"below {magic} are not tracked" in line


@pytest.mark.parametrize(
    "head", ["%%time", "%%capture", "%%prun -q", "%%capture\n%%time", "%%bash\nexit 3 #"]
)
def test_where_tracking_is_the_line_says_nothing_more(kernel, head):
    executed = kernel.run(f"%%track\n{head}\nloss = sum([0.5])")
    [line] = [output.text for output in executed.outputs if output.is_line]
    assert "not tracked" not in line


def test_line_magics_of_timing(kernel):
    plain, tracked = kernel.both(
        "%timeit -n 3 -r 2 sum([0.5])\n%time loss = sum([0.5])\nbest = %timeit -o -q -n 3 -r 2 1"
    )
    assert timed(tracked) == timed(plain)
    assert kernel.run_of(tracked).metrics == {"loss": 0.5}


def test_a_script_is_run_as_it_is(kernel):
    kernel.ok("%%writefile train.py\nfor i in range(3):\n    loss = sum([i, 0.5])\nprint(__name__, loss)")
    plain, tracked = kernel.both("%run train.py\nprint(loss)")
    assert tracked.seen == plain.seen == [("stdout", "__main__ 2.5\n2.5\n")]


def test_shell_lines(kernel):
    plain, tracked = kernel.both("word = 'two'\nfound = !echo one $word\n!echo {word}\nprint(found)")
    assert sorted(tracked.stdout.split()) == sorted(plain.stdout.split()) == sorted(["two", "['one", "two']"])


@pytest.mark.parametrize(
    "magic",
    [
        "%%bash\necho from a shell",
        "%%html\n<b>bold</b>",
        "%%writefile note.txt\nkept",
        "%%script cat\nsaid\n",
    ],
)
def test_cells_in_other_languages(kernel, magic):
    kernel.run(magic)
    plain, tracked = kernel.run(magic), kernel.ok(f"%%track\n{magic}")
    assert tracked.seen == plain.seen
    assert kernel.run_of(tracked).status == "FINISHED"


@pytest.mark.parametrize("magic", ["%%nosuch\nx = 1", "%nosuch"])
def test_an_unknown_magic_is_told_as_ever(kernel, magic):
    plain, tracked = kernel.run(magic), kernel.run(f"%%track\n{magic}")
    assert tracked.seen == plain.seen
    assert "nosuch" in tracked.stderr


def test_a_nested_run_cell_belongs_to_the_outer_run(kernel):
    before = len(kernel.runs())
    tracked = kernel.ok(
        "%%track outer\n"
        "inner = get_ipython().run_cell('acc = sum([0.5])\\nacc')\n"
        "again = get_ipython().run_cell('%%track inner\\nfor i in range(3):\\n    loss = sum([i, 0.5])')\n"
        "mse = sum([inner.result, 0.25])"
    )
    assert tracked.result == "0.5"
    assert len(kernel.runs()) == before + 1
    run = kernel.run_of(tracked)
    assert run.name == "outer"
    assert run.metrics == {"acc": 0.5, "loss": 2.5, "mse": 0.75}
    assert len(run.history("loss")) == 3


def test_ipython_syntax_stays(kernel):
    plain, tracked = kernel.both("len?\nfolder = %pwd\nimport os\nfolder == os.getcwd()")
    assert tracked.seen == plain.seen == [("result", "True")]
    assert tracked.reply["payload"][0]["data"] == plain.reply["payload"][0]["data"]
