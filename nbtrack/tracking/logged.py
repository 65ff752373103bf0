"""A run with where its points go: the step that follows, and the buffer of each metric."""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, Any

from nbtrack.entities import Run
from nbtrack.errors import InvalidValueError
from nbtrack.values import as_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.store import RunWriter, Store

__all__ = ["MAX_STEP", "LoggedRun", "MetricLog"]

MAX_STEP = 2**63 - 1


class MetricLog:
    """Where one metric's points go, and the step that follows."""

    __slots__ = ("append", "given", "steps")

    def __init__(self, append: Callable[[bytes], None], first: int) -> None:
        self.append = append
        # Counting with `next` is one step of the interpreter, so that threads never get the same number.
        self.steps = itertools.count(first)
        self.given: int | None = None
        """The explicit step that the automatic ones go on from."""

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
    """A run with where its points go: the current one, or another that is logged to by id.

    Parameters
    ----------
    store
        The run's store.
    writer
        Writes to the run.
    fresh
        Whether it is new, so that the store has no points of it that automatic steps would follow.
    """

    def __init__(self, store: Store, writer: RunWriter, *, fresh: bool) -> None:
        super().__init__(store, writer.id)
        self.writer = writer
        self.logs: dict[str, MetricLog] = {}
        self._fresh = fresh
        self._before_fork: dict[str, MetricLog] = {}

    def metric_log(self, key: Any) -> MetricLog:
        """Return where the points of a metric go, with its name checked."""
        name = as_name(key, "metric name")
        append = self.writer.series(name).append if self.writer.live else self.writer.appender(name)
        log = self.logs.get(name)
        if log is None:
            log = self._before_fork.get(name)
            if log is None:
                known = None if self._fresh else self.store.metrics(self.key).get(name)
                log = MetricLog(append, known.last_step + 1 if known else 0)
            # Of two threads that come here at once, both get the one that was first.
            log = self.logs.setdefault(name, log)
        log.append = append
        return log

    def __reduce__(self) -> tuple[Any, ...]:
        # Sent to another process or copied, it is the run, not the logging to it.
        return Run, (self.store, self.id)

    def forget_writer(self) -> None:
        """Ask the writer again where points go: in a forked child it must know that some come."""
        self._before_fork, self.logs = self.logs, {}
