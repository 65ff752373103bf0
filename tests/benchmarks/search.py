"""Finding runs among 10,000 and 100,000 of 20 fields."""

from __future__ import annotations

import random
import sqlite3
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tests.benchmarks.harness import Bar, Group, Part, Row, Samples, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FLAT = "sqlite3 on one flat table of {} runs with an index on the metric, rows in hand"

GROUPS = (
    Group(
        (
            Row(
                "find_10k", "10,000 runs x 20 fields: filter, order, first 100", "ms", Bar("at most", 5),
                _FLAT.format("10,000"),
            ),
            Row(
                "frame_10k", "10,000 runs x 20 fields: all to a DataFrame", "ms", Bar("at most", 300),
                "pandas.DataFrame of that flat table's rows",
            ),
        ),
        (Part("search:ten_thousand"), Part("with_mlflow:find", "mlflow")),
    ),
    Group(
        (
            Row(
                "find_100k", "100,000 runs x 20 fields: filter, order, first 100", "ms", Bar("at most", 50),
                _FLAT.format("100,000"),
            ),
        ),
        (Part("search:hundred_thousand"),),
    ),
)  # fmt: skip

FILTER = "metrics.rmse < 0.8 and params.optimizer = 'adam'"
ORDER = "metrics.rmse"

PARAMS = ("lr", "alpha", "l1_ratio", "depth", "epochs", "batch", "seed", "optimizer", "loss_name", "shuffle")
METRICS = ("rmse", "mae", "r2", "loss", "val_loss", "accuracy", "f1", "precision", "recall", "seconds")


Fields = tuple[dict[str, Any], dict[str, float]]
"""The params and the metrics of a run."""


def fields(count: int, *, copies: int = 1) -> list[Fields]:
    """Return what so many runs hold, the same each time: 10 params and 10 metrics, so many times over."""
    chance = random.Random(1)
    every = []
    for number in range(count):
        params = {
            "lr": 10 ** chance.uniform(-5, -1), "alpha": chance.random(), "l1_ratio": chance.choice((0.1, 0.5, 0.9)),
            "depth": chance.randrange(20), "epochs": chance.choice((10, 50, 100)), "batch": chance.choice((16, 32)),
            "seed": number, "optimizer": chance.choice(("sgd", "adam", "rmsprop")),
            "loss_name": chance.choice(("mse", "mae")), "shuffle": chance.random() < 0.5,
        }  # fmt: skip
        metrics = {name: chance.random() for name in METRICS}
        for copy in range(2, copies + 1):
            params |= {f"{name}_{copy}": params[name] for name in PARAMS}
            metrics |= {f"{name}_{copy}": metrics[name] for name in METRICS}
        every.append((params, metrics))
    return every


def ten_thousand(settings: Settings) -> Samples:
    """Search and tabulate a store of 10,000 runs."""
    count = settings.repeats(10_000, 1_000)
    every = fields(count)
    fill(every)
    flat = _flat(every)
    repeats = settings.repeats(30, 5)
    return {
        "find_10k": _in_turns(_first_hundred, lambda: _flat_hundred(flat), repeats),
        "frame_10k": _in_turns(
            lambda: _frame(count), lambda: _flat_frame(flat, count), settings.repeats(7, 3)
        ),
    }


def hundred_thousand(settings: Settings) -> Samples:
    """Search a store of 100,000 runs."""
    count = settings.repeats(100_000, 5_000)
    every = fields(count)
    fill(every)
    flat = _flat(every)
    return {"find_100k": _in_turns(_first_hundred, lambda: _flat_hundred(flat), settings.repeats(30, 5))}


def _in_turns(ours: Callable[[], object], bare: Callable[[], object], repeats: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {"nbtrack": [], "bare": []}
    for number in range(-1, repeats):
        for side, work in (("nbtrack", ours), ("bare", bare)):
            start = perf_counter()
            work()
            if number >= 0:
                taken[side].append((perf_counter() - start) * 1e3)
    return taken


def _first_hundred() -> None:
    """Find, with all params and metrics of what is found in hand, as MLflow's runs have them."""
    import nbtrack

    runs = nbtrack.runs(FILTER, order_by=ORDER)[:100]
    table = runs.store.table(runs.records)
    if len(table["metrics.rmse"]) != 100 or len(table) < 20:
        raise RuntimeError(f"{len(runs)} runs of {len(table)} fields were found")


def _frame(count: int) -> None:
    import nbtrack

    frame = nbtrack.runs(order_by=ORDER).to_pandas()
    if len(frame) != count or frame.shape[1] < 20:
        raise RuntimeError(f"a frame of {frame.shape}, not of {count} runs")


def fill(every: Sequence[Fields]) -> None:
    """Log one run, and copy it in the store's tables: to log 100,000 would take longer than all else here."""
    import nbtrack

    with nbtrack.start_run() as run:
        nbtrack.log_params(every[0][0])
        nbtrack.log_metrics(every[0][1])
    store = nbtrack.open_store()
    database = store.path / "nbtrack.db"
    store.close()
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA synchronous = OFF")
    connection.row_factory = sqlite3.Row
    (key,) = connection.execute("SELECT id FROM runs WHERE uuid = ?", (run.id,)).fetchone()
    names = dict(connection.execute("SELECT id, name FROM names"))
    # Made at the end at once, indexes take half the time.
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > ''"
    ).fetchall()
    for index, _ in indexes:
        connection.execute(f"DROP INDEX {index}")
    for table, owner in (("runs", "id"), ("params", "run"), ("metrics", "run"), ("points", "run")):
        rows = [dict(r) for r in connection.execute(f"SELECT * FROM {table} WHERE {owner} = ?", (key,))]
        copies = (
            row | {owner: key + number} | _changed(table, row, names, number, every[number])
            for number in range(1, len(every))
            for row in rows
        )
        columns = list(rows[0])
        marks = ", ".join(f":{name}" for name in columns)
        connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", copies)
    for _, sql in indexes:
        connection.execute(sql)
    connection.commit()
    connection.close()


def _changed(
    table: str, row: dict[str, Any], names: dict[int, str], number: int, held: Fields
) -> dict[str, Any]:
    """Return what is different in the copy of a row that belongs to another run."""
    params, metrics = held
    if table == "runs":
        moment = row["start_time"] + number
        return {"uuid": f"{number:032x}", "start_time": moment, "end_time": moment + 1}
    if table == "params":
        value = params[names[row["key"]]]
        return {"num": None if isinstance(value, str) else float(value), "text": str(value)}
    if table == "metrics":
        return dict.fromkeys(("last", "first", "min", "max", "sum"), metrics[names[row["key"]]])
    return {"id": None}


def _flat(every: Sequence[Fields]) -> sqlite3.Connection:
    """Make the table that somebody would who has these 20 fields and no others."""
    connection = sqlite3.connect("flat.db")
    names = ", ".join((*PARAMS, *METRICS))
    connection.execute(f"CREATE TABLE flat (id INTEGER PRIMARY KEY, name TEXT, {names})")
    rows = (
        (number, f"run-{number}", *params.values(), *metrics.values())
        for number, (params, metrics) in enumerate(every)
    )
    connection.executemany(f"INSERT INTO flat VALUES ({', '.join('?' * 22)})", rows)
    connection.execute("CREATE INDEX flat_by_rmse ON flat (rmse)")
    connection.commit()
    return connection


def _flat_hundred(flat: sqlite3.Connection) -> None:
    sql = "SELECT * FROM flat WHERE rmse < 0.8 AND optimizer = 'adam' ORDER BY rmse LIMIT 100"
    if len(flat.execute(sql).fetchall()) != 100:
        raise RuntimeError("the flat table has too few runs")


def _flat_frame(flat: sqlite3.Connection, count: int) -> None:
    import pandas as pd

    cursor = flat.execute("SELECT * FROM flat ORDER BY rmse")
    frame = pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])
    if len(frame) != count:
        raise RuntimeError(f"a frame of {frame.shape}, not of {count} runs")
