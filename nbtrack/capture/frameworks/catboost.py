"""CatBoost: the scores of each evaluation set after each round, and the best round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.frameworks.framework import Framework, History, Training, weakly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["CatBoost"]


class CatBoost(Framework):
    """Hears CatBoost's models after their training, whatever their data is given as."""

    methods: ClassVar[Mapping[str, str]] = {"catboost.core:_CatBoostBase._train": "trained"}

    def __init__(self) -> None:
        self._trained: list[tuple[Callable[[], Any], dict[str, float], dict[str, History]]] = []

    def trained(self, call: Call) -> None:
        """Keep the scores of a model that was trained."""
        model = call.owner
        histories = {
            f"{data}-{metric}": History(scores)
            for data, metrics in model.evals_result_.items()
            for metric, scores in metrics.items()
        }
        self._trained.append((weakly(model), _best(model), histories))

    def trainings(self) -> Iterator[Training]:
        """Return a training for each model."""
        for model, best, histories in self._trained:
            yield Training([model()], best, histories)


def _best(model: Any) -> dict[str, float]:
    """Return the best round and its scores; there is one where there is data to validate on."""
    if model.best_iteration_ is None:
        return {}
    scores = {
        f"best_score.{data}-{metric}": score
        for data, metrics in model.best_score_.items()
        if data != "learn"
        for metric, score in metrics.items()
    }
    if len(scores) == 1:
        scores = {"best_score": next(iter(scores.values()))}
    return {"best_iteration": model.best_iteration_, **scores}
