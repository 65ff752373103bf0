# %%
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import train_test_split

diabetes = load_diabetes(as_frame=True)
X, y = diabetes.data, diabetes.target

# %% track
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
n_train, n_test = len(X_train), len(X_test)
print(f"{n_train} rows to learn from, {n_test} to judge by")

model = LinearRegression()
model.fit(X_train, y_train)
y_pred = model.predict(X_test)

mse = mean_squared_error(y_test, y_pred)
rmse = np.sqrt(mse)
mae = mean_absolute_error(y_test, y_pred)
r2 = r2_score(y_test, y_pred)

print(f"MSE  {mse:10.2f}")
print(f"RMSE {rmse:10.2f}")
print(f"MAE  {mae:10.2f}")
print(f"R2   {r2:10.3f}")
