# %%
import logging
import sys

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_validate

X, y = load_diabetes(return_X_y=True)
X, y = X * 20, (y - y.mean()) / y.std()

# %%
log = logging.getLogger("mf")


def configure():
    """To stdout, so that it stays below the cell."""
    log.handlers.clear()
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(name)s | %(levelname)-7s | %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False


def sgd_regression(epochs, eta, power, seed):
    rng = np.random.default_rng(seed)
    w = np.zeros(X.shape[1])
    train, val = np.arange(300), np.arange(300, len(X))
    log.info("loaded 2 score files, format 1.2; training from score %.2f", y[train].mean())
    log.info("%d rows, %d columns, eta0 %.2g", len(X), X.shape[1], eta)
    for epoch in range(1, epochs + 1):
        step = eta / epoch**power
        for i in rng.permutation(train):
            w -= step * (X[i] @ w - y[i]) * X[i]
        log.info("epoch %d/%d", epoch, epochs)
        log.info("train_loss %.3f", np.mean((X[train] @ w - y[train]) ** 2))
        log.info("val_loss %.3f", np.mean((X[val] @ w - y[val]) ** 2))
        log.debug("norm %.3f", np.linalg.norm(w))
    if epoch < 50:
        log.warning("stopped early? only %d epochs", epoch)


def compare_with_ridge(alpha):
    cv = cross_validate(Ridge(alpha=alpha), X, y, cv=5, scoring="r2")
    log.info("ridge fit_time %.4f score_time %.4f", cv["fit_time"].mean(), cv["score_time"].mean())
    log.info("ridge test_r2=%.3f", cv["test_score"].mean())

# %% track
configure()
sgd_regression(epochs=6, eta=0.004, power=0.5, seed=145)
compare_with_ridge(alpha=30.0)
