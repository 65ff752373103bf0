"""LightGBM: the scores of each evaluation set after each round, and the best round."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.frameworks.framework import Framework, History, Training, is_called_by, weakly
from nbtrack.capture.words.calls import OUTPUT_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["LightGBM"]

_ROUNDS = 100
"""How many rounds LightGBM trains where nothing says so."""


@dataclass
class _Boosting:
    """The scores of a booster: by data and metric, those of the rounds."""

    booster: Callable[[], Any]
    scores: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    best: dict[str, float] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Validation:
    """A cross-validation, whose models do not count for themselves."""

    whole: Any
    """Its models; None when another has begun."""
    folds: list[_Boosting] = field(default_factory=list)
    rounds: int = 0
    """How many rounds its dict has, which ends with the best; 0 for all."""

    def settle(self) -> None:
        """Keep its best round, which nobody tells of, and its models no longer."""
        if self.whole is not None:
            self.rounds = max(self.whole.best_iteration, 0)
        self.whole = None


class LightGBM(Framework):
    """Hears LightGBM's boosters evaluate themselves, as they do after each round; its scikit-learn estimators have boosters too."""

    methods: ClassVar[Mapping[str, str]] = {
        "lightgbm.basic:Booster.__init__": "made",
        "lightgbm.basic:Booster.eval_train": "evaluated",
        "lightgbm.basic:Booster.eval_valid": "evaluated",
        "lightgbm.basic:Booster.free_dataset": "ended",
        "lightgbm.callback:_EarlyStoppingCallback.__init__": "stopping",
        "lightgbm.engine:CVBooster.__init__": "validated",
        "lightgbm.sklearn:LGBMModel._process_params": "fitted",
    }

    def __init__(self) -> None:
        self._boostings: list[_Boosting] = []
        self._validations: list[_Validation] = []
        self._estimators: list[Callable[[], Any]] = []
        self._patience: set[int] = set()

    def made(self, call: Call) -> None:
        """Keep the settings of a booster that will be trained; an estimator tells of its own."""
        if call.argument(1, "train_set") is not None:
            own = is_called_by("lightgbm.sklearn")
            params = {} if own else _settings(call.owner.params)
            self._boostings.append(_Boosting(weakly(call.owner), params=params))

    def evaluated(self, call: Call) -> None:
        """Keep the scores of a round."""
        kept = self._of(call.owner)
        latest = self._validations[-1] if self._validations else None
        if not kept.scores and latest and any(one is call.owner for one in latest.whole.boosters):
            latest.folds.append(kept)
        scores = kept.scores
        for data, metric, score, *_ in call.result:
            scores.setdefault((data, metric), []).append(score)

    def _of(self, booster: Any) -> _Boosting:
        """Return what is kept of a booster; those that train are the latest."""
        for one in reversed(self._boostings):
            if one.booster() is booster:
                return one
        made = _Boosting(weakly(booster))
        self._boostings.append(made)
        return made

    def ended(self, call: Call) -> None:
        """Keep the best round of a training, which lets go of its data at its end."""
        kept = self._of(call.owner)
        kept.best = _best(call.owner)
        if kept.best and "early_stopping_round" not in call.owner.params:
            kept.params |= self._waited()

    def _waited(self) -> dict[str, Any]:
        """Return after how many rounds training stops, if all callbacks say the same."""
        return {"stopping_rounds": next(iter(self._patience))} if len(self._patience) == 1 else {}

    def validated(self, call: Call) -> None:
        """Keep a cross-validation."""
        for one in self._validations[-1:]:
            one.settle()
        self._validations.append(_Validation(call.owner))

    def stopping(self, call: Call) -> None:
        """Keep after how many rounds without a better one training stops."""
        self._patience.add(call.owner.stopping_rounds)

    def fitted(self, call: Call) -> None:
        """Keep an estimator, which gets its booster at the end of its fit."""
        self._estimators.append(weakly(call.owner))

    def trainings(self) -> Iterator[Training]:
        """Return a training for each booster, and for each cross-validation."""
        estimators = [one() for one in self._estimators]
        folds = {id(fold) for one in self._validations for fold in one.folds}
        for validation in self._validations:
            validation.settle()
            params = {**validation.folds[0].params, **self._waited()} if validation.folds else {}
            yield Training(histories=_over_folds(validation), params=params)
        for one in self._boostings:
            if id(one) not in folds:
                booster = one.booster()
                if booster is not None and not one.best:  # one that may be trained on keeps its data
                    one.best = _best(booster)
                owner = next((it for it in estimators if getattr(it, "_Booster", self) is booster), None)
                histories = {
                    f"{data}-{metric}": History(values) for (data, metric), values in one.scores.items()
                }
                yield Training([booster, owner], one.best, histories, one.params)


def _settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a booster was given, without what only says how it runs; the rounds have the name that `train` has for them."""
    found = {
        name: value for name, value in given.items() if name not in OUTPUT_ARGUMENTS and value is not None
    }
    rounds = found.pop("num_iterations", _ROUNDS)
    return found if rounds == _ROUNDS else {**found, "num_boost_round": rounds}


def _over_folds(validation: _Validation) -> dict[str, History]:
    """Return the mean and the spread over the folds, under the names of the dict that `lightgbm.cv` returns."""
    found = {}
    folds = [one.scores for one in validation.folds]
    for data, metric in folds[0] if folds else ():
        rounds = list(zip(*(scores.get((data, metric), ()) for scores in folds), strict=False))
        rounds = rounds[: validation.rounds or None]
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
