# %%
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import PolynomialFeatures

diabetes = load_diabetes()

# %% track
poly = PolynomialFeatures(degree=3, interaction_only=True, include_bias=False)
X = poly.fit_transform(diabetes.data / diabetes.data.std(axis=0))
print("X.shape: {}".format(X.shape))
X_train, X_test, y_train, y_test = train_test_split(X, diabetes.target, random_state=0)

lr = LinearRegression().fit(X_train, y_train)
print("Training set score: {:.2f}".format(lr.score(X_train, y_train)))
print("Test set score: {:.2f}".format(lr.score(X_test, y_test)))

ridge = Ridge(alpha=20).fit(X_train, y_train)
print("\nRidge")
print("Training set score: {:.2f}".format(ridge.score(X_train, y_train)))
print("Test set score: {:.2f}".format(ridge.score(X_test, y_test)))

lasso = Lasso(alpha=1.5, max_iter=50000).fit(X_train, y_train)
print("\nLasso")
print("Training set score: {:.2f}".format(lasso.score(X_train, y_train)))
print("Test set score: {:.2f}".format(lasso.score(X_test, y_test)))
print("Number of features used: {}".format(np.sum(lasso.coef_ != 0)))
