"""What a tracked cell takes of its machine, as a user finds it."""

import signal

import pytest

from tests.notebook.kernel import kernel_in
from tests.unit.script.test_captured import found, place, typed, write  # noqa: F401 (a fixture)
from tests.waiting import eventually

CPU = "system/cpu_utilization_percentage"
NO_THREAD = "'nbtrack-system-use' in [t.name for t in __import__('threading').enumerate()]"
LONG = "import time\nfor epoch in range(30):\n    loss = 1 / (epoch + 1)\n    time.sleep(0.05)"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Return a kernel in which a cell is long after a third of a second."""
    settings = {
        "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL": "0.3",
        "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "true",
    }
    with kernel_in(tmp_path_factory.mktemp("kernel"), **settings) as kernel:
        yield kernel


def test_a_short_cell_starts_no_thread(kernel):
    kernel.ok("%%track\nacc = sum([0.5])")
    kernel.ok(f"%%track\n{LONG.replace('30', '3')}")
    assert kernel.value(NO_THREAD) == "False"


def test_a_long_cell_is_sampled_and_its_line_says_nothing_of_it(kernel):
    executed = kernel.ok(f"%%track\n{LONG}")
    run = kernel.run_of(executed)
    assert run.summary(CPU).count >= 2
    assert run.summary("loss").count == 30
    assert "cpu" not in executed.line.text
    assert "cpu" not in executed.line.data["text/html"]
    assert "system/" not in kernel.value("list(__import__('nbtrack').runs().to_pandas())")


def test_a_run_inside_a_cell_has_its_own(kernel):
    kernel.ok(
        "%%track\nimport nbtrack\nwith nbtrack.start_run(run_name='inner'):\n    __import__('time').sleep(1.2)"
    )
    inner = kernel.runs("run_name = 'inner'")[0]
    assert CPU in inner.metrics
    assert CPU in inner.parent.metrics


def test_a_cell_that_is_interrupted_keeps_what_was_sampled(kernel):
    stopped = []

    def stop(output):
        if "ready" in output.text and not stopped:
            stopped.append(True)
            kernel.interrupt()

    executed = kernel.run(f"%%track\n{LONG}\nprint('ready')\ntime.sleep(60)", on_output=stop)
    run = kernel.run_of(executed)
    assert run.status == "KILLED"
    count = run.summary(CPU).count
    assert count >= 2
    kernel.ok(LONG)
    assert run.summary(CPU).count == count


def test_a_kernel_that_is_killed_leaves_what_was_sampled(tmp_path):
    with kernel_in(tmp_path, MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL="0.2") as kernel:
        kernel.send("%%track\nimport time\ntime.sleep(60)")
        eventually(lambda: any(CPU in run.metrics for run in kernel.runs()))
        kernel.signal(signal.SIGKILL)
        eventually(lambda: kernel.runs()[0].status == "CRASHED")
        assert kernel.runs()[0].summary(CPU).count >= 1


def test_a_script_is_sampled_too(place, monkeypatch):  # noqa: F811
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.2")
    monkeypatch.setenv("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "true")
    write(place, LONG)
    done = typed(place, "run", "train.py")
    assert done.returncode == 0, done.stderr
    assert CPU in found(place).metrics
    assert "cpu" not in done.stderr


def test_a_script_that_asks_by_mlflows_calls_is_heeded(place, monkeypatch):  # noqa: F811
    monkeypatch.setenv("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "false")
    write(
        place,
        """
        import time
        import mlflow
        from mlflow.system_metrics import set_system_metrics_samples_before_logging

        mlflow.set_system_metrics_sampling_interval(0.1)
        set_system_metrics_samples_before_logging(2)
        with mlflow.start_run(log_system_metrics=True):
            time.sleep(1)
        """,
    )
    done = typed(place, "run", "train.py")
    assert done.returncode == 0, done.stderr
    assert CPU in found(place).metrics
