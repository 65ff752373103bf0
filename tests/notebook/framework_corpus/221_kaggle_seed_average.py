# %%
import os
import random
import warnings

import lightgbm as lgbm
import numpy as np
import pandas as pd
from sklearn.datasets import make_friedman3
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import KFold

warnings.filterwarnings("ignore")

X_all, y_all = make_friedman3(n_samples=1600, noise=0.15, random_state=0)
X_all = pd.DataFrame(X_all, columns=list("abcd"))
X_all["b_over_a"] = X_all.b / X_all.a
X_all["cb"] = X_all.c * X_all.b
X, X_sub = X_all[:1200], X_all[1200:].reset_index(drop=True)
y, y_sub = y_all[:1200], y_all[1200:]


def seed_everything(seed):
    random.seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)
    np.random.seed(seed)


def rmse(a, b):
    return mean_squared_error(a, b) ** 0.5


# %% track
NFOLDS = 4
SEEDS = [7, 21, 1337]
PARAMS = {
    "objective": "rmse",
    "n_estimators": 300,
    "learning_rate": 0.05,
    "max_depth": 5,
    "num_leaves": 18,
    "subsample": 0.75,
    "subsample_freq": 1,
    "verbose": -1,
    "n_jobs": 1,
}

oof_preds = np.zeros(len(X))
sub_preds = np.zeros(len(X_sub))
seed_scores = {}

for seed in SEEDS:
    seed_everything(seed)
    oof_seed = np.zeros(len(X))
    kf = KFold(n_splits=NFOLDS, shuffle=True, random_state=seed)
    for i, (trn_idx, val_idx) in enumerate(kf.split(X)):
        mdl = lgbm.LGBMRegressor(**PARAMS, random_state=seed)
        mdl.fit(
            X.iloc[trn_idx],
            y[trn_idx],
            eval_set=[(X.iloc[val_idx], y[val_idx])],
            callbacks=[lgbm.early_stopping(30, verbose=False)],
        )
        oof_seed[val_idx] = mdl.predict(X.iloc[val_idx])
        sub_preds += mdl.predict(X_sub) / (NFOLDS * len(SEEDS))
        print(f"  seed {seed} fold {i}: {rmse(y[val_idx], oof_seed[val_idx]):.5f} ({mdl.best_iteration_} it)")
    seed_scores[seed] = rmse(y, oof_seed)
    print(f"seed {seed}: OOF RMSE {seed_scores[seed]:.5f}")
    oof_preds += oof_seed / len(SEEDS)

print("-" * 40)
print(f"Mean over seeds  : {np.mean(list(seed_scores.values())):.5f}")
print(f"Seed average OOF : {rmse(y, oof_preds):.5f}")
print(f"Private LB       : {rmse(y_sub, sub_preds):.5f}")
