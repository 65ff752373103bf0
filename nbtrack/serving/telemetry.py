"""A server's metrics: for Prometheus, and a summary for the panel."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLIENT_CLOSED_REQUEST", "METRICS_TYPE", "Telemetry"]

CLIENT_CLOSED_REQUEST = 499
"""The status of a request whose client did not wait for the answer: nginx's code, because HTTP has none."""

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_MAX_LATENCIES = 2000
"""The number of latest requests whose latencies are kept."""
_LATENCY_BUCKETS = (
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
    30.0,
    60.0,
)
_BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128)


class Telemetry:
    """Counts of predictions, their errors and how long they took.

    Parameters
    ----------
    model
        The labels of `nbtrack_model_info`.
    """

    def __init__(self, model: Mapping[str, str]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "nbtrack_requests", "Predictions asked for.", ["path", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "nbtrack_request_seconds", "Seconds from the last byte of a request to its answer.",
            buckets=_LATENCY_BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._batches = Histogram(
            "nbtrack_batch_requests", "Requests that were predicted together.",
            buckets=_BATCH_BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._busy = Gauge("nbtrack_requests_in_progress", "Predictions under way.", registry=self._registry)
        self._restarts = Gauge(
            "nbtrack_model_restarts", "Processes of the model that were replaced.", registry=self._registry
        )
        self._ready = Gauge("nbtrack_ready", "Whether the model is loaded.", registry=self._registry)
        info = Gauge("nbtrack_model_info", "The model.", list(model), registry=self._registry)
        info.labels(**model).set(1)
        self._counters: dict[tuple[str, int], Any] = {}
        self._latest: deque[float] = deque(maxlen=_MAX_LATENCIES)
        self._since = time.time()
        self.requests = 0
        self.errors = 0
        self.in_progress = 0

    def batch(self, size: int) -> None:
        """Count a batch of requests."""
        self._batches.observe(size)

    def answered(self, path: str, status: int, seconds: float) -> None:
        """Count an answer."""
        key = (path, status)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = self._requests.labels(path, str(status))
        counter.inc()
        self.requests += 1
        if status == CLIENT_CLOSED_REQUEST:
            # The client went away: this is neither an error of the model nor a latency.
            return
        self._seconds.observe(seconds)
        self._latest.append(seconds)
        if status >= 400:
            self.errors += 1

    def text(self, *, ready: bool, restarts: int) -> bytes:
        """Return all metrics in Prometheus' text format."""
        self._busy.set(self.in_progress)
        self._ready.set(ready)
        self._restarts.set(restarts)
        return generate_latest(self._registry)

    def summary(self, *, ready: bool, restarts: int) -> dict[str, Any]:
        """Return counts and the latest latencies in milliseconds."""
        latest = sorted(self._latest)

        def quantile(share: float) -> float | None:
            return round(latest[min(len(latest) - 1, int(len(latest) * share))] * 1000, 3) if latest else None

        return {
            "ready": ready,
            "since": self._since,
            "requests": self.requests,
            "errors": self.errors,
            "in_progress": self.in_progress,
            "restarts": restarts,
            "p50": quantile(0.5),
            "p99": quantile(0.99),
        }
