# %%
from scipy.stats import randint
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import RandomizedSearchCV, train_test_split

X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)

# %% track
param_distributions = {
    "n_estimators": randint(low=10, high=60),
    "max_features": [0.3, 0.6, 0.9],
    "min_samples_leaf": randint(low=2, high=9),
}
search = RandomizedSearchCV(
    RandomForestRegressor(random_state=42),
    param_distributions,
    n_iter=6,
    cv=3,
    scoring="neg_mean_absolute_error",
    random_state=42,
)
search.fit(X_train, y_train)

cv_mae = -search.best_score_
final_model = search.best_estimator_
test_mae = mean_absolute_error(y_test, final_model.predict(X_test))
print(f"cross-validated MAE {cv_mae:.2f}, test MAE {test_mae:.2f}")
search.best_params_
