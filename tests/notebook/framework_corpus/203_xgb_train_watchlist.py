# %%
import numpy as np
import xgboost as xgb
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

cancer = load_breast_cancer()
X_tr, X_te, y_tr, y_te = train_test_split(cancer.data, cancer.target, test_size=0.3, random_state=17)
dtrain = xgb.DMatrix(X_tr, label=y_tr, feature_names=list(cancer.feature_names))
dtest = xgb.DMatrix(X_te, label=y_te, feature_names=list(cancer.feature_names))

# %% track
param = {"max_depth": 2, "eta": 0.3, "objective": "binary:logistic", "lambda": 2.0, "min_child_weight": 3}
param["nthread"] = 1
param["eval_metric"] = ["auc", "logloss"]
num_round = 40
watchlist = [(dtrain, "train"), (dtest, "eval")]

bst = xgb.train(param, dtrain, num_round, evals=watchlist, verbose_eval=5)

proba = bst.predict(dtest)
print("error=%f" % np.mean((proba > 0.5) != y_te))
print("auc=%f" % roc_auc_score(y_te, proba))
print(sorted(bst.get_score(importance_type="gain").items(), key=lambda kv: -kv[1])[:5])
