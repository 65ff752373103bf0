# %%
import catboost as cb
import numpy as np
from sklearn.datasets import load_diabetes

bunch = load_diabetes(as_frame=True)
pool = cb.Pool(bunch.data, bunch.target)

DEPTH = 5
SHRINK = 0.05

# %% track
cv_params = dict(
    loss_function="RMSE",
    depth=DEPTH,
    learning_rate=SHRINK,
    iterations=250,
    subsample=0.8,
    bootstrap_type="Bernoulli",
    random_seed=63,
    thread_count=1,
    logging_level="Silent",
    allow_writing_files=False,
)
cv_df = cb.cv(pool=pool, params=cv_params, fold_count=4, early_stopping_rounds=20, shuffle=True, seed=63)

n_best = int(cv_df["test-RMSE-mean"].idxmin())
rmse_best = cv_df.loc[n_best, "test-RMSE-mean"]
print(
    f"4-fold CV: {rmse_best:.2f} ± {cv_df.loc[n_best, 'test-RMSE-std']:.2f} "
    f"after {n_best + 1} trees (baseline {np.std(bunch.target):.2f})"
)
cv_df[["iterations", "test-RMSE-mean", "train-RMSE-mean"]].tail()
