"""Runs side by side: settings, results, tags, environment, data, with what differs marked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbtrack.direction import direction
from nbtrack.entities.folds import shown_metrics
from nbtrack.records import FOLDS_TAG, UNSTARRED
from nbtrack.store.reader import fold_names
from nbtrack.widgets.comparison.cells import cell, differs
from nbtrack.widgets.comparison.chosen import chosen, heads
from nbtrack.widgets.comparison.code import code_diffs, code_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.records import RunRecord
    from nbtrack.store import Store
    from nbtrack.widgets.comparison.documents import Cell, CellKind, Comparison, Row, Section

__all__ = ["side_by_side"]

_PLACES: tuple[tuple[str, CellKind], ...] = (
    ("status", "text"),
    ("experiment", "text"),
    ("start_time", "time"),
    ("duration", "duration"),
    ("notebook", "text"),
    ("note", "text"),
)
_OWN = "nbtrack."


def side_by_side(store: Store, ids: Sequence[str]) -> Comparison:
    """Return the comparison of these runs, in this order: a section a part, a row a name, a cell a run.

    Raises
    ------
    InvalidValueError, NotFoundError
        When no run is chosen, or one is not there.
    """
    runs = chosen(store, ids)
    tags = [store.tags(run.key) for run in runs]
    codes = [code_of(store.document(run.key, "source")) for run in runs]
    sections: list[Section] = [
        {"name": "Run", "rows": _attributes(runs)},
        {"name": "Params", "rows": _params(store, runs)},
        {"name": "Metrics", "rows": _metrics(store, runs, fold_names(one.get(FOLDS_TAG) for one in tags))},
        {"name": "Tags", "rows": _rows([_cells(_others(one)) for one in tags])},
        {"name": "Data", "rows": _data(store, runs)},
        {"name": "Environment", "rows": _environment(store, runs)},
    ]
    return {
        "runs": heads(runs),
        "sections": [section for section in sections if section["rows"]],
        "code": code_diffs([run.id for run in runs], codes),
        "coded": [bool(code) for code in codes],
    }


def _rows(sides: Sequence[Mapping[str, Cell | None]]) -> list[Row]:
    """Return a row for each name that a run has, sorted."""
    names = sorted({name for side in sides for name in side})
    return [_row(name, [side.get(name) for side in sides]) for name in names]


def _row(name: str, cells: list[Cell | None]) -> Row:
    return {"name": name, "cells": cells, "differs": differs(cells), "best": [], "direction": None}


def _cells(values: Mapping[str, Any]) -> dict[str, Cell | None]:
    return {name: cell(value) for name, value in values.items()}


def _others(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags but for nbtrack's own, which always differ."""
    return {name: value for name, value in tags.items() if not name.startswith(_OWN)}


def _attributes(runs: Sequence[RunRecord]) -> list[Row]:
    rows = []
    for name, kind in _PLACES:
        if name == "duration":
            values: list[Any] = [run.end_time and run.end_time - run.start_time for run in runs]
        else:
            values = [getattr(run, name) or None for run in runs]
        if any(value is not None for value in values):
            row = _row(name, [cell(value, None if value is None else kind) for value in values])
            # Two runs never began at the same moment, nor took the same time: that says nothing.
            row["differs"] = row["differs"] and kind == "text"
            rows.append(row)
    return rows


def _params(store: Store, runs: Sequence[RunRecord]) -> list[Row]:
    sides = []
    for run in runs:
        params = store.params(run.key)
        sides.append({name: cell(value, "none" if value is None else None) for name, value in params.items()})
    return _rows(sides)


def _metrics(store: Store, runs: Sequence[RunRecord], folds: set[str]) -> list[Row]:
    sides = [shown_metrics(store.metrics(run.key), folds) for run in runs]
    rows = _rows([_cells(side) for side in sides])
    for row in rows:
        row["direction"] = direction(row["name"])
        held = [
            None if run.status in UNSTARRED else side.get(row["name"])
            for run, side in zip(runs, sides, strict=True)
        ]
        row["best"] = _best(held, row["direction"])
    return rows


def _best(values: Sequence[float | None], better: str | None) -> list[int]:
    """Return the places of the best of the values, none where they are all the same."""
    known = [value for value in values if value is not None and not math.isnan(value)]
    if better is None or len(set(known)) < 2:
        return []
    best = min(known) if better == "down" else max(known)
    return [place for place, value in enumerate(values) if value == best]


def _data(store: Store, runs: Sequence[RunRecord]) -> list[Row]:
    sides = []
    for run in runs:
        described = {}
        for name, record in store.data(run.key).items():
            size = " x ".join(f"{length:,}" for length in record.shape)
            described[name] = f"{record.kind} {size} {record.fingerprint[:12]}"
        sides.append(_cells(described))
    return _rows(sides)


def _environment(store: Store, runs: Sequence[RunRecord]) -> list[Row]:
    """Return Python, platform and git, and of the packages those that differ."""
    sides: list[dict[str, Any]] = []
    packages: list[dict[str, str]] = []
    for run in runs:
        document = store.document(run.key, "environment")
        held: Mapping[str, Any] = document if isinstance(document, dict) else {}
        versions = held.get("packages")
        packages.append(
            {f"packages.{name}": str(version) for name, version in versions.items()}
            if isinstance(versions, dict)
            else {}
        )
        sides.append(_flat({name: value for name, value in held.items() if name != "packages"}))
    rows = _rows([_cells(side) for side in sides])
    return rows + [row for row in _rows([_cells(side) for side in packages]) if row["differs"]]


def _flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a document of documents as one level of dotted names, lists as text."""
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        elif value not in (None, []):
            flat[f"{prefix}{name}"] = value if isinstance(value, bool | int | float) else str(value)
    return flat
