# %%
import numpy as np
import pandas as pd
from catboost import CatBoostClassifier, Pool
from sklearn.metrics import f1_score, roc_auc_score

rng = np.random.default_rng(55)
n = 2400
shop = pd.DataFrame(
    {
        "channel": rng.choice(["web", "app", "store"], n, p=[0.5, 0.3, 0.2]),
        "region": rng.choice(["north", "south", "east", "west"], n),
        "basket": rng.gamma(2.0, 30.0, n).round(2),
        "visits": rng.poisson(4, n),
    }
)
logit = (
    -1.2
    + 0.9 * (shop.channel == "app")
    + 0.6 * (shop.region == "east")
    + 0.012 * shop.basket
    - 0.15 * shop.visits
)
shop["churned"] = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)

cat_cols = ["channel", "region"]
X, y = shop.drop(columns="churned"), shop["churned"]
cut1, cut2 = 1500, 1950
train_pool = Pool(X[:cut1], y[:cut1], cat_features=cat_cols)
valid_pool = Pool(X[cut1:cut2], y[cut1:cut2], cat_features=cat_cols)
test_pool = Pool(X[cut2:], y[cut2:], cat_features=cat_cols)

# %% track
clf = CatBoostClassifier(
    iterations=300,
    depth=4,
    learning_rate=0.08,
    l2_leaf_reg=5,
    eval_metric="AUC",
    od_type="Iter",
    od_wait=30,
    random_seed=7,
    thread_count=1,
    allow_writing_files=False,
)
clf.fit(train_pool, eval_set=valid_pool, verbose=50, use_best_model=True)

threshold = 0.4
p = clf.predict_proba(test_pool)[:, 1]
auc = roc_auc_score(y[cut2:], p)
f1 = f1_score(y[cut2:], p > threshold)
print("best iteration:", clf.get_best_iteration())
print("best score:", clf.get_best_score()["validation"]["AUC"])
print(f"hold-out AUC {auc:.4f}, F1@{threshold} {f1:.4f}")
