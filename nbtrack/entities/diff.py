"""What is different between two runs."""

from __future__ import annotations

import difflib
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from nbtrack import doors
from nbtrack.entities.folds import folds_of, shown_metrics
from nbtrack.entities.system_use import results
from nbtrack.entities.text import one_line, table_text, value_text
from nbtrack.fields import MISSING, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.entities.run import Run
    from nbtrack.records import DataRecord, ParamValue

__all__ = ["RunDiff"]

T = TypeVar("T")
_CELL_WIDTH = 40


class RunDiff:
    """The differences between two runs: for each part, names with `(left, right)`, None where a run lacks it.

    Attributes
    ----------
    left, right
        The two runs.

    Examples
    --------
    >>> nbtrack.runs()[0].diff(nbtrack.runs()[1]).params  # doctest: +SKIP
    {'alpha': (0.5, 0.4)}
    """

    def __init__(self, left: Run, right: Run) -> None:
        self.left = left
        self.right = right

    @cached_property
    def params(self) -> dict[str, tuple[ParamValue, ParamValue]]:
        """The params whose values or types differ."""
        return _differences(self.left.params, self.right.params)

    @cached_property
    def metrics(self) -> dict[str, tuple[float | None, float | None]]:
        """The metrics whose last values differ, without `system/...`; for scores of folds the means, as `scores.mean`."""
        runs = (self.left, self.right)
        folds = folds_of(run.tags for run in runs)
        return _differences(*(shown_metrics(results(run.store.metrics(run.key)), folds) for run in runs))

    @cached_property
    def tags(self) -> dict[str, tuple[str | None, str | None]]:
        """The tags that differ, but for nbtrack's own (`nbtrack.*`), which always do."""
        own = "nbtrack."
        sides = [
            {n: v for n, v in run.tags.items() if not n.startswith(own)} for run in (self.left, self.right)
        ]
        return _differences(*sides)

    @cached_property
    def data(self) -> dict[str, tuple[DataRecord | None, DataRecord | None]]:
        """The tables and arrays whose content or shape differs, by name."""
        return _differences(self.left.data, self.right.data)

    @cached_property
    def environment(self) -> dict[str, tuple[Any, Any]]:
        """What differs between the environments: Python, platform, packages (`packages.numpy`), git commit."""
        return _differences(_flat(self.left.environment), _flat(self.right.environment))

    @cached_property
    def code(self) -> str:
        """The difference between the codes as a unified diff; empty where they are the same."""
        left, right = [str(run.source or "").splitlines() for run in (self.left, self.right)]
        names = [one_line(f"{run.name} {run.id[:8]}") for run in (self.left, self.right)]
        return "\n".join(difflib.unified_diff(left, right, names[0], names[1], lineterm=""))

    def __bool__(self) -> bool:
        """Whether anything is different."""
        return any((self.params, self.metrics, self.tags, self.data, self.environment, self.code))

    def __repr__(self) -> str:
        names = [one_line(run.name, _CELL_WIDTH) for run in (self.left, self.right)]
        if names[0] == names[1]:
            names = [f"{name} {run.id[:8]}" for name, run in zip(names, (self.left, self.right), strict=True)]
        parts = []
        for part in ("params", "metrics", "tags", "data", "environment"):
            found = getattr(self, part)
            if found:
                rows = [[one_line(n, _CELL_WIDTH), *map(_cell, pair)] for n, pair in sorted(found.items())]
                parts.append(table_text([part, *names], rows))
        if self.code:
            # Escaped line by line, so that the line breaks stay.
            parts.append("code\n" + "\n".join(map(one_line, self.code.splitlines())))
        return "\n\n".join(parts) or f"No difference between {names[0]} and {names[1]}."

    def _repr_html_(self) -> str:
        return doors.diff_html(self)


def _cell(value: Any) -> str:
    """Return one side of a difference as text."""
    if value is None:
        return "-"
    if hasattr(value, "fingerprint"):
        size = " x ".join(f"{n:,}" for n in value.shape)
        return f"{value.kind} {size} {value.fingerprint[:8]}"
    return one_line(value_text(value), _CELL_WIDTH)


def _differences(left: Mapping[str, T], right: Mapping[str, T]) -> dict[str, tuple[T | None, T | None]]:
    names = [*left, *(name for name in right if name not in left)]
    differing = (name for name in names if not same(left.get(name, MISSING), right.get(name, MISSING)))
    return {name: (left.get(name), right.get(name)) for name in differing}


def _flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested documents as one level of dotted names."""
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
