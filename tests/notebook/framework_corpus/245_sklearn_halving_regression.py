# %%
from scipy.stats import loguniform, randint
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import HalvingRandomSearchCV, cross_val_score, train_test_split

X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)


def display_scores(scores):
    print("Scores:", scores.round(2))
    print("Mean:", scores.mean())
    print("Standard deviation:", scores.std())


# %% track
param_distribs = {
    "learning_rate": loguniform(0.01, 0.5),
    "max_depth": randint(1, 6),
    "subsample": [0.6, 0.8, 1.0],
}
search = HalvingRandomSearchCV(
    GradientBoostingRegressor(random_state=42),
    param_distribs,
    resource="n_estimators",
    max_resources=81,
    min_resources=9,
    factor=3,
    cv=3,
    scoring="neg_root_mean_squared_error",
    random_state=42,
)
search.fit(X_train, y_train)

final_model = search.best_estimator_
display_scores(-cross_val_score(final_model, X_train, y_train, scoring="neg_root_mean_squared_error", cv=5))
final_rmse = root_mean_squared_error(y_test, final_model.predict(X_test))
print(search.best_params_, "after", search.n_iterations_, "rounds of halving")
final_rmse
