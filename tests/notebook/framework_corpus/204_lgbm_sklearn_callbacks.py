# %%
import lightgbm as lgb
import pandas as pd
from sklearn.datasets import make_regression
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split

X, y = make_regression(n_samples=1500, n_features=14, n_informative=6, noise=12.0, random_state=8)
df = pd.DataFrame(X, columns=[f"sensor_{i:02d}" for i in range(14)])
df["yield_kg"] = y

SEED = 2026
features = [c for c in df.columns if c != "yield_kg"]
dev, test = train_test_split(df, test_size=0.2, random_state=SEED)
train, valid = train_test_split(dev, test_size=0.2, random_state=SEED)

# %% track
reg = lgb.LGBMRegressor(
    n_estimators=600,
    learning_rate=0.07,
    num_leaves=15,
    min_child_samples=10,
    colsample_bytree=0.8,
    reg_alpha=0.1,
    random_state=SEED,
    n_jobs=1,
    verbose=-1,
)
reg.fit(
    train[features],
    train["yield_kg"],
    eval_set=[(valid[features], valid["yield_kg"])],
    eval_names=["valid"],
    eval_metric="mae",
    callbacks=[lgb.early_stopping(stopping_rounds=25), lgb.log_evaluation(period=50)],
)

pred = reg.predict(test[features])
print(f"Stopped at iteration {reg.best_iteration_}, valid MAE {reg.best_score_['valid']['l1']:.2f}")
print(f"Test  MAE {mean_absolute_error(test['yield_kg'], pred):.2f}  R2 {r2_score(test['yield_kg'], pred):.3f}")
pd.Series(reg.feature_importances_, index=features).nlargest(5)
