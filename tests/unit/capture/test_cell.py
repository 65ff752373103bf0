"""What a cell comes to: each rule of the capture by the smallest cell that shows it."""

import ast
import builtins
import contextlib
import io
import math
import pickle
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.capture import CellCapture, EarlierChoices, Options, is_worth_tracking

PLAIN = Options()


def track(source, namespace=None, options=PLAIN, results=(), chosen=()):
    """Run a cell under capture and return what was captured, with the namespace it left."""
    namespace = {"__name__": "__main__"} if namespace is None else namespace
    earlier = EarlierChoices()
    earlier.names.update(chosen)
    capture = CellCapture(namespace, options, results, earlier)
    tree = capture.transform(ast.parse(source))

    class Printed(io.StringIO):
        def write(self, text):
            capture.printed.feed(text)
            return super().write(text)

    try:
        with contextlib.redirect_stdout(Printed()):
            exec(compile(tree, "cell", "exec"), namespace)
    finally:
        capture.stop()
    return capture.finish(), namespace


def series(captured):
    return {name: list(columns.values) for name, columns in captured.metrics.items()}


class TestConditionalSeries:
    """Values that come in some iterations only: their steps are the iterations', however they are counted."""

    def points(self, source, name="loss"):
        captured, _ = track(source)
        columns = captured.metrics[name]
        return list(zip(columns.steps, columns.values, strict=True))

    @pytest.mark.parametrize("every", [1, 3, 50])
    def test_floats(self, every):
        found = self.points(
            f"for i in range(1000):\n    if i % {every} == 0:\n        loss = 1.0 / (i + 1)\nprint(loss)"
        )
        assert found == [(i, 1.0 / (i + 1)) for i in range(0, 1000, every)]

    @pytest.mark.parametrize("scalar", ["float", "np.float64", "np.float32"])
    def test_nan_and_infinity_are_values(self, scalar):
        found = self.points(
            "import numpy as np\nfor i in range(100):\n    if i % 2:\n"
            f"        loss = {scalar}(['nan', 'inf', i][i % 3])\nprint(loss)"
        )
        assert [step for step, _ in found] == list(range(1, 100, 2))
        assert [str(value) for _, value in found] == [
            str(float(["nan", "inf", i][i % 3])) for i in range(1, 100, 2)
        ]

    def test_what_comes_to_be_something_else(self):
        found = self.points(
            "for i in range(60):\n    if i % 2:\n        loss = i / 2 if i < 30 else [i, None, 'x'][i % 3]\nprint(loss)"
        )
        assert found == [(i, i / 2) for i in range(1, 30, 2)] + [
            (33, 33.0),
            (39, 39.0),
            (45, 45.0),
            (51, 51.0),
            (57, 57.0),
        ]

    def test_several_in_one_loop(self):
        source = (
            "for i in range(100):\n    if i % 2:\n        loss = i / 2\n    if i % 5 == 0:\n        val_loss = i / 5\n"
            "    if i % 10 == 0 and (best_acc := i / 7) > 1:\n        print(best_acc)"
        )
        assert self.points(source) == [(i, i / 2) for i in range(1, 100, 2)]
        assert self.points(source, "val_loss") == [(i, i / 5) for i in range(0, 100, 5)]

    def test_beside_a_score_that_is_printed(self):
        source = (
            "from sklearn.metrics import mean_absolute_error\nfor i in range(50):\n    if i % 2:\n        loss = i / 2\n"
            "    print(mean_absolute_error([i], [0]))"
        )
        assert self.points(source) == [(i, i / 2) for i in range(1, 50, 2)]
        assert self.points(source, "mean_absolute_error") == [(i, float(i)) for i in range(50)]

    def test_drained_while_it_runs(self):
        namespace = {"__name__": "__main__"}
        capture = CellCapture(namespace)
        tree = capture.transform(
            ast.parse("for i in range(300):\n    if i % 3:\n        loss = i / 2\n    pause(i)\nprint(loss)")
        )
        drained = []

        def pause(i):
            if i % 40 == 7:
                drained.extend(
                    pair for _, c in capture.drain() for pair in zip(c.steps, c.values, strict=True)
                )

        namespace["pause"] = pause
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(tree, "cell", "exec"), namespace)
        rest = capture.finish().metrics["loss"]
        assert [*drained, *zip(rest.steps, rest.values, strict=True)] == [
            (i, i / 2) for i in range(300) if i % 3
        ]


class TestParams:
    def test_literals_at_the_top_level(self):
        captured, _ = track("alpha, ratio = 0.5, 1\nname: str = 'adam'\nlimit = None\nrate = 10 ** -3")
        assert captured.params == {"alpha": 0.5, "ratio": 1, "name": "adam", "limit": None, "rate": 0.001}

    def test_settings_are_flattened(self):
        captured, _ = track(
            "from dataclasses import dataclass\nfrom types import SimpleNamespace\n"
            "@dataclass\nclass Config:\n    lr: float = 0.1\n"
            "config = {'lr': 0.2, 'net': {'layers': [64, 32]}}\nc = Config(lr=0.3)\nargs = SimpleNamespace(epochs=3)\n"
        )
        assert captured.params == {
            "config.lr": 0.2,
            "config.net.layers.0": 64,
            "config.net.layers.1": 32,
            "c.lr": 0.3,
            "args.epochs": 3,
        }

    def test_a_class_of_settings(self):
        captured, _ = track("class Config:\n    lr = 0.1\n    epochs: int = 3")
        assert captured.params == {"Config.lr": 0.1, "Config.epochs": 3}

    def test_what_a_loop_changes_is_no_setting(self):
        captured, _ = track(
            "total = 0\nbest = float('inf')\nitems = []\nfor i in range(3):\n    total += i\n    items.append(i)"
        )
        assert captured.params == {}

    def test_settings_for_pictures_and_files_are_none(self):
        captured, _ = track(
            "size = (8, 4)\ncolour = 'red'\npath = 'x.csv'\nfrom pathlib import Path\n"
            "class plt:\n    figure = staticmethod(lambda **k: None)\nplt.figure(figsize=size, c=colour)\nPath(path)"
        )
        assert captured.params == {}

    def test_names_that_earlier_cells_set(self):
        namespace = {"__name__": "__main__", "EPOCHS": 3, "rate": np.float64(0.25), "rmse": 0.5, "label": "x"}
        captured, _ = track(
            "for i in range(EPOCHS):\n    step = rate * i\nprint(rmse, label)", namespace, chosen={"EPOCHS"}
        )
        assert captured.params == {"EPOCHS": 3, "rate": 0.25}

    def test_names_that_a_function_of_the_notebook_reads(self):
        namespace = {"__name__": "__main__", "RATE": 0.1}
        exec("def train():\n    return RATE * 2", namespace)
        captured, _ = track("train()", namespace)
        assert captured.params == {"RATE": 0.1}

    def test_clashing_names_get_the_estimators_name(self):
        captured, _ = track(
            "from sklearn.linear_model import Lasso, Ridge\nX, y = [[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0]\n"
            "lasso = Lasso(alpha=0.1).fit(X, y)\nridge = Ridge(alpha=0.2, solver='svd').fit(X, y)"
        )
        kept = {n: v for n, v in captured.params.items() if not n.startswith(("X.", "y."))}
        assert kept == {"lasso.alpha": 0.1, "ridge.alpha": 0.2, "solver": "svd"}

    def test_secrets_are_masked(self):
        captured, _ = track("api_key = 'sk-abcdefghijklmnopqrstuvwx'\nmax_tokens = 50")
        assert captured.params["max_tokens"] == 50
        assert "abcdef" not in str(captured.params)

    def test_what_the_user_says_counts(self):
        options = Options(params=frozenset({"z"}), ignore=frozenset({"a"}))
        captured, _ = track("a = 1\nb = 2\nz = sum([1, 2])", options=options)
        assert captured.params == {"b": 2, "z": 3}
        only = Options(params=frozenset({"b"}), only_params=True)
        assert track("a = 1\nb = 2", options=only)[0].params == {"b": 2}


class TestMetrics:
    def test_a_number_that_is_computed(self):
        captured, _ = track(
            "y, p = [1, 2], [1, 3]\nrmse = sum((a - b) ** 2 for a, b in zip(y, p)) ** 0.5\nn = len(y)"
        )
        assert series(captured) == {"rmse": [1.0]}

    def test_an_error_of_a_forecast_and_what_it_is_measured_by(self):
        captured, _ = track(
            "day, week = [3.0, 5.0], [2.0, 4.0]\nmase_scale = sum(week) / 2\n"
            "mase = sum(abs(a - b) for a, b in zip(day, week)) / 2 / mase_scale\ncrps = sum(day) / 8"
        )
        assert series(captured) == {"mase": [1 / 3], "crps": [1.0]}

    def test_rates_at_one_threshold_are_results_and_those_of_a_curve_a_picture(self):
        captured, _ = track(
            "from sklearn.metrics import precision_recall_curve, roc_curve\ny, p = [0, 1, 1, 0], [0.1, 0.4, 0.35, 0.8]\n"
            "fpr, tpr, _ = roc_curve(y, p)\nprecision, recall, _ = precision_recall_curve(y, p)"
        )
        assert captured.metrics == {}
        captured, _ = track("alarms, rest = sum([3]), sum([9])\nfpr = alarms / (alarms + rest)")
        assert series(captured) == {"fpr": [0.25]}

    def test_scores_without_a_name(self):
        captured, _ = track(
            "from sklearn.metrics import r2_score\nfrom sklearn.linear_model import LinearRegression\n"
            "X, y = [[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0]\nmodel = LinearRegression().fit(X, y)\n"
            "print(r2_score(y, model.predict(X)))\nmodel.score(X, y)"
        )
        assert series(captured) == {"r2_score": [1.0], "score": [1.0]}

    def test_scores_of_several_estimators_carry_their_names(self):
        captured, _ = track(
            "from sklearn.linear_model import Ridge, Lasso\nX, y = [[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0]\n"
            "ridge = Ridge().fit(X, y)\nlasso = Lasso().fit(X, y)\nprint(ridge.score(X, y))\nprint(lasso.score(X, y))"
        )
        assert set(captured.metrics) == {"ridge.score", "lasso.score"}

    def test_train_and_test_are_told_apart(self):
        captured, _ = track(
            "from sklearn.linear_model import Ridge\nX_train = X_test = [[0.0], [1.0], [2.0]]\n"
            "y_train = y_test = [0.0, 1.0, 2.0]\nm = Ridge().fit(X_train, y_train)\n"
            "print(m.score(X_train, y_train), m.score(X_test, y_test))"
        )
        assert set(captured.metrics) == {"train_score", "test_score"}

    def test_a_printed_score_of_a_function(self):
        namespace = {"__name__": "__main__"}
        exec("def report():\n    print('Test Error: \\n Accuracy: 45.5%, Avg loss: 2.1532 \\n')", namespace)
        captured, _ = track("for _ in range(2):\n    report()", namespace)
        assert series(captured) == {"accuracy": [45.5, 45.5], "avg_loss": [2.1532, 2.1532]}

    def test_a_printed_number_that_is_known_says_nothing_new(self):
        captured, _ = track("accuracy = sum([2]) / 3\nprint(f'mean accuracy: {100 * accuracy:.1f}%')")
        assert set(captured.metrics) == {"accuracy"}

    def test_noise_is_left_out(self):
        captured, _ = track(
            "import time\nstart = time.time()\nrows, cols = 3, 4\nwidth = rows * 2.5\nidx = max(range(3))\n"
            "elapsed = time.time() - start\nprint(f'{elapsed:.1f} s')"
        )
        assert captured.metrics == {}

    @pytest.mark.parametrize("times", range(1, 9))
    @pytest.mark.parametrize("kind", ["float", "np.float32"])
    def test_a_number_that_a_function_keeps(self, kind, times):
        namespace = {"__name__": "__main__"}
        exec(
            "import numpy as np\ndef update(x):\n    global val_acc\n"
            f"    val_acc = {kind}(x / 7)\nval_acc = {kind}(0.5)",
            namespace,
        )
        captured, _ = track(f"for i in range({times}):\n    update(i)", namespace)
        assert captured.metrics["val_acc"].values[0] == pytest.approx((times - 1) / 7)

    def test_the_best_value_that_a_function_keeps(self):
        namespace = {"__name__": "__main__"}
        exec(
            "def update(acc):\n    global best_acc, worst_gap, limit\n    if acc > best_acc:\n        best_acc = acc\n"
            "    if acc > 1:\n        limit, worst_gap = acc, 0.1\nbest_acc, worst_gap, limit = 0.0, 0.7, 0.3",
            namespace,
        )
        source = "for acc in (0.25, 0.75):\n    update(acc)\nprint(f'came to {best_acc:.3f} (limit {limit})')"
        for _ in range(2):  # the second time there is nothing to update
            captured, _ = track(source, namespace)
            assert {name: list(points.values) for name, points in captured.metrics.items()} == {
                "best_acc": [0.75]
            }

    def test_nan_and_infinity_are_values(self):
        captured, _ = track("loss = sum([float('inf')]) * 0\nerror = -sum([float('inf')])")
        assert math.isnan(series(captured)["loss"][0])
        assert series(captured)["error"] == [-math.inf]


class TestSeries:
    def test_a_name_in_a_loop(self):
        captured, _ = track("for i in range(4):\n    loss = 1 / (i + 1)")
        columns = captured.metrics["loss"]
        assert list(columns.steps) == [0, 1, 2, 3]
        assert list(columns.values) == [1, 0.5, 1 / 3, 0.25]
        assert all(abs(t - time.time()) < 60 for t in columns.times)

    def test_steps_count_the_loop_where_not_every_iteration_gives_a_value(self):
        captured, _ = track("for i in range(10):\n    if i % 4 == 0:\n        loss = float(i)")
        assert list(captured.metrics["loss"].steps) == [0, 4, 8]

    def test_an_iteration_cut_short(self):
        captured, _ = track("for i in range(5):\n    if i == 2:\n        continue\n    loss = float(i)")
        assert list(captured.metrics["loss"].steps) == [0, 1, 3, 4]

    def test_a_nested_loop_counts_on_and_remembers_the_outer_one(self):
        captured, _ = track("for e in range(3):\n    for b in range(2):\n        loss = e + b / 2")
        assert list(captured.metrics["loss"].steps) == [0, 1, 2, 3, 4, 5]
        assert captured.loops == {"loss": [0, 2, 4]}

    def test_a_running_sum_gives_its_value_before_each_reset(self):
        captured, _ = track(
            "for e in range(3):\n    epoch_loss = 0.0\n    for b in range(4):\n        epoch_loss += e\n    epoch_loss /= 4"
        )
        assert series(captured)["epoch_loss"] == [0.0, 1.0, 2.0]

    def test_arrays_tensors_and_none_on_the_way(self):
        captured, _ = track(
            "import numpy as np\nloss = None\nfor i in range(3):\n    loss = np.float32(i) if i else None"
        )
        assert series(captured)["loss"] == [1.0, 2.0]

    def test_a_site_of_floats_may_come_to_give_something_else(self):
        captured, ns = track("for i in range(30):\n    loss = i / 2 if i != 20 else 'oops'")
        assert len(series(captured)["loss"]) == 29
        assert ns["loss"] == 14.5

    def test_while_and_walrus(self):
        captured, _ = track("x = 8.0\nwhile (err := x / 2) > 1:\n    x = err")
        assert series(captured)["err"] == [4.0, 2.0, 1.0]

    def test_lists_and_histories(self):
        captured, _ = track(
            "losses, history = [], {'val_loss': []}\nfor i in range(3):\n    losses.append(1 / (i + 1))\n"
            "    history['val_loss'].append(i * 0.5)\nknots = [0.0, 0.5, 1.0]"
        )
        assert series(captured) == {"losses": [1.0, 0.5, 1 / 3], "history.val_loss": [0.0, 0.5, 1.0]}

    def test_the_returns_of_episodes(self):
        captured, _ = track(
            "returns = []\nfor episode in range(3):\n    episode_return = 0.0\n    for t in range(2):\n"
            "        episode_return += episode / 2\n    returns.append(episode_return)"
        )
        assert series(captured)["returns"] == [0.0, 1.0, 2.0]

    def test_what_an_object_carries(self):
        captured, _ = track(
            "class Perceptron:\n    def fit(self, X):\n        self.errors_ = [3, 1, 0]\n        return self\n"
            "p = Perceptron()\np.fit([1])"
        )
        assert series(captured) == {"errors_": [3, 1, 0]}

    def test_draining_meanwhile_loses_and_doubles_nothing(self):
        namespace = {"__name__": "__main__"}
        capture = CellCapture(namespace)
        tree = capture.transform(ast.parse("for i in range(300_000):\n    loss = i * 0.5"))
        got, over = [], threading.Event()

        def drain():
            while not over.wait(0.001):
                got.extend(capture.drain())

        thread = threading.Thread(target=drain)
        thread.start()
        exec(compile(tree, "cell", "exec"), namespace)
        over.set()
        thread.join()
        capture.stop()
        got.extend(capture.drain())
        steps = [step for _, columns in got for step in columns.steps]
        values = [value for _, columns in got for value in columns.values]
        assert steps == list(range(300_000))
        assert values == [i * 0.5 for i in range(300_000)]


class TestHooks:
    def test_nothing_is_left_behind(self):
        before = set(vars(builtins))  # a capture that another test did not end leaves hooks of its own
        _, namespace = track(
            "def f(x):\n    return x * 2\nfor i in range(3):\n    loss = f(i) * 0.5\ng = lambda: loss\n"
            "later = (max(i, loss) for i in range(2))"
        )
        assert not [name for name in vars(builtins) if "nbtrack" in name and name not in before]
        assert not [name for name in namespace if "nbtrack" in name]
        assert list(namespace["later"]) == [2.0, 2.0]
        assert b"nbtrack" not in pickle.dumps(namespace["f"].__code__.co_consts)
        assert not [
            n for n in namespace["f"].__code__.co_names + namespace["g"].__code__.co_names if "nbtrack" in n
        ]

    def test_lines_of_a_traceback_are_the_cells(self):
        source = "for i in range(3):\n    loss = 1.0 * i\n    if i == 2:\n        raise ValueError('here')"
        with pytest.raises(ValueError, match="here") as caught:
            track(source)
        assert caught.traceback[-1].lineno + 1 == 4

    def test_values_pass_through_unchanged(self):
        source = (
            "from sklearn.linear_model import Ridge\nX, y = [[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0]\n"
            "model = Ridge()\nsame = model.fit(X, y)\nscores = [model.score(X, y) for _ in range(2)]"
        )
        _, namespace = track(source)
        assert namespace["same"] is namespace["model"]
        assert len(namespace["scores"]) == 2

    @settings(max_examples=60)
    @given(
        st.lists(
            st.sampled_from(
                [
                    "x = x + 1.5",
                    "loss = x / 3",
                    "if x > 4:\n    loss = -x\nelse:\n    acc = x",
                    "x -= 0.5",
                    "for i in range(3):\n    loss = x * i\n    x += loss",
                    "while x < 3:\n    x += 1\n    error = x * 2.0",
                    "for i in range(4):\n    if i == 1:\n        continue\n    score = i / 2\n    if i == 3:\n        break",
                    "losses = [x * k for k in range(3)]",
                    "total = 0.0\nfor k in range(3):\n    total += k\n    loss = total",
                    "try:\n    loss = 1 / (x - x)\nexcept ZeroDivisionError:\n    loss = 0.5",
                    "y, (acc, z) = 1, (x, 2)",
                    "for e in range(2):\n    run_loss = 0.0\n    for b in range(2):\n        run_loss += b * x",
                ]
            ),
            min_size=1,
            max_size=6,
        )
    )
    def test_a_tracked_cell_leaves_what_the_plain_one_leaves(self, statements):
        source = "\n".join(["x = 1.0", *statements])
        plain = {"__name__": "__main__"}
        exec(compile(source, "cell", "exec"), plain)
        _, tracked = track(source)
        plain.pop("__builtins__")
        tracked.pop("__builtins__")
        assert tracked == plain


def test_which_cells_train():
    assert is_worth_tracking(ast.parse("model.fit(X, y)"))
    assert is_worth_tracking(ast.parse("print(r2_score(y, p))"))
    assert is_worth_tracking(ast.parse("loss.backward()"))
    assert is_worth_tracking(ast.parse("for i in range(9):\n    w -= rate * g(w)\n    loss = f(w)"))
    assert not is_worth_tracking(ast.parse("df = pd.read_csv('x')\ndf.head()"))
    assert not is_worth_tracking(ast.parse("Z = StandardScaler().fit_transform(X)"))


def test_scores_of_folds_are_told_apart_from_a_history():
    code = (
        "from sklearn.linear_model import Ridge\nfrom sklearn.model_selection import cross_val_score, cross_validate\n"
        "X, y = [[float(i)] for i in range(9)], [float(i) for i in range(9)]\n"
        "scores = cross_val_score(Ridge(), X, y, cv=3)\n"
        "losses = [1.0, 0.5, 0.25]\nfor i in range(3):\n    loss = losses[i]"
    )
    captured, _ = track(code)
    assert captured.folds == {"scores"}
    assert {"scores", "loss"} <= set(captured.metrics)


def test_a_result_is_kept_once_under_its_own_name():
    captured, _ = track(
        "loss, acc = sum([1]) / 2, sum([1]) / 4\nmetrics = {'loss': loss, 'acc': acc, 'auc': acc + 0.1}\nhistory = [metrics]"
    )
    assert set(captured.metrics) == {"loss", "acc", "metrics.auc", "history.auc"}


def test_models_that_a_loop_fits_under_one_name_are_named_alike():
    captured, _ = track(
        "from sklearn.linear_model import Ridge\nX, y = [[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0]\nrows = []\n"
        "for a in [0.1, 1, 10]:\n    m = Ridge(alpha=a, solver='svd').fit(X, y)\n    rows.append({'a': a, 'r2': m.score(X, y)})"
    )
    assert {name for name in captured.params if name[0] not in "Xy"} == {"solver"}


def test_data_that_a_function_of_the_notebook_reads():
    import numpy as np

    namespace = {"__name__": "__main__", "X": np.zeros((3, 2))}
    exec("def total():\n    return X.sum()", namespace)
    captured, _ = track("value = total()", namespace)
    assert [(one.name, one.shape) for one in captured.data] == [("X", (3, 2))]


def test_what_was_masked_is_told_so_that_it_can_be_hidden_elsewhere():
    captured, _ = track("password = 'hunter22'\nrate = 0.5\nloss = rate * 2")
    assert captured.params["password"] == "***"
    assert captured.secrets == ["hunter22"]
