"""Autologging of scikit-learn: what is fitted is kept, once, and nothing of it stays in estimators."""

import threading

import cloudpickle
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier, VotingRegressor
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nbtrack
from nbtrack.errors import InvalidValueError, NbtrackWarning

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = X @ [1.0, 2.0, 3.0]
LABELS = (Y > 0).astype(int)


@pytest.fixture
def autolog(store):
    nbtrack.autolog()
    yield nbtrack.autolog
    nbtrack.autolog(disable=True)


@pytest.mark.usefixtures("autolog")
class TestAFit:
    def test_makes_a_run_of_its_own(self):
        model = ElasticNet(alpha=0.1).fit(X, Y)
        (run,) = nbtrack.runs()
        assert nbtrack.active_run() is None
        assert run.status == "FINISHED"
        assert run.params["alpha"] == 0.1
        assert run.params["selection"] == "cyclic"
        assert run.metrics["training_score"] == pytest.approx(model.score(X, Y))
        assert run.metrics["training_root_mean_squared_error"] > 0
        assert run.tags["estimator_class"] == "sklearn.linear_model._coordinate_descent.ElasticNet"

    def test_goes_to_the_current_run(self):
        with nbtrack.start_run() as run:
            LogisticRegression().fit(X, LABELS)
            nbtrack.log_metric("test_accuracy", 0.9)
        assert [found.id for found in nbtrack.runs()] == [run.id]
        assert {
            "training_accuracy_score",
            "training_f1_score",
            "training_log_loss",
            "training_roc_auc",
        } < set(run.metrics)
        assert run.metrics["test_accuracy"] == 0.9

    def test_that_fits_others_inside_is_one_run(self):
        make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=5, n_jobs=2)).fit(X, LABELS)
        VotingRegressor([("a", LinearRegression()), ("b", ElasticNet())]).fit(X, Y)
        assert [run.tags["estimator_name"] for run in nbtrack.runs()] == ["VotingRegressor", "Pipeline"]
        assert nbtrack.runs()[1].params["randomforestclassifier__n_estimators"] == 5

    def test_of_a_transformer_or_a_foreign_class_is_none(self):
        class Constant(ClassifierMixin, BaseEstimator):
            def fit(self, X, y):
                self.classes_ = np.unique(y)
                return self

            def predict(self, X):
                return np.zeros(len(X))

        StandardScaler().fit(X)
        PCA(2).fit_transform(X)
        Constant().fit(X, LABELS)
        assert len(nbtrack.runs()) == 0

    def test_without_labels_is_kept(self):
        KMeans(2, n_init=1).fit_predict(X)
        (run,) = nbtrack.runs()
        assert run.params["n_clusters"] == 2
        assert set(run.metrics) == {"training_score"}

    def test_that_fails_is_a_failed_run(self):
        with pytest.raises(ValueError, match="NaN"):
            LinearRegression().fit(X, np.full(60, np.nan))
        (run,) = nbtrack.runs()
        assert run.status == "FAILED"
        assert "ValueError" in run.traceback

    def test_of_a_search_keeps_the_best_and_its_children(self):
        search = GridSearchCV(ElasticNet(), {"alpha": [0.1, 0.2, 0.5, 1, 2, 3, 4]}, cv=3).fit(X, Y)
        parent = nbtrack.runs()[-1]
        assert parent.params["best_alpha"] == 0.1
        assert parent.metrics["best_cv_score"] == pytest.approx(search.best_score_)
        assert [child.params["alpha"] for child in parent.children] == [0.1, 0.2, 0.5, 1, 2]
        assert "mean_test_score" in parent.children[0].metrics
        assert len(nbtrack.runs()) == 6

    def test_in_two_threads_at_once_leaves_both_models_fitted(self):
        models = [ElasticNet(alpha=a) for a in (0.1, 0.2)]
        threads = [threading.Thread(target=model.fit, args=(X, Y)) for model in models]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(hasattr(model, "coef_") for model in models)

    def test_leaves_nothing_in_what_is_pickled(self):
        model = ElasticNet().fit(X, Y)
        assert b"nbtrack" not in cloudpickle.dumps(model)
        assert clone(model).get_params() == model.get_params()
        assert len(cross_val_score(ElasticNet(), X, Y, cv=2, n_jobs=2)) == 2


def test_options(store):
    nbtrack.autolog(
        log_post_training_metrics=False, extra_tags={"team": "red"}, max_tuning_runs=1, silent=True
    )
    try:
        ElasticNet().fit(X, Y)
        GridSearchCV(ElasticNet(), {"alpha": [1, 2, 3]}, cv=2).fit(X, Y)
    finally:
        nbtrack.autolog(disable=True)
    *_, search, plain = nbtrack.runs()
    assert plain.tags["team"] == "red"
    assert plain.metrics == {}
    assert len(search.children) == 1
    with pytest.raises(InvalidValueError, match="no option 'log_modles'"):
        nbtrack.autolog(log_modles=True)


def test_it_ends_when_disabled(store):
    original = ElasticNet.fit
    nbtrack.autolog()
    nbtrack.autolog()
    assert ElasticNet.fit is not original
    nbtrack.autolog(disable=True)
    assert ElasticNet.fit is original
    ElasticNet().fit(X, Y)
    assert len(nbtrack.runs()) == 0


@pytest.mark.usefixtures("autolog")
def test_a_fit_goes_well_where_scoring_does_not(monkeypatch):
    def broken(self, X, y):
        raise RuntimeError("no score")

    monkeypatch.setattr(ElasticNet, "score", broken)
    with pytest.warns(NbtrackWarning, match="kept not all of ElasticNet: no score"):
        model = ElasticNet(alpha=0.3).fit(X, Y)
    assert hasattr(model, "coef_")
    (run,) = nbtrack.runs()
    assert run.status == "FINISHED"
    assert run.params["alpha"] == 0.3
