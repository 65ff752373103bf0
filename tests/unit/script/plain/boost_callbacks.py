# /// script
# requires-python = ">=3.11"
# dependencies = ["xgboost-cpu==3.0.5", "scikit-learn==1.7.2", "numpy==2.3.3"]
# ///
"""A callback that says what it sees, and one that keeps models; nothing at the top level but a call."""

import argparse
import os
import tempfile

import xgboost as xgb
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split


class Watching(xgb.callback.TrainingCallback):
    def __init__(self, rounds):
        self.rounds = rounds
        self.lines = []

    def after_iteration(self, model, epoch, evals_log):
        for data, metric in evals_log.items():
            for name, log in metric.items():
                self.lines.append((data, name, log[-1]))
        return False


def custom_callback():
    X, y = load_breast_cancer(return_X_y=True)
    X_train, X_valid, y_train, y_valid = train_test_split(X, y, random_state=0)
    D_train = xgb.DMatrix(X_train, y_train)
    D_valid = xgb.DMatrix(X_valid, y_valid)
    num_boost_round = 6
    watching = Watching(num_boost_round)
    xgb.train(
        {"objective": "binary:logistic", "eval_metric": ["error", "rmse"], "tree_method": "hist"},
        D_train,
        evals=[(D_train, "Train"), (D_valid, "Valid")],
        num_boost_round=num_boost_round,
        callbacks=[watching],
        verbose_eval=False,
    )
    assert watching.lines


def check_point_callback():
    X, y = load_breast_cancer(return_X_y=True)
    m = xgb.DMatrix(X, y)
    with tempfile.TemporaryDirectory() as tmpdir:
        check_point = xgb.callback.TrainingCheckPoint(directory=tmpdir, interval=2, name="model")
        xgb.train(
            {"objective": "binary:logistic"},
            m,
            num_boost_round=6,
            verbose_eval=False,
            callbacks=[check_point],
        )
        assert os.listdir(tmpdir)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--plot", default=1, type=int)
    args = parser.parse_args()
    check_point_callback()
    custom_callback()
