# %%
import numpy as np
import pandas as pd
from scipy.optimize import minimize
from sklearn.datasets import make_classification
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer
from xgboost import XGBClassifier

X, y = make_classification(1400, 18, n_informative=8, n_clusters_per_class=3, flip_y=0.06, random_state=777)

# %% track
skf = StratifiedKFold(5, shuffle=True, random_state=777)

lr = make_pipeline(QuantileTransformer(n_quantiles=100, output_distribution="normal"), LogisticRegression(C=0.3))
et = ExtraTreesClassifier(n_estimators=120, min_samples_leaf=3, random_state=777)
xg = XGBClassifier(n_estimators=120, max_depth=4, learning_rate=0.08, subsample=0.8, n_jobs=1, random_state=777)

oof = pd.DataFrame()
for tag, est in zip(["lr", "et", "xgb"], [lr, et, xg]):
    oof[tag] = cross_val_predict(est, X, y, cv=skf, method="predict_proba")[:, 1]
    print(tag.ljust(5), "oof logloss", round(log_loss(y, oof[tag]), 5))


def blend_loss(w):
    w = np.abs(w) / np.abs(w).sum()
    return log_loss(y, oof.to_numpy() @ w)


# simple mean first, then let Nelder-Mead find weights
simple = log_loss(y, oof.mean(axis=1))
opt = minimize(blend_loss, x0=np.ones(3) / 3, method="Nelder-Mead")
w = np.abs(opt.x) / np.abs(opt.x).sum()
print("mean of three", round(simple, 5))
print("weighted     ", round(opt.fun, 5), dict(zip(oof.columns, w.round(3))))
oof.corr()
