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
    kept: dict[str, list[Place]] = {}
    for name, value in params.items():
        kept[name] = [place for place in found.get(name, ()) if same(place.value, value)]
        if len(kept[name]) > 1:
            # By these it can be said which of them is meant.
            for other in (other for place in kept[name] for other in place.others):
                kept.setdefault(other, [place for place in found[other] if same(place.value, value)])
    return {name: places for name, places in kept.items() if places}
