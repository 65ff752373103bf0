# %%
import lightgbm as lgb
import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error

rng = np.random.RandomState(5)
n = 3000
houses = pd.DataFrame({
    "area": rng.gamma(6, 18, n),
    "rooms": rng.randint(1, 8, n),
    "age": rng.exponential(25, n),
    "floor": rng.randint(0, 12, n),
    "district": pd.Categorical(rng.choice(list("ABCDEFG"), n)),
})
base = houses.district.cat.codes.to_numpy() * 0.08
houses["price"] = np.exp(11 + 0.006 * houses.area + 0.04 * houses.rooms - 0.004 * houses.age + base + rng.normal(0, 0.15, n))

train_df, valid_df, test_df = np.split(houses.sample(frac=1, random_state=1).index.to_numpy(), [2000, 2500])
feats = ["area", "rooms", "age", "floor", "district"]

# %%
def mape_price(preds, dataset):
    """On the scale of money, the labels are logs."""
    y = np.expm1(dataset.get_label())
    return "mape_price", float(np.mean(np.abs(np.expm1(preds) - y) / y)), False


# %% track
params = {
    'objective': 'regression',
    'metric': 'rmse',
    'boosting_type': 'gbdt',
    'num_leaves': 24,
    'learning_rate': 0.06,
    'feature_fraction': 0.8,
    'bagging_fraction': 0.7,
    'bagging_freq': 2,
    'min_data_in_leaf': 15,
    'lambda_l2': 1.5,
    'verbosity': -1,
    'num_threads': 1,
    'seed': 13,
}

y_log = np.log1p(houses["price"])
dtr = lgb.Dataset(houses.loc[train_df, feats], y_log[train_df])
dva = lgb.Dataset(houses.loc[valid_df, feats], y_log[valid_df], reference=dtr)

curves = {}
gbm = lgb.train(
    params, dtr, num_boost_round=500,
    valid_sets=[dtr, dva], valid_names=["fit", "holdout"],
    feval=mape_price,
    callbacks=[
        lgb.early_stopping(30, first_metric_only=True, verbose=False),
        lgb.record_evaluation(curves),
        lgb.log_evaluation(100),
    ],
)

pred = np.expm1(gbm.predict(houses.loc[test_df, feats], num_iteration=gbm.best_iteration))
truth = houses.loc[test_df, "price"]
print(f"stopped after {gbm.best_iteration} rounds, holdout rmse {gbm.best_score['holdout']['rmse']:.4f}")
print(f"test MAE {mean_absolute_error(truth, pred):,.0f}, "
      f"RMSLE {np.sqrt(np.mean((np.log1p(truth) - np.log1p(pred)) ** 2)):.4f}")
within_10 = (np.abs(pred / truth - 1) < 0.10).mean()
print(f"{within_10:.1%} within ten percent")
