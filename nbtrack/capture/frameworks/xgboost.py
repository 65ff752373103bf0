"""XGBoost: the scores of each evaluation set after each round, and the best round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.frameworks.framework import Framework, History, Training

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["XGBoost"]


class XGBoost(Framework):
    """Hears XGBoost's container of callbacks, which each training has: also those of its scikit-learn estimators."""

    methods: ClassVar[Mapping[str, str]] = {
        "xgboost.callback:CallbackContainer.before_training": "begun",
        "xgboost.callback:CallbackContainer.after_training": "ended",
        "xgboost.sklearn:XGBModel._set_evaluation_result": "evaluated",
    }

    def __init__(self) -> None:
        self._containers: dict[int, Any] = {}
        self._models: dict[int, Any] = {}
        self._estimators: dict[int, Any] = {}

    def begun(self, call: Call) -> None:
        """Keep a training's container, which gets the scores."""
        self._containers[id(call.owner)] = call.owner

    def ended(self, call: Call) -> None:
        """Keep the model that came of it."""
        self._models[id(call.owner)] = call.result

    def evaluated(self, call: Call) -> None:
        """Keep the estimator that it was for: its results are those of the container."""
        for scores in (call.argument(0, "evals_result") or {}).values():
            self._estimators[id(scores)] = call.owner

    def trainings(self) -> Iterator[Training]:
        """Return a training for each container."""
        for key, container in self._containers.items():
            model = self._models.get(key)
            about = [model, *(self._estimators.get(id(scores)) for scores in container.history.values())]
            histories = _folds(container) if container.is_cv else _scores(container.history)
            yield Training(about, _best(model), histories)


def _scores(history: Mapping[str, Mapping[str, list[float]]]) -> dict[str, History]:
    return {
        f"{data}-{metric}": History(scores)
        for data, metrics in history.items()
        for metric, scores in metrics.items()
    }


def _folds(container: Any) -> dict[str, History]:
    """Return the mean and the spread over the folds of `xgboost.cv`, as in the frame that it returns."""
    found = {}
    for data, metrics in container.history.items():
        for metric, scores in metrics.items():
            length = _kept(container.callbacks, len(scores))
            for place, name in enumerate(("mean", "std")):
                found[f"{data}-{metric}-{name}"] = History([score[place] for score in scores[:length]])
    return found


def _kept(callbacks: list[Any], rounds: int) -> int:
    """Return how many rounds the frame has: where it was stopped early, those until the best."""
    for one in callbacks:
        waited = getattr(one, "current_rounds", None)
        if waited is not None and waited >= one.rounds:
            return rounds - int(waited)
    return rounds


def _best(model: Any) -> dict[str, float]:
    """Return the best round and its score, where it was stopped early."""
    if model is None or not hasattr(type(model), "attr"):
        return {}
    found = {name: model.attr(name) for name in ("best_iteration", "best_score")}
    return {name: float(value) for name, value in found.items() if value is not None}
