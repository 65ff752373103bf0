# %%
import numpy as np
import pandas as pd

rng = np.random.default_rng(66)
n = 400
hives = pd.DataFrame({"meadow": rng.random(n), "traffic": rng.exponential(1.0, n), "south": rng.integers(0, 2, n)})
hives["bees"] = rng.poisson(np.exp(0.6 + 1.4 * hives["meadow"] - 0.35 * hives["traffic"] + 0.2 * hives["south"]))

X = np.column_stack([np.ones(n), hives[["meadow", "traffic", "south"]]])
y = hives["bees"].to_numpy()


def deviance(y, mu):
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 * np.sum(np.where(y > 0, y * np.log(y / mu), 0.0) - (y - mu))


# %% track
max_iter = 25
tol = 1e-8

beta = np.zeros(X.shape[1])
beta[0] = np.log(y.mean())
null_deviance = deviance(y, np.full(n, y.mean()))
deviances = [null_deviance]
for n_iter in range(1, max_iter + 1):
    eta = X @ beta
    mu = np.exp(eta)
    z = eta + (y - mu) / mu
    try:
        beta = np.linalg.solve(X.T @ (mu[:, None] * X), X.T @ (mu * z))
    except np.linalg.LinAlgError:
        print("singular, stopped")
        break
    deviances.append(deviance(y, np.exp(X @ beta)))
    if abs(deviances[-2] - deviances[-1]) < tol * abs(deviances[-1]):
        break
else:
    print("no convergence")

mu = np.exp(X @ beta)
se = np.sqrt(np.diag(np.linalg.inv(X.T @ (mu[:, None] * X))))
residual_deviance = deviances[-1]
pearson_chi2 = np.sum((y - mu) ** 2 / mu)
dispersion = pearson_chi2 / (n - len(beta))
explained = 1 - residual_deviance / null_deviance
print("iterations:        %4d" % n_iter)
print("null deviance:     %8.2f on %d" % (null_deviance, n - 1))
print("residual deviance: %8.2f on %d" % (residual_deviance, n - len(beta)))
print("dispersion:        %8.3f" % dispersion)
pd.DataFrame({"coef": beta, "se": se, "z": beta / se}, index=["const", "meadow", "traffic", "south"]).round(3)
