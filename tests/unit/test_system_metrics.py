"""What runs take of their machine: sampled when they take longer than the interval, and left out of tables."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import nbtrack
from nbtrack.errors import InvalidValueError, NbtrackWarning
from nbtrack.projects.child import handed
from tests.waiting import eventually

CPU = "system/cpu_utilization_percentage"
NAMES = {
    "cpu_utilization_percentage",
    "system_memory_usage_megabytes",
    "system_memory_usage_percentage",
    "disk_usage_percentage",
    "disk_usage_megabytes",
    "disk_available_megabytes",
    "network_receive_megabytes",
    "network_transmit_megabytes",
}

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in list(os.environ):
        if "SYSTEM_METRICS" in name:
            monkeypatch.delenv(name)
    # Set, so that it is taken back what the functions change.
    for name in ("ENABLE_SYSTEM_METRICS_LOGGING", "SYSTEM_METRICS_SAMPLING_INTERVAL"):
        monkeypatch.setenv(f"MLFLOW_{name}", "")
    monkeypatch.setenv("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "true")
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING", "")
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_NODE_ID", "")


@pytest.fixture
def sampled():
    """Return a run that was sampled twice or more."""
    nbtrack.set_system_metrics_sampling_interval(0.1)
    with nbtrack.start_run(run_name="long") as run:
        nbtrack.log_metric("loss", 0.5)
        until_sampled(run, 2)
    nbtrack.set_system_metrics_sampling_interval(None)
    return run


def samples(run):
    return len(run.history(CPU)) if CPU in run.metrics else 0


def until_sampled(run, count=1):
    assert eventually(lambda: samples(run) >= count)


def test_a_long_run_has_the_metrics_of_mlflow(sampled):
    found = {name for name in sampled.metrics if name.startswith("system/")}
    assert {f"system/{name}" for name in NAMES} <= found
    values = sampled.metrics
    assert 0 <= values[CPU] <= 100
    assert 0 < values["system/system_memory_usage_percentage"] < 100
    assert values["system/system_memory_usage_megabytes"] > 10
    assert values["system/network_receive_megabytes"] >= 0
    assert list(sampled.history(CPU)["step"])[:2] == [0, 1]


def test_a_short_run_has_none_and_no_interval_is_ten_seconds():
    with nbtrack.start_run(log_system_metrics=True) as run:
        time.sleep(0.3)
    assert run.metrics == {}


def test_work_shows_in_the_processors_use():
    nbtrack.set_system_metrics_sampling_interval(0.4)
    with nbtrack.start_run() as run:
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            sum(range(10_000))
    # One of the processors, at least.
    assert max(run.history(CPU)["value"]) > 50 / os.cpu_count()


def test_it_can_be_switched_off_for_all_and_for_one_run():
    nbtrack.set_system_metrics_sampling_interval(0.1)
    nbtrack.disable_system_metrics_logging()
    with nbtrack.start_run() as silent, nbtrack.start_run(log_system_metrics=True) as asking:
        until_sampled(asking)
    nbtrack.enable_system_metrics_logging()
    with nbtrack.start_run() as usual, nbtrack.start_run(log_system_metrics=False) as refusing:
        until_sampled(usual)
    assert [bool(samples(run)) for run in (silent, asking, usual, refusing)] == [False, True, True, False]


def test_mlflows_variables_mean_the_same(monkeypatch):
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.05")
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING", "2")
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_NODE_ID", "node-0")
    with nbtrack.start_run() as run:
        assert eventually(lambda: "system/node-0/disk_usage_megabytes" in run.metrics)
    monkeypatch.setenv("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "false")
    with nbtrack.start_run() as run:
        time.sleep(0.4)
    assert run.metrics == {}


def test_a_wrong_value_is_refused_and_a_wrong_variable_told_of(monkeypatch):
    for interval in (0, -1, "soon", float("nan")):
        with pytest.raises(InvalidValueError, match=r"interval .* is no positive number"):
            nbtrack.set_system_metrics_sampling_interval(interval)
    with pytest.raises(InvalidValueError, match=r"samples 1\.5 is no whole number"):
        nbtrack.set_system_metrics_samples_before_logging(1.5)
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "often")
    with pytest.warns(NbtrackWarning, match="is 'often', no positive number"), nbtrack.start_run():
        pass


def test_a_run_that_is_gone_on_with_inside_itself_is_sampled_once_and_to_its_end():
    nbtrack.set_system_metrics_sampling_interval(0.2)
    with nbtrack.start_run() as run:
        with nbtrack.start_run(run_id=run.id):
            until_sampled(run, 2)
        count = samples(run)
        until_sampled(run, count + 2)
    history = run.history(CPU)
    assert list(history["step"]) == list(range(len(history)))
    gaps = history["time"].diff().dt.total_seconds().dropna()
    assert gaps.min() > 0.09


def test_a_run_that_is_resumed_goes_on_counting(sampled):
    nbtrack.set_system_metrics_sampling_interval(0.1)
    before = samples(sampled)
    with nbtrack.start_run(run_id=sampled.id):
        until_sampled(sampled, before + 1)
    assert list(sampled.history(CPU)["step"]) == list(range(samples(sampled)))


def _train_in_child():
    with nbtrack.start_run(run_name="child") as run:
        until_sampled(run)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_forked_children_sample_their_own_runs_and_not_their_parents():
    nbtrack.set_system_metrics_sampling_interval(0.05)
    with nbtrack.start_run(run_name="parent") as run:
        until_sampled(run)
        for _ in range(5):  # whatever the thread does right then
            child = multiprocessing.get_context("fork").Process(target=_train_in_child)
            child.start()
            child.join(30)
            assert child.exitcode == 0
    assert len(nbtrack.runs("run_name = 'child' and metrics.`system/disk_usage_megabytes` > 0")) == 5
    history = run.history(CPU)
    assert list(history["step"]) == list(range(len(history)))


KILLED = """
    import nbtrack, time
    nbtrack.set_system_metrics_sampling_interval(0.1)
    with nbtrack.start_run(run_name="ended"):
        print("begun", flush=True)
        time.sleep(60)
"""


@pytest.mark.parametrize(("how", "status"), [(signal.SIGINT, "KILLED"), (signal.SIGKILL, "CRASHED")])
def test_a_process_that_is_ended_keeps_its_samples_and_ends_at_once(how, status, store):
    code = textwrap.dedent(KILLED)
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout.readline() == b"begun\n"
    (run,) = eventually(lambda: list(nbtrack.runs("run_name = 'ended'")))
    until_sampled(run)
    process.send_signal(how)
    process.wait(10)
    assert eventually(lambda: nbtrack.get_run("ended").status == status)
    assert samples(run) >= 1


@pytest.mark.parametrize("needed", [True, False])
def test_a_projects_environment_without_psutil(needed, store, tmp_path):
    with nbtrack.start_run(run_name="project") as run:
        pass
    variables = os.environ | handed(store, run.id) | {"MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL": "0.1"}
    if not needed:
        del variables["NBTRACK_NEEDED"]
    code = "import nbtrack, sys, time\nbefore = sys.path[:]\nwith nbtrack.start_run():\n    time.sleep(1)"
    code += "\nprint(sys.path == before)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        check=False,
        env=variables,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")
    assert (samples(run) > 0) is needed


def test_short_runs_leave_one_thread_that_sleeps():
    for _ in range(20):
        with nbtrack.start_run():
            pass
    names = [thread.name for thread in threading.enumerate()]
    assert names.count("nbtrack-system-use") == 1


# --- tables


def printed(*arguments):
    command = [sys.executable, "-m", "nbtrack", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def test_tables_leave_it_out_until_a_filter_or_an_order_asks(sampled, tmp_path):
    assert not any("system/" in name for name in nbtrack.runs().to_pandas())
    assert "metrics.loss" in nbtrack.runs().to_pandas()
    asked = nbtrack.runs(f"metrics.`{CPU}` >= 0")
    assert [name for name in asked.to_pandas() if "system/" in name] == [f"metrics.{CPU}"]
    ordered = nbtrack.runs(order_by=f"metrics.`{CPU}`.max DESC")
    assert f"metrics.{CPU}" in ordered.to_pandas()
    assert "cpu" not in repr(nbtrack.runs())
    assert "cpu" in repr(asked)
    assert "cpu" not in nbtrack.runs()._repr_html_()
    nbtrack.runs().to_csv(tmp_path / "runs.csv")
    assert "system/" not in (tmp_path / "runs.csv").read_text()
    for arguments in (["runs"], ["runs", "--csv", "-"], ["runs", "--json"]):
        out = printed(*arguments)
        assert "loss" in out
        assert "system/" not in out
    assert CPU in printed("runs", f"metrics.`{CPU}` >= 0", "--csv", "-")


def test_mlflows_form_has_all_of_it(sampled):
    assert f"metrics.{CPU}" in nbtrack.search_runs()


def test_a_run_shows_it_apart(sampled):
    assert "cpu" not in repr(sampled)
    metrics, use = sampled.describe().split("system use\n")
    assert "cpu_utilization_percentage" in use
    assert "cpu" not in metrics
    assert "aria-label='system use'" in sampled._repr_html_()


def test_two_runs_do_not_differ_by_it(sampled):
    with nbtrack.start_run() as other:
        nbtrack.log_metric("loss", 0.5)
    assert sampled.diff(other).metrics == {}


def test_a_panel_begins_without_it_and_its_charts_choose_none_of_it(sampled):
    panel = nbtrack.panel()
    assert panel.columns == ["name", "status", "start_time", "duration", "metrics.loss"]
    panel.columns = [*panel.columns, f"metrics.{CPU}"]
    assert panel.columns[-1] == f"metrics.{CPU}"
    assert nbtrack.panel(f"metrics.`{CPU}` >= 0").columns[-1] == f"metrics.{CPU}"
