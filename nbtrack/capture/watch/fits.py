"""What watches the `.fit` calls of a running cell: which estimators were fitted, and on what."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from nbtrack.capture.data import head, shape_of
from nbtrack.capture.foreign import forgiving
from nbtrack.capture.words.calls import DATA_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FitSite"]


class FitSite:
    """The estimators that one `.fit` call was made on, with the first rows of what they were fitted on.

    Nothing is kept alive for it but the last of the estimators, and that until the cell has ended: a loop over folds
    or over thousands of fits needs no more memory than without.

    Parameters
    ----------
    source
        The name that the estimator stands under in the call.
    describe
        Returns what is to be kept of an estimator that makes way for another.
    """

    __slots__ = ("_calls", "_describe", "_fits", "_last", "_replaced", "source")

    _KEPT = 64
    _HEADS = 500
    """Calls after which no more first rows are taken."""

    def __init__(self, source: str, describe: Callable[[Any], Any]) -> None:
        self.source = source
        self._describe = describe
        self._fits: dict[int, _Fit] = {}
        self._replaced: list[_Fit] = []
        self._last: Any = None
        self._calls = 0

    def receiver(self) -> Callable[[Any], Any]:
        """Return the function that is handed the estimator and gives it back."""

        def observe(estimator: Any) -> Any:
            self._begin(estimator)
            return estimator

        return observe

    def argument(self) -> Callable[[Any], Any]:
        """Return the function that is handed what the estimator is fitted on and gives it back."""

        def observe(data: Any) -> Any:
            self._calls += 1
            fit = self._fits.get(id(self._last))
            if fit is not None and self._calls <= self._HEADS:
                fit.head, fit.shape = head(data), shape_of(data)
            return data

        return observe

    def arguments(self) -> Callable[[Any], Any]:
        """Return the function that is handed several arguments, in a list or a dict, and gives them back."""
        one = self.argument()

        def observe(given: Any) -> Any:
            if type(given) in (list, tuple) and given:
                one(given[0])
            elif type(given) is dict:
                for name in DATA_ARGUMENTS & given.keys():
                    one(given[name])
            return given

        return observe

    def result(self) -> Callable[[Any], Any]:
        """Return the function that is handed what the call gives, and gives it back: the fit has come to its end."""

        def observe(value: Any) -> Any:
            fit = self._fits.get(id(self._last))
            if fit is not None:
                fit.ended = True
            return value

        return observe

    @property
    def several(self) -> bool:
        """Whether more than one estimator was fitted by the call."""
        return len(self._fits) + len(self._replaced) > 1

    def fitted(self, *, ended: bool = True) -> list[tuple[Any, Any, tuple[int, ...]]]:
        """Return the estimators that are still there, with the first rows and the shape of their data.

        Parameters
        ----------
        ended
            Leave out those whose fit raised.
        """
        fits = [fit for fit in self._fits.values() if fit.ended or not ended]
        found = [(fit.estimator(), fit.head, fit.shape) for fit in fits]
        return [(estimator, rows, shape) for estimator, rows, shape in found if estimator is not None]

    def gone(self) -> list[Any]:
        """Return what was kept of the estimators that are no longer there."""
        every = [*self._replaced, *self._fits.values()]
        return [fit.described for fit in every if fit.described and fit.estimator() is None]

    @forgiving()
    def _begin(self, estimator: Any) -> None:
        fits = self._fits
        before = fits.get(id(self._last))
        if before is not None and self._last is not estimator and before.described is None:
            before.described = self._describe(self._last)
        self._last = estimator
        earlier = fits.pop(id(estimator), None)
        if earlier is not None and earlier.estimator() is None and len(self._replaced) < self._KEPT:
            self._replaced.append(earlier)  # of another estimator, in whose place in memory this one stands
        if len(fits) >= self._KEPT:
            gone = [key for key, fit in fits.items() if fit.estimator() is None]
            fits.pop(gone[0] if gone else next(reversed(fits)))
        try:
            fits[id(estimator)] = _Fit(weakref.ref(estimator))
        except TypeError:  # of a class with slots
            if len(fits) < self._KEPT:
                fits[id(estimator)] = _Fit(lambda: estimator)


class _Fit:
    """One estimator of a site."""

    __slots__ = ("described", "ended", "estimator", "head", "shape")

    def __init__(self, estimator: Callable[[], Any]) -> None:
        self.estimator = estimator
        self.described: Any = None
        self.ended = False
        self.head: Any = None
        self.shape: tuple[int, ...] = ()
