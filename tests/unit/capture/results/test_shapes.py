"""Results in whatever shape a function returns them: the same numbers are found."""

import pytest

from tests.unit.capture.test_cell import series, track

HEAD = """
from collections import namedtuple
from dataclasses import dataclass
import pandas as pd
Named = namedtuple("Named", "rmse mae spread")
@dataclass
class Held:
    rmse: float
    mae: float
    spread: float
class Model:
    def evaluate(self, w):
        return {"rmse": 1 - w, "mae": 2 - w, "spread": w}
"""
SHAPES = {
    "a dict": '{"rmse": rmse, "mae": mae, "spread": spread}',
    "a dict with other things": '{"rmse": rmse, "name": "w", "mae": mae, "spread": spread, "rows": [], "n": 3}',
    "a named tuple": "Named(rmse, mae, spread)",
    "a dataclass": "Held(rmse, mae, spread)",
    "a tuple": "rmse, mae, spread",
    "a tuple of numbers that are made plain": "float(rmse), round(mae, 9), spread",
    "a row": 'pd.DataFrame([{"rmse": rmse, "mae": mae, "spread": spread}])',
    "a Series": 'pd.Series({"rmse": rmse, "mae": mae, "spread": spread})',
}
FUNCTION = "def check(w):\n    rmse, mae, spread = 1 - w, 2 - w, w\n    return {}\n"
WAYS = {
    "assigned": ("m = check(0.25)", "m.{}"),
    "assigned to another name": ("found = check(0.25)\nprint('done')", "found.{}"),
    "shown": ("check(0.25)", "{}"),
    "dropped": ("check(0.25)\nprint('done')", "{}"),
    "printed": ("print(check(0.25))", "{}"),
}
ONE = {"rmse": [0.75], "mae": [1.75], "spread": [0.25]}
PASSES = {"rmse": [1.0, 0.75, 0.5], "mae": [2.0, 1.75, 1.5], "spread": [0.0, 0.25, 0.5]}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_result_is_found_in_each_shape(shape, way):
    code, name = WAYS[way]
    captured, _ = track(HEAD + FUNCTION.format(SHAPES[shape]) + code)
    assert series(captured) == {name.format(key): values for key, values in ONE.items()}


@pytest.mark.parametrize(
    "taken", ["m = check(w)", "m: object = check(w)", "if w >= 0:\n        m = check(w)"]
)
@pytest.mark.parametrize("shape", SHAPES)
def test_each_pass_of_a_loop_is_a_point(shape, taken):
    loop = f"for step in range(3):\n    w = step / 4\n    {taken}"
    captured, _ = track(HEAD + FUNCTION.format(SHAPES[shape]) + loop)
    assert series(captured) == {f"m.{key}": values for key, values in PASSES.items()}


def test_a_dropped_result_of_a_loop_and_that_of_a_method():
    loop = "for step in range(3):\n    check(step / 4)"
    captured, _ = track(HEAD + FUNCTION.format(SHAPES["a dict"]) + loop)
    assert series(captured) == PASSES
    captured, _ = track(HEAD + "model = Model()\nfor step in range(3):\n    m = model.evaluate(step / 4)")
    assert series(captured) == {f"m.{key}": values for key, values in PASSES.items()}


def test_a_function_of_an_earlier_cell(tmp_path):
    namespace = {"__name__": "__main__"}
    file = tmp_path / "cell.py"  # a tuple's items have their names in the source
    file.write_text(HEAD + FUNCTION.format(SHAPES["a tuple"]))
    exec(compile(file.read_text(), str(file), "exec"), namespace)
    captured, _ = track("for step in range(3):\n    m = check(step / 4)", namespace)
    assert series(captured) == {f"m.{key}": values for key, values in PASSES.items()}


@pytest.mark.parametrize(
    "code",
    [
        "def batch(i):\n    return {'x': 1.0 * i, 'y': 2.0 * i}\nfor i in range(9):\n    one = batch(i)",
        "def size(i):\n    return i, i + 1\nfor i in range(9):\n    low, high = size(i)\npair = size(3)",
        "def config(i):\n    return {'lr': 0.1 * i, 'depth': i}\nsettings = config(3)",
        "import pandas as pd\nimportance = pd.Series({'mean area': 0.5, 'area error': 0.25, 'worst area': 0.125})",
    ],
)
def test_other_numbers_that_functions_return_are_no_results(code):
    assert series(track(code)[0]) == {} or "importance" in code


def test_what_was_given_to_a_function_is_no_result():
    code = "def train(rate, rounds):\n    return {'rate': rate, 'rounds': rounds, 'loss': rate / 2}\n"
    assert series(track(code + "out = train(0.5, rounds=3)")[0]) == {"out.loss": [0.25]}
    loop = "rows = []\nfor rate in [0.5, 0.25]:\n    rows.append(train(rate, rounds=3))"
    assert series(track(code + loop)[0])["rows.loss"] == [0.25, 0.125]


class TestWritten:
    """Containers of results that the cell itself makes."""

    HEAD = (
        "from sklearn.metrics import accuracy_score, f1_score, classification_report\n"
        "y, p = [0, 1, 1, 0], [0, 1, 0, 0]\n"
    )

    def found(self, code):
        return series(track(self.HEAD + code)[0])

    @pytest.mark.parametrize("end", ["{}", "print({})", "display = print\ndisplay({})"])
    def test_a_dict_that_is_shown(self, end):
        code = end.format("{'accuracy': accuracy_score(y, p), 'brier': sum(y) / 8, 'rows': len(y), 'cv': 5}")
        assert self.found(code) == {"accuracy": [0.75], "brier": [0.25]}

    def test_a_dict_with_a_name_and_nested_ones(self):
        code = "res = {'a': {'accuracy': accuracy_score(y, p), 'skill': 0.5 * sum(p)}, 'b': {'accuracy': accuracy_score(y, y)}}"
        assert self.found(code) == {
            "res.a.accuracy": [0.75],
            "res.a.skill": [0.5],
            "res.b.accuracy": [1.0],
        }

    @pytest.mark.parametrize(
        "row", ["{'C': C, 'acc': acc, 'gain': acc - C}", "dict(C=C, acc=acc, gain=acc - C)"]
    )
    @pytest.mark.parametrize("table", ["rows", "pd.DataFrame(rows)", "pd.DataFrame(rows).sort_values('acc')"])
    def test_records_and_the_table_of_them(self, row, table):
        code = f"import pandas as pd\nrows = []\nfor C in [0.5, 0.25]:\n    acc = C + 0.125\n    rows.append({row})\ntable = {table}\ntable"
        found = self.found(code)
        assert found["rows.gain"] == [0.125, 0.125]
        assert not [name for name in found if name.endswith(".C")]
        assert found["acc"] == [0.625, 0.375]  # and not once more for each table
        assert len([name for name in found if name.endswith("gain")]) == 1

    def test_the_row_that_was_chosen_tells_its_settings(self):
        code = "rows = [{'C': C, 'loss': (C - 1) ** 2 + 0.5} for C in (0.5, 1, 2)]\nbest = min(rows, key=lambda r: r['loss'])"
        found = self.found(code)
        assert (found["best.C"], found["best.loss"]) == ([1.0], [0.5])

    @pytest.mark.parametrize("code", ["report = {}", "{}", "print({})"])
    def test_a_report_without_how_many_rows_it_is_about(self, code):
        found = self.found(code.format("classification_report(y, p, output_dict=True)"))
        assert found
        assert not [name for name in found if "support" in name]
        assert any(name.endswith("macro avg.f1-score") for name in found)

    def test_a_result_for_each_horizon(self):
        code = "import pandas as pd\nmae = pd.Series({h: sum(y) / h for h in (1, 2, 4)})\nerrors = pd.Series(y) - pd.Series(p) / 4"
        assert self.found(code) == {"mae": [2.0, 1.0, 0.5]}

    def test_what_a_bar_and_a_logger_show(self):
        code = (
            "import logging\nlog = logging.getLogger('x')\nclass Stopper:\n    best = 0.125\nstopper = Stopper()\n"
            "test_acc = accuracy_score(y, p)\nlog.info('best valid loss %.4f | test acc %.4f', stopper.best, test_acc)"
        )
        assert self.found(code) == {"best_valid_loss": [0.125], "test_acc": [0.75]}
        code = (
            "class Bar:\n    def set_postfix(self, **shown): pass\nbar = Bar()\nimport numpy as np\n"
            "for epoch in range(2):\n    losses = []\n    for i in range(3):\n        losses.append(0.5 / (1 + i + epoch))\n"
            "    bar.set_postfix(train_loss=np.mean(losses))"
        )
        assert list(self.found(code)) == ["train_loss"]


class TestNames:
    """Numbers that the cell computes count whatever their names; what they are made of does not."""

    HEAD = "import numpy as np\nrng = np.random.default_rng(0)\ntimes = rng.gamma(2, 10, 100)\n"

    def found(self, code):
        return series(track(self.HEAD + code)[0])

    @pytest.mark.parametrize(
        "name", ["latency", "p50", "p95_ms", "profit", "gap_std", "throughput", "homogeneity"]
    )
    @pytest.mark.parametrize("value", ["np.percentile(times, 50)", "times.mean()", "100 / times.sum()"])
    def test_a_summary_that_is_used_for_nothing_else(self, name, value):
        assert list(self.found(f"{name} = {value}")) == [name]

    @pytest.mark.parametrize(
        "code",
        [
            "scale = times.mean()\nscaled = times / scale",
            "x_min, x_max = times.min() - 1, times.max() + 1",
            "n = len(times)\nmiddle = n // 2",
            "i = times.argmax()",
            "total = 0\nfor one in times:\n    total += 1",
        ],
    )
    def test_parts_bounds_sizes_and_positions(self, code):
        assert self.found(code) == {}

    @pytest.mark.parametrize("end", ["", "    if i % 2: print(i, l)", "    print(f'{l:.3f}')"])
    def test_a_short_name_in_a_loop_that_goes_on(self, end):
        code = f"w = 8.0\nfor i in range(4):\n    e = w - times\n    l = (e ** 2).mean()\n    w -= 0.1 * e.mean()\n{end}"
        assert [len(values) for name, values in self.found(code).items() if name == "l"] == [4]

    @pytest.mark.parametrize("name", ["l", "value"])
    @pytest.mark.parametrize("end", ["print(i, {})", "found.append({})"])
    def test_what_a_step_gives_beside_the_state_that_it_takes(self, name, end):
        code = (
            f"def step(w, state):\n    return w * 0.5, state + 1, w ** 2, {{'prob': 0.5}}\nw, state, found = 1.0, 0, []\n"
            f"for i in range(3):\n    w, state, {name}, info = step(w, state)\n    {end.format(name)}"
        )
        found = self.found(code)
        assert found.get(name, found.get("found")) == [1.0, 0.25, 0.0625]
        assert set(found) <= {name, "found"}

    @pytest.mark.parametrize("form", ["output.item()", "float(output)", "float(output.item())"])
    def test_a_loss_that_goes_over_into_a_name_for_it_is_kept_once(self, form):
        code = (
            "from torch.nn import functional as F\nimport torch\nw = torch.zeros(1, requires_grad=True)\nfor i in range(3):\n"
            f"    output = F.smooth_l1_loss(w, torch.ones(1))\n    loss = {form}\n    output.backward()\n"
            "    w.data -= 0.1 * w.grad\n"
        )
        found = self.found(code)
        assert list(found) == ["loss"]
        assert len(found["loss"]) == 3

    def test_what_gradients_are_computed_of_is_a_loss_whatever_its_name(self):
        code = (
            "import torch\nw = torch.zeros(1, requires_grad=True)\nfor i in range(3):\n    w.grad = None\n"
            "    l = (w - 1) ** 2\n    l.backward()\n    w.data -= 0.25 * w.grad\n"
        )
        assert self.found(code) == {"l": [1.0, 0.25, 0.0625]}

    @pytest.mark.parametrize("name", ["s", "res", "folds", "cvs"])
    @pytest.mark.parametrize(("sign", "scoring"), [("", "r2"), ("-", "neg_mean_absolute_error")])
    def test_the_folds_of_a_cross_validation_whatever_their_name(self, name, sign, scoring):
        code = (
            "from sklearn.linear_model import Ridge\nfrom sklearn.model_selection import cross_val_score\nX = rng.random((30, 2))\n"
            f"{name} = {sign}cross_val_score(Ridge(), X, X[:, 0], cv=3, scoring={scoring!r})\n"
        )
        found = self.found(code)
        assert list(found) == [name]
        assert len(found[name]) == 3

    def test_a_latency_is_a_result_and_the_time_that_a_cell_took_is_none(self):
        code = (
            "import time\nt0 = time.perf_counter()\nsum(times)\nlatency = time.perf_counter() - t0\n"
            "latency_ms = 1000 * (time.perf_counter() - t0)\nelapsed = time.perf_counter() - t0"
        )
        assert set(self.found(code)) == {"latency", "latency_ms"}

    def test_the_result_of_a_test(self):
        code = "from scipy import stats\nres = stats.ttest_ind(times[:50], times[50:])"
        assert (
            {"res.statistic", "res.pvalue"}
            <= set(self.found(code))
            <= {"res.statistic", "res.pvalue", "res.df"}
        )

    def test_an_array_of_one_is_a_number(self):
        code = "w = np.zeros((1, 1))\nfor i in range(4):\n    loss = (w - 2.0) ** 2\n    w = w - 0.25 * 2 * (w - 2.0)\nfinal_loss = loss"
        assert self.found(code) == {"loss": [4.0, 1.0, 0.25, 0.0625], "final_loss": [0.0625]}

    def test_lengths_of_episodes_and_counts_beside_results(self):
        code = (
            "q = np.zeros(2)\nreturns, lengths, seen = [], [], []\nfor episode in range(8):\n    G, t = 0.0, 0\n"
            "    while t < 2 + episode % 3:\n        q[0] += 0.5\n        G += 0.25\n        t += 1\n"
            "    returns.append(G)\n    lengths.append(t)\n    seen.append(episode)\n"
        )
        found = self.found(code)
        assert found["lengths"] == [2 + e % 3 for e in range(8)]
        assert "seen" not in found
        play = "def play(q):\n    return 0.5, 7\ngreedy_return, greedy_steps = play(q)\nprint(greedy_return, greedy_steps)"
        assert self.found(code + play)["greedy_steps"] == [7.0]

    def test_the_best_of_a_curve_that_is_shown(self):
        code = "class Report:\n    dev_acc_curve = [0.5, 0.75]\nreport = Report()\nprint(f'best along the way: {max(report.dev_acc_curve):.2%}')"
        assert self.found(code) == {"best_along_way": [0.75]}
        code = "class Report:\n    updates, acc = 420, 0.75\nr = Report()\nprint(f'dev accuracy after {r.updates} updates: {r.acc}')"
        assert self.found(code) == {"acc": [0.75]}

    def test_a_spread_that_is_shown_without_a_name(self):
        code = "scores = [0.5, 0.75, 1.0]\nscores.append(0.25)\nprint(f'mean {np.mean(scores):.4f} +/- {np.std(scores):.4f}')"
        assert self.found(code)["scores_std"] == [pytest.approx(0.2795, abs=1e-3)]
