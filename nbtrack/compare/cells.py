"""Values in the form that views show: JSON and JavaScript would change some."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbtrack.fields import MISSING, is_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.compare.documents import Cell, CellKind

__all__ = ["cell", "finite", "finites"]


def cell(value: Any, kind: CellKind | None = None) -> Cell | None:
    """Return a value with its kind and exact text; None where it is `MISSING`."""
    if value is MISSING:
        return None
    if value is None:
        return {"kind": "none", "text": "None"}
    if kind is None:
        kind = "bool" if isinstance(value, bool) else "number" if is_number(value) else "text"
    return {"kind": kind, "text": str(value)}


def finite(value: float | None) -> float | None:
    """Return a number that JSON can hold, or None."""
    return value if value is not None and math.isfinite(value) else None


def finites(values: Iterable[float]) -> list[float | None]:
    """Return numbers that JSON can hold; others become None."""
    return [value if math.isfinite(value) else None for value in values]
