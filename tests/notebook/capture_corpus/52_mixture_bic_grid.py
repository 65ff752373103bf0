# %%
import itertools

import matplotlib.pyplot as plt
import numpy as np
from scipy import linalg
from sklearn import mixture

rng = np.random.default_rng(0)
n_samples = 150
stretch = np.array([[0.0, -0.1], [1.7, 0.4]])
X = np.r_[rng.normal(size=(n_samples, 2)) @ stretch, 0.7 * rng.normal(size=(n_samples, 2)) + np.array([-6, 3])]

# %% track
lowest_bic = np.inf
bic = []
n_components_range = range(1, 6)
cv_types = ["spherical", "tied", "diag", "full"]
for cv_type in cv_types:
    for n_components in n_components_range:
        gmm = mixture.GaussianMixture(n_components=n_components, covariance_type=cv_type, init_params="k-means++", random_state=3)
        gmm.fit(X)
        bic.append(gmm.bic(X))
        if bic[-1] < lowest_bic:
            lowest_bic = bic[-1]
            best_gmm = gmm

bic = np.array(bic)
color_iter = itertools.cycle(["navy", "turquoise", "cornflowerblue", "darkorange"])
bars = []

ax = plt.subplot(2, 1, 1)
width = 0.18
for i, (cv_type, color) in enumerate(zip(cv_types, color_iter)):
    heights = bic[i * 5 : i * 5 + 5]
    xpos = np.array(n_components_range) + width * i
    bars.append(ax.bar(xpos, heights, width=width, color=color))
row, column = divmod(bic.argmin(), 5)
top = bic.min() * 1.02
ax.text(column + 1 + width * row, top, "*", fontsize=14)
ax.legend(bars, cv_types)

ax = plt.subplot(2, 1, 2)
for mean, cov in zip(best_gmm.means_, np.broadcast_to(best_gmm.covariances_, (best_gmm.n_components, 2, 2))):
    values, vectors = linalg.eigh(cov)
    angle = np.degrees(np.arctan2(vectors[1, -1], vectors[0, -1]))
    ax.plot(*mean, "k+", markersize=10 + angle / 180)
ax.set_title(f"{best_gmm.n_components} components, {best_gmm.covariance_type}")
plt.show()
