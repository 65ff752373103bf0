"""Cross-validations in a loop over several models: the scores of each one's folds, under its name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from nbtrack.capture.containers import readable
from nbtrack.capture.foreign import forgiving, peek
from nbtrack.capture.number import as_numbers
from nbtrack.capture.source.reads import dotted
from nbtrack.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbtrack.capture.source.analysis import Binding

__all__ = ["FoldSite", "fold_binding"]

_VALIDATIONS = frozenset({"cross_val_score", "cross_validate"})
_MAX_FOLDS = 1_000
_MAX_CALLS = 1_000
_MAX_LABEL = 100


class FoldSite:
    """A cross-validation in a loop whose scores are assigned to a name.

    Parameters
    ----------
    name
        The name.
    subject
        The variable of the estimator, if it is one.
    targets
        The variables of the loops around it, the outermost first.
    """

    __slots__ = ("name", "scores", "subject", "targets")

    def __init__(self, name: str, subject: str | None, targets: list[str]) -> None:
        self.name, self.subject, self.targets = name, subject, targets
        self.scores: list[tuple[str, float, list[float]]] = []
        """The name of a model's scores, when they were there, and those of its folds."""

    def observer(self, namespace: dict[str, Any]) -> Callable[[Any], Any]:
        """Return the function that receives what a cross-validation gives and returns it."""

        def observe(value: Any) -> Any:
            if len(self.scores) < _MAX_CALLS:
                self._keep(value, namespace)
            return value

        return observe

    @forgiving()
    def _keep(self, value: Any, namespace: dict[str, Any]) -> None:
        said = [namespace.get(name) for name in self.targets]
        label = ".".join(one for one in said if type(one) is str and 0 < len(one) <= _MAX_LABEL)
        if not label and self.subject in self.targets:
            label = type(namespace.get(self.subject)).__name__
        if not label:
            return
        moment = now()
        for key, scores in _scores(value):
            self.scores.append((".".join(filter(None, (self.name, label, key))), moment, scores))


def _scores(value: Any) -> Iterator[tuple[str, list[float]]]:
    """Yield the scores of the folds, by their name where there are several."""
    value = readable(value)
    if issubclass(type(value), dict):
        entries = {key: one for key, one in value.items() if str(key).startswith(("test_", "train_"))}
    else:
        entries = {"": value}
    for key, one in entries.items():
        if peek(one, "ndim", 0) == 1 and 2 <= len(one) <= _MAX_FOLDS:
            numbers = as_numbers(one)
            if numbers is not None:
                yield str(key), numbers


def fold_binding(binding: Binding) -> tuple[ast.Call, FoldSite] | None:
    """Return the cross-validation that a binding in a loop has the scores of, and what watches it."""
    call = binding.value
    if binding.loop is None or binding.kind != "assign" or not isinstance(call, ast.Call):
        return None
    if dotted(call.func).rpartition(".")[2] not in _VALIDATIONS:
        return None
    given = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "estimator")]
    subject = next((one.id for one in given if isinstance(one, ast.Name)), None)
    return call, FoldSite(binding.name, subject, binding.loop.variables)
