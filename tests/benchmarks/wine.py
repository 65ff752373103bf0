"""A small training script, the wine data and an elastic net, as a whole process."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks.harness import (
    ROOT,
    Bar,
    Group,
    Part,
    Row,
    Samples,
    Settings,
    alternate,
    python_of,
)

GROUPS = (
    Group(
        (
            Row(
                "wine", "the wine script, whole process (no model saved)", "s", Bar("adds", 0.5),
                "the same script untracked",
            ),
        ),
        (Part("wine:scripts"),),
    ),
)  # fmt: skip

WINE = ROOT / "notebooks" / "sklearn_elasticnet_wine" / "wine-quality.csv"

_TRAIN = """
import pandas as pd
from sklearn.linear_model import ElasticNet
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

wine = pd.read_csv({data!r})
X, y = wine.drop(columns="quality"), wine["quality"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=42)
alpha, l1_ratio = 0.5, 0.5
model = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, random_state=42).fit(X_train, y_train)
predicted = model.predict(X_test)
rmse, mae = root_mean_squared_error(y_test, predicted), mean_absolute_error(y_test, predicted)
r2 = r2_score(y_test, predicted)
"""

_LOG = """
with mlflow.start_run():
    mlflow.log_param("alpha", alpha)
    mlflow.log_param("l1_ratio", l1_ratio)
    mlflow.log_metric("rmse", rmse)
    mlflow.log_metric("mae", mae)
    mlflow.log_metric("r2", r2)
"""


def scripts(settings: Settings) -> Samples:
    """Time the script untracked, and tracked by MLflow's fluent calls."""
    train = _TRAIN.format(data=str(WINE))
    # Where MLflow writes is said, or it would look for a store of an older version first.
    texts = {
        "nbtrack": f"import nbtrack as mlflow\n{train}{_LOG}",
        "bare": train,
        "mlflow": f"import mlflow\nmlflow.set_tracking_uri('sqlite:///mlflow.db')\n{train}{_LOG}",
    }
    commands = {}
    for side in ("nbtrack", "bare", *(peer for peer in settings.peers if peer in texts)):
        file = Path(f"train_{side}.py")
        file.write_text(texts[side], encoding="utf-8")
        python = sys.executable if side in ("nbtrack", "bare") else python_of(side)
        commands[side] = [python, str(file)]
    return {"wine": alternate(commands, settings.repeats(9, 2), settings.repeats(3, 1))}
