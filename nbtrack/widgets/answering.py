"""The threads that answer a widget's page: one for what is quick, in turn, and one each for what is slow."""

from __future__ import annotations

import itertools
import queue
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.widgets.kinds import Kind

__all__ = ["Answering"]

IDLE_TIMEOUT = 5.0
"""Seconds after which a thread with nothing to do ends."""


class Answering:
    """Takes requests, and has them answered off the kernel's own thread: a cell can begin meanwhile.

    Requests are answered one after another in the order they came, those of a lower rank first. A slow one has a
    thread of its own.

    Parameters
    ----------
    name
        What the names of its threads begin with.
    answer
        Answers a request.
    """

    def __init__(self, name: str, answer: Callable[[Any], None]) -> None:
        self._name = name
        self._answer = answer
        self._waiting: queue.PriorityQueue[tuple[int, int, Any]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def take(self, kind: Kind, request: Any) -> None:
        """Have a request answered."""
        if kind.slow:
            name = f"{self._name}-{kind.name}"
            threading.Thread(target=self._answer, args=(request,), name=name, daemon=True).start()
            return
        with self._lock:
            self._waiting.put((kind.rank, next(self._count), request))
            # One that could not even tell of an error has ended.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                _, _, request = self._waiting.get(timeout=IDLE_TIMEOUT)
            except queue.Empty:
                with self._lock:
                    if self._waiting.empty():
                        self._thread = None
                        return
                continue
            self._answer(request)
