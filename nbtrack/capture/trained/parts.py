"""The estimators that another consists of: the steps of a pipeline, what a search has chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving, module_of
from nbtrack.capture.settings.estimators import is_estimator
from nbtrack.installed import is_library

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["parts_of"]

_MAX_PARTS = 200


@forgiving(set)
def parts_of(model: Any) -> set[int]:
    """Return the `id` of the estimators that a library's estimator consists of, without its own."""
    found: set[int] = set()
    waiting = [model]
    while waiting and len(found) < _MAX_PARTS:
        one = waiting.pop()
        if not is_estimator(one) or not is_library(module_of(type(one))):
            continue
        for part in _held(one):
            if id(part) not in found and part is not model:
                found.add(id(part))
                waiting.append(part)
    return found


def _held(estimator: Any) -> Iterator[Any]:
    for value in list(vars(estimator).values()):
        if type(value) in (list, tuple):
            for one in value[:_MAX_PARTS]:
                yield from filter(is_estimator, one if type(one) is tuple else (one,))
        elif is_estimator(value):
            yield value
