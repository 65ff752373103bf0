# %%
import numpy as np
import pandas as pd
from scipy.stats import randint, bootstrap
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.metrics import root_mean_squared_error
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import RandomizedSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

# %%
rng = np.random.default_rng(42)
m = 1200
flats = pd.DataFrame({
    "longitude": rng.uniform(-3, 3, m),
    "latitude": rng.uniform(-2, 2, m),
    "income": rng.gamma(4, 1.0, m),
    "rooms": rng.normal(5, 1.2, m),
    "shore": rng.choice(["inland", "near", "island"], m, p=[0.6, 0.35, 0.05]),
})
flats.loc[rng.random(m) < 0.05, "rooms"] = np.nan
centre = np.exp(-((flats.longitude - 1) ** 2 + (flats.latitude + 0.5) ** 2))
flats["value"] = 60 + 28 * flats.income + 90 * centre + flats.shore.map({"inland": 0, "near": 25, "island": 60}) + rng.normal(0, 18, m)

train_set, test_set = train_test_split(flats, test_size=0.2, random_state=42)
housing, housing_labels = train_set.drop("value", axis=1), train_set["value"]

# %%
class ClusterSimilarity(BaseEstimator, TransformerMixin):
    def __init__(self, n_clusters=10, gamma=1.0, random_state=None):
        self.n_clusters, self.gamma, self.random_state = n_clusters, gamma, random_state

    def fit(self, X, y=None):
        self.kmeans_ = KMeans(self.n_clusters, n_init=3, random_state=self.random_state).fit(X)
        return self

    def transform(self, X):
        return rbf_kernel(X, self.kmeans_.cluster_centers_, gamma=self.gamma)


num_pipeline = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
cat_pipeline = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
preprocessing = ColumnTransformer([
    ("geo", ClusterSimilarity(random_state=42), ["latitude", "longitude"]),
    ("num", num_pipeline, ["income", "rooms"]),
    ("cat", cat_pipeline, make_column_selector(dtype_exclude=np.number)),
])

# %% track
lin_reg = make_pipeline(preprocessing, LinearRegression())
lin_rmses = -cross_val_score(lin_reg, housing, housing_labels, scoring="neg_root_mean_squared_error", cv=5)
print(pd.Series(lin_rmses).describe())

full_pipeline = Pipeline([
    ("preprocessing", preprocessing),
    ("random_forest", RandomForestRegressor(n_estimators=40, random_state=42)),
])
param_distribs = {
    "preprocessing__geo__n_clusters": randint(low=3, high=15),
    "random_forest__max_features": randint(low=2, high=10),
}
rnd_search = RandomizedSearchCV(
    full_pipeline, param_distributions=param_distribs, n_iter=6, cv=3,
    scoring="neg_root_mean_squared_error", random_state=42)
rnd_search.fit(housing, housing_labels)

cv_res = pd.DataFrame(rnd_search.cv_results_).sort_values("mean_test_score", ascending=False)
print(rnd_search.best_params_)
best_cv_rmse = -rnd_search.best_score_

X_test, y_test = test_set.drop("value", axis=1), test_set["value"]
final_predictions = rnd_search.best_estimator_.predict(X_test)
final_rmse = root_mean_squared_error(y_test, final_predictions)

confidence = 0.95
squared_errors = (final_predictions - y_test) ** 2
boot_result = bootstrap([squared_errors], lambda e, axis=-1: np.sqrt(np.mean(e, axis=axis)), confidence_level=confidence, n_resamples=500, rng=np.random.default_rng(1))
rmse_lower, rmse_upper = boot_result.confidence_interval
final_rmse, (rmse_lower, rmse_upper)
