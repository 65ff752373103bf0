"""XGBoost and LightGBM: each evaluation set has a history of its own, whichever of their interfaces is used."""

import warnings

import pytest

from nbtrack.capture import Options
from tests.unit.capture.frameworks.tracked import tracked, values

xgboost = pytest.importorskip("xgboost")
lightgbm = pytest.importorskip("lightgbm")

DATA = """
import numpy as np
rng = np.random.default_rng(0)
X = rng.random((120, 4))
y = X[:, 0] + 0.2 * rng.random(120)
"""
XGB = (
    DATA + "import xgboost as xgb\ntrain, valid = xgb.DMatrix(X[:80], y[:80]), xgb.DMatrix(X[80:], y[80:])\n"
)
LGB = (
    DATA
    + "import lightgbm as lgb\ntrain = lgb.Dataset(X[:80], y[:80])\nvalid = lgb.Dataset(X[80:], y[80:], reference=train)\n"
)


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of LightGBM's interface for scikit-learn, which changes
        yield


class TestXGBoost:
    def test_each_evaluation_set_has_a_history(self):
        captured, names = tracked(
            XGB + "log = {}\nmodel = xgb.train({'max_depth': 2, 'nthread': 1}, train, 6, "
            "evals=[(train, 'train'), (valid, 'valid')], evals_result=log, verbose_eval=False)"
        )
        found = values(captured)
        assert found == {
            "train-rmse": names["log"]["train"]["rmse"],
            "valid-rmse": names["log"]["valid"]["rmse"],
        }

    def test_what_it_also_prints_is_one_history(self):
        captured, _ = tracked(
            XGB
            + "xgb.train({'max_depth': 2, 'nthread': 1}, train, 6, evals=[(valid, 'valid')], verbose_eval=1)"
        )
        assert {name: len(points) for name, points in values(captured).items()} == {"valid-rmse": 6}

    def test_the_best_round_of_a_training_that_stops_early(self):
        captured, names = tracked(
            XGB + "model = xgb.train({'max_depth': 4, 'eta': 0.9, 'nthread': 1}, train, 50, "
            "evals=[(valid, 'valid')], early_stopping_rounds=2, verbose_eval=False)"
        )
        found = values(captured)
        assert found["best_iteration"] == [names["model"].best_iteration]
        assert found["best_score"] == [min(found["valid-rmse"])]

    def test_inline_settings_and_a_literal_count_of_rounds_are_params(self):
        captured, _ = tracked(
            XGB + "xgb.train([('max_depth', 2), ('eta', 0.5), ('nthread', 1)], train, 6)\n"
            "xgb.cv({'max_depth': 2, 'nthread': 1}, train, num_boost_round=6, nfold=3)"
        )
        params = captured.params
        assert params["num_boost_round"] == 6
        assert params["max_depth"] == 2
        assert params["eta"] == 0.5
        assert params["nfold"] == 3

    @pytest.mark.parametrize("inline", [True, False])
    def test_pairs_of_one_name_are_a_list(self, inline):
        pairs = "[('max_depth', 2), ('eval_metric', 'rmse'), ('eval_metric', 'mae'), ('nthread', 1)]"
        first, given = ("", pairs) if inline else (f"pairs = {pairs}\n", "pairs")
        captured, _ = tracked(
            XGB + f"{first}xgb.train({given}, train, 6, evals=[(valid, 'valid')], verbose_eval=False)"
        )
        measures = {name: value for name, value in captured.params.items() if "eval_metric" in name}
        assert sorted(measures.values()) == ["mae", "rmse"]

    def test_a_history_of_a_model_in_a_function(self):
        captured, _ = tracked(
            DATA + "from xgboost import XGBRegressor\ndef fitted():\n"
            "    return XGBRegressor(n_estimators=5, n_jobs=1).fit(X[:80], y[:80], "
            "eval_set=[(X[:80], y[:80]), (X[80:], y[80:])], verbose=False)\nfitted()"
        )
        assert {name: len(points) for name, points in values(captured).items()} == {
            "validation_0-rmse": 5,
            "validation_1-rmse": 5,
        }

    def test_two_models_have_their_names(self):
        captured, _ = tracked(
            DATA + "from xgboost import XGBRegressor\n"
            "deep = XGBRegressor(max_depth=5, n_estimators=5, n_jobs=1)\n"
            "deep.fit(X[:80], y[:80], eval_set=[(X[80:], y[80:])], verbose=False)\n"
            "flat = XGBRegressor(max_depth=1, n_estimators=4, n_jobs=1)\n"
            "flat.fit(X[:80], y[:80], eval_set=[(X[80:], y[80:])], verbose=False)"
        )
        assert {name: len(points) for name, points in values(captured).items()} == {
            "deep.validation_0-rmse": 5,
            "flat.validation_0-rmse": 4,
        }

    @pytest.mark.parametrize("early", ["", ", early_stopping_rounds=2"])
    def test_a_cross_validation_is_what_its_frame_has(self, early):
        captured, names = tracked(
            XGB + "frame = xgb.cv({'max_depth': 4, 'eta': 0.9, 'nthread': 1}, train, 30, nfold=3, seed=0"
            f"{early})\nprint(frame)"
        )
        found = {
            name: pytest.approx(points) for name, points in values(captured).items() if "best" not in name
        }
        assert found == {name: names["frame"][name].tolist() for name in names["frame"].columns}

    def test_the_best_rounds_of_the_models_of_a_loop_are_a_series(self):
        captured, names = tracked(
            XGB + "best = []\nfor seed in range(3):\n"
            "    model = xgb.train({'eta': 0.9, 'seed': seed, 'subsample': 0.5, 'nthread': 1}, train, 30, "
            "evals=[(valid, 'valid')], early_stopping_rounds=2, verbose_eval=False)\n"
            "    best.append(model.best_iteration)"
        )
        found = values(captured)
        assert found["best"] == names["best"]
        assert "best_iteration" not in found, "it is the cell's own list"
        assert len(found["best_score"]) == 3

    def test_the_metrics_that_alone_are_wanted(self):
        captured, _ = tracked(
            XGB
            + "xgb.train({'nthread': 1}, train, 3, evals=[(train, 'train'), (valid, 'valid')], verbose_eval=False)",
            options=Options(metrics=frozenset({"valid-rmse"}), only_metrics=True),
        )
        assert {name: len(points) for name, points in values(captured).items()} == {"valid-rmse": 3}

    def test_a_model_of_an_earlier_cell_has_nothing_new(self):
        _, names = tracked(XGB + "model = xgb.train({'nthread': 1}, train, 6, evals=[(valid, 'valid')])")
        captured, _ = tracked("predicted = model.predict(valid)\nother = model", names)
        assert values(captured) == {}

    def test_a_training_that_is_interrupted_has_what_it_reached(self):
        captured, _ = tracked(
            XGB + "class Interrupting(xgb.callback.TrainingCallback):\n"
            "    def after_iteration(self, model, epoch, evals_log):\n"
            "        if epoch == 3:\n            raise KeyboardInterrupt\n"
            "xgb.train({'nthread': 1}, train, 9, evals=[(valid, 'valid')], verbose_eval=False, "
            "callbacks=[Interrupting()])"
        )
        assert len(values(captured)["valid-rmse"]) == 4

    def test_settings_that_a_function_makes_are_params_once(self):
        captured, _ = tracked(
            XGB + "def train_model(depth):\n    settings = dict(max_depth=depth, eta=0.5 / 2, nthread=1)\n"
            "    return xgb.train(settings, train, 4)\nparams = {'subsample': 0.5, 'nthread': 1}\n"
            "train_model(3)\nxgb.train(params, train, 4)"
        )
        found = captured.params
        assert (found["max_depth"], found["eta"], found["params.subsample"]) == (3, 0.25, 0.5)
        assert not {"subsample", "params.max_depth"} & set(found)

    def test_what_a_search_trains_on_its_way_does_not_count(self):
        captured, names = tracked(
            DATA + "from sklearn.model_selection import GridSearchCV\nfrom xgboost import XGBRegressor\n"
            "model = XGBRegressor(n_estimators=9, early_stopping_rounds=2, learning_rate=0.9, n_jobs=1)\n"
            "search = GridSearchCV(model, {'max_depth': [1, 2, 3]}, cv=2)\n"
            "search.fit(X[:80], y[:80], eval_set=[(X[80:], y[80:])], verbose=False)"
        )
        found = values(captured)
        assert found["best_iteration"] == [names["search"].best_estimator_.best_iteration]
        assert {name for name in found if "rmse" in name} == {"validation_0-rmse"}

    def test_what_several_trainings_of_a_search_have_is_no_setting(self):
        captured, _ = tracked(
            XGB
            + "def train_model(depth):\n    return xgb.train({'max_depth': depth, 'eta': 0.5, 'nthread': 1}, train, 2)\n"
            "for depth in range(2, 5):\n    train_model(depth)"
        )
        assert captured.params["eta"] == 0.5
        assert "max_depth" not in captured.params

    def test_settings_that_differ_in_a_loop_are_no_settings_of_the_whole(self):
        captured, _ = tracked(
            XGB + "for depth in (2, 3):\n    settings = dict(max_depth=depth, eta=0.5 / 2)\n"
            "    model = xgb.train(settings, train, 3)\nlast = xgb.train(dict(max_depth=6 - 2), train, 3)"
        )
        assert (captured.params["eta"], captured.params["max_depth"]) == (0.25, 4)

    def test_models_in_a_dict_have_its_names_and_those_in_a_list_are_counted(self):
        loop = (
            "for name, depth in {'small': 1, 'large': 3}.items():\n"
            "    model = xgb.train({'max_depth': depth}, train, 3, evals=[(valid, 'valid')], verbose_eval=False)\n"
        )
        captured, _ = tracked(XGB + "models = {}\n" + loop + "    models[name] = model")
        assert {"models.small.valid-rmse", "models.large.valid-rmse"} == values(captured).keys()
        captured, _ = tracked(XGB + "models = []\n" + loop + "    models.append(model)")
        assert {"1.valid-rmse", "2.valid-rmse"} == values(captured).keys()

    def test_rounds_that_no_literal_and_no_name_of_the_cell_tells(self):
        train = "xgb.train({'eta': 0.5}, train, ROUNDS, evals=[(valid, 'valid')], early_stopping_rounds=STOP, verbose_eval=False)"
        written = train.replace("ROUNDS", "int('7')").replace("STOP", "int('3')")
        captured, _ = tracked(XGB + written)
        params = captured.params
        assert (params["num_boost_round"], params["early_stopping_rounds"]) == (7, 3)
        captured, _ = tracked(
            XGB + "steps, wait = 7, 3\n" + train.replace("ROUNDS", "steps").replace("STOP", "wait")
        )
        assert captured.params == {"steps": 7, "wait": 3, "eta": 0.5}

    def test_what_only_says_how_it_runs_is_no_setting(self):
        captured, _ = tracked(
            XGB + "options = {'max_depth': 2, 'verbosity': 0, 'nthread': 1}\n"
            "xgb.train(options, train, 3, evals=[(valid, 'valid')], verbose_eval=False)"
        )
        assert captured.params == {"options.max_depth": 2, "num_boost_round": 3}

    def test_an_objective_that_fit_has_put_there_is_no_setting(self):
        captured, _ = tracked(
            DATA + "from xgboost import XGBClassifier\n"
            "model = XGBClassifier(n_estimators=3, n_jobs=1).fit(X, np.arange(len(X)) % 3)"
        )
        assert captured.params == {"n_estimators": 3}


class TestLightGBM:
    def test_a_cross_validation_whose_settings_have_no_name(self):
        captured, _ = tracked(
            LGB
            + "lgb.cv({'num_leaves': 4, 'learning_rate': 0.5, 'num_threads': 1, 'verbose': -1}, train, 6, nfold=3,\n"
            "       stratified=False, callbacks=[lgb.early_stopping(2, verbose=False)])"
        )
        params = captured.params
        assert (params["num_leaves"], params["learning_rate"], params["num_boost_round"]) == (4, 0.5, 6)
        assert params["stopping_rounds"] == 2

    def test_a_number_of_rounds_that_was_found_is_no_setting(self):
        captured, _ = tracked(
            LGB + "found = lgb.cv({'num_threads': 1, 'verbose': -1}, train, 20, nfold=3, stratified=False)\n"
            "best_rounds = len(found['valid l2-mean']) - 3\n"
            "model = lgb.train({'num_threads': 1, 'verbose': -1}, train, num_boost_round=best_rounds)"
        )
        assert captured.params["num_boost_round"] == 20
        assert not any(value == 17 for value in captured.params.values())

    def test_the_folds_of_a_loop_have_the_score_that_the_cell_gives_them(self):
        captured, names = tracked(
            LGB + "scores = []\nfor fold in range(3):\n"
            "    model = lgb.LGBMRegressor(n_estimators=40, n_jobs=1, verbose=-1)\n"
            "    model.fit(X[:80], y[:80], eval_set=[(X[80:], y[80:])], callbacks=[lgb.early_stopping(2, verbose=False)])\n"
            "    scores.append(float(np.mean((model.predict(X[80:]) - y[80:]) ** 2)))"
        )
        found = values(captured)
        assert found["scores"] == names["scores"]
        assert "best_score" not in found
        assert len(found["best_iteration"]) == 3

    def test_settings_that_a_function_makes_are_params(self):
        captured, _ = tracked(
            LGB
            + "def train_model(leaves):\n    settings = dict(num_leaves=leaves, learning_rate=0.5 / 2, num_threads=1, verbose=-1)\n"
            "    return lgb.train(settings, train, 4)\ntrain_model(5)"
        )
        found = captured.params
        assert (found["num_leaves"], found["learning_rate"], found["num_boost_round"]) == (5, 0.25, 4)

    def test_each_evaluation_set_has_a_history(self):
        captured, names = tracked(
            LGB + "log = {}\nmodel = lgb.train({'num_leaves': 4, 'num_threads': 1, 'verbose': -1}, train, 6, "
            "valid_sets=[train, valid], valid_names=['fit', 'eval'], "
            "callbacks=[lgb.record_evaluation(log), lgb.log_evaluation(1)])"
        )
        assert values(captured) == {
            "fit-l2": names["log"]["fit"]["l2"],
            "eval-l2": names["log"]["eval"]["l2"],
        }
        assert captured.params["num_boost_round"] == 6

    def test_an_estimator_that_stops_early(self):
        captured, names = tracked(
            LGB + "model = lgb.LGBMRegressor(n_estimators=60, learning_rate=0.9, n_jobs=1, verbose=-1)\n"
            "model.fit(X[:80], y[:80], eval_set=[(X[80:], y[80:])], callbacks=[lgb.early_stopping(2, verbose=False)])"
        )
        found, model = values(captured), names["model"]
        assert found["valid_0-l2"] == model.evals_result_["valid_0"]["l2"]
        assert found["best_iteration"] == [model.best_iteration_]
        assert found["best_score"] == [model.best_score_["valid_0"]["l2"]]

    def test_a_cross_validation_is_what_its_dict_has(self):
        captured, names = tracked(
            LGB + "found = lgb.cv({'num_leaves': 4, 'learning_rate': 0.9, 'num_threads': 1, 'verbose': -1}, "
            "lgb.Dataset(X, y), 30, nfold=3, stratified=False, callbacks=[lgb.early_stopping(2, verbose=False)])"
        )
        found = {name: pytest.approx(points) for name, points in values(captured).items()}
        assert found == names["found"]
