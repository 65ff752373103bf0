"""A run tells what its own execution did, and nothing else."""

import ast
import signal
import sys

import pytest

from tests.notebook.kernel import kernel_in
from tests.waiting import eventually

CHECK = "def check(rate):\n    raise ValueError('no')\nfrom sklearn.linear_model import Ridge"
LEFT = (
    "acc = 0.93\nscores = {'a': 0.93, 'loss': [0.5, 0.25]}\nalpha = 0.7\n"
    "model = Ridge(alpha=0.7).fit([[0], [1]], [0, 1])"
)
"""What an earlier cell leaves behind."""


@pytest.fixture(scope="module")
def earlier(kernel):
    kernel.ok(CHECK)
    return kernel


@pytest.mark.parametrize(
    "body",
    [
        "rate = 3.0\ntry:\n    acc = 1 - check(rate)\nexcept ValueError:\n    pass",
        "from contextlib import suppress\nrate = 3.0\nwith suppress(ValueError):\n    acc = check(rate)\n    model = Ridge().fit([[0], [1]], [0, 1])",
        "rate = 3.0\nif rate < 0:\n    acc = sum([0.5])\n    alpha = 0.1\nelif rate < 1:\n    scores['a'] = sum([0.5])",
        "rate = 3.0\nmatch rate:\n    case 1:\n        acc = sum([0.5])\n    case [alpha]:\n        model = Ridge(alpha=alpha)",
        "rate = 3.0\nfor loss in []:\n    acc = loss\nwhile rate < 0:\n    scores['a'] = acc = sum([1])",
        "rate = 3.0\nfor name in ['b']:\n    try:\n        scores[name] = check(rate)\n    except ValueError as e:\n        continue\n    acc = scores[name]",
    ],
    ids=["try", "suppress", "if", "match", "loops", "continue"],
)
def test_what_was_not_reached_is_not_there(earlier, body):
    earlier.ok(LEFT)
    run = earlier.run_of(earlier.ok(f"%%track\n{body}"))
    assert (run.params, run.metrics, run.models) == ({"rate": 3.0}, {}, [])
    assert run.status == "FINISHED"


def test_what_follows_the_statement_that_failed_is_not_there(earlier):
    earlier.ok(LEFT)
    executed = earlier.run("%%track\nrate = 3.0\nacc = check(rate)\nalpha = None\nmodel = Ridge(alpha=0.2)")
    run = earlier.run_of(executed)
    assert (run.params, run.metrics, run.status) == ({"rate": 3.0}, {}, "FAILED")


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%prun -q"])
def test_below_a_magic_too(earlier, magic):
    earlier.ok(LEFT)
    executed = earlier.run(
        f"%%track\n{magic}\nrate = 3.0\nfor i in range(3):\n    acc = check(rate)\n    alpha = 0.1"
    )
    run = earlier.run_of(executed)
    assert (run.params, run.metrics) == ({"rate": 3.0}, {})


def test_entries_of_an_earlier_cell_are_its_own(earlier):
    earlier.ok(LEFT)
    cell = (
        "%%track\nfor name in ['b', 'c']:\n    scores[name] = sum([0.5])\nscores['loss'].append(sum([0.125]))"
    )
    for _ in range(2):
        run = earlier.run_of(earlier.ok(cell))
        assert set(run.metrics) == {"scores.b", "scores.c", "scores.loss"}
        assert run.summary("scores.loss").count == 1, "the points of this execution"


def test_names_are_resolved_as_python_resolves_them(earlier):
    earlier.ok(
        "rate = 0.7\nX = [1.0, 2.0]\nhidden = 64\ne = 3.0\nk = 2.0\nused = 0.3\n"
        "class Net:\n"
        "    def __init__(self, hidden):\n        self.hidden = hidden\n        self.rate = used\n"
        "    def fit(self, X):\n"
        "        try:\n            return sum(k * self.rate for k in X)\n"
        "        except TypeError as e:\n            raise e"
    )
    run = earlier.run_of(earlier.ok("%%track\nnet = Net(hidden=8)\nnet.fit(X)"))
    assert run.params == {"hidden": 8, "used": 0.3}


def test_what_a_called_function_binds_or_fills_is_a_result(earlier):
    earlier.ok(
        "best_acc = 0.0\nworst_acc = 0.5\n"
        "def train(history, epochs):\n    global best_acc, worst_acc\n"
        "    for epoch in range(epochs):\n        history['loss'].append(1 / (epoch + 1))\n    best_acc = sum([0.75])"
    )
    run = earlier.run_of(earlier.ok("%%track\nhistory = {'loss': [], 'lr': 0.1}\ntrain(history, 5)"))
    assert run.params == {"history.lr": 0.1, "epochs": 5}
    assert run.metrics == {"best_acc": 0.75, "history.loss": 0.2}
    assert run.summary("history.loss").count == 5


def test_a_run_that_failed_is_never_the_best(tmp_path):
    with kernel_in(tmp_path) as kernel:
        kernel.ok("import nbtrack")
        for value, end in [(0.8, "1"), (0.9, "1 / 0"), (0.7, "1")]:
            executed = kernel.run(f"%%track\nacc = sum([{value}])\n{end}")
        assert "0.1" in executed.line.text, "it is compared with the best that finished"
        best = kernel.ok("best = nbtrack.runs().best('acc')\nbest.metrics, best.status")
        assert best.result == "({'acc': 0.8}, 'FINISHED')"
        html = kernel.ok("nbtrack.runs()._repr_html_()").result
        assert html.count("#2e9e4f") <= 1


def test_a_run_that_is_killed_before_its_first_flush_is_there(tmp_path):
    with kernel_in(tmp_path) as kernel:
        kernel.ok("import os, signal")
        kernel.send("%%track doomed\nalpha = 0.5\nos.kill(os.getpid(), signal.SIGKILL)")
        eventually(lambda: not kernel._manager.is_alive())
        eventually(lambda: kernel.runs("status = 'CRASHED' and name = 'doomed'"))


def test_a_run_keeps_how_its_process_was_started(tmp_path):
    (tmp_path / "inner").mkdir()
    with kernel_in(tmp_path) as kernel:
        kernel.ok("%%track\nalpha = 0.5")
        kernel.ok("%cd -q inner")
        kernel.ok("%%track\nalpha = 0.6")
        inside, first = (run.process for run in kernel.runs())
        assert first["interpreter"] == ast.literal_eval(kernel.value("__import__('sys').executable"))
        assert any("ipykernel" in one for one in first["argv"])
        assert (first["folder"], inside["folder"]) == (".", "inner")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_run_that_is_killed_keeps_what_was_known(tmp_path):
    with kernel_in(tmp_path) as kernel:
        kernel.ok("import time\nimport numpy as np\nbatch = 16\nX = np.ones((4, 2))")
        kernel.send(
            "%%track\nalpha = 0.5\nlosses = X.sum() * batch\nopen('begun', 'w').close()\ntime.sleep(600)"
        )
        eventually((tmp_path / "begun").exists)
        eventually(lambda: kernel.runs("params.alpha = 0.5"))
        kernel.signal(signal.SIGKILL)
        eventually(lambda: kernel.runs("status = 'CRASHED'"))
        (run,) = kernel.runs()
        assert run.params == {"alpha": 0.5, "batch": 16}
        assert list(run.data) == ["X"]
        assert "alpha = 0.5" in run.source.script
        assert run.environment["python"]


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%prun -q", "%%time\n%%capture out"])
def test_a_cell_may_be_tracked_below_any_magic_that_runs_it(earlier, magic):
    executed = earlier.ok(
        f"{magic}\n%%track named\nrate = 3.0\nfor i in range(3):\n    acc = sum([rate]) / (i + 4)"
    )
    run = earlier.run_of(executed)
    assert (run.name, run.params, run.metrics) == ("named", {"rate": 3.0}, {"acc": 0.5})
    assert run.summary("acc").count == 3


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%prun -q"])
def test_track_on_looks_below_magics(earlier, magic):
    earlier.ok("%track on")
    try:
        executed = earlier.ok(f"{magic}\nmodel = Ridge(alpha=0.3).fit([[0], [1]], [0, 1])")
    finally:
        earlier.ok("%track off")
    assert earlier.run_of(executed).params["alpha"] == 0.3


def test_nothing_is_kept_alive_by_tracking(earlier):
    earlier.ok(
        "import gc, weakref\nimport numpy as np\nalive = []\n"
        "def note(one):\n    alive.append(weakref.ref(one))\n    return one"
    )
    cell = (
        "for fold in range(5):\n"
        "    X = note(np.random.default_rng(fold).normal(size=(50, 3)))\n"
        "    fitted = note(Ridge(alpha=0.5)).fit(note(X[10:].copy()), X[10:, 0])\n"
        "    score = fitted.score(X[:10], X[:10, 0])\n"
        "del X, fitted"
    )
    executed = earlier.ok(f"%%track\n{cell}")
    assert earlier.value("(gc.collect(), sum(one() is not None for one in alive))[1]") == "0"
    run = earlier.run_of(executed)
    assert run.summary("score").count == 5
    assert [(model.estimator.rpartition(".")[2], model.shape) for model in run.models] == [("Ridge", (40, 3))]


def test_track_why_tells_what_became_of_a_name(earlier):
    earlier.ok("size = 3")
    earlier.ok(
        "%%track\nalpha = 0.5\ncolour = 'red'\nprint(colour)\nfor step in range(3):\n    loss = sum([alpha]) / (step + 1)\n"
        "if alpha > 1:\n    beta = 0.1\ntable = object()\ntotal = 0\nfor step in range(3):\n    total += step"
    )
    told = earlier.ok("%track why alpha loss beta colour step table total nobody").stdout.splitlines()
    assert told == [
        "alpha is the param alpha = 0.5: line 2 writes it out",
        "loss is the metric loss of 3 points: a loop computes it at line 6",
        "beta is not kept: line 8 binds it, and was not reached",
        "colour is not kept: it is written out, but only used for pictures, files or print-outs",
        "step is not kept: it counts a loop, or is what the loop goes through",
        "table is not kept: it holds an object, in which no results were found",
        "total is not kept: its name speaks of counting or of weights, not of a result; --metrics would keep it",
        "nobody is not kept: the cell neither binds nor reads it",
    ]
    assert "say which name" in earlier.run("%track why").stderr


def test_the_line_shows_what_differs_from_the_run_before(tmp_path):
    with kernel_in(tmp_path) as kernel:
        cell = "%%track --note 'a note' -t team=red\na, b, c, d, e, f, g = 1, 2, 3, 4, 5, 6, {}\nacc = sum([0.5])"
        first = kernel.ok(cell.format(7), cell_id="one")
        assert "a=1 b=2" in first.line.text
        second = kernel.ok(cell.format(8), cell_id="one")
        assert second.line.text.split(" | ")[2] == "g 7 → 8"
        html = second.line.data["text/html"]
        assert f"since {kernel.run_of(first).name}, the run of this cell before" in html
        again = kernel.ok(cell.format(8), cell_id="one")
        assert again.line.text.split(" | ")[2] == "nothing changed"
        edited = kernel.ok(cell.format(8) + "\ng = g + 0\nh = max(g, 0.5)", cell_id="one")
        assert "code edited" in edited.line.text
        for fact in ("a note", "team=red", kernel.run_of(second).id):
            assert fact in html


def test_runs_begun_by_calls_keep_the_cells_code_and_are_told_of(tmp_path):
    with kernel_in(tmp_path) as kernel:
        kernel.ok("import nbtrack\nrate = 0.5")
        one = kernel.ok(
            "with nbtrack.start_run(run_name='by hand'):\n    nbtrack.log_param('rate', rate)\n    nbtrack.log_metric('acc', 0.75)"
        )
        assert one.line.text.startswith("nbtrack: by hand | ")
        assert "rate=0.5 | acc 0.75" in one.line.text
        (run,) = kernel.runs()
        assert "rate = 0.5\n" in run.source.script
        assert "log_metric('acc', 0.75)" in run.source.script
        eventually(lambda: kernel.runs()[0].environment.get("python"))
        several = kernel.ok(
            "for n in range(5):\n    with nbtrack.start_run(run_name=f'run {n}'):\n        pass"
        )
        assert (
            several.line.text == "nbtrack: 5 runs: run 0, run 1, run 2 and 2 more | nbtrack.runs() shows them"
        )
        assert kernel.ok("1 + 1").line is None
        tracked = kernel.ok("%%track outer\nwith nbtrack.start_run(run_name='inner'):\n    pass")
        assert tracked.line.text.startswith("nbtrack: outer")


def test_a_folder_that_is_changed_to_moves_no_store(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    with kernel_in(tmp_path, load=False, NBTRACK_STORE="") as kernel:
        kernel.ok("%load_ext nbtrack")
        kernel.ok("%cd -q elsewhere")
        kernel.ok("%%track\nacc = sum([0.5])")
        assert (tmp_path / ".nbtrack" / "nbtrack.db").exists()
        assert not (tmp_path / "elsewhere" / ".nbtrack").exists()


def test_what_outlives_its_cell_logs_to_its_run_or_is_refused(tmp_path):
    with kernel_in(tmp_path) as kernel:
        kernel.ok(
            "import asyncio, threading, warnings, nbtrack\ngo, gone, caught = threading.Event(), threading.Event(), []"
        )
        started = kernel.ok(
            "%%track\nasync def later():\n    await asyncio.sleep(0.01)\n    while not go.is_set():\n        await asyncio.sleep(0.01)\n"
            "    nbtrack.log_metric('of_task', 1.0)\n"
            "def outlive():\n    go.wait(60)\n    with warnings.catch_warnings(record=True) as told:\n"
            "        warnings.simplefilter('always')\n        nbtrack.log_metric('of_thread', 1.0)\n"
            "        caught.extend(str(one.message) for one in told)\n    gone.set()\n"
            "task = asyncio.get_running_loop().create_task(later())\nthreading.Thread(target=outlive).start()"
        )
        kernel.ok("go.set()\ngone.wait(60)\nawait task")
        (run,) = kernel.runs()
        assert run == kernel.run_of(started)
        eventually(lambda: "of_task" in kernel.runs()[0].metrics)
        assert "of_thread" not in kernel.runs()[0].metrics
        assert "cell that started it has ended" in kernel.value("caught[0]")


def test_a_fit_that_raises_is_no_model(earlier):
    executed = earlier.ok(
        "%%track\nbad = Ridge(alpha=0.2)\ntry:\n    bad.fit([[0.0], [1.0]], [0.0])\nexcept ValueError:\n    pass"
    )
    assert earlier.run_of(executed).models == []


def test_a_debug_log_tells_why_of_all_names(kernel):
    kernel.ok("import io, logging\nheard = io.StringIO()\nlog = logging.getLogger('nbtrack.capture')")
    kernel.ok("log.setLevel('DEBUG'); log.addHandler(logging.StreamHandler(heard)); log.propagate = False")
    kernel.ok("%%track\nrate = 0.5\nfor i in []:\n    loss = i")
    kernel.ok("log.setLevel('WARNING')")
    said = kernel.value("heard.getvalue()")
    assert "rate is the param rate = 0.5" in said
    assert "loss is not kept" in said


@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading"])
def test_what_workers_log_goes_to_the_cells_run(kernel, backend):
    kernel.ok("import joblib, nbtrack\ndef work(n):\n    nbtrack.log_metric('worked', n)")
    run_all = f"joblib.Parallel(n_jobs=2, backend={backend!r})(joblib.delayed(work)(n) for n in range(6))"
    before = len(kernel.runs())
    runs = [kernel.run_of(kernel.ok(f"%%track\n{run_all}")) for _ in range(2)]
    for run in runs:
        eventually(
            lambda run=run: "worked" in run.metrics and run.summary("worked").count == 6,
            lambda: str([(one.name, dict(one.metrics)) for one in kernel.runs()[:8]]),
        )
        assert sorted(run.history("worked")["value"]) == [0, 1, 2, 3, 4, 5]
    assert len(kernel.runs()) == before + 2


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of the resident memory from Linux")
def test_a_loop_of_folds_takes_no_more_memory_than_without_tracking(tmp_path):
    """Each fold has 32 MB of data: were those of all folds kept, it would be 320 MB more."""
    cell = (
        "import gc, numpy as np\n"
        "from sklearn.linear_model import Ridge\n"
        "scores = []\n"
        "for fold in range(10):\n"
        "    X = np.random.default_rng(fold).normal(size=(400_000, 10))\n"
        "    y = X @ np.ones(10)\n"
        "    model = Ridge(alpha=0.5).fit(X, y)\n"
        "    score = model.score(X, y)\n"
        "    scores.append(score)\n"
    )
    measure = "open('/proc/self/clear_refs', 'w').write('5')"
    peak = (
        "int(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]) // 1024"
    )
    peaks = []
    for head in ("", "%%track --no-model\n"):
        with kernel_in(tmp_path) as kernel:
            kernel.ok("%%track\nfrom sklearn.linear_model import Ridge\nRidge().fit([[0], [1]], [0, 1])")
            kernel.ok(measure)
            kernel.ok(f"{head}{cell}")
            peaks.append(int(kernel.value(peak)))
    plain, tracked = peaks
    assert tracked < plain + 48, f"MB: {plain} without tracking, {tracked} with it"
