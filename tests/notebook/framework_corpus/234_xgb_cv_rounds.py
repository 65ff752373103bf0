# %%
import xgboost as xgb
from sklearn.datasets import make_hastie_10_2

X, y = make_hastie_10_2(n_samples=1500, random_state=61)
dm = xgb.DMatrix(X, label=(y > 0).astype(int))

# %% track
cvresult = xgb.cv(
    {
        "objective": "binary:logistic",
        "learning_rate": 0.25,
        "max_depth": 3,
        "colsample_bytree": 0.6,
        "alpha": 0.5,
        "nthread": 1,
    },
    dm,
    num_boost_round=120,
    nfold=5,
    stratified=True,
    metrics=["error", "auc"],
    early_stopping_rounds=15,
    seed=61,
)
n_trees = cvresult.shape[0]
print(f"optimal n_estimators = {n_trees}")
print(cvresult.iloc[-1][["test-error-mean", "test-error-std", "test-auc-mean"]].to_string())
