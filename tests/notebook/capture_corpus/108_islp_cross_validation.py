# %%
from functools import partial

import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, ShuffleSplit, cross_validate, train_test_split
from sklearn.preprocessing import PolynomialFeatures

Auto = load_diabetes(as_frame=True).frame.rename(columns={"bmi": "horsepower", "target": "mpg"})


def evalMSE(terms, response, train, test):
    predictor, degree = terms
    poly = PolynomialFeatures(degree, include_bias=False)
    X_train = poly.fit_transform(train[[predictor]])
    y_train = train[response]

    X_test = poly.transform(test[[predictor]])
    y_test = test[response]

    results = LinearRegression().fit(X_train, y_train)
    test_pred = results.predict(X_test)

    return np.mean((y_test - test_pred)**2)


def boot_SE(func, D, n=None, B=1000, seed=0):
    rng = np.random.default_rng(seed)
    first_, second_ = 0, 0
    n = n or D.shape[0]
    for _ in range(B):
        idx = rng.choice(D.index, n, replace=True)
        value = func(D, idx)
        first_ += value
        second_ += value**2
    return np.sqrt(second_ / B - (first_ / B)**2)


def slope_func(D, idx):
    D_ = D.loc[idx]
    return np.polyfit(D_["horsepower"], D_["mpg"], 1)[0]

# %% track
Auto_train, Auto_valid = train_test_split(Auto, test_size=196, random_state=3)
MSE = np.zeros(3)
for idx, degree in enumerate(range(1, 4)):
    MSE[idx] = evalMSE(['horsepower', degree], 'mpg', Auto_train, Auto_valid)
print(MSE)

# 10-fold cross-validation
cv_error = np.zeros(5)
cv = KFold(n_splits=10, shuffle=True, random_state=0)  # use same splits for each degree
Y = Auto['mpg']
H = np.array(Auto['horsepower'])
M = LinearRegression()
for i, d in enumerate(range(1, 6)):
    X = np.power.outer(H, np.arange(1, d+1))
    M_CV = cross_validate(M, X, Y, scoring='neg_mean_squared_error', cv=cv)
    cv_error[i] = -np.mean(M_CV['test_score'])
print(cv_error)

# the validation set approach as a cross-validation
validation = ShuffleSplit(n_splits=1, test_size=196, random_state=0)
results = cross_validate(M, Auto.drop(['mpg'], axis=1), Auto['mpg'], cv=validation)
print(results['test_score'])

# the bootstrap
slope_SE = boot_SE(slope_func, Auto, B=300, seed=10)
slope_SE
