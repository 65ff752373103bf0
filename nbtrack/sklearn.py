"""`nbtrack.sklearn.autolog()`: record what scikit-learn fits, like MLflow's autologging.

A tracked cell needs none of this. For scripts, the `fit` methods of scikit-learn's predictors are wrapped
while autologging is on; the wrappers are in scikit-learn's own classes, so no estimator that is pickled
or sent to a worker carries them.
"""

from __future__ import annotations

import functools
import inspect
import threading
import warnings
from dataclasses import dataclass, field
from types import FunctionType
from typing import TYPE_CHECKING, Any

from nbtrack.entities.tag_edits import edit_tags
from nbtrack.errors import InvalidValueError, NbtrackError, NbtrackWarning
from nbtrack.tracking import model_logging
from nbtrack.tracking.current import (
    ActiveRun,
    begin,
    finish,
    surrounding_run,
)
from nbtrack.tracking.destination import default_experiment, store_in_use
from nbtrack.tracking.ending import ending
from nbtrack.tracking.logged import metric_log
from nbtrack.values import as_param

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping

    from nbtrack.models import Signature
    from nbtrack.tracking.model_logging import ModelInfo

__all__ = ["autolog", "load_model", "log_model", "save_model"]

_METHODS = ("fit", "fit_predict", "fit_transform")
_NO_EFFECT = frozenset(
    {
        *("disable_for_unsupported_versions", "exclude_flavors", "exclusive", "log_datasets"),
        *("log_input_examples", "log_model_signatures", "log_models", "log_traces", "pos_label"),
        *("registered_model_name", "serialization_format", "silent"),
    }
)
_MAX_PARAM_LENGTH = 500


def log_model(
    sk_model: Any,
    artifact_path: str | None = None,
    *,
    name: str | None = None,
    signature: Signature | None = None,
    input_example: Any = None,
    registered_model_name: str | None = None,
    pip_requirements: Iterable[str] | None = None,
    extra_pip_requirements: Iterable[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    **others: Any,
) -> ModelInfo:
    """Save an estimator with the current run, with MLflow's names; see `nbtrack.log_model`.

    Parameters
    ----------
    artifact_path, name
        The model's name; `model` by default.
    **others
        MLflow's other options, without effect.
    """
    _check_options("log_model", others)
    return model_logging.log_model(
        sk_model, name or artifact_path or "model", input_example, signature,
        registered_model_name=registered_model_name, pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements or (), metadata=metadata,
    )  # fmt: skip


def save_model(
    sk_model: Any,
    path: str | os.PathLike[str],
    *,
    signature: Signature | None = None,
    input_example: Any = None,
    pip_requirements: Iterable[str] | None = None,
    extra_pip_requirements: Iterable[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    **others: Any,
) -> None:
    """Save an estimator to a new folder, with MLflow's names; see `nbtrack.save_model`.

    Parameters
    ----------
    **others
        MLflow's other options, without effect.
    """
    _check_options("save_model", others)
    model_logging.save_model(
        sk_model, path, input_example, signature, pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements or (), metadata=metadata,
    )  # fmt: skip


def load_model(model_uri: str | os.PathLike[str], dst_path: None = None, *, trust: bool = False) -> Any:  # noqa: ARG001 (MLflow's)
    """Return a saved estimator itself; see `nbtrack.load_model`."""
    return model_logging.load_model(model_uri, trust=trust).native


def _check_options(function: str, others: Mapping[str, Any]) -> None:
    for name in set(others) - _NO_EFFECT_ON_MODELS:
        raise InvalidValueError(f"{function} has no option {name!r}; see help(nbtrack.sklearn.{function})")


_NO_EFFECT_ON_MODELS = frozenset(
    """
    await_registration_for code_paths conda_env model_id model_type mlflow_model params pyfunc_predict_fn
    serialization_format skops_trusted_types step tags
    """.split()
)


@dataclass
class _Settings:
    on: bool = False
    max_tuning_runs: int = 5
    training_metrics: bool = True
    tags: Mapping[str, Any] = field(default_factory=dict)
    wrapped: list[tuple[type, str, FunctionType]] = field(default_factory=list)


_settings = _Settings()
_inside = threading.local()
_fits: set[int] = set()
"""Threads in which an observed fit is running."""


def autolog(
    *,
    disable: bool = False,
    max_tuning_runs: int = 5,
    log_post_training_metrics: bool = True,
    extra_tags: Mapping[str, Any] | None = None,
    **others: Any,
) -> None:
    """Log the params and training scores of every scikit-learn predictor that is fitted from now on.

    They go to the current run; without one, each fit creates a run. Names are MLflow's, such
    as `training_r2_score`; searches have `best_*` params, `best_cv_score`, and child runs.

    Parameters
    ----------
    disable
        End autologging.
    max_tuning_runs
        How many candidates of a search get a child run, the best first.
    log_post_training_metrics
        Whether to score the fitted estimator on its training data, which predicts once more.
    extra_tags
        Tags for every run that autologging makes.
    **others
        MLflow's other options, without effect.

    Raises
    ------
    ImportError, InvalidValueError
        Without scikit-learn; for an option that is not MLflow's either.

    Examples
    --------
    >>> nbtrack.autolog()
    >>> with nbtrack.start_run() as run:
    ...     fitted = model.fit(X, y)
    >>> run.params["alpha"], sorted(run.metrics)[0]
    (0.5, 'training_mean_absolute_error')
    """
    for name in set(others) - _NO_EFFECT:
        raise InvalidValueError(f"autolog has no option {name!r}; see help(nbtrack.autolog)")
    import sklearn.base

    _settings.on = not disable
    _settings.max_tuning_runs = max_tuning_runs
    _settings.training_metrics = log_post_training_metrics
    _settings.tags = dict(extra_tags or {})
    base = sklearn.base.BaseEstimator
    if disable:
        for owner, name, original in _settings.wrapped:
            setattr(owner, name, original)
        _settings.wrapped.clear()
        if "__init_subclass__" in base.__dict__:
            del base.__init_subclass__
    elif "__init_subclass__" not in base.__dict__:
        for known in _descendants(base):
            _wrap(known)
        base.__init_subclass__ = classmethod(_on_new_class(base))


def _descendants(base: Any) -> Iterable[type]:
    for found in base.__subclasses__():
        yield found
        yield from _descendants(found)


def _on_new_class(base: Any) -> Callable[..., None]:
    """Return a function that wraps the classes of scikit-learn modules that are imported later."""

    def on_new_class(cls: type, **kwargs: Any) -> None:
        super(base, cls).__init_subclass__(**kwargs)
        _wrap(cls)

    return on_new_class


def _wrap(owner: type) -> None:
    """Wrap the fitting methods that a predictor of scikit-learn defines itself."""
    if owner.__module__.partition(".")[0] != "sklearn":
        return
    for name in _METHODS:
        original = owner.__dict__.get(name)
        # Conditional methods (`available_if`) are descriptors that call one of these.
        if isinstance(original, FunctionType) and not hasattr(original, "nbtrack_original"):
            _settings.wrapped.append((owner, name, original))
            setattr(owner, name, _observed(original))


def _observed(original: FunctionType) -> Callable[..., Any]:
    @functools.wraps(original)
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not _settings.on or _is_part_of_a_fit() or not _is_predictor(self):
            return original(self, *args, **kwargs)
        return _fit(original, self, args, kwargs)

    fit.nbtrack_original = original  # type: ignore[attr-defined]
    return fit


def _is_part_of_a_fit() -> bool:
    if getattr(_inside, "fitting", False):
        return True
    # A worker thread of a search or an ensemble: not the main thread, without a run, while another thread fits.
    return bool(_fits) and threading.current_thread() is not threading.main_thread()


def _is_predictor(estimator: Any) -> bool:
    return hasattr(type(estimator), "predict") or hasattr(type(estimator), "fit_predict")


def _fit(original: FunctionType, estimator: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Fit in a run, and log the results."""
    run, own = surrounding_run(), None
    if run is None:
        try:
            store = store_in_use()
            run = own = begin(store, store.create_run(experiment=default_experiment()), "block")
        except NbtrackError as fault:
            warnings.warn(f"autolog began no run: {fault}", NbtrackWarning, stacklevel=3)
            return original(estimator, *args, **kwargs)
    _inside.fitting = True
    _fits.add(threading.get_ident())
    try:
        result = original(estimator, *args, **kwargs)
        _keep(run, estimator, original, (estimator, *args), kwargs)
    except BaseException as error:
        if own is not None:
            finish(own, ending(error), error)
        raise
    finally:
        _inside.fitting = False
        _fits.discard(threading.get_ident())
    if own is not None:
        finish(own)
    return result


def _keep(
    run: ActiveRun, estimator: Any, original: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    try:
        kind = type(estimator)
        edit_tags(
            run.writer,
            [
                ("estimator_name", kind.__name__),
                ("estimator_class", f"{kind.__module__}.{kind.__qualname__}"),
                *_settings.tags.items(),
            ],
        )
        search = hasattr(estimator, "cv_results_") and hasattr(estimator, "best_index_")
        _log_params(run, estimator.get_params(deep=not search))
        if search:
            _log_search(run, estimator)
        given = inspect.signature(original).bind(*args, **kwargs).arguments
        if _settings.training_metrics and given.get("X") is not None:
            _log_scores(run, estimator, given["X"], given.get("y"))
    except Exception as fault:  # noqa: BLE001 (the fit has succeeded, whatever the estimator raises now)
        message = f"autolog kept not all of {type(estimator).__name__}: {fault}"
        warnings.warn(message, NbtrackWarning, stacklevel=4)


def _log_params(run: ActiveRun, params: Mapping[str, Any]) -> None:
    from nbtrack.capture.secrets import SEEN

    for name, value in params.items():
        kept = SEEN.param(name, as_param(value, f"param {name!r}"))
        run.writer.log_param(name, kept[:_MAX_PARAM_LENGTH] if isinstance(kept, str) else kept)


def _log(run: ActiveRun, name: str, value: float) -> None:
    log = metric_log(run, name)
    run.writer.log_metric(name, float(value), log.following())


def _log_scores(run: ActiveRun, estimator: Any, X: Any, y: Any) -> None:  # noqa: N803 (scikit-learn's name)
    from sklearn.base import is_classifier, is_regressor

    if hasattr(estimator, "score"):
        _log(run, "training_score", estimator.score(X, y))
    if y is None:
        return
    if is_classifier(estimator):
        scores = _classifier_scores(estimator, X, y)
    elif is_regressor(estimator):
        scores = _regressor_scores(y, estimator.predict(X))
    else:
        return
    for name, value in scores.items():
        _log(run, f"training_{name}", value)


def _regressor_scores(y: Any, predicted: Any) -> dict[str, float]:
    from sklearn import metrics

    squared = metrics.mean_squared_error(y, predicted)
    return {
        "mean_squared_error": squared,
        "root_mean_squared_error": squared**0.5,
        "mean_absolute_error": metrics.mean_absolute_error(y, predicted),
        "r2_score": metrics.r2_score(y, predicted),
    }


def _classifier_scores(estimator: Any, X: Any, y: Any) -> dict[str, float]:  # noqa: N803 (scikit-learn's name)
    from sklearn import metrics

    predicted = estimator.predict(X)
    averaged = {"average": "weighted", "zero_division": 0}
    scores = {
        "accuracy_score": metrics.accuracy_score(y, predicted),
        "precision_score": metrics.precision_score(y, predicted, **averaged),
        "recall_score": metrics.recall_score(y, predicted, **averaged),
        "f1_score": metrics.f1_score(y, predicted, **averaged),
    }
    if hasattr(estimator, "predict_proba"):
        chances = estimator.predict_proba(X)
        scores["log_loss"] = metrics.log_loss(y, chances, labels=estimator.classes_)
        two = len(estimator.classes_) == 2
        scores["roc_auc"] = metrics.roc_auc_score(
            y, chances[:, 1] if two else chances, average="weighted", multi_class="ovo"
        )
    return scores


def _log_search(run: ActiveRun, search: Any) -> None:
    """Log a search's best candidate, and the best few as child runs."""
    best = getattr(search, "best_params_", None) or search.cv_results_["params"][search.best_index_]
    _log_params(run, {f"best_{name}": value for name, value in best.items()})
    if hasattr(search, "best_score_"):
        _log(run, "best_cv_score", search.best_score_)
    results = search.cv_results_
    ranks = next(
        (results[name] for name in results if name.startswith("rank_test_")), range(len(results["params"]))
    )
    for index in sorted(range(len(ranks)), key=lambda number: ranks[number])[: _settings.max_tuning_runs]:
        store = store_in_use()
        child = begin(store, store.create_run(experiment=run.experiment, parent=run.id), "block")
        _log_params(child, results["params"][index])
        tags = [("estimator_name", type(search.estimator).__name__), *_settings.tags.items()]
        edit_tags(child.writer, tags)
        for name, values in results.items():
            if getattr(values, "dtype", None) is not None and values.dtype.kind in "fiu":
                _log(child, name, values[index])
        finish(child)
