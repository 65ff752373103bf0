"""Worker processes that hold a model, and predict for batches side by side; answers come in the batches' order."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from nbtrack.errors import ModelError
from nbtrack.scoring.worker import answered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from nbtrack.scoring.units import Unit
    from nbtrack.scoring.worker import ModelJob

    Answered = tuple[Unit, Any]

__all__ = ["Worker", "answers_here", "answers_of_workers"]

_START = "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from nbtrack.scoring.worker import main; main()"
_START_APART = _START.replace("[:]", "[:0]")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_AHEAD = 2
"""How many batches a worker is ahead by: one that it predicts for, and one that waits."""


def answers_here(scorer: Any, units: Iterator[Unit]) -> Iterator[Answered]:
    """Yield the answer to each batch, predicted for in this process."""
    for unit in units:
        yield unit, None if unit.batch is None else answered(scorer, unit.batch, alone=unit.alone)


def answers_of_workers(job: ModelJob, count: int, units: Iterator[Unit]) -> Iterator[Answered]:
    """Yield the answer to each batch, predicted for by worker processes."""
    workers = [Worker(job, count) for _ in range(count)]
    idle: SimpleQueue[Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def ask(unit: Unit) -> Any:
        worker = idle.get()
        try:
            return worker.ask(unit)
        finally:
            idle.put(worker)

    waiting: deque[tuple[Unit, Future[Any] | None]] = deque()
    threads = ThreadPoolExecutor(count, "nbtrack-scoring")
    try:
        for unit in units:
            waiting.append((unit, None if unit.batch is None else threads.submit(ask, unit)))
            while len(waiting) >= count * _AHEAD:
                yield _answer(waiting)
        while waiting:
            yield _answer(waiting)
    finally:
        for worker in workers:
            worker.end()
        threads.shutdown(cancel_futures=True)


def _answer(waiting: deque[tuple[Unit, Future[Any] | None]]) -> Answered:
    unit, future = waiting.popleft()
    return unit, None if future is None else future.result()


class Worker:
    """One process, which has the model loaded from its first answer on.

    Parameters
    ----------
    job
        What it needs to know.
    count
        How many there are on this machine.
    python
        A Python other than this one, which has the model's libraries.
    paths
        Where that one finds nbtrack, if it has none of its own.
    """

    def __init__(
        self, job: ModelJob, count: int = 1, *, python: Path | None = None, paths: Sequence[str] = ()
    ) -> None:
        each = str(max(1, (os.cpu_count() or 1) // count))
        threads = {name: each for name in _THREADS if name not in os.environ}
        # Another Python must find nothing of this one's: neither by variables nor in the working folder.
        command = (
            [sys.executable, "-c", _START] if python is None else [str(python), "-I", "-c", _START_APART]
        )
        self._process = subprocess.Popen(  # noqa: S603 (a list, no shell)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | threads
        )
        self._ready = False
        with contextlib.suppress(BrokenPipeError):  # it is told when the first answer is missing
            self._send(sys.path if python is None else list(paths))
            self._send(job)

    def _send(self, value: Any) -> None:
        assert self._process.stdin is not None
        pickle.dump(value, self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()

    def _received(self) -> Any:
        assert self._process.stdout is not None
        return pickle.load(self._process.stdout)  # noqa: S301 (of a process of our own)

    def ask(self, unit: Unit) -> Any:
        """Return the answer to a batch of a file."""
        return self.answer(unit.batch, alone=unit.alone)

    def wait(self) -> None:
        """Return when the model is loaded.

        Raises
        ------
        NbtrackError
            When it cannot be.
        """
        failed = self._exchanged(None)
        if failed is not None:
            raise failed

    def answer(self, batch: Any, *, alone: bool = False) -> Any:
        """Return the answer to a batch, which may be an error."""
        return self._exchanged((batch, alone))

    def _exchanged(self, request: Any) -> Any:
        try:
            if not self._ready:
                failed = self._received()
                if failed is not None:
                    return failed
                self._ready = True
            if request is None:
                return None
            self._send(request)
            return self._received()
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            code = self._process.wait()
            why = "its memory may not have been enough" if code == -9 else "what it said stands above"
            return ModelError(
                f"a worker process ended with {code} ({why}); resume goes on with a job of files"
            )

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError, ValueError):
                assert stream is not None
                stream.close()
        self._process.wait()
