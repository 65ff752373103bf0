# /// script
# requires-python = ">=3.11"
# dependencies = ["xgboost-cpu==3.0.5", "scikit-learn==1.7.2", "numpy==2.3.3"]
# ///
"""The same through scikit-learn's interface."""

import xgboost as xgb
from sklearn.datasets import make_hastie_10_2

X, y = make_hastie_10_2(n_samples=400, random_state=42)
y = (y > 0).astype(int)
X_train, X_test = X[:320], X[320:]
y_train, y_test = y[:320], y[320:]

param_dist = {"objective": "binary:logistic", "n_estimators": 3, "eval_metric": ["error", "logloss"]}
clf = xgb.XGBModel(**param_dist)
clf.fit(X_train, y_train, eval_set=[(X_train, y_train), (X_test, y_test)], verbose=True)
evals_result = clf.evals_result()

for name, metrics in evals_result.items():
    for key, values in metrics.items():
        print(name, key, [round(one, 4) for one in values])
