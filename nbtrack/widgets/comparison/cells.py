"""Values as a view shows them: JSON and JavaScript would change some."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbtrack.widgets.comparison.documents import Cell, CellKind

__all__ = ["cell", "differs", "finite", "finites"]


def cell(value: Any, kind: CellKind | None = None) -> Cell | None:
    """Return a value with its kind and exact text, None where there is none.

    A param that is None is a value: give `kind="none"`.
    """
    if kind == "none":
        return {"kind": "none", "text": "None"}
    if value is None:
        return None
    if kind is None:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        kind = "bool" if isinstance(value, bool) else "number" if number else "text"
    return {"kind": kind, "text": str(value)}


def differs(cells: Sequence[Cell | None]) -> bool:
    """Return whether the cells of a row are not all the same; True and 1 are different settings, 1 and 1.0 are not."""
    return len({None if one is None else _identity(one) for one in cells}) > 1


def _identity(one: Cell) -> tuple[str, Any]:
    if one["kind"] == "number" and len(one["text"]) < 300:
        number = float(one["text"])
        # An integer that a float cannot hold is compared by its text.
        if math.isfinite(number) and abs(number) < 2**53:
            return "number", number
    return one["kind"], one["text"]


def finite(value: float | None) -> float | None:
    """Return a number that JSON can hold, or None."""
    return value if value is not None and math.isfinite(value) else None


def finites(values: Iterable[float]) -> list[float | None]:
    """Return numbers that JSON can hold, each None where it is none."""
    return [value if math.isfinite(value) else None for value in values]
