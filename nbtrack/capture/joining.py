"""What a script's functions were found to do, together with what its top level did."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nbtrack.capture.settings.setting import Setting, resolve
from nbtrack.points import Points

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nbtrack.capture.execution import Captured

__all__ = ["Called", "join", "leave_out_twice"]


class Called(NamedTuple):
    """One call of a function, in the order in which they began."""

    function: str
    bound: Collection[str]
    """The names that it binds."""
    found: Captured


def leave_out_twice(captured: Captured, calls: Sequence[Called]) -> None:
    """Leave out what a function returns, where its caller has a name for it: `accuracy = evaluate(model)`."""
    named = [captured.metrics]
    for call in calls:
        found = call.found
        found.metrics = {
            name: points
            for name, points in found.metrics.items()
            if not any(
                list(points.values) == list(others[other].values)
                and (name not in call.bound or len(points.values) > 1)
                for others in named
                for other in others
                if other != name
            )
        }
        # A function that is called later may be called by this one.
        named.append(found.metrics)


def join(captured: Captured, calls: Sequence[Called]) -> None:
    """Add what functions were found to do to what their script was."""
    settings = [Setting(name, value) for name, value in captured.params.items()]
    metrics: dict[str, list[Points]] = {}
    known = {id(one.estimator) for call in calls for one in call.found.fitted}
    kept = [
        (record, one)
        for record, one in zip(captured.estimators, captured.fitted, strict=True)
        if id(one.estimator) not in known
    ]
    seen: set[int] = set()
    fresh = []
    for call in calls:
        found = call.found
        settings += [Setting(key, value, call.function) for key, value in found.params.items()]
        for key, points in found.metrics.items():
            metrics.setdefault(key, []).append(points)
        for record, one in zip(found.estimators, found.fitted, strict=True):
            if id(one.estimator) not in seen:
                seen.add(id(one.estimator))
                fresh.append((record, one))
        described = {one.name for one in captured.data}
        captured.data += [one for one in found.data if one.name not in described]
        captured.loops |= found.loops
        captured.folds |= found.folds
        captured.left_out += found.left_out
        captured.secrets += found.secrets
        captured.written |= found.written
    captured.estimators = [record for record, _ in [*fresh, *kept]]
    captured.fitted = [one for _, one in [*fresh, *kept]]
    captured.metrics = {**{name: _in_order(parts) for name, parts in metrics.items()}, **captured.metrics}
    captured.params = {
        name: value for name, value in resolve(settings).items() if name not in captured.metrics
    }


def _in_order(parts: list[Points]) -> Points:
    """Return the points of several calls as one history."""
    joined = Points.joined(parts)
    return joined if len(parts) == 1 else joined._replace(steps=range(len(joined.values)))
