# %%
import sys

import numpy as np
from sklearn.datasets import make_regression
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import r2_score

# the true houses need a download; this has their shape
X, y = make_regression(n_samples=1200, n_features=8, n_informative=5, noise=25, random_state=139)
y = y + 40 * np.sin(X[:, 0] * 2) * X[:, 1]
X_fit, X_stop, X_test = X[:700], X[700:900], X[900:]
y_fit, y_stop, y_test = y[:700], y[700:900], y[900:]

# %% track
# exported with nbconvert this is train.py; in the notebook the command line is written here
if "ipykernel" in sys.modules or not sys.argv[0].endswith("train.py"):
    sys.argv = ["train.py", "--trees", "90", "--depth", "3", "huber"]

n_trees = int(sys.argv[sys.argv.index("--trees") + 1])
depth = int(sys.argv[sys.argv.index("--depth") + 1])
loss_name = sys.argv[-1]
subsample = float(sys.argv[sys.argv.index("--subsample") + 1]) if "--subsample" in sys.argv else 0.6

# the rate is drawn anew for each job of the array
job = 4
rng = np.random.default_rng(100 + job)
rate = 10 ** rng.uniform(-1.5, -0.5)

gbr = GradientBoostingRegressor(
    loss=loss_name, n_estimators=n_trees, max_depth=depth, learning_rate=rate, subsample=subsample, random_state=job
)
gbr.fit(X_fit, y_fit)

stop_scores = [r2_score(y_stop, p) for p in gbr.staged_predict(X_stop)]
best_n = int(np.argmax(stop_scores)) + 1
noise_floor = np.median(np.abs(y_stop - np.median(y_stop)))
test_r2 = r2_score(y_test, gbr.predict(X_test))
print(f"job {job}: rate {rate:.4f}, best after {best_n} trees, test R2 {test_r2:.4f}")
