"""A tracked cell that is interrupted or whose process dies: what it observed until then is kept."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from tests.notebook.kernel import kernel_in, without_checkout
from tests.waiting import HANGS, eventually

LOOP = (
    "import time\n"
    "learning_rate = 0.5\n"
    "for epoch in range(100_000):\n"
    "    loss = 1 / (epoch + 1)\n"
    "    if epoch == 20:\n"
    "        print('ready')\n"
    "    time.sleep(0.01)"
)

LOOK = """
import nbtrack

run = nbtrack.runs()[0]
history = run.history("loss")
assert list(history["step"]) == list(range(len(history)))
assert list(history["value"]) == [1 / (step + 1) for step in history["step"]]
print(run.name, run.status, run.tags["team"], len(history))
"""
"""What another process makes of a run whose kernel is gone."""


@pytest.mark.parametrize(
    "code",
    [
        LOOP,
        f"%%time\n{LOOP}",
        "import asyncio\n" + LOOP.replace("time.sleep", "await asyncio.sleep"),
        LOOP.replace("time.sleep(0.01)", "sum(range(20_000))"),
    ],
    ids=["sleeping", "below time", "awaiting", "computing"],
)
def test_the_stop_button_ends_the_run_as_killed(kernel, code):
    interrupted = []

    def stop(output):
        if "ready" in output.text and not interrupted:
            interrupted.append(True)
            time.sleep(0.3)
            kernel.interrupt()

    plain = kernel.run(code, on_output=stop)
    interrupted.clear()
    tracked = kernel.run(f"%%track\n{code}", on_output=stop)
    assert tracked.reply["ename"] == plain.reply["ename"]
    assert tracked.reply["ename"] in {"KeyboardInterrupt", "CancelledError"}
    assert "nbtrack" not in without_checkout(tracked.traceback)
    run = kernel.run_of(tracked)
    assert run.status == "KILLED"
    assert run.params["learning_rate"] == 0.5
    epoch = int(kernel.value("epoch"))
    values = list(run.history("loss")["value"])
    assert len(values) in {epoch, epoch + 1}
    assert values == [1 / (step + 1) for step in range(len(values))]
    assert kernel.run_of(kernel.ok("%%track\nacc = sum([0.5])")).status == "FINISHED"


def test_an_interrupt_that_the_cell_expects_is_the_cells(kernel):
    stopped = []

    def stop(output):
        if "ready" in output.text and not stopped:
            stopped.append(True)
            kernel.interrupt()

    body = f"try:\n{textwrap.indent(LOOP, '    ')}\nexcept KeyboardInterrupt:\n    print('stopped early')"
    tracked = kernel.run(f"%%track\n{body}", on_output=stop)
    assert tracked.reply["status"] == "ok"
    assert "stopped early" in tracked.stdout
    run = kernel.run_of(tracked)
    assert run.status == "FINISHED"
    assert run.summary("loss").count >= 20


def test_a_run_whose_kernel_is_killed_is_found_crashed_with_its_series(tmp_path):
    log = tmp_path / "log"
    with kernel_in(tmp_path) as kernel:
        kernel.send(
            "%%track doomed -t team=red\n"
            "import time\n"
            f"log = open({str(log)!r}, 'w', buffering=1)\n"
            "alpha = 0.5\n"
            "for step in range(10**9):\n"
            "    loss = 1 / (step + 1)\n"
            "    log.write(f'{step}\\n')\n"
            "    time.sleep(0.002)"
        )

        def said():
            return log.read_text().count("\n") if log.exists() else 0

        # All that the cell has computed by some time is there a little later, while it goes on.
        certain = eventually(lambda: said() if said() > 100 else 0)
        eventually(lambda: kernel.runs(f"metrics.loss.count >= {certain}"))
        kernel.signal(signal.SIGKILL)
        told = subprocess.run(
            [sys.executable, "-c", LOOK],
            env=os.environ | {"NBTRACK_STORE": str(kernel.store)},
            capture_output=True,
            text=True,
            check=True,
            timeout=HANGS,
        ).stdout.split()
    assert told[:3] == ["doomed", "CRASHED", "red"]
    assert certain <= int(told[3]) <= said() + 1


@pytest.mark.skipif(os.name == "nt", reason="needs SIGTERM")
def test_a_kernel_that_is_shut_down_in_the_middle(tmp_path):
    with kernel_in(tmp_path) as kernel:
        kernel.send(f"%%track doomed\n{LOOP}")
        eventually(lambda: kernel.runs("metrics.loss.count > 5"))
        kernel.signal(signal.SIGTERM)
        eventually(lambda: kernel.runs("status != 'RUNNING'"))
        (run,) = kernel.runs()
        assert run.status == "CRASHED"
        assert run.summary("loss").count > 5
