"""Saving a fitted model with a run: the first of a process, and those after it."""

from __future__ import annotations

import pickle
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.harness import Bar, Group, Part, Row, Samples, Settings
from tests.benchmarks.wine import WINE

_BARE = "pickle.dump of the model into a file"

GROUPS = (
    Group(
        (
            Row("model_cold", "a fitted ElasticNet saved, first in the process", "ms", Bar("at most", 50), _BARE),
            Row("model", "the same saved again in the process", "ms", Bar("at most", 50), _BARE),
        ),
        (Part("models:save"), Part("with_mlflow:save", "mlflow")),
        rounds=3,
    ),
)  # fmt: skip


def fitted() -> tuple[Any, Any]:
    """Return an elastic net fitted on the wine data, and some rows of its input."""
    import pandas as pd
    from sklearn.linear_model import ElasticNet

    wine = pd.read_csv(WINE)
    X, y = wine.drop(columns="quality"), wine["quality"]
    return ElasticNet(alpha=0.5, l1_ratio=0.5, random_state=42).fit(X, y), X.head()


def save(settings: Settings) -> Samples:
    """Save the model with its signature and an input example, each time with a run of its own."""
    import nbtrack

    model, rows = fitted()
    # The store is there before, as it is where a script has logged a metric.
    with nbtrack.start_run():
        nbtrack.log_metric("rmse", 0.7)
    ours, bare = [], []
    for number in range(settings.repeats(21, 4)):
        with nbtrack.start_run():
            start = perf_counter()
            saved = nbtrack.log_model(model, input_example=rows)
            ours.append((perf_counter() - start) * 1e3)
        start = perf_counter()
        # Into the working folder, where notebooks write: it is on the import path, and is looked at for packages.
        with Path(f"{number}.pkl").open("wb") as file:
            pickle.dump(model, file)
        bare.append((perf_counter() - start) * 1e3)
    if list(nbtrack.load_model(saved.model_uri).predict(rows)) != list(model.predict(rows)):
        raise RuntimeError("the model that was saved predicts something else")
    return {
        "model_cold": {"nbtrack": ours[:1], "bare": bare[:1]},
        "model": {"nbtrack": ours[1:], "bare": bare[1:]},
    }
