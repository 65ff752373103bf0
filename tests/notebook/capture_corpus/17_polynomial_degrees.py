# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

rng = np.random.RandomState(0)
X = rng.uniform(-3, 3, size=(120, 1))
y = np.sin(1.5 * X[:, 0]) + 0.2 * rng.randn(120)

# %% track
X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.3, random_state=10)
degrees = [1, 2, 3, 5, 9, 15]
train_rmse, val_rmse = [], []

for degree in degrees:
    model = make_pipeline(PolynomialFeatures(degree, include_bias=False), StandardScaler(), Ridge(alpha=0.001))
    model.fit(X_train, y_train)
    train_rmse.append(np.sqrt(mean_squared_error(y_train, model.predict(X_train))))
    val_rmse.append(np.sqrt(mean_squared_error(y_val, model.predict(X_val))))
    print(f"degree {degree:2d}: train {train_rmse[-1]:.3f}, validation {val_rmse[-1]:.3f}")

best_degree = degrees[int(np.argmin(val_rmse))]

plt.plot(degrees, train_rmse, "r-+", linewidth=2, label="train")
plt.plot(degrees, val_rmse, "b-", linewidth=3, label="validation")
plt.legend(loc="upper right", fontsize=12)
plt.show()
