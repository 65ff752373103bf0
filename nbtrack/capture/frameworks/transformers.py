"""Hugging Face's `Trainer`: what it logs, evaluates and predicts, and its best checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.frameworks.framework import Framework, History, Training

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["Transformers"]

_PLACE = frozenset({"step", "epoch"})
"""What tells where an entry of the log belongs."""
_SPEED = ("_runtime", "_per_second", "_time", "total_flos", "_tokens_seen")
"""How the names of what is about speed and size end."""


class Transformers(Framework):
    """Hears each `Trainer` log: it keeps what it logs, of training and evaluations, in its state."""

    methods: ClassVar[Mapping[str, str]] = {
        "transformers.trainer:Trainer.log": "logged",
        "transformers.trainer_callback:CallbackHandler.on_predict": "predicted",
    }

    def __init__(self) -> None:
        self._trainers: dict[int, Any] = {}
        self._logs: dict[int, list[dict[str, Any]]] = {}
        self._predictions: list[dict[str, float]] = []

    def logged(self, call: Call) -> None:
        """Keep the entry that a trainer has added to its log."""
        self._trainers[id(call.owner)] = call.owner
        self._logs.setdefault(id(call.owner), []).append(dict(call.owner.state.log_history[-1]))

    def predicted(self, call: Call) -> None:
        """Keep the scores of a prediction, which are in no log."""
        self._predictions.append(dict(call.argument(3, "metrics") or {}))

    def trainings(self) -> Iterator[Training]:
        """Return a training for each trainer, and then the predictions."""
        for key, trainer in self._trainers.items():
            metrics, histories = _of_log(self._logs[key])
            best, tags = trainer.state.best_metric, {}
            if best is not None and any(name.startswith("eval_") for name in {*metrics, *histories}):
                metrics["best_metric"] = best
                if trainer.state.best_model_checkpoint:
                    tags["best_model_checkpoint"] = str(trainer.state.best_model_checkpoint)
            yield Training([trainer, trainer.model], metrics, histories, tags=tags)
        for scores in self._predictions:
            yield Training([], {name: value for name, value in scores.items() if not name.endswith(_SPEED)})


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
