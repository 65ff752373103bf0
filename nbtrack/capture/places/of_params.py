"""The places of the params that a run recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.capture.places.finding import places_in
from nbtrack.fields import same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.capture.places.place import Place
    from nbtrack.records import ParamValue

__all__ = ["places_of_params"]

_MARK = "# %%\n"
"""Stands before each cell of a recorded script; the last is the tracked one."""


def places_of_params(
    script: str, params: Mapping[str, ParamValue], positional: Mapping[str, Sequence[str]] | None = None
) -> dict[str, list[Place]]:
    r"""Return the places of a run's params in its script; none for one that no literal stands for.

    Parameters
    ----------
    script
        The run's recorded script.
    params
        Its params: a literal counts only if it has the param's value.
    positional
        The names of positional parameters that were recorded with it.

    Raises
    ------
    SyntaxError
        When the script is no Python.

    Examples
    --------
    >>> found = places_of_params("a = Ridge(alpha=0.5)\nb = Lasso(alpha=0.1)\n", {"a.alpha": 0.5})
    >>> [place.line for place in found["a.alpha"]]
    [1]
    """
    found = places_in(script, positional)
    own = script.count("\n", 0, script.rfind(_MARK)) + 1 if _MARK in script else 0
    kept: dict[str, list[Place]] = {}
    for name, value in params.items():
        matching = [place for place in found.get(name, ()) if same(place.value, value)]
        # Of calls that the run did not make itself only what they made counts, such as an estimator that it fitted.
        kept[name] = [place for place in matching if place.line > own] or matching
        if len(kept[name]) > 1:
            # By these it can be said which of them is meant.
            for other in (other for place in kept[name] for other in place.others):
                kept.setdefault(other, [place for place in kept[name] if place in found[other]])
    return {name: places for name, places in kept.items() if places}
