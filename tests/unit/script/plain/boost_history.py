# /// script
# requires-python = ">=3.11"
# dependencies = ["xgboost-cpu==3.0.5", "scikit-learn==1.7.2", "numpy==2.3.3"]
# ///
"""A dict that training fills with the history of each metric."""

import xgboost as xgb
from sklearn.datasets import load_breast_cancer

X, y = load_breast_cancer(return_X_y=True)
dtrain = xgb.DMatrix(X[:400], label=y[:400])
dtest = xgb.DMatrix(X[400:], label=y[400:])

param = [
    ("max_depth", 2),
    ("objective", "binary:logistic"),
    ("eval_metric", "logloss"),
    ("eval_metric", "error"),
]
num_round = 3
watchlist = [(dtest, "eval"), (dtrain, "train")]

evals_result = {}
bst = xgb.train(param, dtrain, num_round, evals=watchlist, evals_result=evals_result, verbose_eval=False)

print("Access logloss metric directly from evals_result:")
print(evals_result["eval"]["logloss"])
print("Access metrics through a loop:")
for e_name, e_mtrs in evals_result.items():
    for e_mtr_name, e_mtr_vals in e_mtrs.items():
        print(f"   - {e_mtr_name}", [round(one, 3) for one in e_mtr_vals])
