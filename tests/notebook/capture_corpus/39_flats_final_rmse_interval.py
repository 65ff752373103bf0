# %%
import numpy as np
import pandas as pd
from scipy import stats
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

rng = np.random.default_rng(42)
n_flats = 500
flats = pd.DataFrame(
    {
        "area": rng.normal(72, 20, n_flats).clip(20),
        "floor": rng.integers(0, 9, n_flats),
        "age": np.where(rng.random(n_flats) < 0.05, np.nan, rng.integers(0, 90, n_flats)),
        "quarter": rng.choice(["harbour", "old town", "station"], n_flats),
    }
)
flats["price"] = (
    3.1 * flats["area"] - 0.6 * flats["age"].fillna(40)
    + 55 * (flats["quarter"] == "old town") + rng.normal(0, 25, n_flats)
)
train_set, test_set = train_test_split(flats, test_size=0.2, random_state=42)
prices = train_set["price"]
homes = train_set.drop(columns="price")

# %% track
preprocessing = make_column_transformer(
    (SimpleImputer(strategy="median"), make_column_selector(dtype_include=np.number)),
    (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude=np.number)),
)
forest_reg = make_pipeline(preprocessing, RandomForestRegressor(n_estimators=60, min_samples_leaf=3, random_state=42))
forest_rmses = -cross_val_score(forest_reg, homes, prices, scoring="neg_root_mean_squared_error", cv=6)
print(pd.Series(forest_rmses).describe())

# the test set is looked at once, now
forest_reg.fit(homes, prices)
X_test = test_set.drop("price", axis=1)
y_test = test_set["price"].copy()
final_predictions = forest_reg.predict(X_test)
final_rmse = root_mean_squared_error(y_test, final_predictions)
print(final_rmse)

confidence = 0.95
squared_errors = (final_predictions - y_test) ** 2
lower, upper = np.sqrt(
    stats.t.interval(confidence, len(squared_errors) - 1, loc=squared_errors.mean(), scale=stats.sem(squared_errors))
)
lower, upper
