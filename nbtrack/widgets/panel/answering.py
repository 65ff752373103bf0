"""The thread that answers a panel's page: rows first, what adorns them afterwards."""

from __future__ import annotations

import itertools
import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.widgets.panel.messages import Request

__all__ = ["Answering"]

_LATER = {"scale": 2, "differing": 2, "export": 2, "remember": 2, "names": 1, "memory": 1, "views": 1}
IDLE = 5.0
"""Seconds after which a thread with nothing to do ends."""


class Answering:
    """Takes requests, and has them answered one after another in a thread of its own.

    So a cell can begin while a request is worked on, and what a page asks for in a row is told in that order, but
    for rows, which wait for nothing else.

    Parameters
    ----------
    answer
        What answers a request.
    """

    def __init__(self, answer: Callable[[Request], None]) -> None:
        self._answer = answer
        self._waiting: queue.PriorityQueue[tuple[int, int, Request]] = queue.PriorityQueue()
        self._count = itertools.count()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def take(self, request: Request) -> None:
        """Have a request answered."""
        with self._lock:
            self._waiting.put((_LATER.get(request["kind"], 0), next(self._count), request))
            # One that could not even tell of an error has ended.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="nbtrack-panel", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                _, _, request = self._waiting.get(timeout=IDLE)
            except queue.Empty:
                with self._lock:
                    if self._waiting.empty():
                        self._thread = None
                        return
                continue
            self._answer(request)
