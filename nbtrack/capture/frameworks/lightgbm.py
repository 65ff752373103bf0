"""LightGBM: the scores of each evaluation set after each round, and the best round."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.frameworks.framework import Framework, History, Training

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["LightGBM"]

_Scores = dict[tuple[str, str], list[float]]
"""By data and metric: the scores of the rounds."""


class LightGBM(Framework):
    """Hears LightGBM's boosters evaluate themselves, as they do after each round; its scikit-learn estimators have boosters too."""

    methods: ClassVar[Mapping[str, str]] = {
        "lightgbm.basic:Booster.eval_train": "evaluated",
        "lightgbm.basic:Booster.eval_valid": "evaluated",
        "lightgbm.engine:CVBooster.__init__": "validated",
        "lightgbm.sklearn:LGBMModel._process_params": "fitted",
    }

    def __init__(self) -> None:
        self._boosters: dict[int, Any] = {}
        self._scores: dict[int, _Scores] = {}
        self._validations: list[Any] = []
        self._estimators: dict[int, Any] = {}

    def evaluated(self, call: Call) -> None:
        """Keep the scores of a round."""
        self._boosters[id(call.owner)] = call.owner
        scores = self._scores.setdefault(id(call.owner), {})
        for data, metric, score, *_ in call.result:
            scores.setdefault((data, metric), []).append(score)

    def validated(self, call: Call) -> None:
        """Keep the models of a cross-validation, which do not count for themselves."""
        self._validations.append(call.owner)

    def fitted(self, call: Call) -> None:
        """Keep an estimator, which gets its booster at the end of its fit."""
        self._estimators[id(call.owner)] = call.owner

    def trainings(self) -> Iterator[Training]:
        """Return a training for each booster, and for each cross-validation."""
        owners = {id(getattr(one, "_Booster", None)): one for one in self._estimators.values()}
        folds: set[int] = set()
        for validation in self._validations:
            boosters = list(validation.boosters)
            folds.update(map(id, boosters))
            scores = [self._scores[id(one)] for one in boosters if id(one) in self._scores]
            yield Training([validation], _best(validation), _over_folds(scores, validation.best_iteration))
        for key, booster in self._boosters.items():
            if key not in folds:
                histories = {
                    f"{d}-{metric}": History(values) for (d, metric), values in self._scores[key].items()
                }
                yield Training([booster, owners.get(key)], _best(booster), histories)


def _over_folds(folds: Sequence[_Scores], best: int) -> dict[str, History]:
    """Return the mean and the spread over the folds, under the names of the dict that `lightgbm.cv` returns."""
    found = {}
    for data, metric in folds[0] if folds else ():
        rounds = list(zip(*(scores.get((data, metric), ()) for scores in folds), strict=False))
        rounds = rounds[:best] if best > 0 else rounds
        found[f"{data} {metric}-mean"] = History([statistics.fmean(scores) for scores in rounds])
        found[f"{data} {metric}-stdv"] = History([statistics.pstdev(scores) for scores in rounds])
    return found


def _best(booster: Any) -> dict[str, float]:
    """Return the best round and its scores, where it was stopped early."""
    if not booster.best_iteration > 0:
        return {}
    # That of the training data does not stop it.
    own = vars(booster).get("_train_data_name", "")
    scores = {
        f"best_score.{data}-{metric}": score
        for data, metrics in vars(booster).get("best_score", {}).items()
        if data != own
        for metric, score in metrics.items()
    }
    if len(scores) == 1:
        scores = {"best_score": next(iter(scores.values()))}
    return {"best_iteration": booster.best_iteration, **scores}
