"""Cross-validations of several models: each one's scores are there under its name, however the loop is written."""

import numpy as np
import pytest

from tests.unit.capture.test_cell import series, track

HEAD = """
import numpy as np
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB
from sklearn.model_selection import cross_val_score, cross_validate
from sklearn.tree import DecisionTreeClassifier
X, y = load_iris(return_X_y=True)
models = [("bayes", GaussianNB()), ("tree", DecisionTreeClassifier(random_state=0))]
"""
LOOP = "for name, model in models:\n    scores = cross_val_score(model, X, y, cv=5)\n"
LOOPS = {
    "printed": LOOP + '    print(f"{name}: {scores.mean():.3f} (+/- {scores.std():.3f})")',
    "not printed": LOOP + "    spread = np.std(scores)",
    "of a dict": LOOP.replace("in models", "in dict(models).items()") + "    print(name, scores.std())",
    "in lists": "found = []\n" + LOOP + "    found.append(scores)\nspreads = [one.std() for one in found]",
    "by number": LOOP.replace("name, model in models", "number, (name, model) in enumerate(models)")
    + "    print(scores.std())",
}  # fmt: skip
KEPT = {
    "a dict of arrays": "scores = {}\nfor name, model in models:\n    scores[name] = cross_val_score(model, X, y, cv=5)",
    "a comprehension": "scores = {name: cross_val_score(model, X, y, cv=5) for name, model in models}",
}
MEANS = {
    "a dict of means": "scores = {}\n" + LOOP.replace("scores =", "cv =") + "    scores[name] = cv.mean()",
    "a comprehension": "scores = {name: cross_val_score(model, X, y, cv=5).mean() for name, model in models}",
}


def folds(name):
    from sklearn.datasets import load_iris
    from sklearn.model_selection import cross_val_score
    from sklearn.naive_bayes import GaussianNB
    from sklearn.tree import DecisionTreeClassifier

    model = {"bayes": GaussianNB(), "tree": DecisionTreeClassifier(random_state=0)}
    return cross_val_score(model[name], *load_iris(return_X_y=True), cv=5)


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_keeps_each_models_folds_and_their_spread(name):
    captured, _ = track(HEAD + LOOPS[name])
    found = series(captured)
    for model in ("bayes", "tree"):
        assert found[f"scores.{model}"] == list(folds(model))
        assert found[f"scores.{model}_std"] == pytest.approx([np.std(folds(model))])
    assert captured.folds == {"scores.bayes", "scores.tree"}
    assert "scores" not in found


@pytest.mark.parametrize("name", KEPT)
def test_folds_in_a_dict_are_folds(name):
    captured, _ = track(HEAD + KEPT[name])
    assert series(captured) == {f"scores.{model}": list(folds(model)) for model in ("bayes", "tree")}
    assert captured.folds == {"scores.bayes", "scores.tree"}


@pytest.mark.parametrize("name", MEANS)
def test_a_mean_that_is_there_is_not_said_twice(name):
    captured, _ = track(HEAD + MEANS[name])
    found = {f"scores.{model}": pytest.approx([np.mean(folds(model))]) for model in ("bayes", "tree")}
    assert series(captured) == found


def test_models_without_a_name_have_that_of_their_class_and_dicts_their_keys():
    loop = "for model in [one for _, one in models]:\n    cv = cross_validate(model, X, y, cv=5)\n"
    captured, _ = track(HEAD + loop)
    assert set(series(captured)) >= {
        "cv.GaussianNB.test_score",
        "cv.DecisionTreeClassifier.test_score",
    }


def test_a_loop_over_numbers_is_as_it_was():
    loop = "for depth in (1, 2):\n    scores = cross_val_score(DecisionTreeClassifier(max_depth=depth), X, y, cv=5)\nprint(scores)"
    captured, _ = track(HEAD + loop)
    assert len(series(captured)["scores"]) == 5
