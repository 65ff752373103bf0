"""Cells in which an outsider found results missing, merged, or invented."""

import pytest

from tests.unit.capture.test_cell import series, track

HEAD = """
import numpy as np, torch
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
X, y = load_diabetes(return_X_y=True)
Xtr, Xte, ytr, yte = X[:300], X[300:], y[:300], y[300:]
m = Ridge().fit(Xtr, ytr)
def evaluate(model, X, y): return {"rmse": float(np.mean((model.predict(X) - y) ** 2) ** 0.5)}
def helper(strength, scale=9): return Ridge(alpha=strength).fit(X, y).score(X, y) * scale
def area(width): return width * width
net = torch.nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
plan = torch.optim.lr_scheduler.StepLR(opt, 1, 0.5)
"""
STEP = (
    "for epoch in range(3):\n    loss = net(torch.ones(2, 2)).pow(2).mean()\n    opt.zero_grad()\n"
    "    loss.backward()\n    opt.step()\n    plan.step()\n    "
)


def tracked(cell):
    namespace = {"__name__": "__main__"}
    exec(compile(HEAD, "head", "exec"), namespace)
    return track(cell, namespace)[0]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        (
            'print("Train R2:", r2_score(ytr, m.predict(Xtr)))\nprint("Test R2:", r2_score(yte, m.predict(Xte)))',
            {"train_r2", "test_r2"},
        ),
        (
            'print(f"train r2 {r2_score(ytr, m.predict(Xtr)):.3f}, test r2 {r2_score(yte, m.predict(Xte)):.3f}")',
            {"train_r2", "test_r2"},
        ),
        (
            'print("train", evaluate(m, Xtr, ytr))\nprint("test", evaluate(m, Xte, yte))',
            {"train_rmse", "test_rmse"},
        ),
        ('print("test", evaluate(m, Xte, yte))', {"rmse"}),
    ],
)
def test_parts_of_the_data_are_told_apart_by_the_text_before_them(cell, names):
    assert set(series(tracked(cell))) == names


@pytest.mark.parametrize("name", ["result", "x1", "q", "s"])
def test_what_an_own_function_trains_and_gives_is_a_result_whatever_its_name(name):
    assert list(series(tracked(f"{name} = helper(2.0)"))) == [name]
    assert series(tracked(f"{name} = area(2.0)")) == {}


@pytest.mark.parametrize(
    "line",
    ['lr = opt.param_groups[0]["lr"]', "now = plan.get_last_lr()[0]", "rate = float(plan.get_last_lr()[0])"],
)
def test_the_rate_of_each_epoch_is_a_curve(line):
    assert series(tracked(STEP + line))[line.partition(" ")[0]] == pytest.approx([0.05, 0.025, 0.0125])


def test_a_score_that_the_best_is_taken_of_is_a_curve():
    found = series(
        tracked(
            "best = -1\nfor a in [0.1, 1.0, 10.0]:\n    for fit in (True, False):\n"
            "        sc = Ridge(alpha=a, fit_intercept=fit).fit(X, y).score(X, y)\n"
            "        if sc > best:\n            best, chosen = sc, a"
        )
    )
    assert len(found["sc"]) == 6
    assert found["best"] == [max(found["sc"])]


def test_a_seed_of_zero_is_chosen_and_a_penalty_of_zero_is_off():
    captured = tracked(
        "def run(seed=0, penalty=0.0, amp=False, rate=0.5):\n    return Ridge(alpha=rate).fit(X, y).score(X, y)\nrun()"
    )
    assert captured.params == {"seed": 0, "rate": 0.5}


@pytest.mark.parametrize(
    "cell",
    [
        'imp = {f"f{i}": abs(c) for i, c in enumerate(m.coef_)}\nprint(imp)',
        'm.fit(X, y)\ndist = {"n": object(), "max_depth": [2, 3, 4]}',
        "squares = [i**2 for i in range(10)]",
    ],
)
def test_columns_grids_and_rows_are_no_results(cell):
    captured = tracked(cell)
    assert series(captured) == {}
    assert not any("squares" in name for name in captured.params)
