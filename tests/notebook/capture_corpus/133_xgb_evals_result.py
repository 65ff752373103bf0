# %%
import xgboost as xgb
from sklearn.datasets import make_friedman1
from sklearn.metrics import mean_absolute_error, root_mean_squared_error
from sklearn.model_selection import train_test_split

X, y = make_friedman1(n_samples=1200, n_features=10, noise=1.5, random_state=133)
X_dev, X_test, y_dev, y_test = train_test_split(X, y, test_size=0.2, random_state=1)
X_train, X_valid, y_train, y_valid = train_test_split(X_dev, y_dev, test_size=0.25, random_state=1)

dtrain = xgb.DMatrix(X_train, y_train)
dvalid = xgb.DMatrix(X_valid, y_valid)
dtest = xgb.DMatrix(X_test, y_test)

# %% track
params = {
    "objective": "reg:squarederror",
    "eta": 0.15,
    "max_depth": 3,
    "subsample": 0.8,
    "colsample_bytree": 0.7,
    "eval_metric": ["rmse", "mae"],
    "seed": 7,
    "nthread": 1,
}
res = {}

bst = xgb.train(
    params,
    dtrain,
    num_boost_round=150,
    evals=[(dtrain, "train"), (dvalid, "valid")],
    evals_result=res,
    early_stopping_rounds=12,
    verbose_eval=False,
)

pred = bst.predict(dtest, iteration_range=(0, bst.best_iteration + 1))
test_rmse = root_mean_squared_error(y_test, pred)
test_mae = mean_absolute_error(y_test, pred)
overfit = res["valid"]["rmse"][bst.best_iteration] / res["train"]["rmse"][bst.best_iteration]

print(f"{bst.best_iteration + 1} trees, test RMSE {test_rmse:.3f}, MAE {test_mae:.3f}, ratio {overfit:.2f}")
