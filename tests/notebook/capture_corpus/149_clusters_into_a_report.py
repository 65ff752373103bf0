# %%
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score, silhouette_score

points, origin = make_blobs(n_samples=450, centers=5, cluster_std=1.0, random_state=3)


@contextmanager
def section(title):
    """A heading, a dictionary to be filled, a line of what it holds."""
    info = {"title": title}
    print(f"== {title} ==")
    yield info
    print(", ".join(f"{key}={value}" for key, value in info.items() if key != "title"))


def k_means(points, k, n_init, max_iter, rng, out):
    """Lloyd's algorithm; labels, inertia and the number of iterations go into ``out``."""
    out.inertia = np.inf
    for _ in range(n_init):
        centres = points[rng.choice(len(points), k, replace=False)]
        for iteration in range(1, max_iter + 1):
            labels = ((points[:, None] - centres) ** 2).sum(-1).argmin(1)
            moved = np.array([points[labels == j].mean(0) if (labels == j).any() else centres[j] for j in range(k)])
            if np.allclose(moved, centres):
                break
            centres = moved
        inertia = ((points - centres[labels]) ** 2).sum()
        if inertia < out.inertia:
            out.inertia, out.labels, out.n_iter = inertia, labels, iteration


def judge(report, out):
    report["silhouette"] = round(float(silhouette_score(points, out.labels)), 4)
    report.setdefault("against the truth", {})["ari"] = float(adjusted_rand_score(origin, out.labels))


def add_curve(curves, key, value):
    curves.setdefault(key, []).append(float(value))

# %% track
rng = np.random.default_rng(2)
n_init = 4
curves = {}
report = {}

with section("how many?") as info:
    for k in range(2, 8):
        trial = SimpleNamespace()
        k_means(points, k, n_init, 50, rng, trial)
        add_curve(curves, "inertia", trial.inertia)
        add_curve(curves, "silhouette", silhouette_score(points, trial.labels))
    info["chosen"] = chosen = 2 + int(np.argmax(curves["silhouette"]))

final = SimpleNamespace()
k_means(points, chosen, n_init=10, max_iter=100, rng=rng, out=final)
judge(report, final)
print(report)
