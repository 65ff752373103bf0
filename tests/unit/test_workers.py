"""Worker processes of every kind log to the run that is open in the process that they work for."""

import os
import subprocess
import sys

import pytest

import nbtrack
from tests.waiting import eventually

WORK = """
import time
import nbtrack

def log(number):
    for step in range(3):
        nbtrack.log_metric("m", number * 10.0 + step)
        time.sleep(0.12)  # longer than the writer waits: what comes after a flush is another matter
    nbtrack.log_param(f"worked {number}", number)
    return nbtrack.active_run().name

def child(number):
    with nbtrack.start_run(run_name=f"child {number}") as run:
        nbtrack.log_metric("inside", number)
    nbtrack.log_metric("after", number)
    return run.parent.name

def alone(number):
    nbtrack.log_metric("alone", number)
"""
POOLS = {
    "fork": "pool = multiprocessing.get_context('fork').Pool(2); each = pool.map",
    "spawn": "pool = multiprocessing.get_context('spawn').Pool(2); each = pool.map",
    "forkserver": "pool = multiprocessing.get_context('forkserver').Pool(2); each = pool.map",
    "futures": (
        "pool = concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context('spawn'));"
        " each = lambda f, given: list(pool.map(f, given))"
    ),
    "loky": "each = lambda f, given: joblib.Parallel(n_jobs=2)(joblib.delayed(f)(one) for one in given)",
    "dask": (
        "client = distributed.Client(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None);"
        " each = lambda f, given: client.gather(client.map(f, given, pure=False))"
    ),
}
MAIN = """
import concurrent.futures, multiprocessing, sys
import nbtrack, work
{imports}

if __name__ == "__main__":
    nbtrack.set_store("elsewhere")
    {pool}
    for number in range(3):
        with nbtrack.start_run(run_name=f"run {{number}}"):
            assert set(each(work.log, [number] * 4)) == {{f"run {{number}}"}}
            assert each(work.child, [number]) == [f"run {{number}}"]
"""


def run_script(folder, text):
    (folder / "work.py").write_text(WORK)
    (folder / "main.py").write_text(text)
    # The test's own store must not reach the script, which has one of its own.
    environment = {name: value for name, value in os.environ.items() if name != "NBTRACK_STORE"}
    done = subprocess.run(
        [sys.executable, "main.py"],
        check=False,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("kind", POOLS)
def test_workers_that_outlive_a_run_log_to_the_run_that_is_open(tmp_path, kind):
    if kind in {"fork", "forkserver"} and not hasattr(os, "fork"):
        pytest.skip("needs fork")
    imports = {"loky": "joblib", "dask": "distributed"}.get(kind)
    if imports:
        pytest.importorskip(imports)
    run_script(tmp_path, MAIN.format(imports=f"import {imports}" if imports else "", pool=POOLS[kind]))
    nbtrack.set_store(tmp_path / "elsewhere")
    # loky's workers outlive the script, and write in their own time.
    eventually(lambda: sum("after" in run.metrics for run in nbtrack.runs()) == 3)
    found = {run.name: run for run in nbtrack.runs()}
    assert sorted(found) == sorted([*(f"run {n}" for n in range(3)), *(f"child {n}" for n in range(3))])
    for number in range(3):
        run = found[f"run {number}"]
        points = [number * 10.0 + step for step in range(3) for _ in range(4)]
        assert sorted(run.history("m")["value"]) == points
        assert dict(run.params) == {f"worked {number}": number}
        assert list(run.history("after")["value"]) == [number]
        assert found[f"child {number}"].parent.name == run.name
    assert {run.status for run in found.values()} == {"FINISHED"}


def test_a_pools_last_points_are_kept_when_it_ends_its_workers_at_once(tmp_path):
    text = MAIN.format(imports="", pool=POOLS["spawn"]) + "            pool.terminate(); break\n"
    run_script(tmp_path, text)
    nbtrack.set_store(tmp_path / "elsewhere")
    run = next(run for run in nbtrack.runs() if run.name == "run 0")
    assert run.summary("m").count == 12
    assert run.summary("after").count == 1


def test_what_outlives_its_run_in_a_worker_goes_to_that_run(tmp_path):
    text = f"""
import multiprocessing
import nbtrack, work

if __name__ == "__main__":
    nbtrack.set_store("elsewhere")
    {POOLS["spawn"].replace("Pool(2)", "Pool(1)")}
    with nbtrack.start_run(run_name="the run"):
        each(work.log, [1])
    each(work.alone, [2])
    pool.close()
    pool.join()
"""
    run_script(tmp_path, text)
    nbtrack.set_store(tmp_path / "elsewhere")
    [run] = nbtrack.runs()
    assert run.summary("alone").last == 2


def test_a_script_that_a_run_starts_has_runs_of_its_own(tmp_path):
    """It is no worker, nor are its own workers those of the run that it was started in."""
    inner = f"""
import multiprocessing
import nbtrack, work

if __name__ == "__main__":
    {POOLS["spawn"].replace("Pool(2)", "Pool(1)")}
    each(work.alone, [1])
    pool.close()
    pool.join()
    nbtrack.log_metric("of the script", 1)
"""
    (tmp_path / "inner.py").write_text(inner)
    outer = """
import subprocess, sys
import nbtrack

with nbtrack.start_run(run_name="outer"):
    subprocess.run([sys.executable, "inner.py"], check=True)
"""
    run_script(tmp_path, outer)
    nbtrack.set_store(tmp_path)
    metrics = {tuple(run.metrics) for run in nbtrack.runs()}
    assert metrics == {(), ("alone",), ("of the script",)}
