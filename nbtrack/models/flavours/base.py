"""What a flavour is: how models of one library are saved, loaded and asked.

A flavour of a user's own is a subclass of `Flavour` that an entry point of the group `nbtrack.flavours` names:

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
    """Return the parameters of a prediction that a method takes by their names."""
    if not params:
        return {}
    try:
        known = inspect.signature(method).parameters
    except (TypeError, ValueError):  # of a compiled class: it says itself what it does not take
        return dict(params)
    if any(one.kind is one.VAR_KEYWORD for one in known.values()):
        return dict(params)
    return {name: value for name, value in params.items() if name in known}


@dataclass(slots=True)
class Saved:
    """What a flavour wrote into a model's folder."""

    conf: dict[str, Any]
    """The flavour's own entry in `MLmodel`."""
    loader_module: str | None
    """The module by whose `_load_pyfunc` MLflow loads the model; None if it cannot be asked as a function."""
    function: dict[str, Any] = field(default_factory=dict)
    """What else MLflow's `python_function` entry has to say, such as `model_path`."""
    modules: set[str] = field(default_factory=set)
    """The modules that loading imports."""


@dataclass(frozen=True, slots=True)
class Loading:
    """How much a model's folder is trusted."""

    pickles: bool = False
    """Whether pickles may be loaded, which runs code of theirs."""
    types: tuple[str, ...] = ()
    """Types that skops may make besides those it knows."""


class Flavour(ABC):
    """How models of one kind are saved, loaded and asked for predictions."""

    name: ClassVar[str]
    """Its key among the flavors of `MLmodel`."""
    is_tried: ClassVar[bool] = True
    """Whether a model may be asked when it is saved, to see that its signature holds."""

    @abstractmethod
    def handles(self, model: Any) -> bool:
        """Return whether this flavour is for a model; imports nothing to find out."""

    @abstractmethod
    def save(self, model: Any, folder: Path) -> Saved:
        """Write a model into a folder that is there."""

    @abstractmethod
    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        """Return the model in a folder, given this flavour's entry in `MLmodel`.

        Raises
        ------
        TrustError
            When that would run code, and the folder is not trusted.
        """

    def ready(self, model: Any, folder: Path, function: Mapping[str, Any]) -> Any:  # noqa: ARG002 (for those who have files)
        """Return a loaded model as it is asked: one that reads files of its folder has read them.

        `function` is MLflow's `python_function` entry in `MLmodel`.
        """
        return model

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        """Return a loaded model's predictions."""
        return model.predict(data, **taken(model.predict, params))

    def call(self, model: Any, method: str, data: Any, params: Mapping[str, Any]) -> Any:  # noqa: ARG002 (for those who have some)
        """Return what another method answers, which MLflow's `predict_fn` names in place of `predict`."""
        return self.predict(model, data, params)

    def signature(self, model: Any, data: Any) -> Signature | None:  # noqa: ARG002 (for those who know more)
        """Return the signature of a model that was fitted on `data`, as far as that tells without predicting."""
        from nbtrack.models.signature import infer_signature

        return infer_signature(data)
