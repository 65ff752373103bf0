"""The base class of flavours: how models of one library are saved, loaded and used to predict.

Users add a flavour as a subclass of `Flavour` with an entry point of the group `nbtrack.flavours`:

    [project.entry-points."nbtrack.flavours"]
    mylib = "mypackage.flavour:MyFlavour"
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbtrack.models.signature import Signature

__all__ = ["Flavour", "Loading", "Saved", "taken"]


def taken(method: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a prediction that a method accepts by name."""
    if not params:
        return {}
    try:
        known = inspect.signature(method).parameters
    except (
        TypeError,
        ValueError,
    ):  # a compiled class: it raises itself for parameters that it does not accept
        return dict(params)
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
        return dict(params)
    return {name: value for name, value in params.items() if name in known}


@dataclass(slots=True)
class Saved:
    """What a flavour wrote into a model's folder."""

    conf: dict[str, Any]
    """The flavour's own entry in `MLmodel`."""
    loader_module: str | None
    """The module whose `_load_pyfunc` MLflow loads the model with; None if it cannot be used as a function."""
    function: dict[str, Any] = field(default_factory=dict)
    """Further keys of MLflow's `python_function` entry, such as `model_path`."""
    modules: set[str] = field(default_factory=set)
    """The modules that loading imports."""
    own_code: bool = False
    """Whether it holds code of the user's own, which predicting would run."""


@dataclass(frozen=True, slots=True)
class Loading:
    """How much a model's folder is trusted."""

    pickles: bool = False
    """Whether pickles may be loaded, which runs their code."""
    types: tuple[str, ...] = ()
    """Types that skops may create in addition to those it knows."""


class Flavour(ABC):
    """How models of one kind are saved, loaded and used to predict."""

    name: ClassVar[str]
    """Its key among the flavors of `MLmodel`."""
    is_tried: ClassVar[bool] = True
    """Whether a model may predict when it is saved, to verify its signature."""

    @abstractmethod
    def handles(self, model: Any) -> bool:
        """Return whether this flavour is for a model; imports nothing to find out."""

    @abstractmethod
    def save(self, model: Any, folder: Path) -> Saved:
        """Write a model to an existing folder."""

    @abstractmethod
    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        """Return the model in a folder, given this flavour's entry in `MLmodel`.

        Raises
        ------
        TrustError
            When loading would run code, and the folder is not trusted.
        """

    def ready(self, model: Any, folder: Path, function: Mapping[str, Any]) -> Any:  # noqa: ARG002 (for those who have files)
        """Return a loaded model ready to predict; if it uses files of its folder, they have been read.

        `function` is MLflow's `python_function` entry in `MLmodel`.
        """
        return model

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        """Return a loaded model's predictions."""
        return model.predict(data, **taken(model.predict, params))

    def call(self, model: Any, method: str, data: Any, params: Mapping[str, Any]) -> Any:  # noqa: ARG002 (for those who have some)
        """Return the result of another method, which MLflow's `predict_fn` names in place of `predict`."""
        return self.predict(model, data, params)

    def signature(self, model: Any, data: Any) -> Signature | None:  # noqa: ARG002 (for those who know more)
        """Return the signature of a model that was fitted on `data`, as far as it is known without predicting."""
        from nbtrack.models.signature import infer_signature

        return infer_signature(data)

    def own_signature(self, model: Any) -> Signature | None:  # noqa: ARG002 (for those who know it)
        """Return the signature of a model of whose data nothing is given, as far as the model itself knows it."""
        return None
