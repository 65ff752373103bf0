"""Scores that are not assigned to a name of the cell, and histories of fitted objects."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nbtrack.capture.containers import readable
from nbtrack.capture.foreign import forgiving, module_of, peek
from nbtrack.capture.number import as_number, as_numbers
from nbtrack.capture.results.holders import MAX_LENGTH, is_listed
from nbtrack.capture.words.names import is_history_attribute, is_log_name, is_metric_name
from nbtrack.points import Points

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.capture.watch.score_site import ScoreSite

__all__ = ["carries", "estimator_series", "score_metrics"]


def score_metrics(sites: Iterable[ScoreSite]) -> dict[str, Points]:
    """Return name to points of the scores that are not assigned to a name of the cell.

    A score is named after its function, and after its subject and part of the data if there are
    several.
    """
    entries: dict[tuple[str, str | None, str | None, str | None], list[tuple[int, float, float]]] = {}
    for site in sites:
        classes = {scored for scored, *_ in site.points}
        for scored, step, moment, value in site.points:
            subject = scored if len(classes) > 1 else site.subject
            key = (site.function + site.suffix, subject, site.split, site.label)
            entries.setdefault(key, []).append((step, moment, value))
        for part, seen in site.parts.items():
            classes = {scored for scored, *_ in seen}
            for scored, step, moment, value in seen:
                subject = scored if len(classes) > 1 else site.subject
                label = f"{site.label}_{part}" if site.label else f"{site.function}.{part}"
                key = (part, subject, site.split, label if site.label or site.function else None)
                entries.setdefault(key, []).append((step, moment, value))
    found: dict[str, Points] = {}
    for key, points in entries.items():
        name = base = _score_name(key, [other for other in entries if other[0] == key[0]])
        number = 1
        while name in found:
            number += 1
            name = f"{base}_{number}"
        steps = [step for step, _, _ in points]
        if any(b <= a for a, b in pairwise(steps)):
            steps = list(range(len(points)))
        found[name] = Points(
            array("q", steps), array("d", [p[1] for p in points]), array("d", [p[2] for p in points])
        )
    return found


_Key = tuple[str, str | None, str | None, str | None]


def _score_name(key: _Key, same: list[_Key]) -> str:
    """Return a score's name: its function's, with what distinguishes it from others of the same function."""
    name, subject, split, label = key
    is_distinct = False
    if split and len({other[2] for other in same}) > 1:
        name, is_distinct = f"{split}_{name}", True
    if subject and len({other[1] for other in same}) > 1:
        name, is_distinct = f"{subject}.{name}", True
    # The text before it is the last resort, because labels are written for readers.
    return label if label and len(same) > 1 and not is_distinct else name


@forgiving(bool)
def carries(estimator: Any, name: str) -> bool:
    """Return whether an object has its own attribute of this name."""
    return name in getattr(estimator, "__dict__", {})


@forgiving(dict)
def estimator_series(estimator: Any, read: set[str], now: float) -> dict[str, Points]:
    """Return the histories in attributes of a fitted object, such as `loss_curve_`.

    Parameters
    ----------
    estimator
        The fitted object.
    read
        Attributes that the cell itself reads: these count even if their name is not a history's.
    now
        The time for their points.
    """
    found: dict[str, Points] = {}
    best = as_number(peek(estimator, "best_score_"))
    if best is not None and peek(estimator, "best_params_") is not None:
        found["best_score_"] = Points.at(now, [best])
    own = module_of(type(estimator)) == "__main__"
    attributes = list(getattr(estimator, "__dict__", {}).items())
    for key, value in ((key, readable(one)) for key, one in attributes):
        if key.startswith("_") or not (key.endswith("_") or own):
            continue
        # A library's attributes may have any names (a mixture's `precisions_`): only some are histories.
        history = own and is_log_name(key)
        good = is_metric_name(key) or history if own else is_history_attribute(key)
        if not good and not (key in read and is_metric_name(key)):
            continue
        if own and isinstance(value, Mapping):
            for part, inner in value.items():
                numbers = as_numbers(inner) if isinstance(inner, list) else None
                if numbers:
                    found[f"{key}.{part}"] = Points.at(now, numbers)
            continue
        numbers = as_numbers(value) if is_listed(value) and 2 <= len(value) <= MAX_LENGTH else None
        if numbers is not None:
            found[key] = Points.at(now, numbers)
    return found
