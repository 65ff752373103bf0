"""MLflow's side of the rows, in its own environment; it logs to a SQLite store, its default."""

from __future__ import annotations

import importlib
import sqlite3
import time
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tests.benchmarks.harness import Samples, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.search import Fields

RUNS = 10_000


def _mlflow() -> Any:
    mlflow = importlib.import_module("mlflow")
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    mlflow.set_experiment("bench")
    with mlflow.start_run():
        mlflow.log_metric("loss", 1.0, step=0)
    return mlflow


def call(settings: Settings) -> Samples:
    """Log in bursts."""
    mlflow = _mlflow()
    taken = []
    burst = 10
    with mlflow.start_run():
        for number in range(settings.repeats(5, 2)):
            start = perf_counter()
            for i in range(number * burst, number * burst + burst):
                mlflow.log_metric("loss", 0.5, step=i)
            taken.append((perf_counter() - start) / burst * 1e6)
    return {"call": {"mlflow": taken}}


def kept(settings: Settings) -> Samples:
    """Log as quickly as can be; each call waits for its commit."""
    mlflow = _mlflow()
    count = settings.repeats(300, 100)
    start = perf_counter()
    with mlflow.start_run():
        for i in range(count):
            mlflow.log_metric("loss", 0.5, step=i)
    return {"points": {"mlflow": [count / (perf_counter() - start)]}}


def run(settings: Settings) -> Samples:
    """Time small runs one by one."""
    mlflow = _mlflow()
    taken = []
    for _ in range(settings.repeats(10, 3)):
        start = perf_counter()
        with mlflow.start_run():
            mlflow.log_param("alpha", 0.5)
            mlflow.log_metric("rmse", 0.7)
        taken.append((perf_counter() - start) * 1e3)
    return {"run": {"mlflow": taken}}


def save(settings: Settings) -> Samples:
    """Save the fitted model, the first of the process and some more."""
    from tests.benchmarks.models import fitted

    model, rows = fitted()
    mlflow = _mlflow()
    taken = []
    for _ in range(settings.repeats(3, 2)):
        with mlflow.start_run():
            start = perf_counter()
            mlflow.sklearn.log_model(model, name="model", input_example=rows)
            taken.append((perf_counter() - start) * 1e3)
    return {"model_cold": {"mlflow": taken[:1]}, "model": {"mlflow": taken[1:]}}


def find(settings: Settings) -> Samples:
    """Search 10,000 runs of 20 fields."""
    from tests.benchmarks.search import FILTER, ORDER, fields

    mlflow = _mlflow()
    every = fields(settings.repeats(RUNS, 1_000))
    with mlflow.start_run() as template:
        mlflow.log_params(every[0][0])
        mlflow.log_metrics(every[0][1])
    _multiply(template.info.run_id, every)
    taken: dict[str, list[float]] = {"first": [], "frame": []}
    for _ in range(settings.repeats(2, 1)):
        start = perf_counter()
        found = mlflow.search_runs(
            filter_string=FILTER, order_by=[ORDER], max_results=100, output_format="list"
        )
        middle = perf_counter()
        frame = mlflow.search_runs(order_by=[ORDER])
        taken["first"].append((middle - start) * 1e3)
        taken["frame"].append((perf_counter() - middle) * 1e3)
        if len(found) != 100 or len(frame) < 1_000:
            raise RuntimeError(f"MLflow found {len(found)} and {len(frame)} runs")
    return {"find_10k": {"mlflow": taken["first"]}, "frame_10k": {"mlflow": taken["frame"]}}


def _multiply(template: str, every: Sequence[Fields]) -> None:
    """Copy a run many times in MLflow's tables: to log so many through it would take a quarter of an hour."""
    connection = sqlite3.connect("mlflow.db")
    connection.row_factory = sqlite3.Row
    now = int(time.time() * 1e3)
    for table in ("runs", "params", "metrics", "latest_metrics", "tags"):
        rows = [dict(r) for r in connection.execute(f"SELECT * FROM {table} WHERE run_uuid = ?", (template,))]
        copies = []
        for number, (params, metrics) in enumerate(every):
            for row in rows:
                copy = row | {"run_uuid": f"{number:032x}"}
                if table == "runs":
                    copy |= {"start_time": now + number, "end_time": now + number + 1}
                elif table == "params":
                    copy["value"] = str(params[row["key"]])
                elif table != "tags":
                    copy["value"] = metrics[row["key"]]
                copies.append(copy)
        if copies:
            names = list(copies[0])
            marks = ", ".join(f":{name}" for name in names)
            connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", copies)
    connection.commit()
    connection.close()
