"""Estimators whose prediction for a row depends on that row alone, and that take plain arrays.

They can predict for many requests at once, without a DataFrame in between. The list is of exact classes, because a
subclass may do anything.
"""

from __future__ import annotations

from typing import Any

__all__ = ["is_rowwise"]

_CLASSES = {
    "linear_model": "ARDRegression BayesianRidge ElasticNet ElasticNetCV GammaRegressor HuberRegressor Lars LarsCV Lasso "
    "LassoCV LassoLars LassoLarsCV LassoLarsIC LinearRegression LogisticRegression LogisticRegressionCV "
    "MultiTaskElasticNet MultiTaskLasso OrthogonalMatchingPursuit PassiveAggressiveClassifier "
    "PassiveAggressiveRegressor Perceptron PoissonRegressor QuantileRegressor Ridge RidgeCV RidgeClassifier "
    "RidgeClassifierCV SGDClassifier SGDRegressor TheilSenRegressor TweedieRegressor",
    "tree": "DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor",
    "ensemble": "ExtraTreesClassifier ExtraTreesRegressor GradientBoostingClassifier GradientBoostingRegressor "
    "HistGradientBoostingClassifier HistGradientBoostingRegressor RandomForestClassifier RandomForestRegressor",
    "svm": "LinearSVC LinearSVR NuSVC NuSVR SVC SVR",
    "neighbors": "KNeighborsClassifier KNeighborsRegressor NearestCentroid",
    "naive_bayes": "BernoulliNB ComplementNB GaussianNB MultinomialNB",
    "neural_network": "MLPClassifier MLPRegressor",
    "discriminant_analysis": "LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis",
    "cluster": "KMeans MiniBatchKMeans BisectingKMeans",
    "isotonic": "IsotonicRegression",
    "preprocessing": "Binarizer KBinsDiscretizer MaxAbsScaler MinMaxScaler Normalizer PolynomialFeatures PowerTransformer "
    "QuantileTransformer RobustScaler SplineTransformer StandardScaler",
    "decomposition": "PCA TruncatedSVD",
    "feature_selection": "SelectFromModel SelectKBest SelectPercentile VarianceThreshold",
    "impute": "SimpleImputer",
}
_ROWWISE = frozenset(f"sklearn.{part}.{name}" for part, names in _CLASSES.items() for name in names.split())
_SEARCHES = frozenset(
    f"sklearn.model_selection.{name}"
    for name in ("GridSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV", "RandomizedSearchCV")
)


def is_rowwise(model: Any) -> bool:
    """Return whether an estimator is of one of these classes, or a pipeline or search of them.

    Examples
    --------
    >>> from sklearn.linear_model import ElasticNet
    >>> is_rowwise(ElasticNet()), is_rowwise(len)
    (True, False)
    """
    kind = type(model)
    parts = kind.__module__.split(".")
    name = f"{parts[0]}.{parts[1]}.{kind.__name__}" if len(parts) > 1 else kind.__name__
    if name in _ROWWISE:
        return True
    if name in _SEARCHES:
        return is_rowwise(getattr(model, "best_estimator_", None))
    if name == "sklearn.pipeline.Pipeline":
        return all(step in (None, "passthrough") or is_rowwise(step) for _, step in model.steps)
    return False
