"""What scikit-learn's searches choose among estimators, and its curves over sizes and settings."""

import pytest

from tests.unit.capture.frameworks.tracked import tracked, values

DATA = """
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, learning_curve, validation_curve
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
X, y = load_iris(return_X_y=True)
"""


def test_a_search_over_estimators_tells_which_it_chose_with_its_settings():
    captured, names = tracked(
        DATA
        + "grid = [{'model': [SVC()], 'model__C': [0.001]}, {'model': [RandomForestClassifier(random_state=0)], "
        "'model__n_estimators': [3, 5]}]\nsearch = GridSearchCV(Pipeline([('model', SVC())]), grid, cv=2).fit(X, y)"
    )
    assert captured.params["model"] == "RandomForestClassifier"
    assert captured.params["n_estimators"] == names["search"].best_params_["model__n_estimators"]


def test_a_learning_curve_is_the_mean_over_the_folds():
    captured, names = tracked(
        DATA
        + "sizes, train_scores, test_scores = learning_curve(SVC(), X, y, train_sizes=[0.5, 0.7, 1.0], cv=3, shuffle=True)"
    )
    found = values(captured)
    assert found["test_scores"] == pytest.approx(names["test_scores"].mean(axis=1).tolist())
    assert found["train_scores"] == pytest.approx(names["train_scores"].mean(axis=1).tolist())
    assert "sizes" not in found


def test_a_curve_whose_means_have_names_is_there_once():
    captured, _ = tracked(
        DATA
        + "train, valid = validation_curve(SVC(), X, y, param_name='C', param_range=[0.01, 1, 10], cv=3)\n"
        "train_score = train.mean(axis=1)\nvalid_score = valid.mean(axis=1)"
    )
    assert set(values(captured)) == {"train_score", "valid_score"}


def test_a_frame_of_a_search_has_the_means_and_not_its_params_ranks_and_folds():
    captured, _ = tracked(
        "import pandas as pd\nfrom sklearn.datasets import load_iris\nfrom sklearn.model_selection import GridSearchCV\n"
        "from sklearn.tree import DecisionTreeClassifier\nX, y = load_iris(return_X_y=True)\n"
        "search = GridSearchCV(DecisionTreeClassifier(random_state=0), {'max_depth': [1, 2, 3]}, cv=3).fit(X, y)\n"
        "results = pd.DataFrame(search.cv_results_)"
    )
    found = {name for name in values(captured) if name.startswith("results.")}
    assert found == {"results.mean_test_score", "results.std_test_score"}


def test_the_means_of_a_function_that_draws_a_learning_curve():
    captured, names = tracked(
        DATA
        + "def plot_learning_curve(model):\n    sizes, fitted, held = learning_curve(model, X, y, cv=3, shuffle=True, random_state=0)\n"
        "    return sizes, fitted.mean(axis=1), held.mean(axis=1)\n"
        "sizes, train_mean, valid_mean = plot_learning_curve(SVC(C=2))"
    )
    found = values(captured)
    assert found["train_mean"] == list(names["train_mean"])
    assert found["valid_mean"] == list(names["valid_mean"])
    assert "sizes" not in found


def test_how_the_model_that_a_search_chose_was_trained_is_no_result():
    captured, _ = tracked(
        DATA + "from sklearn.ensemble import GradientBoostingClassifier\n"
        "search = GridSearchCV(GradientBoostingClassifier(n_estimators=4), {'max_depth': [1, 2]}, cv=2).fit(X, y)\n"
        "final = search.best_estimator_"
    )
    assert values(captured).keys() == {"best_score_"}
