# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from pandas.plotting import scatter_matrix

rng = np.random.default_rng(21)
n = 800
housing = pd.DataFrame({
    "longitude": rng.uniform(-124, -114, n).round(2),
    "latitude": rng.uniform(32, 42, n).round(2),
    "housing_median_age": rng.integers(1, 52, n),
    "total_rooms": rng.lognormal(7.5, 0.6, n).round(),
    "households": rng.lognormal(6, 0.6, n).round(),
    "population": rng.lognormal(7, 0.6, n).round(),
    "median_income": rng.gamma(3.2, 1.2, n),
})
housing["total_bedrooms"] = (housing["total_rooms"] / 5).where(rng.random(n) > 0.03)
housing["median_house_value"] = 40000 * housing["median_income"] + rng.normal(60000, 30000, n)

# %% track
housing.hist(bins=50, figsize=(12, 8))
plt.show()

housing["income_cat"] = pd.cut(housing["median_income"],
                               bins=[0., 1.5, 3.0, 4.5, 6., np.inf],
                               labels=[1, 2, 3, 4, 5])
housing["income_cat"].value_counts().sort_index().plot.bar(rot=0, grid=True)
plt.xlabel("Income category")
plt.ylabel("Number of districts")
plt.show()

housing.plot(kind="scatter", x="longitude", y="latitude", grid=True,
             s=housing["population"] / 100, label="population",
             c="median_house_value", cmap="jet", colorbar=True,
             legend=True, sharex=False, figsize=(10, 7))
plt.show()

housing["rooms_per_house"] = housing["total_rooms"] / housing["households"]
housing["bedrooms_ratio"] = housing["total_bedrooms"] / housing["total_rooms"]
housing["people_per_house"] = housing["population"] / housing["households"]

corr_matrix = housing.drop(columns="income_cat").corr()
corr_matrix["median_house_value"].sort_values(ascending=False)

attributes = ["median_house_value", "median_income", "total_rooms",
              "housing_median_age"]
scatter_matrix(housing[attributes], figsize=(12, 8))
plt.show()

median = housing["total_bedrooms"].median()
housing["total_bedrooms"] = housing["total_bedrooms"].fillna(median)
null_rows_idx = housing.isnull().any(axis=1)
housing.loc[null_rows_idx].head()
