"""trackio's side of the rows, in its own environment; it logs to a local SQLite file from a thread."""

from __future__ import annotations

import importlib
import os
from time import perf_counter
from typing import Any

from tests.benchmarks.harness import Samples, Settings


def _trackio() -> Any:
    os.environ["TRACKIO_DIR"] = os.getcwd()
    return importlib.import_module("trackio")


def _begin(trackio: Any) -> None:
    trackio.init(project="bench", embed=False)


def call(settings: Settings) -> Samples:
    """Log in bursts."""
    trackio = _trackio()
    _begin(trackio)
    taken = []
    burst = 200
    for number in range(settings.repeats(10, 3)):
        start = perf_counter()
        for i in range(number * burst, number * burst + burst):
            trackio.log({"loss": 0.5}, step=i)
        taken.append((perf_counter() - start) / burst * 1e6)
    trackio.finish()
    return {"call": {"trackio": taken}}


def kept(settings: Settings) -> Samples:
    """Log as quickly as can be, and stop the clock when all of it is committed."""
    trackio = _trackio()
    _begin(trackio)
    count = settings.repeats(50_000, 5_000)
    start = perf_counter()
    for i in range(count):
        trackio.log({"loss": 0.5}, step=i)
    trackio.finish()
    return {"points": {"trackio": [count / (perf_counter() - start)]}}


def run(settings: Settings) -> Samples:
    """Time small runs one by one."""
    trackio = _trackio()
    taken = []
    for _ in range(settings.repeats(5, 2)):
        start = perf_counter()
        trackio.init(project="bench", embed=False, config={"alpha": 0.5})
        trackio.log({"rmse": 0.7})
        trackio.finish()
        taken.append((perf_counter() - start) * 1e3)
    return {"run": {"trackio": taken}}
