"""A metric's points on their way to the store."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Columns"]


@dataclass(slots=True)
class Columns:
    """A metric's points: steps, times in seconds since the epoch, values."""

    steps: array[int] = field(default_factory=lambda: array("q"))
    times: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))

    @classmethod
    def of(cls, values: Sequence[float], now: float) -> Columns:
        """Return one point a value, all at one time."""
        return cls(array("q", range(len(values))), array("d", [now]) * len(values), array("d", values))
