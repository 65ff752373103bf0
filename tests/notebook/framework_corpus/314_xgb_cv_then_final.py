# %%
import numpy as np
import xgboost as xgb
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

bc = load_breast_cancer(as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(bc.data, bc.target, test_size=0.3, random_state=123, stratify=bc.target)
dtrain = xgb.DMatrix(X_train, label=y_train)
dtest = xgb.DMatrix(X_test, label=y_test)

# %% track
# how many rounds?
param = {"max_depth": 3, "eta": 0.12, "objective": "binary:logistic", "lambda": 3, "alpha": 0.2, "nthread": 1}
param["eval_metric"] = "logloss"
param["colsample_bynode"] = 0.5

cv_results = xgb.cv(
    dtrain=dtrain,
    params=param,
    nfold=5,
    num_boost_round=200,
    early_stopping_rounds=15,
    stratified=True,
    as_pandas=True,
    seed=123,
)
num_rounds = len(cv_results)
cv_logloss = cv_results["test-logloss-mean"].iloc[-1]
print(f"{num_rounds} rounds: cv logloss {cv_logloss:.4f} +- {cv_results['test-logloss-std'].iloc[-1]:.4f}")

booster = xgb.train(param, dtrain, num_boost_round=num_rounds)
y_prob = booster.predict(dtest)
print("test logloss", log_loss(y_test, y_prob))
print("test auc", roc_auc_score(y_test, y_prob))

errors = int(np.sum((y_prob > 0.5) != y_test))
print("misclassified: %d of %d" % (errors, len(y_test)))

cv_results.tail(3)
