# %%
import time

import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import KFold

rng = np.random.default_rng(97)


def make_frame(rows):
    df = pd.DataFrame(rng.normal(size=(rows, 8)), columns=[f"f{i}" for i in range(8)])
    df["target"] = 3 * df["f0"] - 2 * df["f1"] * df["f2"] + np.abs(df["f3"]) + rng.normal(0, 0.5, rows)
    return df


train_df = make_frame(600)
test_df = make_frame(200).drop(columns="target")
features = [c for c in train_df.columns if c != "target"]

# %% track
N_FOLDS = 5
SEED = 42

params = {
    "n_estimators": 60,
    "learning_rate": 0.1,
    "max_depth": 3,
    "subsample": 0.8,
    "random_state": SEED,
}

folds = KFold(n_splits=N_FOLDS, shuffle=True, random_state=SEED)
oof_preds = np.zeros(len(train_df))
test_preds = np.zeros(len(test_df))
scores = []
feature_importance = pd.DataFrame()
start = time.time()

for fold, (train_idx, valid_idx) in enumerate(folds.split(train_df)):
    X_tr, y_tr = train_df[features].iloc[train_idx], train_df["target"].iloc[train_idx]
    X_va, y_va = train_df[features].iloc[valid_idx], train_df["target"].iloc[valid_idx]

    model = GradientBoostingRegressor(**params)
    model.fit(X_tr, y_tr)

    oof_preds[valid_idx] = model.predict(X_va)
    test_preds += model.predict(test_df[features]) / N_FOLDS

    score = np.sqrt(mean_squared_error(y_va, oof_preds[valid_idx]))
    scores.append(score)
    print(f"Fold {fold + 1}: RMSE = {score:.5f}")

    fold_importance = pd.DataFrame({"feature": features, "importance": model.feature_importances_, "fold": fold + 1})
    feature_importance = pd.concat([feature_importance, fold_importance], axis=0)

print(f"Mean RMSE = {np.mean(scores):.5f}, std = {np.std(scores):.5f}")
full_rmse = np.sqrt(mean_squared_error(train_df["target"], oof_preds))
print(f"Full OOF RMSE = {full_rmse:.5f}, took {time.time() - start:.1f} s")

submission = pd.DataFrame({"id": test_df.index, "target": test_preds})
submission.to_csv("submission.csv", index=False)
submission.head()
