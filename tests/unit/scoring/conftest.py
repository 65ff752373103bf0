"""What the tests of scoring share: a model of two columns, and tables of them."""

import numpy as np
import pandas as pd
import pytest

import nbtrack
from nbtrack.models import Column, Signature


def table(rows, *, seed=0):
    """Return rows with a key that is no number's text."""
    numbers = np.random.default_rng(seed)
    return pd.DataFrame({
        "id": [f"{k:05d}" for k in range(rows)],
        "size": numbers.normal(size=rows).round(6),
        "age": numbers.integers(0, 90, rows),
    })  # fmt: skip


def doubled(frame):
    """Return what the model predicts."""
    return frame["size"] * 2 + frame["age"]


@pytest.fixture
def uri(store):
    """Return the address of a model that takes a double and a long."""

    def twice(frame):
        if (frame["age"] < 0).any():
            raise RuntimeError("nobody is that young")
        return (frame["size"] * 2 + frame["age"]).to_numpy()

    signature = Signature((Column("double", "size"), Column("long", "age")))
    with nbtrack.start_run(run_name="people") as run:
        nbtrack.log_model(twice, signature=signature)
    nbtrack.register_model(f"runs:/{run.id}/model", "people")
    return "models:/people/1"
