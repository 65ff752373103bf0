# %%
import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_log_error
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBRegressor

# %%
rnd = np.random.default_rng(303)
n_shops, n_weeks = 40, 45
sales = pd.MultiIndex.from_product([range(n_shops), range(n_weeks)], names=["shop", "week"]).to_frame(index=False)
size = rnd.lognormal(3.2, 0.5, n_shops)
sales["sqm"] = size[sales.shop] * rnd.normal(1, 0.02, len(sales))
sales["promo"] = rnd.binomial(1, 0.3, len(sales))
sales["temp"] = 12 + 9 * np.sin(2 * np.pi * sales.week / 52) + rnd.normal(0, 2, len(sales))
sales["units"] = np.round(sales.sqm * (1 + 0.35 * sales.promo) * np.exp(0.02 * sales.temp + rnd.normal(0, 0.2, len(sales))))

FEATURES = ["sqm", "promo", "temp", "week"]
X, groups = sales[FEATURES], sales["shop"]
y = np.log1p(sales["units"])


def rmsle(y_log, p_log):
    return np.sqrt(mean_squared_log_error(np.expm1(y_log), np.maximum(np.expm1(p_log), 0)))


# %% track
NFOLDS = 5
models = {
    "ridge": make_pipeline(StandardScaler(), Ridge(alpha=3.0)),
    "et": ExtraTreesRegressor(n_estimators=80, min_samples_leaf=4, n_jobs=1, random_state=0),
    "hgb": HistGradientBoostingRegressor(max_iter=120, learning_rate=0.08, max_leaf_nodes=12, random_state=0),
    "xgb": XGBRegressor(n_estimators=150, max_depth=3, learning_rate=0.1, n_jobs=1, random_state=0),
}

oof = pd.DataFrame(0.0, index=sales.index, columns=list(models))
table = pd.DataFrame(index=range(NFOLDS), columns=list(models), dtype=float)
gkf = GroupKFold(n_splits=NFOLDS)
for k, (tr, va) in enumerate(gkf.split(X, y, groups)):
    for name, mdl in models.items():
        mdl.fit(X.iloc[tr], y.iloc[tr])
        oof.loc[va, name] = mdl.predict(X.iloc[va])
        table.loc[k, name] = rmsle(y.iloc[va], oof.loc[va, name])
    print(f"fold {k}: " + "  ".join(f"{n} {table.loc[k, n]:.4f}" for n in models))

cv = {name: rmsle(y, oof[name]) for name in models}
for name, s in sorted(cv.items(), key=lambda kv: kv[1]):
    print(f"{name:<6} OOF RMSLE {s:.5f}")

# non-negative weights of the blend
blender = Ridge(alpha=1e-3, positive=True, fit_intercept=False).fit(oof, y)
weights = dict(zip(models, blender.coef_ / blender.coef_.sum()))
blend = sum(w * oof[name] for name, w in weights.items())
blend_score = rmsle(y, blend)
print("weights", {k: round(v, 3) for k, v in weights.items()})
print(f"blend RMSLE {blend_score:.5f}, gain over the best single model {min(cv.values()) - blend_score:.5f}")
