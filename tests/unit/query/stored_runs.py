"""Runs as plain Python values, and a real SQLite file that holds them in the store's tables."""

import math
import sqlite3
from dataclasses import dataclass, field

from nbtrack.query import compile_query, functions
from nbtrack.store.migrations import MIGRATIONS


@dataclass
class StoredRun:
    """What a run has; `metrics` maps a name to the values of its history."""

    run_id: str
    name: str = "brave-otter-1"
    experiment: int = 1
    status: str = "FINISHED"
    start_time: float = 1_700_000_000.0
    end_time: float | None = None
    parent: str | None = None
    notebook: str | None = None
    git_commit: str | None = None
    note: str = ""
    deleted: float | None = None
    params: dict = field(default_factory=dict)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)


def summary(values: list[float]) -> dict[str, float]:
    numbers = [value for value in values if not math.isnan(value)]
    return {
        "last": values[-1],
        "first": values[0],
        "min": min(numbers, default=math.nan),
        "max": max(numbers, default=math.nan),
        "mean": sum(numbers) / len(numbers) if numbers else math.nan,
        "count": float(len(values)),
    }


class Database:
    """A store's tables in a file, with what `Store` asks of the query package."""

    def __init__(
        self, path, runs: list[StoredRun], experiments: dict[int, float | None] | None = None
    ) -> None:
        self.runs = runs
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = OFF")
        for migration in MIGRATIONS:
            self.connection.executescript(migration.sql)
        for name, function in functions().items():
            self.connection.create_function(name, -1, function, deterministic=True)
        self.connection.execute("BEGIN")
        for key, deleted in (experiments or {1: None}).items():
            row = (key, f"experiment {key}", 0.0, deleted)
            self.connection.execute("INSERT OR REPLACE INTO experiments VALUES (?, ?, ?, ?)", row)
        for key, run in enumerate(runs, start=1):
            self._insert(key, run)
        self.connection.execute("COMMIT")

    def ids(self, query, **scope) -> list[str]:
        """Return the ids of the runs that a query finds, in its order."""
        statement = self.compile(query, **scope).ids
        return [
            self.runs[key - 1].run_id for (key,) in self.connection.execute(statement.sql, statement.params)
        ]

    def count(self, query, **scope) -> int:
        statement = self.compile(query, **scope).count
        return self.connection.execute(statement.sql, statement.params).fetchone()[0]

    def compile(self, query, **scope):
        return compile_query(query, known=self.names, **scope)

    def names(self, kind: str) -> list[str]:
        sql = f"SELECT name FROM names WHERE id IN (SELECT key FROM {kind}) ORDER BY name"
        return [name for (name,) in self.connection.execute(sql)]

    def close(self) -> None:
        self.connection.close()

    def _insert(self, key: int, run: StoredRun) -> None:
        columns = ("name", "experiment", "status", "start_time", "end_time", "parent", "notebook")
        columns += ("git_commit", "note", "deleted")
        values = [key, run.run_id, *(getattr(run, column) for column in columns)]
        marks = ", ".join("?" * len(values))
        self.connection.execute(f"INSERT INTO runs (id, uuid, {', '.join(columns)}) VALUES ({marks})", values)
        for name, value in run.params.items():
            self._row("params", key, name, *_param(value))
        for name, value in run.tags.items():
            self._row("tags", key, name, value)
        for name, fingerprint in run.data.items():
            self._row("data", key, name, "DataFrame", "[1]", "{}", fingerprint, 0)
        for name, history in run.metrics.items():
            found = summary(history)
            numbers = [value for value in history if not math.isnan(value)]
            nans = len(history) - len(numbers)
            last, first = (found["last"], len(history) - 1, 0.0), (found["first"], 0, 0.0)
            extremes = (found["min"], found["max"], sum(numbers) if numbers else None)
            self._row("metrics", key, name, len(history), nans, *last, *first, *extremes)

    def _row(self, table: str, run: int, name: str, *values) -> None:
        self.connection.execute("INSERT OR IGNORE INTO names (name) VALUES (?)", (name,))
        (key,) = self.connection.execute("SELECT id FROM names WHERE name = ?", (name,)).fetchone()
        marks = ", ".join("?" * (len(values) + 2))
        self.connection.execute(f"INSERT INTO {table} VALUES ({marks})", (run, key, *values))


def _param(value) -> tuple[int, float | None, str]:
    if value is None:
        return 0, None, "None"
    kind = {bool: 1, int: 2, float: 3, str: 4}[type(value)]
    return kind, None if kind == 4 else float(value), str(value)
