"""Watch the `.fit` calls of a running cell: which estimators were fitted, and on which data."""

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
    """The estimators that were fitted by one `.fit` call, with the first rows of their data.

    Only the last estimator is kept alive, until the cell has ended: a loop over folds
    or over thousands of fits needs no additional memory.

    Parameters
    ----------
    source
        The estimator's name in the call.
    describe
        Returns the description to keep of an estimator that is replaced by another.
    """

    __slots__ = ("_calls", "_describe", "_fits", "_last", "_replaced", "returned", "source")

    _MAX_FITS = 64
    _MAX_HEADS = 500
    """Calls after which first rows are no longer taken."""

    def __init__(self, source: str, describe: Callable[[Any], Any]) -> None:
        self.source = source
        self._describe = describe
        self._fits: dict[int, _Fit] = {}
        self._replaced: list[_Fit] = []
        self._last: Any = None
        self._calls = 0
        self.returned: Any = None
        """What the last call returned, which may have no name."""

    def receiver(self) -> Callable[[Any], Any]:
        """Return the function that receives the estimator and returns it."""

        def observe(estimator: Any) -> Any:
            self._begin(estimator)
            return estimator

        return observe

    def argument(self) -> Callable[[Any], Any]:
        """Return the function that receives the data and returns it."""

        def observe(data: Any) -> Any:
            self._calls += 1
            fit = self._fits.get(id(self._last))
            if fit is not None and self._calls <= self._MAX_HEADS:
                fit.head, fit.shape = head(data), shape_of(data)
            return data

        return observe

    def arguments(self) -> Callable[[Any], Any]:
        """Return the function that receives several arguments in a list or a dict, and returns them."""
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
        """Return the function that receives the call's result and returns it: the fit has ended."""

        def observe(value: Any) -> Any:
            fit = self._fits.get(id(self._last))
            if fit is not None:
                fit.ended = True
            self.returned = value
            return value

        return observe

    @property
    def several(self) -> bool:
        """Whether more than one estimator was fitted by the call."""
        return len(self._fits) + len(self._replaced) > 1

    def fitted(self, *, ended: bool = True) -> list[tuple[Any, Any, tuple[int, ...]]]:
        """Return the estimators that still exist, with the first rows and the shape of their data.

        Parameters
        ----------
        ended
            Leave out those whose fit raised.
        """
        fits = [fit for fit in self._fits.values() if fit.ended or not ended]
        found = [(fit.estimator(), fit.head, fit.shape) for fit in fits]
        return [(estimator, rows, shape) for estimator, rows, shape in found if estimator is not None]

    def gone(self) -> list[Any]:
        """Return the descriptions of estimators that no longer exist."""
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
        if earlier is not None and earlier.estimator() is None and len(self._replaced) < self._MAX_FITS:
            self._replaced.append(earlier)  # of another estimator, whose memory address this one has
        if len(fits) >= self._MAX_FITS:
            gone = [key for key, fit in fits.items() if fit.estimator() is None]
            fits.pop(gone[0] if gone else next(reversed(fits)))
        try:
            fits[id(estimator)] = _Fit(weakref.ref(estimator))
        except TypeError:  # its class has slots
            if len(fits) < self._MAX_FITS:
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
