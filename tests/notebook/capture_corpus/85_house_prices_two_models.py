# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeRegressor

np.random.seed(42)
n = 500
houses = pd.DataFrame(
    {
        "area": np.random.normal(120, 35, n).clip(30),
        "rooms": np.random.randint(1, 8, n),
        "age": np.random.randint(0, 90, n),
        "distance": np.random.exponential(6, n),
    }
)
houses["price"] = (
    2100 * houses["area"] + 9000 * houses["rooms"] - 700 * houses["age"] - 4000 * houses["distance"]
    + np.random.normal(0, 25000, n)
)
houses.head()

# %% track
X = houses.drop("price", axis=1)
y = houses["price"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)

# Linear regression
lin_reg = LinearRegression()
lin_reg.fit(X_train, y_train)
y_pred = lin_reg.predict(X_test)

mae = mean_absolute_error(y_test, y_pred)
rmse = np.sqrt(mean_squared_error(y_test, y_pred))
r2 = r2_score(y_test, y_pred)
print(f"Linear regression: MAE {mae:.0f}, RMSE {rmse:.0f}, R2 {r2:.3f}")

# Decision tree
tree_reg = DecisionTreeRegressor(max_depth=5, min_samples_leaf=10, random_state=42)
tree_reg.fit(X_train, y_train)
print("Decision tree, training R2:", tree_reg.score(X_train, y_train))
print("Decision tree, test R2:", tree_reg.score(X_test, y_test))
