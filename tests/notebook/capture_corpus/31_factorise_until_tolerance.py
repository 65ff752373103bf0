# %%
import numpy as np

rng = np.random.default_rng(31)
n_users, n_items = 40, 25
ratings = np.clip(rng.normal(0, 1, (n_users, 2)) @ rng.normal(0, 1, (2, n_items)) + 3, 1, 5)
mask = rng.random(ratings.shape) < 0.5
held_out = ~mask


def rmse_on(mask, P, Q):
    return np.sqrt(np.mean((ratings - P @ Q.T)[mask] ** 2))


# %% track
rank, reg, tol, max_iter = 3, 0.05, 1e-3, 100
P = rng.normal(0, 0.3, (n_users, rank))
Q = rng.normal(0, 0.3, (n_items, rank))
eye = reg * np.eye(rank)

it = 0
previous = np.inf
while it < max_iter:
    for u in range(n_users):
        seen = mask[u]
        P[u] = np.linalg.solve(Q[seen].T @ Q[seen] + eye, Q[seen].T @ ratings[u, seen])
    for j in range(n_items):
        seen = mask[:, j]
        Q[j] = np.linalg.solve(P[seen].T @ P[seen] + eye, P[seen].T @ ratings[seen, j])
    it += 1
    if abs(previous - (train_rmse := rmse_on(mask, P, Q))) < tol:
        break
    previous = train_rmse

test_rmse = rmse_on(held_out, P, Q)
print(f"{it} sweeps, RMSE {train_rmse:.4f} on the known ratings, {test_rmse:.4f} on the hidden ones")
