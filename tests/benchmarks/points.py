"""Logging: what a call costs its caller, how much is kept a second, what a small run takes."""

from __future__ import annotations

import sqlite3
import time
from time import perf_counter

from tests.benchmarks.harness import Bar, Group, Part, Row, Samples, Settings

GROUPS = (
    Group(
        (
            Row(
                "call", 'log_metric("loss", x, step=i), the caller\'s thread', "us", Bar("at most", 2),
                "list.append of (i, time.time(), x)",
            ),
        ),
        (Part("points:call"), Part("with_mlflow:call", "mlflow"), Part("with_trackio:call", "trackio")),
        rounds=2,
    ),
    Group(
        (
            Row(
                "points", "points kept a second, through the call, incl. flush", "/s", Bar("at least", 300_000),
                "list.append, then sqlite3's executemany a row a point, and commit",
            ),
        ),
        (Part("points:kept"), Part("with_mlflow:kept", "mlflow"), Part("with_trackio:kept", "trackio")),
        rounds=3,
    ),
    Group(
        (
            Row(
                "run", "start_run + 1 param + 1 metric + end", "ms", Bar("at most", 2),
                "sqlite3: three inserts and a commit (WAL)",
            ),
        ),
        (Part("points:run"), Part("with_mlflow:run", "mlflow"), Part("with_trackio:run", "trackio")),
        rounds=2,
    ),
)  # fmt: skip

_POINTS = "CREATE TABLE points (run INTEGER, key INTEGER, step INTEGER, time REAL, value REAL)"


def call(settings: Settings) -> Samples:
    """Log in bursts, with pauses in which the flush can do its work, as between a loop's iterations."""
    import nbtrack

    taken: dict[str, list[float]] = {"nbtrack": [], "bare": []}
    burst = 2_000
    kept: list[tuple[int, float, float]] = []
    with nbtrack.start_run():
        log = nbtrack.log_metric
        log("loss", 1.0, step=0)
        for number in range(settings.repeats(40, 10)):
            first = number * burst
            start = perf_counter()
            for i in range(first, first + burst):
                log("loss", 0.5, step=i)
            middle = perf_counter()
            for i in range(first, first + burst):
                kept.append((i, time.time(), 0.5))
            end = perf_counter()
            taken["nbtrack"].append((middle - start) / burst * 1e6)
            taken["bare"].append((end - middle) / burst * 1e6)
            time.sleep(0.02)
    return {"call": taken}


def kept(settings: Settings) -> Samples:
    """Log as quickly as can be, and stop the clock when all of it is committed."""
    import nbtrack

    count = settings.repeats(1_000_000, 200_000)
    with nbtrack.start_run():
        nbtrack.log_metric("first", 0.0)
    start = perf_counter()
    with nbtrack.start_run() as run:
        log = nbtrack.log_metric
        for i in range(count):
            log("loss", 0.5, step=i)
    ours = count / (perf_counter() - start)
    if run.summary("loss").count != count:
        raise RuntimeError(f"{count:,} points were logged, {run.summary('loss').count:,} kept")
    connection = _database()
    connection.execute(_POINTS)
    rows: list[tuple[int, float, float]] = []
    start = perf_counter()
    for i in range(count):
        rows.append((i, time.time(), 0.5))
    connection.executemany("INSERT INTO points VALUES (1, 1, ?, ?, ?)", rows)
    connection.commit()
    return {"points": {"nbtrack": [ours], "bare": [count / (perf_counter() - start)]}}


def run(settings: Settings) -> Samples:
    """Time small runs one by one."""
    import nbtrack

    connection = _database()
    connection.executescript(
        f"CREATE TABLE runs (id INTEGER PRIMARY KEY, uuid TEXT UNIQUE, status TEXT, start REAL, end REAL); {_POINTS};"
        "CREATE TABLE params (run INTEGER, key TEXT, value TEXT, PRIMARY KEY (run, key)) WITHOUT ROWID;"
    )
    taken: dict[str, list[float]] = {"nbtrack": [], "bare": []}
    for number in range(-3, settings.repeats(100, 20)):
        start = perf_counter()
        with nbtrack.start_run():
            nbtrack.log_param("alpha", 0.5)
            nbtrack.log_metric("rmse", 0.7)
        middle = perf_counter()
        now = time.time()
        connection.execute(
            "INSERT INTO runs VALUES (?, hex(randomblob(16)), 'FINISHED', ?, ?)", (number, now, now)
        )
        connection.execute("INSERT INTO params VALUES (?, 'alpha', '0.5')", (number,))
        connection.execute("INSERT INTO points VALUES (?, 1, 0, ?, 0.7)", (number, now))
        connection.commit()
        end = perf_counter()
        if number >= 0:
            taken["nbtrack"].append((middle - start) * 1e3)
            taken["bare"].append((end - middle) * 1e3)
    return {"run": taken}


def _database() -> sqlite3.Connection:
    connection = sqlite3.connect("bare.db")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection
