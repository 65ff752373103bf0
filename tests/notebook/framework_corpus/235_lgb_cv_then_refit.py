# %%
import lightgbm as lgb
import numpy as np
from sklearn.datasets import load_wine
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

SEED = 88
NUM_CLASS = 3
Xw, yw = load_wine(return_X_y=True)
X_dev, X_test, y_dev, y_test = train_test_split(Xw, yw, test_size=0.3, random_state=SEED, stratify=yw)


def get_params(leaves=8, shrinkage=0.1):
    return {
        "objective": "multiclass",
        "num_class": NUM_CLASS,
        "metric": "multi_logloss",
        "num_leaves": leaves,
        "learning_rate": shrinkage,
        "min_data_in_leaf": 5,
        "lambda_l2": 0.2,
        "feature_fraction": 0.5,
        "seed": SEED,
        "num_threads": 1,
        "verbosity": -1,
    }


# %% track
p = get_params(leaves=6)
cv_out = lgb.cv(
    p,
    lgb.Dataset(X_dev, y_dev),
    num_boost_round=150,
    nfold=4,
    seed=SEED,
    callbacks=[lgb.early_stopping(10, verbose=False)],
)
best_rounds = int(np.argmin(cv_out["valid multi_logloss-mean"])) + 1
print(best_rounds, cv_out["valid multi_logloss-mean"][best_rounds - 1], cv_out["valid multi_logloss-stdv"][best_rounds - 1])

booster = lgb.train(p, lgb.Dataset(X_dev, y_dev), num_boost_round=best_rounds)
P = booster.predict(X_test)
print("test logloss", log_loss(y_test, P), "test acc", (P.argmax(axis=1) == y_test).mean())
