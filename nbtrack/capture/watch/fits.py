"""Watch the `.fit` calls of a running cell: which estimators were fitted, with which settings, and on which data."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.capture.data import head, shape_of
from nbtrack.capture.foreign import forgiving, has_method
from nbtrack.capture.words.calls import DATA_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FitSite", "Gone", "Trained"]


class Trained(NamedTuple):
    """An estimator that a call has fitted."""

    estimator: Any
    head: Any
    """The first rows of its data."""
    shape: tuple[int, ...]
    described: Any
    """Its description at the fit."""


class Gone(NamedTuple):
    """An estimator that a call has fitted, and that the code has deleted since."""

    kind: str
    path: str
    """Its class, with its module."""
    head: Any
    shape: tuple[int, ...]
    described: Any


class FitSite:
    """The estimators that were fitted by one `.fit` call, with the first rows of their data.

    None is kept alive but the last one that predicts and has no name, until the next: a cell may delete what it has fitted, and a loop over folds
    or over thousands of fits needs no additional memory. What is needed of them is described at the fit.

    Parameters
    ----------
    source
        The estimator's name in the call.
    describe
        Returns the description to keep of an estimator.
    unnamed
        Whether the estimator has no name when the call is made.
    dropped
        Whether the call's result has no name afterwards.
    """

    __slots__ = (
        "_calls", "_current", "_describe", "_dropped", "_fits", "_last", "_replaced", "_returned", "_unnamed", "source",
    )  # fmt: skip

    _MAX_FITS = 64
    _MAX_HEADS = 500
    """Calls after which first rows are no longer taken."""

    def __init__(
        self, source: str, describe: Callable[[Any], Any], *, unnamed: bool = True, dropped: bool = True
    ) -> None:
        self.source = source
        self._describe = describe
        self._unnamed, self._dropped = unnamed, dropped
        self._fits: dict[int, _Fit] = {}
        self._replaced: list[_Fit] = []
        self._current: _Fit | None = None
        self._last: Any = None
        self._calls = 0
        self._returned: Callable[[], Any] = _nothing

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
            fit = self._current
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
            fit, self._current = self._current, None
            estimator = None
            if fit is not None:
                fit.ended, estimator = True, fit.estimator()
                fit.described = self._describe(estimator)
            held = self._dropped and value is not estimator
            self._returned = (lambda: value) if held else _weakly(value)
            return value

        return observe

    @property
    def returned(self) -> Any:
        """What the last call returned, which may have no name; None if it is gone."""
        return self._returned()

    @property
    def several(self) -> bool:
        """Whether more than one estimator was fitted by the call."""
        return len(self._fits) + len(self._replaced) > 1

    def fitted(self, *, ended: bool = True) -> list[Trained]:
        """Return the estimators that still exist.

        Parameters
        ----------
        ended
            Leave out those whose fit raised.
        """
        fits = [fit for fit in self._fits.values() if fit.ended or not ended]
        found = [Trained(fit.estimator(), fit.head, fit.shape, fit.described) for fit in fits]
        return [one for one in found if one.estimator is not None]

    def gone(self) -> list[tuple[str, Any]]:
        """Return the classes' names and the descriptions of estimators that no longer exist."""
        every = [*self._replaced, *self._fits.values()]
        return [(fit.kind, fit.described) for fit in every if fit.described and fit.estimator() is None]

    @property
    def last_gone(self) -> Gone | None:
        """The last estimator that predicts, if the code has deleted all that the call has fitted."""
        fits = list(self._fits.values())
        if not fits or any(fit.estimator() is not None for fit in fits):
            return None
        last = fits[-1]
        return (
            Gone(last.kind, last.path, last.head, last.shape, last.described)
            if last.ended and last.predicts
            else None
        )

    @forgiving()
    def _begin(self, estimator: Any) -> None:
        fits = self._fits
        # A scaler without a name is of no use to what was fitted on its result.
        self._last = estimator if self._unnamed and has_method(estimator, "predict") else None
        earlier = fits.pop(id(estimator), None)
        if earlier is not None and earlier.estimator() is None and len(self._replaced) < self._MAX_FITS:
            self._replaced.append(earlier)  # of another estimator, whose memory address this one has
        if len(fits) >= self._MAX_FITS:
            gone = [key for key, fit in fits.items() if fit.estimator() is None]
            fits.pop(gone[0] if gone else next(reversed(fits)))
        self._current = None
        try:
            fits[id(estimator)] = self._current = _Fit(weakref.ref(estimator), type(estimator))
        except TypeError:  # its class has slots
            if len(fits) < self._MAX_FITS:
                fits[id(estimator)] = self._current = _Fit(lambda: estimator, type(estimator))


def _nothing() -> None:
    return None


def _weakly(value: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(value)
    except TypeError:  # a number or a tuple has no name that leads to a model
        return _nothing


class _Fit:
    """One estimator of a site."""

    __slots__ = ("described", "ended", "estimator", "head", "kind", "path", "predicts", "shape")

    def __init__(self, estimator: Callable[[], Any], kind: type) -> None:
        self.estimator = estimator
        self.kind = kind.__name__
        self.path = f"{kind.__module__}.{kind.__qualname__}"
        self.predicts = hasattr(kind, "predict")
        self.described: Any = None
        self.ended = False
        self.head: Any = None
        self.shape: tuple[int, ...] = ()
