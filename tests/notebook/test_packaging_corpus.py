"""The notebooks of the capture corpus, each packaged and run again: the same metrics, to the last digit."""

import contextlib
import io
import multiprocessing
import os
import re
import runpy
import sys
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

import nbtrack
from nbtrack.projects.packaging import making
from tests.notebook import corpus_cases

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

HANGS = 300
UNSEEDED = {
    "112_micrograd_demo": "it adds floats in the order of a set",
    "116_d2l_linear_scratch": "it draws numbers without a seed",
    "76_outlier_detectors_rows": "it measures times",
}
LEAST = 0.98
"""Of all metrics those that come out the same; of the rest the package says that they are not logged."""


def record_and_package(name, folder, sender):
    """Run a case in this process, package its run, and send what it recorded."""
    os.environ.update(
        NBTRACK_STORE=str(folder / ".nbtrack"), IPYTHONDIR=str(folder / "ipython"), MPLBACKEND="Agg"
    )
    os.chdir(folder)
    try:
        outcome = corpus_cases.run_here(corpus_cases.read_case(name), "nbtrack")
        (run,) = nbtrack.runs()
        made = making.package(run, folder / "made")
        histories = {metric: run.history(metric) for metric in run.metrics}
        points = {n: [h["step"].tolist(), h["value"].tolist()] for n, h in histories.items()}
        sender.send((points, made.left_out, outcome.error))
    except BaseException:
        sender.send((None, (), traceback.format_exc()))


def run_packaged(folder, sender):
    """Run a package's script in this process, and send the points that it kept."""
    warnings.simplefilter("ignore")
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    os.environ["MPLBACKEND"] = "Agg"
    script = str(folder / "made" / "main.py")
    sys.path.insert(0, str(folder / "made"))
    sys.argv = [script]
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            runpy.run_path(script, run_name="__main__")
        kept = sys.modules["project_results"]._points
        sender.send(
            ({n: [list(part) for part in zip(*points, strict=True)] for n, points in kept.items()}, "")
        )
    except BaseException:
        sender.send((None, traceback.format_exc()))


def apart(context, function, *arguments):
    """Return what a function sends from a process of its own, forked from one that has imported the libraries."""
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=function, args=(*arguments, sender))
    process.start()
    sender.close()
    try:
        assert receiver.poll(HANGS), f"{arguments[0]} hangs"
        return receiver.recv()
    finally:
        process.join(10)
        process.kill()


def differences(context, name, folder):
    """Return how many metrics a case has, those that differ and that the package says nothing of, and those it says."""
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    points, left_out, error = apart(context, record_and_package, name, folder)
    assert not error, f"{name}: {error}"
    again, error = apart(context, run_packaged, folder)
    assert again is not None, f"{name}: {error}"
    said = {one.split()[0] for one in left_out if re.match(r"\S+ is not logged: ", one)}
    wrong = (
        {}
        if name in UNSEEDED
        else {n: (p, again.get(n)) for n, p in points.items() if n not in said and again.get(n) != p}
    )
    return (
        len(points),
        {f"{name}: {metric}": pair for metric, pair in wrong.items()},
        len(said),
        again.keys() - points.keys(),
    )


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(),
    reason="the libraries would be imported 300 times",
)
def test_packaged_notebooks_give_the_same_metrics(tmp_path):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(corpus_cases.PRELOADED)
    names = sorted(path.stem for path in corpus_cases.FOLDER.glob("*.py"))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda name: differences(context, name, tmp_path / name), names))
    assert not {metric: pair for _, wrong, _, _ in found for metric, pair in wrong.items()}
    assert [extra for *_, extra in found if extra] == []
    metrics, said = sum(count for count, *_ in found), sum(count for _, _, count, _ in found)
    assert metrics - said >= LEAST * metrics > 500
