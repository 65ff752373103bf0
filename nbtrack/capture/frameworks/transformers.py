"""Hugging Face's `Trainer`: what it logs, evaluates and predicts, and its best checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.frameworks.framework import Framework, History, Training, weakly
from nbtrack.capture.settings.setting import changed_fields
from nbtrack.capture.words.calls import FIELDS_OF_MODELS, OUTPUT_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["Transformers"]

_PLACE = frozenset({"step", "epoch"})
"""What tells where an entry of the log belongs."""
_NO_SETTINGS = OUTPUT_ARGUMENTS | FIELDS_OF_MODELS | {"do_eval", "do_train", "greater_is_better"}
"""What says where files go and what is shown, and what trainer and model set themselves."""
_SPEED = ("_runtime", "_per_second", "_time", "total_flos", "_tokens_seen")
"""How the names of what is about speed and size end."""


@dataclass
class _Trainer:
    """A trainer, and what it has logged in the cell."""

    trainer: Callable[[], Any]
    model: Callable[[], Any]
    params: dict[str, Any]
    state: Any = None
    log: list[dict[str, Any]] = field(default_factory=list)


class Transformers(Framework):
    """Hears each `Trainer` log: it keeps what it logs, of training and evaluations, in its state."""

    methods: ClassVar[Mapping[str, str]] = {
        "transformers.trainer:Trainer.log": "logged",
        "transformers.trainer_callback:CallbackHandler.on_predict": "predicted",
    }

    def __init__(self) -> None:
        self._trainers: list[_Trainer] = []
        self._predictions: list[dict[str, float]] = []

    def logged(self, call: Call) -> None:
        """Keep the entry that a trainer has added to its log."""
        trainer = call.owner
        kept = next((one for one in reversed(self._trainers) if one.trainer() is trainer), None)
        if kept is None:
            kept = _Trainer(weakly(trainer), weakly(trainer.model), _params(trainer))
            self._trainers.append(kept)
        kept.state = trainer.state
        kept.log.append(dict(trainer.state.log_history[-1]))

    def predicted(self, call: Call) -> None:
        """Keep the scores of a prediction, which are in no log."""
        self._predictions.append(dict(call.argument(3, "metrics") or {}))

    def trainings(self) -> Iterator[Training]:
        """Return a training for each trainer, and then the predictions."""
        for one in self._trainers:
            metrics, histories = _of_log(one.log)
            best, tags = one.state.best_metric, {}
            if best is not None and any(name.startswith("eval_") for name in {*metrics, *histories}):
                metrics["best_metric"] = best
                if one.state.best_model_checkpoint:
                    tags["best_model_checkpoint"] = str(one.state.best_model_checkpoint)
            yield Training([one.trainer(), one.model()], metrics, histories, one.params, tags=tags)
        for scores in self._predictions:
            yield Training([], {name: value for name, value in scores.items() if not name.endswith(_SPEED)})


def _params(trainer: Any) -> dict[str, Any]:
    """Return what was given to the model's config and to the trainer's arguments."""
    config = changed_fields(getattr(trainer.model, "config", None))
    given = {**config, **changed_fields(trainer.args)}
    if given.get("metric_for_best_model") == "loss":
        del given["metric_for_best_model"]  # what it takes where nothing is given
    return {name: value for name, value in given.items() if name not in _NO_SETTINGS}


def _of_log(log: Sequence[Mapping[str, Any]]) -> tuple[dict[str, float], dict[str, History]]:
    """Return the results that a log has once, and those that it has several times, with their steps."""
    found: dict[str, dict[int, float]] = {}
    for entry in log:
        for name, value in entry.items():
            if name not in _PLACE and not name.endswith(_SPEED):
                # The last of a step: what was evaluated in training may be evaluated again after it.
                found.setdefault(name, {})[int(entry.get("step", 0))] = value
    metrics = {name: next(iter(points.values())) for name, points in found.items() if len(points) == 1}
    histories = {
        name: History([points[step] for step in sorted(points)], sorted(points))
        for name, points in found.items()
        if len(points) > 1
    }
    return metrics, histories
