"""A run that is logged to: the next step and the buffer of each metric."""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, Any

from nbtrack.entities import Run
from nbtrack.errors import InvalidValueError
from nbtrack.values import as_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbtrack.store import RunWriter, Store

__all__ = ["MAX_STEP", "LoggedRun", "MetricLog", "forget_writers", "metric_log"]

MAX_STEP = 2**63 - 1


class MetricLog:
    """The buffer of one metric's points, and its next step."""

    __slots__ = ("append", "given", "steps")

    def __init__(self, append: Callable[[bytes], None], first: int) -> None:
        self.append = append
        # Counting with `next` is one step of the interpreter, so that threads never get the same number.
        self.steps = itertools.count(first)
        self.given: int | None = None
        """The explicit step that automatic steps continue from."""

    def following(self) -> int:
        """Return the step after the explicit one."""
        given, self.given = self.given, None
        if given is not None:
            self.steps = itertools.count(given + 1)
        return next(self.steps)

    def at(self, step: Any) -> int:
        """Return an explicit step as an integer; the next automatic one follows it."""
        try:
            number = operator.index(step)
        except TypeError:
            if not (isinstance(step, float) and step.is_integer()):
                raise InvalidValueError(f"step {step!r} is not an integer; count epochs or batches") from None
            number = int(step)
        if not -MAX_STEP <= number < MAX_STEP:
            raise InvalidValueError(f"step {step!r} is beyond 64 bits; count from 0")
        self.given = number
        return number


class LoggedRun(Run):
    """A run that is logged to: the current one, or another by its id.

    Parameters
    ----------
    store
        The run's store.
    writer
        Writes to the run.
    fresh
        Whether it is new: the store then has no points that automatic steps would continue from.
    """

    def __init__(self, store: Store, writer: RunWriter, *, fresh: bool) -> None:
        super().__init__(store, writer.id)
        self.writer = writer
        self.ended = False
        self.logs: dict[str, MetricLog] = {}
        self._fresh = fresh
        self._before_fork: dict[str, MetricLog] = {}

    def _log_of(self, name: str) -> MetricLog:
        append = self.writer.series(name).append if self.writer.live else self.writer.appender(name)
        log = self.logs.get(name)
        if log is None:
            log = self._before_fork.get(name)
            if log is None:
                known = None if self._fresh else self.store.metrics(self.key).get(name)
                log = MetricLog(append, known.last_step + 1 if known else 0)
            # Two threads that come here at once both get the log of the first.
            log = self.logs.setdefault(name, log)
        log.append = append
        return log

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickled or copied it is a plain run, without the logging.
        return Run, (self.store, self.id)


def metric_log(run: LoggedRun, key: Any) -> MetricLog:
    """Return the log of a metric's points, after checking its name."""
    return run._log_of(as_name(key, "metric name"))  # noqa: SLF001 - this module's own


def forget_writers(runs: Iterable[LoggedRun]) -> None:
    """Drop the runs' buffers, so that they are requested again: in a forked child the writer must hear of points."""
    for run in runs:
        run._before_fork, run.logs = run.logs, {}  # noqa: SLF001 - this module's own
