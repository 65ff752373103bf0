# %%
import numpy as np
from tqdm import tqdm

rng = np.random.default_rng(2)
D, N = 40, 160
beta_true = np.where(rng.random(D) < 0.25, rng.normal(0, 2, D), 0.0)
A = rng.normal(size=(N, D))
b = A @ beta_true + rng.normal(0, 1.0, N)
A_fit, b_fit, A_val, b_val = A[:110], b[:110], A[110:], b[110:]


def ista(A, b, lam, step, n_iter=300):
    """Lasso by proximal gradient descent."""
    beta = np.zeros(A.shape[1])
    for _ in range(n_iter):
        beta = beta - step * A.T @ (A @ beta - b) / len(b)
        beta = np.sign(beta) * np.maximum(np.abs(beta) - step * lam, 0)
    return beta


# %% track
lams = np.logspace(-3, 0.5, 8)
steps = [0.05, 0.1, 0.2]
val_mse, n_nonzero = [], []
best = (np.inf, None, None)

for lam in tqdm(lams, desc="lambda"):
    for step in steps:
        beta = ista(A_fit, b_fit, lam, step, n_iter=150)
        mse = np.mean((A_val @ beta - b_val) ** 2)
        if mse < best[0]:
            best = (mse, lam, step)
    # the last (largest) step is what we plot
    val_mse.append(mse)
    n_nonzero.append(np.count_nonzero(beta))

for lam, mse, k in zip(lams, val_mse, n_nonzero):
    print(f"{lam:9.4f} {mse:8.3f} {k:3d}")

best_mse, best_lam, best_step = best
support = np.abs(ista(A_fit, b_fit, best_lam, best_step)) > 1e-6
hits = np.sum(support & (beta_true != 0))
print("best lambda %.4f (step %.2f): val MSE %.3f" % (best_lam, best_step, best_mse))
print("true coefficients found:", hits, "of", np.sum(beta_true != 0))
