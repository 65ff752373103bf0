"""Numbers that can be drawn: JSON has no NaN and no infinity, and a chart has no place for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.fields import is_finite

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["finite", "finites"]


def finite(value: Any) -> float | None:
    """Return a number that can be drawn; None for anything else."""
    return float(value) if is_finite(value) else None


def finites(values: Iterable[Any]) -> list[float | None]:
    """Return numbers that can be drawn; others become None."""
    return list(map(finite, values))
