"""Params, metrics and tags of the current run: MLflow's `log_*` and `set_*`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from nbtrack.clock import now
from nbtrack.entities.mlflow import NOTE_TAG
from nbtrack.entities.tag_edits import edit_tags
from nbtrack.errors import InvalidValueError, NbtrackWarning
from nbtrack.store import pack_point
from nbtrack.tracking.current import OutlivesCellError, here, logged_run, require_run
from nbtrack.tracking.logged import MAX_STEP, MetricLog, metric_log
from nbtrack.values import as_metric, as_name, as_param

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbtrack.records import ParamValue

__all__ = [
    "delete_tag",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "not_secret",
    "set_note",
    "set_tag",
    "set_tags",
]

_MAX_DEPTH = 20
"""Levels of nested dicts that become dotted names; deeper ones are stored as text."""

_T = TypeVar("_T")

_current = here.get


def log_metric(  # noqa: PLR0917 (MLflow's order)
    key: str,
    value: float,
    step: int | None = None,
    synchronous: bool | None = None,  # noqa: ARG001 (MLflow's; nothing here waits)
    timestamp: int | None = None,
    run_id: str | None = None,
    model_id: str | None = None,  # noqa: ARG001 (MLflow's)
    dataset: Any = None,  # noqa: ARG001 (MLflow's)
) -> None:
    """Add a point to a metric of the current run; takes about a microsecond.

    Parameters
    ----------
    key
        The metric's name.
    value
        A real number, also NaN, infinities, and NumPy's and torch's scalars.
    step
        The iteration. By default the one after this metric's latest, from 0, whereas MLflow puts every
        point at 0; the last value is the same one.
    synchronous
        Has no effect.
    timestamp
        Milliseconds since the epoch; now when not given.
    run_id
        Another run to log to.
    model_id, dataset
        Have no effect.

    Raises
    ------
    InvalidValueError
        When the name, the value or the step cannot be kept.

    Examples
    --------
    >>> with nbtrack.start_run() as run:
    ...     for rmse in (0.82, 0.79):
    ...         nbtrack.log_metric("rmse", rmse)
    >>> run.history("rmse")["value"].tolist()
    [0.82, 0.79]
    """
    run = _current()
    if run is None or run.ended or run_id is not None:
        log = _slow_log(key, run_id)
    else:
        try:
            log = run.logs[key]
        except (KeyError, TypeError):
            log = metric_log(run, key)
    if type(value) is not float:
        value = as_metric(value, f"metric {key!r}")
    if step is None:
        number = next(log.steps) if log.given is None else log.following()
    elif type(step) is int and -MAX_STEP <= step < MAX_STEP:
        log.given = number = step
    else:
        number = log.at(step)
    log.append(pack_point(number, now() if timestamp is None else _seconds(timestamp), value))


def log_metrics(  # noqa: PLR0917 (MLflow's order)
    metrics: Mapping[str, float],
    step: int | None = None,
    synchronous: bool | None = None,
    run_id: str | None = None,
    timestamp: int | None = None,
    model_id: str | None = None,  # noqa: ARG001 (MLflow's)
    dataset: Any = None,  # noqa: ARG001 (MLflow's)
) -> None:
    """Add a point to each of several metrics; see `log_metric`.

    Raises
    ------
    InvalidValueError
        Naming each that cannot be kept, after all others have been logged.

    Examples
    --------
    >>> with nbtrack.start_run() as run:
    ...     nbtrack.log_metrics({"rmse": 0.79, "r2": 0.28}, step=10)
    >>> run.metrics
    {'r2': 0.28, 'rmse': 0.79}
    """
    faults = []
    for key, value in _mapping(metrics, "metrics").items():
        try:
            log_metric(key, value, step, synchronous, timestamp, run_id)
        except InvalidValueError as fault:
            faults.append(str(fault))
    _raise(faults)


def log_param(key: str, value: Any, synchronous: bool | None = None) -> Any:  # noqa: ARG001 (MLflow's)
    """Store a param of the current run, and return it; a later value replaces an earlier one.

    Parameters
    ----------
    key
        The param's name.
    value
        Numbers, bools, strings and None are kept with their types, NumPy's and torch's scalars as
        Python's; a dict becomes a param for each of its items, named `key.item`; anything else its text.
        A value that looks like a secret, by its name or its content, is masked; see `not_secret`.
    synchronous
        Has no effect.

    Raises
    ------
    InvalidValueError
        When the name or the value cannot be kept.

    Examples
    --------
    >>> with nbtrack.start_run() as run:
    ...     nbtrack.log_param("alpha", 0.5)
    0.5
    """
    _log_params([(key, value)], None)
    return value


def log_params(params: Mapping[str, Any], synchronous: bool | None = None, run_id: str | None = None) -> None:  # noqa: ARG001 (MLflow's)
    """Store several params; see `log_param`.

    Raises
    ------
    InvalidValueError
        Naming each that cannot be kept, after all others have been logged.

    Examples
    --------
    >>> with nbtrack.start_run() as run:
    ...     nbtrack.log_params({"alpha": 0.5, "optimizer": {"name": "sgd", "lr": 0.1}})
    >>> run.params
    {'alpha': 0.5, 'optimizer.lr': 0.1, 'optimizer.name': 'sgd'}
    """
    _log_params(_mapping(params, "params").items(), run_id)


def not_secret(value: _T) -> _T:
    """Declare that a value is not a secret, and return it: from now on it is stored unmasked, under any name.

    In a tracked cell the comment `# pragma: allowlist secret` after a literal does the same for its code.

    Examples
    --------
    >>> with nbtrack.start_run() as run:
    ...     nbtrack.log_params({"token": nbtrack.not_secret("lemma-7b")})
    >>> run.params
    {'token': 'lemma-7b'}
    """
    from nbtrack.capture.secrets import SEEN

    SEEN.allow(str(value))
    return value


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> None:  # noqa: ARG001 (MLflow's)
    """Set a tag of the current run; a later value replaces an earlier one.

    MLflow's tags `mlflow.runName` and `mlflow.note.content` set the run's name and note.

    Examples
    --------
    >>> with nbtrack.start_run() as run:
    ...     nbtrack.set_tag("team", "red")
    >>> run.tags["team"]
    'red'
    """
    edit_tags(require_run().writer, [(key, value)])


def set_tags(tags: Mapping[str, Any], synchronous: bool | None = None) -> None:  # noqa: ARG001 (MLflow's)
    """Set several tags of the current run.

    Raises
    ------
    InvalidValueError
        Naming each that cannot be kept, after all others have been set.

    Examples
    --------
    >>> with nbtrack.start_run() as run:
    ...     nbtrack.set_tags({"team": "red", "stage": "draft"})
    >>> run.tags["team"], run.tags["stage"]
    ('red', 'draft')
    """
    edit_tags(require_run().writer, _mapping(tags, "tags").items())


def delete_tag(key: str) -> None:
    """Delete a tag of the current run.

    Raises
    ------
    NotFoundError
        When the run has no such tag.

    Examples
    --------
    >>> with nbtrack.start_run(tags={"stage": "draft"}) as run:
    ...     nbtrack.delete_tag("stage")
    >>> "stage" in run.tags
    False
    """
    require_run().delete_tag(key)


def set_note(text: str | None) -> None:
    """Replace the note of the current run; None clears it.

    Examples
    --------
    >>> with nbtrack.start_run() as run:
    ...     nbtrack.set_note("Scaled the inputs.")
    >>> run.note
    'Scaled the inputs.'
    """
    edit_tags(require_run().writer, [(NOTE_TAG, "" if text is None else text)])


def _forget(_point: bytes) -> None:
    return None


def _slow_log(key: Any, run_id: str | None) -> MetricLog:
    """Return the log of a metric when the context does not have the run."""
    if run_id is None:
        try:
            run = require_run()
        except OutlivesCellError as error:
            # This must not end a thread that is still training.
            warnings.warn(f"metric {key!r} is not kept: {error}", NbtrackWarning, stacklevel=4)
            return MetricLog(_forget, 0)
    else:
        run = logged_run(run_id)
    # Always through its writer, which polls a run of another process only when it is notified.
    return metric_log(run, key)


def _log_params(params: Iterable[tuple[Any, Any]], run_id: str | None) -> None:
    writer = (require_run() if run_id is None else logged_run(run_id)).writer
    faults = []
    for key, value in params:
        for name, part in _flat(key, value):
            try:
                checked = as_name(name, "param name")
                writer.log_param(checked, _masked(checked, as_param(part, f"param {checked!r}")))
            except InvalidValueError as fault:
                faults.append(str(fault))
    _raise(faults)


def _masked(name: str, value: ParamValue) -> ParamValue:
    if type(value) in (float, bool) or value is None:
        return value
    from nbtrack.capture.secrets import SEEN  # its patterns are slow to compile

    return SEEN.param(name, value)


def _flat(key: Any, value: Any, around: tuple[int, ...] = ()) -> Iterator[tuple[Any, Any]]:
    """Yield the items of dicts of dicts with dotted names."""
    # A dict that contains itself, and an empty one, are stored as text.
    if isinstance(value, Mapping) and value and len(around) < _MAX_DEPTH and id(value) not in around:
        for name, part in value.items():
            yield from _flat(f"{key}.{name}", part, (*around, id(value)))
    else:
        yield key, value


def _mapping(given: Any, what: str) -> Mapping[Any, Any]:
    if not isinstance(given, Mapping):
        raise InvalidValueError(f"{what} is a {type(given).__name__}; give a dict of names to values")
    return given


def _raise(faults: list[str]) -> None:
    if faults:
        raise InvalidValueError("; ".join(faults))


def _seconds(milliseconds: Any) -> float:
    seconds = as_metric(milliseconds, "timestamp") / 1000
    if not math.isfinite(seconds):
        raise InvalidValueError(
            f"timestamp {milliseconds!r} is not a time; give milliseconds since the epoch"
        )
    return seconds
