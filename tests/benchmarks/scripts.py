"""Plain scripts: what `nbtrack run train.py` takes beyond `python train.py`, to start and while the script trains."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.harness import Bar, Group, Part, Row, Samples, Settings, alternate

GROUPS = (
    Group(
        (
            Row(
                "script", "nbtrack run of a script, its training beside bare python", "x", Bar("at most", 1.1)
            ),
            Row(
                "scriptstart", "nbtrack run of an empty script, whole process", "s", Bar("adds", 0.6),
                "python, the same script",
            ),
        ),
        (Part("scripts:training"), Part("scripts:start")),
    ),
)  # fmt: skip

_TRAIN = """
import time
import numpy as np

def step(weights, x, y, lr):
    predicted = x @ weights
    gradient = 2 * x.T @ (predicted - y) / len(x)
    return weights - lr * gradient, float(((predicted - y) ** 2).mean())

def main(lr=0.01, epochs={epochs}):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20_000, 40))
    y = x @ rng.normal(size=40)
    weights = np.zeros(40)
    for epoch in range(epochs):
        total = 0.0
        for start in range(0, len(x), 64):
            batch_loss = 0.0
            weights, batch_loss = step(weights, x[start : start + 64], y[start : start + 64], lr)
            total += batch_loss
        train_loss = total / (len(x) / 64)
        if epoch % 10 == 0:
            print(f"epoch {{epoch}} loss {{train_loss:.4f}}")
    return train_loss

begun = time.perf_counter()
main()
print("took", time.perf_counter() - begun)
"""


def training(settings: Settings) -> Samples:
    """Return how many times longer a script's own main() takes, in turns."""
    Path("train.py").write_text(_TRAIN.format(epochs=settings.repeats(200, 40)), encoding="utf-8")

    def taken(*module: str) -> float:
        done = subprocess.run(
            [sys.executable, *module, "train.py"],
            check=True, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        return float(done.stdout.split()[-1])

    run = ("-m", "nbtrack", "run")
    taken(*run)
    ratios = []
    for _ in range(settings.repeats(9, 3)):
        bare = min(taken(), taken())
        ratios.append(min(taken(*run), taken(*run)) / bare)
    return {"script": {"nbtrack": ratios}}


def start(settings: Settings) -> Samples:
    """Time a script that does nothing, as a whole process."""
    Path("empty.py").write_text("", encoding="utf-8")
    commands = {
        "nbtrack": [sys.executable, "-m", "nbtrack", "run", "empty.py"],
        "bare": [sys.executable, "empty.py"],
    }
    return {"scriptstart": alternate(commands, settings.repeats(9, 3), 3)}
