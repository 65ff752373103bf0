# /// script
# requires-python = ">=3.11"
# dependencies = ["xgboost-cpu==3.0.5", "scikit-learn==1.7.2", "numpy==2.3.3"]
# ///
"""One regressor for two outputs, in a function that is called once for each strategy."""

import argparse

import numpy as np
import xgboost as xgb


def gen_circle():
    rng = np.random.RandomState(1994)
    X = np.sort(200 * rng.rand(100, 1) - 100, axis=0)
    y = np.array([np.pi * np.sin(X).ravel(), np.pi * np.cos(X).ravel()]).T
    y[::5, :] += 0.5 - rng.rand(20, 2)
    return X, (y - y.min()) / (y.max() - y.min())


def rmse_model(plot_result, strategy):
    X, y = gen_circle()
    reg = xgb.XGBRegressor(
        tree_method="hist",
        n_estimators=16,
        n_jobs=1,
        max_depth=8,
        multi_strategy=strategy,
        subsample=0.6,
    )
    reg.fit(X, y, eval_set=[(X, y)])
    y_predt = reg.predict(X)
    if plot_result:
        print(y_predt[:2])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--plot", choices=[0, 1], type=int, default=0)
    args = parser.parse_args()
    rmse_model(args.plot == 1, "one_output_per_tree")
    rmse_model(args.plot == 1, "multi_output_tree")
