# %%
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import RidgeCV
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

X, y = load_diabetes(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=17)

scores = {}
r2 = {}

# %%
for name, model in [("dummy", DummyRegressor(strategy="median")), ("knn", KNeighborsRegressor(n_neighbors=3))]:
    model.fit(X_train, y_train)
    scores[name] = mean_absolute_error(y_test, model.predict(X_test))
    r2[name] = r2_score(y_test, model.predict(X_test))
winner = {"name": "knn", "mae": scores["knn"]}
pd.DataFrame({"MAE": scores, "R2": r2})

# %% track
alphas = [0.1, 1.0, 10.0, 100.0]
ridge = make_pipeline(StandardScaler(), RidgeCV(alphas=alphas))
ridge.fit(X_train, y_train)
pred_ridge = ridge.predict(X_test)
scores["ridge"] = mean_absolute_error(y_test, pred_ridge)
r2["ridge"] = r2_score(y_test, pred_ridge)

svr = make_pipeline(StandardScaler(), SVR(C=50, epsilon=5))
svr.fit(X_train, y_train)
pred_svr = svr.predict(X_test)
scores["svr"] = mean_absolute_error(y_test, pred_svr)
r2["svr"] = r2_score(y_test, pred_svr)

for name in ("ridge", "svr"):
    print(f"{name:>6}: MAE {scores[name]:.2f}, R2 {r2[name]:.3f}")

blend = mean_absolute_error(y_test, (pred_ridge + pred_svr) / 2)
print(f"mean of the two: {blend:.2f}")
if blend < 40:
    winner = {"name": "blend", "mae": blend}
