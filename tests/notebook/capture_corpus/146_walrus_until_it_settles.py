# %%
import numpy as np

rng = np.random.default_rng(146)
A = rng.normal(size=(260, 30))
truth = np.zeros(30)
truth[:6] = [3, -2, 1.5, -1, 2.5, 0.7]
b = A @ truth + rng.normal(0, 0.8, 260)
A_train, A_test, b_train, b_test = A[:180], A[180:], b[:180], b[180:]


def soft(v, t):
    return np.sign(v) * max(abs(v) - t, 0.0)


def sweep(w, A, b, lam):
    """One pass of coordinate descent, in place; the largest change."""
    largest = 0.0
    for j in range(len(w)):
        r = b - A @ w + A[:, j] * w[j]
        new = soft(A[:, j] @ r / len(b), lam) / (A[:, j] @ A[:, j] / len(b))
        largest = max(largest, abs(new - w[j]))
        w[j] = new
    return largest


def errors(w, A, b):
    r = b - A @ w
    return np.mean(r**2), np.mean(np.abs(r)), np.max(np.abs(r))

# %% track
lam, tol, max_sweeps = 0.12, 1e-5, 60
(n, p), (n_test, _) = A_train.shape, A_test.shape

w = np.zeros(p)
sweeps = 0
objectives = []
while (change := sweep(w, A_train, b_train, lam)) > tol:
    sweeps += 1
    objectives.append(np.mean((b_train - A_train @ w) ** 2) / 2 + lam * np.abs(w).sum())
    if sweeps >= max_sweeps:
        print("did not settle")
        break

first, *_, last = objectives
test_mse, *others = errors(w, A_test, b_test)
test_mae, worst = others
baseline = np.var(b_test)
if (n_kept := int((w != 0).sum())) < p:
    print(f"{n_kept} of {p} coefficients kept after {sweeps} sweeps ({first:.4f} -> {last:.4f})")

explained = 1.0
explained -= test_mse / baseline
print(f"test MSE {test_mse:.4f}, MAE {test_mae:.4f}, worst {worst:.3f}, explained {explained:.4f}")
