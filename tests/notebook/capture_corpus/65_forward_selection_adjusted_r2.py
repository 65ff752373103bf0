# %%
from collections import namedtuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes

diabetes = load_diabetes(as_frame=True)
X = diabetes.data
y = np.log(diabetes.target)
Fit = namedtuple("Fit", "rss r2 adj_r2 bic")


def ols(columns):
    """Least squares on some of the columns, and how good it is."""
    n, d = len(X), len(columns)
    A = np.column_stack([np.ones(n), X[list(columns)]])
    coef, *_ = np.linalg.lstsq(A, y, rcond=None)
    rss = float(np.sum((y - A @ coef) ** 2))
    tss = float(np.sum((y - y.mean()) ** 2))
    r2 = 1 - rss / tss
    adj_r2 = 1 - (rss / (n - d - 1)) / (tss / (n - 1))
    bic = n * np.log(rss / n) + (d + 1) * np.log(n)
    return Fit(rss, r2, adj_r2, bic)


# %% track
path = pd.DataFrame(columns=["added", "rss", "r2", "adj_r2", "bic"])
chosen, remaining = [], list(X.columns)

while remaining:
    fits = {name: ols(chosen + [name]) for name in remaining}
    added = min(fits, key=lambda name: fits[name].rss)
    chosen.append(added)
    remaining.remove(added)
    fit = fits[added]
    path.loc[len(chosen)] = [added, *fit]
    print(len(chosen), added, "adj. R2", round(fit.adj_r2, 4), "BIC", round(fit.bic, 1))

size_by_r2 = int(path["adj_r2"].astype(float).idxmax())
size_by_bic = int(path["bic"].astype(float).idxmin())
print("adjusted R2 would keep", size_by_r2, "and BIC", size_by_bic, "of", X.shape[1])

fig, axs = plt.subplots(1, 2, figsize=(10, 4))
for ax, column, pick in zip(axs, ["adj_r2", "bic"], [size_by_r2, size_by_bic]):
    ax.plot(path.index, path[column], marker="o")
    ax.axvline(pick, ls=":")
    ax.set(xlabel="number of predictors", ylabel=column)
path
