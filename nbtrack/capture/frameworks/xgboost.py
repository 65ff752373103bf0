"""XGBoost: the scores of each evaluation set after each round, and the best round."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.frameworks.framework import Framework, History, Training, given_to, is_called_by, weakly
from nbtrack.capture.settings.setting import pairs_of
from nbtrack.capture.words.calls import OUTPUT_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["XGBoost"]

_ROUNDS = 10
"""How many rounds XGBoost trains where nothing says so."""


@dataclass
class _Boosting:
    """One training, which fills the scores of its container."""

    container: Callable[[], Any]
    scores: Mapping[str, Mapping[str, list[Any]]]
    validated: bool
    """Whether it is a cross-validation."""
    params: dict[str, Any]
    rounds: int | None = None
    """How many rounds its frame has, of a cross-validation that has ended."""
    best: dict[str, float] = field(default_factory=dict)
    about: list[Callable[[], Any]] = field(default_factory=list)


class XGBoost(Framework):
    """Hears XGBoost's container of callbacks, which each training has: also those of its scikit-learn estimators."""

    methods: ClassVar[Mapping[str, str]] = {
        "xgboost.core:Booster.__init__": "made",
        "xgboost.callback:CallbackContainer.__init__": "begun",
        "xgboost.callback:CallbackContainer.after_training": "ended",
        "xgboost.sklearn:XGBModel._set_evaluation_result": "evaluated",
    }

    def __init__(self) -> None:
        self._boostings: list[_Boosting] = []
        self._given: Any = None

    def made(self, call: Call) -> None:
        """Keep the settings of a booster, which is made before its training begins."""
        self._given = call.argument(0, "params")

    def begun(self, call: Call) -> None:
        """Keep the scores of a training's container, which are empty yet."""
        container = call.owner
        # An estimator tells of its own settings.
        given = {} if is_called_by("xgboost.sklearn") else _settings(self._given) | _rounds_given()
        if container.is_cv:
            given.pop("eval_metric", None)  # it has put its own argument there
        self._boostings.append(_Boosting(weakly(container), container.history, container.is_cv, given))

    def ended(self, call: Call) -> None:
        """Keep the best round of the model that came of it."""
        for one in reversed(self._boostings):
            if one.container() is call.owner:
                one.about.append(weakly(call.result))
                if one.validated:
                    one.rounds = _rounds(call.owner)
                else:
                    one.best = _best(call.result)
                return

    def evaluated(self, call: Call) -> None:
        """Keep the estimator that it was for: its results are those of the container."""
        results = call.argument(0, "evals_result") or {}
        for one in reversed(self._boostings):
            if one.scores and all(results.get(data) is scores for data, scores in one.scores.items()):
                one.about.append(weakly(call.owner))
                return

    def trainings(self) -> Iterator[Training]:
        """Return a training for each container."""
        for one in self._boostings:
            histories = _over_folds(one.scores, one.rounds) if one.validated else _scores(one.scores)
            yield Training([about() for about in one.about], one.best, histories, one.params)


def _settings(given: Any) -> dict[str, Any]:
    """Return what a booster was given, as a dict or a list of pairs, without what only says how it runs."""
    found = pairs_of(given) or dict(given or {})
    return {
        name: value for name, value in found.items() if name not in OUTPUT_ARGUMENTS and value is not None
    }


def _rounds_given() -> dict[str, Any]:
    """Return how many rounds a training is given, and after how many it stops, if that is not what it takes by itself."""
    names = ("num_boost_round", "early_stopping_rounds")
    given = {name: given_to("xgboost.training", name) for name in names}
    return {name: rounds for name, rounds in given.items() if rounds not in (None, _ROUNDS)}


def _scores(scores: Mapping[str, Mapping[str, list[float]]]) -> dict[str, History]:
    return {
        f"{data}-{metric}": History(values)
        for data, metrics in scores.items()
        for metric, values in metrics.items()
    }


def _over_folds(
    scores: Mapping[str, Mapping[str, list[tuple[float, float]]]], rounds: int | None
) -> dict[str, History]:
    """Return the mean and the spread over the folds of `xgboost.cv`, as in the frame that it returns."""
    return {
        f"{data}-{metric}-{name}": History([value[place] for value in values[:rounds]])
        for data, metrics in scores.items()
        for metric, values in metrics.items()
        for place, name in enumerate(("mean", "std"))
    }


def _rounds(container: Any) -> int | None:
    """Return with how many rounds the frame of a cross-validation ends, where that was stopped early: with the best."""
    for one in container.callbacks:
        waited = getattr(one, "current_rounds", None)
        if waited is not None and waited >= one.rounds:
            return -int(waited)
    return None


def _best(model: Any) -> dict[str, float]:
    """Return the best round and its score, where it was stopped early."""
    found = {name: model.attr(name) for name in ("best_iteration", "best_score")}
    return {name: float(value) for name, value in found.items() if value is not None}
