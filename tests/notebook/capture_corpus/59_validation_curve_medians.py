# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, learning_curve, validation_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures


def PolynomialRegression(degree=2, **options):
    return make_pipeline(PolynomialFeatures(degree), LinearRegression(**options))


# a curve that levels off, with noise
rng = np.random.RandomState(1)
X = rng.rand(60, 1) ** 2
y = np.tanh(4 * X.ravel()) + 0.6 * X.ravel() + 0.15 * rng.randn(60)

# %% track
degree = np.arange(0, 12)
train_score, val_score = validation_curve(
    PolynomialRegression(), X, y, param_name='polynomialfeatures__degree', param_range=degree, cv=7)
train_median = np.median(train_score, axis=1)
val_median = np.median(val_score, axis=1)
best_degree = degree[val_median.argmax()]

fig, ax = plt.subplots(1, 3, figsize=(13, 4))
ax[0].plot(degree, train_median, color='steelblue', label='seen')
ax[0].plot(degree, val_median, color='firebrick', label='unseen')
ax[0].legend(loc='best')
ax[0].set_ylim(0, 1.05)

for i, d in enumerate([2, 9]):
    N, train_lc, val_lc = learning_curve(PolynomialRegression(d), X, y, cv=7, train_sizes=np.linspace(0.3, 1, 8))
    ax[i + 1].plot(N, train_lc.mean(axis=1), color='steelblue')
    ax[i + 1].plot(N, val_lc.mean(axis=1), color='firebrick')
    ax[i + 1].axhline(val_lc[-1].mean(), color='gray', linestyle=':')
    ax[i + 1].set_title('degree {0}'.format(d), size=12)

param_grid = {'polynomialfeatures__degree': np.arange(9), 'linearregression__fit_intercept': [True, False]}
grid = GridSearchCV(PolynomialRegression(), param_grid, cv=7)
grid.fit(X, y)
grid.best_params_
