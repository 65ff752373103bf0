"""Which parameters PyTorch's optimisers have changed while a cell ran."""

from __future__ import annotations

import sys
import weakref
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving
from nbtrack.capture.trained.kinds import is_network

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Stepped", "outermost"]

_PLAIN = (bool, float, int, str, tuple)
_MANY_CHANGES = 8
"""Changes in place of a parameter that are more than making and loading it takes."""


class Stepped:
    """Hears the steps of all optimisers, wherever they are made: in the cell, in functions, in a library's trainer.

    A module that an execution has trained need not have an optimiser any more when it ends, and nothing in it tells.
    """

    def __init__(self) -> None:
        self._handle: Any = None
        self._groups: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._used: weakref.WeakKeyDictionary[Any, dict[str, Any]] = weakref.WeakKeyDictionary()
        """What the groups of an optimiser had in common at its first step."""
        self._parameters: dict[int, weakref.ref[Any]] = {}
        self._fresh = "torch" not in sys.modules

    @forgiving()
    def begin(self) -> None:
        """Listen from now on, if PyTorch is there."""
        optim = sys.modules.get("torch.optim.optimizer")
        register = getattr(optim, "register_optimizer_step_post_hook", None)
        if self._handle is None and register is not None:
            self._handle = register(self._hear)

    def end(self) -> None:
        """Listen no more."""
        if self._handle is not None:
            self._handle.remove()
            self._handle = None

    def _hear(self, optimiser: Any, _args: Any, _kwargs: Any) -> None:
        groups = len(optimiser.param_groups)
        if self._groups.get(optimiser) != groups:
            self._groups[optimiser] = groups
            if optimiser not in self._used:
                self._used[optimiser] = _in_common(optimiser)
            for group in optimiser.param_groups:
                for parameter in group["params"]:
                    self._parameters[id(parameter)] = weakref.ref(parameter)

    def used(self, optimiser: Any) -> dict[str, Any] | None:
        """Return the settings that an optimiser had when it was used first, as far as its groups agree; None if it was not used."""
        return self._used.get(optimiser)

    @property
    def heard(self) -> bool:
        """Whether any optimiser has taken a step."""
        return bool(self._parameters)

    @forgiving(bool)
    def has_trained(self, module: Any) -> bool:
        """Return whether optimisers have changed parameters of a module."""
        if not is_network(module):
            return False
        for parameter in module.parameters():
            known = self._parameters.get(id(parameter))
            if known is not None and known() is parameter:
                return True
            # The cell itself has imported PyTorch: nobody has listened, but all that was trained it has trained.
            if self._fresh and (parameter.grad is not None or parameter._version > _MANY_CHANGES):  # noqa: SLF001
                return True
        return False


@forgiving(dict)
def _in_common(optimiser: Any) -> dict[str, Any]:
    found = {}
    for name in optimiser.defaults:
        # A plan of the rate keeps there what the rate was before it.
        values = [group.get(f"initial_{name}", group.get(name)) for group in optimiser.param_groups]
        if type(values[0]) in _PLAIN and all(
            type(one) is type(values[0]) and one == values[0] for one in values
        ):
            found[name] = values[0]
    return found


def outermost(models: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return models without modules that are part of another of them, and each once, the first of its names.

    What shares its parameters with another is part of it, also where it is not one of its layers.
    """
    once: dict[int, tuple[str, Any]] = {}
    for name, model in models:
        once.setdefault(id(model), (name, model))
    networks = {key: _parts(model) for key, (_, model) in once.items() if is_network(model)}
    inner = {
        key
        for key, (parameters, _) in networks.items()
        for other, (more, modules) in networks.items()
        if key != other and (parameters < more or (parameters == more and key in modules))
    }
    return [found for key, found in once.items() if key not in inner]


@forgiving(lambda: (frozenset(), frozenset()))
def _parts(module: Any) -> tuple[frozenset[int], frozenset[int]]:
    """Return the identities of a module's parameters and of its modules."""
    return frozenset(map(id, module.parameters())), frozenset(map(id, module.modules()))
