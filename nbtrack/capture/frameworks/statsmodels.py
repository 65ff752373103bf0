"""statsmodels: how well a model fits, as its summary has it."""

from __future__ import annotations

import math
import warnings
import weakref
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.foreign import FAULTS, forgiving
from nbtrack.capture.frameworks.framework import Framework, Training
from nbtrack.capture.number import as_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["Statsmodels"]

_MEASURES = ("rsquared", "rsquared_adj", "prsquared", "aic", "bic", "llf", "sse")
"""Attributes of results, which are computed from what the fit has left; `sse` counts where there is no likelihood."""
_MAX_RESULTS = 1_000
_MAX_COEFFICIENTS = 20
"""Of a model with more of them nobody reads each."""


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
                metrics = {**_measures(results), **_coefficients(results)}
                yield Training([results], metrics, params=params, passing=True)


@forgiving(dict)
def _coefficients(results: Any) -> dict[str, float]:
    """Return what a model has estimated, by the names of its terms."""
    found = {name: as_number(value) for name, value in _terms(results).items()}
    if len(found) > _MAX_COEFFICIENTS:
        return {}
    return {f"coef.{n}": value for n, value in found.items() if value is not None and not math.isnan(value)}


def _terms(results: Any) -> dict[str, Any]:
    values = results.params
    if isinstance(values, dict):  # of an exponential smoothing
        return values
    names = getattr(values, "index", None)
    if names is None:
        names = getattr(results.model, "param_names", None) or results.model.exog_names
    return dict(zip(names, values, strict=True))


def _measures(results: Any) -> dict[str, float]:
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in _MEASURES:
            try:
                number = as_number(getattr(results, name, None))
            except FAULTS:  # a model that does not define it may say so by any error
                continue
            if number is not None and not math.isnan(number):
                found[name] = number
    if "llf" in found:
        found.pop("sse", None)
    return found
