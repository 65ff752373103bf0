"""Requests over connections that are kept alive, as quickly as a server answers them.

HTTP is written and read by hand: a client library would take more of the machine's time than the server.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_DRAIN = 60.0
"""Seconds that the last answers may take."""


@dataclass(slots=True)
class Outcome:
    """What became of the requests."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    """Seconds that each answer took, in the order in which they came."""
    answers: Counter[tuple[int, int, bytes]] = field(default_factory=Counter)
    """How often a body, given by its place, got a status and an answer."""
    lost: int = 0
    """Requests without an answer: the server closed their connection, or was too slow at the end."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def failed(self) -> int:
        """How many requests got no 200."""
        return self.lost + sum(count for (_, status, _), count in self.answers.items() if status != 200)

    def quantile(self, share: float) -> float:
        """Return the latency that so many of the answers did not exceed."""
        latencies = sorted(self.latencies)
        return latencies[min(len(latencies) - 1, int(len(latencies) * share))]


def load(
    port: int, bodies: Sequence[bytes], *, connections: int, seconds: float, warm_up: float = 0.0
) -> Outcome:
    """Ask a server on this machine to predict: each connection asks anew as soon as it is answered.

    Parameters
    ----------
    port
        Where it listens.
    bodies
        JSON, sent in turns.
    connections
        How many ask at once.
    seconds
        For how long.
    warm_up
        Seconds of asking before, which do not count.
    """
    try:
        from uvloop import run
    except ImportError:  # Windows, or another Python than CPython
        run = asyncio.run
    return run(_load(port, bodies, connections, seconds, warm_up))


async def _load(
    port: int, bodies: Sequence[bytes], connections: int, seconds: float, warm_up: float
) -> Outcome:
    loop = asyncio.get_running_loop()
    head = "POST /invocations HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
    requests = [head.format(port, len(body)).encode() + body for body in bodies]
    outcome = Outcome()
    # Each starts at another body, or all would ask the same at once.
    asking = [_Connection(requests, number, lambda: outcome) for number in range(connections)]
    await asyncio.gather(*(loop.create_connection(lambda one=one: one, "127.0.0.1", port) for one in asking))
    await asyncio.sleep(warm_up)
    outcome = Outcome()
    start = perf_counter()
    await asyncio.sleep(seconds)
    outcome.seconds = perf_counter() - start
    for one in asking:
        one.stopping = True
    # Answers that come now are right or wrong, but no longer counted in the rate.
    measured = len(outcome.latencies)
    await asyncio.wait([one.closed for one in asking], timeout=_DRAIN)
    outcome.lost += sum(not one.closed.done() for one in asking)
    del outcome.latencies[measured:]
    for one in asking:
        one.abort()
    return outcome


class _Connection(asyncio.Protocol):
    """One connection, with one request at a time."""

    def __init__(self, requests: Sequence[bytes], first: int, outcome: Callable[[], Outcome]) -> None:
        self._requests = requests
        self._place = first % len(requests)
        self._outcome = outcome
        self._held = b""
        self._since = 0.0
        self._transport: asyncio.Transport | None = None
        self.stopping = False
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self._outcome().lost += 1
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._held += data
        end = self._held.find(_END)
        if end < 0:
            return
        head = self._held[:end].lower()
        place = head.find(_LENGTH)
        body = end + len(_END)
        size = int(head[place + len(_LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(self._held) < body + size:
            return
        outcome = self._outcome()
        outcome.latencies.append(perf_counter() - self._since)
        outcome.answers[self._place, int(head[9:12]), self._held[body:]] += 1
        self._held = b""
        if self.stopping:
            self.closed.set_result(None)
            self.abort()
        else:
            self._place = (self._place + 1) % len(self._requests)
            self._ask()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def _ask(self) -> None:
        assert self._transport is not None
        self._since = perf_counter()
        self._transport.write(self._requests[self._place])
