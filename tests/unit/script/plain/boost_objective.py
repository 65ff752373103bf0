# /// script
# requires-python = ">=3.11"
# dependencies = ["xgboost-cpu==3.0.5", "scikit-learn==1.7.2", "numpy==2.3.3"]
# ///
"""Three ways to one objective, each a function that returns the histories of its training."""

import argparse
from time import time

import numpy as np
import xgboost as xgb

kRows, kCols = 512, 10
kOutlier = 10000
kNumberOfOutliers = 16
kRatio = 0.7
kSeed = 1994
kBoostRound = 5
np.random.seed(seed=kSeed)


def generate_data():
    x = np.random.randn(kRows, kCols)
    y = np.random.randn(kRows)
    y += np.abs(np.min(y))
    for i in range(kNumberOfOutliers):
        y[np.random.randint(0, len(y) - 1)] += np.random.randint(0, kOutlier)
    cut = int(kRows * kRatio)
    return xgb.DMatrix(x[:cut], y[:cut]), xgb.DMatrix(x[cut:], y[cut:])


def native_rmse(dtrain, dtest):
    print("Squared error")
    squared_error = {
        "objective": "reg:squarederror",
        "eval_metric": "rmse",
        "tree_method": "hist",
        "seed": kSeed,
    }
    start = time()
    results = {}
    xgb.train(
        squared_error,
        dtrain,
        num_boost_round=kBoostRound,
        evals=[(dtrain, "dtrain"), (dtest, "dtest")],
        evals_result=results,
    )
    print("Finished Squared Error in:", time() - start > 0, "\n")
    return results


def native_rmsle(dtrain, dtest):
    print("Squared Log Error")
    results = {}
    squared_log_error = {
        "objective": "reg:squaredlogerror",
        "eval_metric": "rmsle",
        "tree_method": "hist",
        "seed": kSeed,
    }
    start = time()
    xgb.train(
        squared_log_error,
        dtrain,
        num_boost_round=kBoostRound,
        evals=[(dtrain, "dtrain"), (dtest, "dtest")],
        evals_result=results,
    )
    print("Finished Squared Log Error in:", time() - start > 0)
    return results


def main(args):
    dtrain, dtest = generate_data()
    rmse_evals = native_rmse(dtrain, dtest)
    rmsle_evals = native_rmsle(dtrain, dtest)
    if args.plot != 0:
        print(rmse_evals, rmsle_evals)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Arguments for the demo of objectives.")
    parser.add_argument("--plot", type=int, default=0, help="Set to 1 to plot the histories.")
    args = parser.parse_args()
    main(args)
