# %%
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import ElasticNet
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import KFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

X, y = load_diabetes(return_X_y=True)


def build():
    return make_pipeline(
        StandardScaler(), PolynomialFeatures(2, include_bias=False), ElasticNet(alpha=ALPHA, l1_ratio=L1_RATIO)
    )

# %%
ALPHA, L1_RATIO = 10.0, 0.9
MAX_DEGREE = 3  # for the exercise at the end
print(build().fit(X, y).score(X, y))

# %% track
ALPHA = 2.0
L1_RATIO = 0.3
kf = KFold(n_splits=5, shuffle=True, random_state=2024)

oof = np.zeros(len(y))
fold_rmse, n_features_used = [], []
for fold, (tr, va) in enumerate(kf.split(X)):
    model = build()
    model.fit(X[tr], y[tr])
    oof[va] = model.predict(X[va])
    fold_rmse.append(root_mean_squared_error(y[va], oof[va]))
    n_features_used.append(int((model[-1].coef_ != 0).sum()))
    print(f"fold {fold}: RMSE {fold_rmse[-1]:.3f} with {n_features_used[-1]} features")

oof_rmse = root_mean_squared_error(y, oof)
print(f"out of fold: {oof_rmse:.3f}")

# the same with scikit-learn's own loop, two scores and the training sets'
cv = cross_validate(build(), X, y, cv=kf, scoring=("r2", "neg_mean_absolute_error"), return_train_score=True)
print("R2  train %.3f  test %.3f" % (cv["train_r2"].mean(), cv["test_r2"].mean()))
print("MAE train %.2f  test %.2f" % (-cv["train_neg_mean_absolute_error"].mean(), -cv["test_neg_mean_absolute_error"].mean()))
