"""What a cell logs by itself to another tracker goes into its run too, and goes on to where it went."""

from __future__ import annotations

import ast
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.foreign import is_installed
from nbtrack.capture.frameworks.framework import Framework, History, Training
from nbtrack.capture.number import shown_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["MLflow", "TensorBoard", "TensorBoardX", "WandB"]


class _Logging(Framework):
    """Hears another tracker's methods where the user's own code calls them.

    What a library logs there by itself, such as the callback of a trainer, is told by that library's framework.
    """

    library: ClassVar[str]
    in_searches = True

    def __init__(self) -> None:
        self._points: dict[str, list[tuple[int | None, float]]] = {}
        self._params: dict[str, Any] = {}

    def is_own(self) -> bool:
        """Return whether the call that is heard comes from the user's code, by way of this library alone."""
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 (there is no other way to know the caller)
        while frame is not None:
            root = str(frame.f_globals.get("__name__", "")).partition(".")[0]
            if root not in {self.library, "nbtrack"} and root not in sys.stdlib_module_names:
                return not is_installed(root)
            frame = frame.f_back
        return False

    def add(self, name: str, value: Any, step: Any = None) -> None:
        """Keep a point, if its value is a number."""
        number = shown_number(value)
        if number is not None:
            self._points.setdefault(str(name), []).append((step if type(step) is int else None, number))

    def add_params(self, params: Mapping[str, Any]) -> None:
        """Keep params."""
        self._params |= {str(name): value for name, value in params.items()}

    def trainings(self) -> Iterator[Training]:
        """Return all that was logged as one training."""
        made = Training(params=self._params, logged=True)
        for name, points in self._points.items():
            if len(points) == 1:
                made.metrics[name] = points[0][1]
                continue
            steps = [step for step, _ in points if step is not None]
            counted = len(steps) == len(points) and all(b > a for a, b in pairwise(steps))
            made.histories[name] = History([value for _, value in points], steps if counted else None)
        yield made


class MLflow(_Logging):
    """Hears MLflow's client, by way of which its functions log."""

    library = "mlflow"
    methods: ClassVar[Mapping[str, str]] = {
        f"mlflow.tracking.client:MlflowClient.{name}": name
        for name in ("log_batch", "log_metric", "log_param")
    }

    def log_metric(self, call: Call) -> None:
        """Keep a metric's point."""
        if self.is_own():
            self.add(call.argument(1, "key"), call.argument(2, "value"), call.argument(4, "step"))

    def log_param(self, call: Call) -> None:
        """Keep a param."""
        if self.is_own():
            self.add_params({call.argument(1, "key"): call.argument(2, "value")})

    def log_batch(self, call: Call) -> None:
        """Keep the metrics and params of a call, which has params as texts."""
        if self.is_own():
            for metric in call.argument(1, "metrics") or ():
                self.add(metric.key, metric.value, metric.step)
            self.add_params({one.key: _read(one.value) for one in call.argument(2, "params") or ()})


class TensorBoard(_Logging):
    """Hears PyTorch's `SummaryWriter`."""

    library = "torch"
    methods: ClassVar[Mapping[str, str]] = {
        f"torch.utils.tensorboard.writer:SummaryWriter.{name}": name
        for name in ("add_hparams", "add_scalar", "add_scalars")
    }

    def add_scalar(self, call: Call) -> None:
        """Keep a point."""
        if self.is_own():
            self.add(
                call.argument(0, "tag"), call.argument(1, "scalar_value"), call.argument(2, "global_step")
            )

    def add_scalars(self, call: Call) -> None:
        """Keep the points of several curves of one picture."""
        if self.is_own():
            for name, value in (call.argument(1, "tag_scalar_dict") or {}).items():
                self.add(f"{call.argument(0, 'main_tag')}/{name}", value, call.argument(2, "global_step"))

    def add_hparams(self, call: Call) -> None:
        """Keep hyperparameters; the metrics beside them are scalars."""
        if self.is_own():
            self.add_params(call.argument(0, "hparam_dict") or {})


class TensorBoardX(TensorBoard):
    """Hears the `SummaryWriter` of tensorboardX."""

    library = "tensorboardX"
    methods: ClassVar[Mapping[str, str]] = {
        f"tensorboardX.writer:SummaryWriter.{name}": name for name in TensorBoard.methods.values()
    }


class WandB(_Logging):
    """Hears the runs of Weights & Biases."""

    library = "wandb"
    methods: ClassVar[Mapping[str, str]] = {"wandb.sdk.wandb_run:Run.log": "log"}

    def log(self, call: Call) -> None:
        """Keep the numbers of a call, and the run's config."""
        if not self.is_own():
            return
        run, data = call.owner, call.argument(0, "data") or {}
        step = call.argument(1, "step")
        for name, value in _flat("", data):
            self.add(name, value, step)
        self.add_params(dict(run.config))


def _flat(path: str, data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _flat(f"{path}{name}.", value)
        else:
            yield f"{path}{name}", value


def _read(text: Any) -> Any:
    """Return what a param's text stands for."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text
