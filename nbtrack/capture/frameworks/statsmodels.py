"""statsmodels: how well a model fits, as its summary has it."""

from __future__ import annotations

import warnings
import weakref
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.foreign import FAULTS
from nbtrack.capture.frameworks.framework import Framework, Training
from nbtrack.capture.number import as_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["Statsmodels"]

_MEASURES = ("rsquared", "rsquared_adj", "prsquared", "aic", "bic", "llf", "sse")
"""Attributes of results, which are computed from what the fit has left."""
_MAX_RESULTS = 1_000


class Statsmodels(Framework):
    """Hears the results of fits be made, and does not keep them alive itself."""

    methods: ClassVar[Mapping[str, str]] = {"statsmodels.base.wrapper:ResultsWrapper.__init__": "fitted"}
    in_searches = True

    def __init__(self) -> None:
        self._results: list[weakref.ref[Any]] = []

    def fitted(self, call: Call) -> None:
        """Keep a weak reference to results."""
        self._results.append(weakref.ref(call.owner))
        if len(self._results) > _MAX_RESULTS:
            self._results = [one for one in self._results if one() is not None]

    def trainings(self) -> Iterator[Training]:
        """Return a training for each fit whose results are still there."""
        for reference in self._results:
            results = reference()
            if results is not None:
                formula = getattr(results.model, "formula", None)
                params = {"formula": formula} if isinstance(formula, str) else {}
                yield Training([results], _measures(results), params=params, passing=True)


def _measures(results: Any) -> dict[str, float]:
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in _MEASURES:
            try:
                number = as_number(getattr(results, name, None))
            except FAULTS:  # a model that does not define it may say so by any error
                continue
            if number is not None:
                found[name] = number
    return found
