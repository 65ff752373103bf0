# /// script
# requires-python = ">=3.11"
# dependencies = ["xgboost-cpu==3.0.5", "scikit-learn==1.7.2", "numpy==2.3.3"]
# ///
"""Cross-validation by xgboost's own function, several times, the settings changed on the way."""

import numpy as np
import xgboost as xgb
from sklearn.datasets import load_breast_cancer

X, y = load_breast_cancer(return_X_y=True)
dtrain = xgb.DMatrix(X, label=y)
param = {"max_depth": 2, "eta": 0.9, "objective": "binary:logistic"}
num_round = 3

print("running cross validation")
print(xgb.cv(param, dtrain, num_round, nfold=5, metrics={"error"}, seed=0))


def fpreproc(dtrain, dtest, param):
    label = dtrain.get_label()
    param["scale_pos_weight"] = float(np.sum(label == 0)) / np.sum(label == 1)
    return (dtrain, dtest, param)


print("running cross validation, with preprocessing")
res = xgb.cv(param, dtrain, num_round, nfold=5, metrics={"auc"}, seed=0, fpreproc=fpreproc)
print(res)
