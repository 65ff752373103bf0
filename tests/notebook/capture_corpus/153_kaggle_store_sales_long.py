# %%
import gc
import os
import random
import time
import warnings

import lightgbm as lgb
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import KFold
from sklearn.preprocessing import LabelEncoder

warnings.filterwarnings("ignore")

rng = np.random.default_rng(153)
n = 2400
train = pd.DataFrame({
    "id": np.arange(n),
    "store": rng.choice(["Antwerp", "Bruges", "Ghent", "Leuven", "Namur"], n),
    "day": rng.integers(0, 700, n),
    "promo": rng.random(n) < 0.3,
    "price": rng.gamma(8, 1.5, n).round(2),
    "competition": np.where(rng.random(n) < 0.15, np.nan, rng.exponential(3000, n).round(-1)),
})
size = train["store"].map({"Antwerp": 1.6, "Bruges": 0.9, "Ghent": 1.3, "Leuven": 1.0, "Namur": 0.7})
train["sales"] = (
    120 * size * np.exp(0.3 * train["promo"] - 0.06 * train["price"] + 0.2 * np.sin(train["day"] / 365.25 * 6.283))
    * rng.lognormal(0, 0.25, n)
).round()
test = train[2000:].drop(columns="sales").copy()
train = train[:2000].copy()

# %%
# EDA, older experiments
target_mean = train["sales"].mean()
missing_share = train["competition"].isna().mean()
corr = train["price"].corr(train["sales"])
cv_score = 0.2815  # linear model, version 4
old_cv = 0.2671  # version 7
sample_frac = 0.1
lr = 0.3
scores = {"v4": 0.2815, "v7": 0.2671}
model = None
print(target_mean, missing_share, corr)

# %% track
# ====================================================
# CFG
# ====================================================
class CFG:
    version = 8
    debug = False
    seed = 42
    n_fold = 4
    trn_fold = [0, 1, 2, 3]
    target = "sales"
    num_boost_round = 160
    early_stopping = 15
    te_smoothing = 20.0


LGB_PARAMS = {
    "objective": "regression",
    "metric": "rmse",
    "learning_rate": 0.07,
    "num_leaves": 20,
    "min_data_in_leaf": 30,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.9,
    "seed": CFG.seed,
    "num_threads": 1,
    "verbosity": -1,
}


# ====================================================
# Utils
# ====================================================
def seed_everything(seed=1234):
    random.seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)
    np.random.seed(seed)


def rmsle(y_true, y_pred):
    return np.sqrt(np.mean((np.log1p(y_true) - np.log1p(np.clip(y_pred, 0, None))) ** 2))


def target_encode(fit_frame, frame, column):
    mean = fit_frame[CFG.target].mean()
    agg = fit_frame.groupby(column)[CFG.target].agg(["mean", "count"])
    smooth = (agg["mean"] * agg["count"] + mean * CFG.te_smoothing) / (agg["count"] + CFG.te_smoothing)
    return frame[column].map(smooth).fillna(mean)


t0 = time.time()
seed_everything(CFG.seed)
if CFG.debug:
    sample_frac = 0.25
    train = train.sample(frac=sample_frac, random_state=CFG.seed).reset_index(drop=True)

# ====================================================
# Features
# ====================================================
for df in (train, test):
    df["month"] = df["day"] % 365 // 30
    df["weekday"] = df["day"] % 7
    df["price_x_promo"] = df["price"] * (1 - 0.1 * df["promo"])
    df["no_competition"] = df["competition"].isna().astype(int)
    df["promo"] = df["promo"].astype(int)
le = LabelEncoder().fit(train["store"])
for df in (train, test):
    df["store_le"] = le.transform(df["store"])
features = [c for c in train.columns if c not in ("id", "store", CFG.target)]
print(f"{len(features)} features, {train.shape[0]:,} rows")

# ====================================================
# Folds
# ====================================================
oof = np.zeros(len(train))
preds = np.zeros(len(test))
fold_scores, best_iters = [], []
importance = pd.DataFrame({"feature": features + ["store_te"], "gain": 0.0})
folds = KFold(n_splits=CFG.n_fold, shuffle=True, random_state=CFG.seed)

for fold, (trn_idx, val_idx) in enumerate(folds.split(train)):
    if fold not in CFG.trn_fold:
        continue
    print(f"========== fold: {fold} training ==========")
    trn, val = train.iloc[trn_idx].copy(), train.iloc[val_idx].copy()
    tst = test.copy()
    for part in (tst, val, trn):
        part["store_te"] = target_encode(trn, part, "store")
    use = features + ["store_te"]

    dtrain = lgb.Dataset(trn[use], np.log1p(trn[CFG.target]))
    dvalid = lgb.Dataset(val[use], np.log1p(val[CFG.target]), reference=dtrain)
    evals = {}
    model = lgb.train(
        LGB_PARAMS, dtrain, CFG.num_boost_round, valid_sets=[dvalid], valid_names=["valid"],
        callbacks=[lgb.early_stopping(CFG.early_stopping, verbose=False), lgb.record_evaluation(evals)],
    )
    oof[val_idx] = np.expm1(model.predict(val[use]))
    preds += np.expm1(model.predict(tst[use])) / len(CFG.trn_fold)
    importance["gain"] += model.feature_importance("gain") / CFG.n_fold

    score = rmsle(val[CFG.target], oof[val_idx])
    fold_scores.append(score)
    best_iters.append(model.best_iteration)
    print(f"fold: {fold}  rmsle: {score:.5f}  best iteration: {model.best_iteration}")
    del dtrain, dvalid
    gc.collect()

# ====================================================
# CV
# ====================================================
cv_rmsle = rmsle(train[CFG.target], oof)
mae = np.abs(train[CFG.target] - oof).mean()
print(f"CV (version {CFG.version}): {cv_rmsle:.5f}   folds: {np.mean(fold_scores):.5f} ± {np.std(fold_scores):.5f}")
scores[f"v{CFG.version}"] = cv_rmsle

# blend with the version before, if its predictions are still around
try:
    old = pd.read_csv("../input/store-sales-v7/oof.csv")
    blend_weight = 0.4
    old_cv = rmsle(train[CFG.target], old["oof"])
    cv_score = rmsle(train[CFG.target], blend_weight * old["oof"] + (1 - blend_weight) * oof)
except FileNotFoundError:
    print("no old predictions, no blend")

fig, ax = plt.subplots(figsize=(6, 4))
top = importance.sort_values("gain").tail(8)
ax.barh(top["feature"], top["gain"])
ax.set_title("gain")
plt.tight_layout()
plt.show()

submission = pd.DataFrame({"id": test["id"], "sales": preds})
submission.to_csv("submission.csv", index=False)
print(f"done in {time.time() - t0:.0f} s")
submission.head(3)
