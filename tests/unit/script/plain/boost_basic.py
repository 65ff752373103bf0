# /// script
# requires-python = ">=3.11"
# dependencies = ["xgboost-cpu==3.0.5", "scikit-learn==1.7.2", "numpy==2.3.3"]
# ///
"""Boosting with a dict of settings and a list of what is watched; the error is counted by hand."""

import numpy as np
import xgboost as xgb
from sklearn.datasets import load_breast_cancer

X, y = load_breast_cancer(return_X_y=True)
dtrain = xgb.DMatrix(X[:400], label=y[:400])
dtest = xgb.DMatrix(X[400:], label=y[400:])

param = {"max_depth": 2, "eta": 0.9, "objective": "binary:logistic"}
watchlist = [(dtest, "eval"), (dtrain, "train")]
num_round = 4
bst = xgb.train(param, dtrain, num_boost_round=num_round, evals=watchlist)

preds = bst.predict(dtest)
labels = dtest.get_label()
print(
    "error=%f" % (sum(1 for i in range(len(preds)) if int(preds[i] > 0.5) != labels[i]) / float(len(preds)))
)
np.testing.assert_array_less(preds, 1.01)
