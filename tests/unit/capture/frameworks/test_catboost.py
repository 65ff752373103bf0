"""CatBoost: the scores of each round, whatever the data is given as."""

import pytest

from tests.unit.capture.frameworks.tracked import tracked, values

pytest.importorskip("catboost")

DATA = """
import numpy as np
from catboost import CatBoostRegressor, Pool
rng = np.random.default_rng(0)
X = rng.random((120, 4))
y = X[:, 0] + 0.2 * rng.random(120)
model = CatBoostRegressor(iterations=8, depth=2, verbose=VERBOSE, thread_count=1, allow_writing_files=False)
"""


@pytest.mark.parametrize("verbose", [0, 1])
@pytest.mark.parametrize(
    "fit",
    ["X[:80], y[:80], eval_set=(X[80:], y[80:])", "Pool(X[:80], y[:80]), eval_set=Pool(X[80:], y[80:])"],
)
def test_each_evaluation_set_has_a_history(fit, verbose):
    captured, names = tracked(DATA.replace("VERBOSE", str(verbose)) + f"model.fit({fit})")
    found, model = values(captured), names["model"]
    assert found == {
        "learn-RMSE": model.evals_result_["learn"]["RMSE"],
        "validation-RMSE": model.evals_result_["validation"]["RMSE"],
        "best_iteration": [model.best_iteration_],
        "best_score": [model.best_score_["validation"]["RMSE"]],
    }
    assert captured.params == {"iterations": 8, "depth": 2}


def test_the_models_of_a_loop_have_a_point_each():
    captured, names = tracked(
        DATA.replace("VERBOSE", "0") + "best = []\nfor seed in range(12):\n"
        "    model = CatBoostRegressor(iterations=20, learning_rate=0.9, random_seed=seed, verbose=0, thread_count=1, allow_writing_files=False)\n"
        "    model.fit(X[:80], y[:80], eval_set=(X[80:], y[80:]))\n    best.append(model.best_iteration_)"
    )
    assert values(captured)["best"] == names["best"]
    assert not any("RMSE" in name for name in values(captured))


def test_a_cross_validation_is_what_its_frame_has():
    captured, names = tracked(
        DATA.replace("VERBOSE", "0")
        + "from catboost import cv\nfound = cv(Pool(X, y), {'loss_function': 'RMSE', 'iterations': 6, 'thread_count': 1,"
        " 'allow_writing_files': False}, fold_count=3, logging_level='Silent')"
    )
    assert values(captured) == {
        f"found.{name}": names["found"][name].tolist() for name in names["found"].columns if "RMSE" in name
    }
    assert captured.params["fold_count"] == 3
