# %%
import lightgbm as lgb
import numpy as np
import xgboost as xgb
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

wine = load_wine()
rng = np.random.default_rng(143)
X = wine.data + rng.normal(0, 1.2 * wine.data.std(0), wine.data.shape)
X_train, X_valid, y_train, y_valid = train_test_split(X, wine.target, test_size=0.4, random_state=5, stratify=wine.target)

# %%
def lgb_run(params, rounds):
    """All that matters is in the log."""
    data = lgb.Dataset(X_train, y_train)
    lgb.train(
        params, data, rounds,
        valid_sets=[lgb.Dataset(X_valid, y_valid, reference=data)],
        callbacks=[lgb.log_evaluation(period=1)],
    )


def xgb_run(params, rounds):
    """The first column is the alcohol."""
    dtrain = xgb.DMatrix(X_train[:, 1:], X_train[:, 0])
    dvalid = xgb.DMatrix(X_valid[:, 1:], X_valid[:, 0])
    xgb.train(params, dtrain, rounds, evals=[(dtrain, "train"), (dvalid, "eval")], verbose_eval=True)

# %% track
print("which cultivar? (LightGBM %s)" % lgb.__version__)
lgb_run(
    {
        "objective": "multiclass", "num_class": 3, "metric": "multi_logloss", "learning_rate": 0.12, "num_leaves": 7,
        "min_child_samples": 5, "num_threads": 1, "seed": 0, "verbose": 1, "force_row_wise": True,
    },
    rounds=20,
)
print()
print("how much alcohol? (XGBoost %s)" % xgb.__version__)
xgb_run({"max_depth": 2, "eta": 0.25, "lambda": 3, "nthread": 1, "seed": 0}, rounds=15)
