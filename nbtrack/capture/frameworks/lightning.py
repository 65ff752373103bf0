"""Lightning: what modules log in each epoch, what `validate` and `test` come to, and the hyperparameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.foreign import forgiving
from nbtrack.capture.frameworks.framework import Framework, History, Training, weakly
from nbtrack.capture.number import as_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["Lightning", "PyTorchLightning"]


@dataclass
class _Fit:
    """The epochs of a trainer's fit."""

    trainer: Callable[[], Any]
    module: Callable[[], Any]
    checkpoint: Any
    """The callback that keeps the best, if there is one."""
    params: dict[str, Any]
    points: dict[str, dict[int, float]] = field(default_factory=dict)
    validated: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, trainer: Any) -> _Fit:
        """Return one that has begun."""
        module = trainer.lightning_module
        return cls(weakly(trainer), weakly(module), trainer.checkpoint_callback, _params(trainer))

    def add(self, name: str, epoch: int, value: Any) -> None:
        """Keep the value of an epoch; one that is validated several times has its last."""
        number = as_number(value)
        if number is not None:
            self.points.setdefault(name, {})[epoch] = number

    def _is_form(self, name: str) -> bool:
        """Return whether a name is a form of another, which is logged by step and by epoch: `loss_epoch`."""
        plain, _, form = name.rpartition("_")
        return form in {"epoch", "step"} and f"{plain}_epoch" in self.points and plain in self.points

    def training(self) -> Training:
        """Return what is known of it."""
        histories = {
            name: History([points[epoch] for epoch in sorted(points)], sorted(points))
            for name, points in self.points.items()
            if not self._is_form(name)
        }
        metrics, tags = _checkpointed(self.checkpoint)
        metrics |= _stopped(self.trainer())
        return Training([self.trainer(), self.module()], metrics, histories, self.params, tags=tags)


class Lightning(Framework):
    """Hears the part of each `Trainer` to which modules log, at the end of its epochs."""

    methods: ClassVar[Mapping[str, str]] = {
        "lightning.pytorch.trainer.connectors.logger_connector.logger_connector:_LoggerConnector.on_epoch_end": "ended"
    }

    def __init__(self) -> None:
        self._fits: list[_Fit] = []
        self._evaluations: list[tuple[Callable[[], Any], dict[str, float]]] = []

    def ended(self, call: Call) -> None:
        """Keep the values of an epoch."""
        trainer, logger = call.owner.trainer, call.owner
        if trainer.sanity_checking:
            return
        if trainer.state.fn != "fit":
            found = {name: as_number(value) for name, value in logger.metrics["callback"].items()}
            results = {name: number for name, number in found.items() if number is not None}
            self._evaluations.append((weakly(trainer), results))
            return
        fit = next((one for one in reversed(self._fits) if one.trainer() is trainer), None)
        if fit is None:
            fit = _Fit.of(trainer)
            self._fits.append(fit)
        if trainer.training:
            # What is logged by step has the value of the last one.
            values = {n: v for n, v in logger._callback_metrics.items() if n not in fit.validated}  # noqa: SLF001
        else:
            values = logger.metrics["callback"]
            fit.validated |= values.keys()
        for name, value in values.items():
            fit.add(name, trainer.current_epoch, value)

    def trainings(self) -> Iterator[Training]:
        """Return a training for each fit, and then the evaluations."""
        for fit in self._fits:
            yield fit.training()
        for trainer, results in self._evaluations:
            yield Training([trainer()], results)


class PyTorchLightning(Lightning):
    """The same under the library's other name."""

    methods: ClassVar[Mapping[str, str]] = {
        f"pytorch_lightning{method.removeprefix('lightning.pytorch')}": name
        for method, name in Lightning.methods.items()
    }


@forgiving(dict)
def _params(trainer: Any) -> dict[str, Any]:
    """Return the hyperparameters that module and data have saved, and the settings of trainer, rate and batches."""
    found: dict[str, Any] = {}
    for holder in (trainer.datamodule, trainer.lightning_module):
        found |= dict(getattr(holder, "hparams_initial", None) or {})
    settings = {
        "max_epochs": trainer.max_epochs,
        "gradient_clip_val": trainer.gradient_clip_val,
        "batch_size": getattr(trainer.train_dataloader, "batch_size", None),
    }
    for optimiser in trainer.optimizers[:1]:
        group = optimiser.param_groups[0]
        rate = group.get("initial_lr", group.get("lr"))
        if rate not in found.values():  # `learning_rate` already
            settings["lr"] = rate
    return {**{name: value for name, value in settings.items() if value is not None}, **found}


@forgiving(dict)
def _stopped(trainer: Any) -> dict[str, float]:
    """Return the epoch in which a trainer stopped early."""
    waiting = getattr(trainer, "early_stopping_callback", None)
    epoch = getattr(waiting, "stopped_epoch", 0)
    return {"stopped_epoch": epoch} if epoch else {}


@forgiving(lambda: ({}, {}))
def _checkpointed(kept: Any) -> tuple[dict[str, float], dict[str, str]]:
    """Return the best score and the best checkpoint that a callback has kept."""
    score = as_number(getattr(kept, "best_model_score", None))
    if score is None:
        return {}, {}
    return {"best_model_score": score}, {"best_model_path": str(kept.best_model_path)}
