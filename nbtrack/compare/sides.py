"""Runs side by side: settings, results, tags, environment, data, with differences marked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbtrack.compare.chosen import chosen, heads
from nbtrack.compare.code_diff import code_diffs, code_of
from nbtrack.direction import direction
from nbtrack.entities.folds import shown_metrics
from nbtrack.entities.system_use import results
from nbtrack.fields import MISSING, differ, sent
from nbtrack.records import FOLDS_TAG, UNSTARRED
from nbtrack.store.reader import fold_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.compare.documents import Comparison, Row, RowKind, Section
    from nbtrack.records import RunRecord
    from nbtrack.store import Store

__all__ = ["side_by_side"]

_PLACES: tuple[tuple[str, RowKind], ...] = (
    ("status", "value"),
    ("experiment", "value"),
    ("start_time", "time"),
    ("duration", "duration"),
    ("notebook", "value"),
    ("note", "value"),
)
_OWN = "nbtrack."


def side_by_side(store: Store, ids: Sequence[str]) -> Comparison:
    """Return the comparison of these runs, in this order: sections of rows, one row per name and one cell per run.

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
        {"name": "Tags", "rows": _rows([_others(one) for one in tags])},
        {"name": "Data", "rows": _data(store, runs)},
        {"name": "Environment", "rows": _environment(store, runs)},
    ]
    return {
        "runs": heads(runs),
        "sections": [section for section in sections if section["rows"]],
        "code": code_diffs([run.id for run in runs], codes),
        "coded": [bool(code) for code in codes],
    }


def _rows(sides: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return a row for each name that a run has, sorted."""
    names = sorted({name for side in sides for name in side})
    return [_row(name, [side.get(name, MISSING) for side in sides]) for name in names]


def _row(name: str, values: Sequence[Any], kind: RowKind = "value") -> Row:
    cells = list(map(sent, values))
    return {
        "name": name,
        "kind": kind,
        "cells": cells,
        "differs": differ(values),
        "best": [],
        "direction": None,
    }


def _others(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags but for nbtrack's own, which always differ."""
    return {name: value for name, value in tags.items() if not name.startswith(_OWN)}


def _attributes(runs: Sequence[RunRecord]) -> list[Row]:
    rows = []
    for name, kind in _PLACES:
        if name == "duration":
            values: list[Any] = [
                MISSING if run.end_time is None else run.end_time - run.start_time for run in runs
            ]
        else:
            values = [getattr(run, name) or MISSING for run in runs]
        if any(value is not MISSING for value in values):
            row = _row(name, values, kind)
            # Times always differ between runs, so they are not marked.
            row["differs"] = row["differs"] and kind == "value"
            rows.append(row)
    return rows


def _params(store: Store, runs: Sequence[RunRecord]) -> list[Row]:
    return _rows([store.params(run.key) for run in runs])


def _metrics(store: Store, runs: Sequence[RunRecord], folds: set[str]) -> list[Row]:
    sides = [shown_metrics(results(store.metrics(run.key)), folds) for run in runs]
    rows = _rows(sides)
    for row in rows:
        row["direction"] = direction(row["name"])
        eligible = [
            None if run.status in UNSTARRED else side.get(row["name"])
            for run, side in zip(runs, sides, strict=True)
        ]
        row["best"] = _best(eligible, row["direction"])
    return rows


def _best(values: Sequence[float | None], better: str | None) -> list[int]:
    """Return the indices of the best values; none if all are equal."""
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
        sides.append(described)
    return _rows(sides)


def _environment(store: Store, runs: Sequence[RunRecord]) -> list[Row]:
    """Return Python, platform, git, and the packages that differ."""
    sides: list[dict[str, Any]] = []
    packages: list[dict[str, str]] = []
    for run in runs:
        document = store.document(run.key, "environment")
        environment: Mapping[str, Any] = document if isinstance(document, dict) else {}
        versions = environment.get("packages")
        packages.append(
            {f"packages.{name}": str(version) for name, version in versions.items()}
            if isinstance(versions, dict)
            else {}
        )
        sides.append(_flat({name: value for name, value in environment.items() if name != "packages"}))
    rows = _rows(sides)
    return rows + [row for row in _rows(packages) if row["differs"]]


def _flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a document of documents as one level of dotted names, lists as text."""
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        elif value not in (None, []):
            flat[f"{prefix}{name}"] = value if isinstance(value, bool | int | float) else str(value)
    return flat
