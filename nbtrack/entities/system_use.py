"""A run's metrics apart: its results, and what it took of its machine (`system/...`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from nbtrack.records import SYSTEM_USE, is_system_use

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["results", "system_use"]

T = TypeVar("T")


def results(metrics: Mapping[str, T]) -> dict[str, T]:
    """Return the metrics without those that say what the run took of its machine.

    Examples
    --------
    >>> results({"loss": 0.5, "system/disk_usage_percentage": 71.0})
    {'loss': 0.5}
    """
    return {name: value for name, value in metrics.items() if not is_system_use(name)}


def system_use(metrics: Mapping[str, T]) -> dict[str, T]:
    """Return the metrics that say what the run took of its machine, without their prefix.

    Examples
    --------
    >>> system_use({"loss": 0.5, "system/disk_usage_percentage": 71.0})
    {'disk_usage_percentage': 71.0}
    """
    return {name.removeprefix(SYSTEM_USE): value for name, value in metrics.items() if is_system_use(name)}
