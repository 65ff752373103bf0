# %%
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

rng = np.random.default_rng(1460)
n = 1460
houses = pd.DataFrame({
    "GrLivArea": rng.gamma(9, 170, n).round(),
    "YearBuilt": rng.integers(1900, 2011, n),
    "OverallQual": rng.integers(1, 11, n),
    "Neighborhood": rng.choice(["NAmes", "CollgCr", "OldTown", "Edwards", "Somerst"], n),
})
hood = houses["Neighborhood"].map({"NAmes": 0, "CollgCr": 30e3, "OldTown": -25e3, "Edwards": -20e3, "Somerst": 45e3})
houses["SalePrice"] = (
    70 * houses["GrLivArea"] + 14e3 * houses["OverallQual"] + 250 * (houses["YearBuilt"] - 1900) + hood
    + rng.normal(0, 22e3, n)
).round(-2)
train, test = houses[:1100], houses[1100:]

# %%
def show_scores(model, frame):
    """Prints, and returns nothing."""
    actual = frame["SalePrice"]
    guess = model.predict(frame.drop(columns="SalePrice"))
    print(f"Houses: {len(frame):,}")
    print(f"Median price: $ {actual.median():,.0f}")
    print("-" * 28)
    print(f"rmse: {mean_squared_error(actual, guess) ** 0.5:,.2f}")
    print(f"MAE:  {mean_absolute_error(actual, guess):>12,.2f} USD")
    print(f"MAPE: {100 * np.mean(np.abs(guess / actual - 1)):.1f} %")
    print(f"R^2 score: {r2_score(actual, guess):.4f}")

# %% track
encode = make_column_transformer((OneHotEncoder(), ["Neighborhood"]), remainder="passthrough")
model = make_pipeline(encode, RandomForestRegressor(n_estimators=50, min_samples_leaf=3, random_state=42, n_jobs=1))
model.fit(train.drop(columns="SalePrice"), train["SalePrice"])

show_scores(model, test)
