# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from sklearn.datasets import make_moons
from sklearn.neighbors import KNeighborsClassifier

X, y = make_moons(n_samples=200, noise=0.25, random_state=9)
clf = KNeighborsClassifier(n_neighbors=9).fit(X, y)

# %% track
figsize = (7, 5)
point_size = 30
colors = ["#ff9999", "#9999ff"]
cmap_light = ListedColormap(colors)

margin = 0.5
x_min, x_max = X[:, 0].min() - margin, X[:, 0].max() + margin
y_min, y_max = X[:, 1].min() - margin, X[:, 1].max() + margin
xx, yy = np.meshgrid(np.linspace(x_min, x_max, 200), np.linspace(y_min, y_max, 200))
Z = clf.predict(np.c_[xx.ravel(), yy.ravel()]).reshape(xx.shape)

plt.figure(figsize=figsize, dpi=100)
plt.contourf(xx, yy, Z, cmap=cmap_light, alpha=0.6)
for label, marker in zip((0, 1), ("o", "^")):
    n_points = np.sum(y == label)
    plt.scatter(X[y == label, 0], X[y == label, 1], s=point_size, marker=marker, edgecolor="k", label=f"{n_points}")
plt.xlim(x_min, x_max)
plt.ylim(y_min, y_max)
plt.title("Nine neighbours", fontsize=13)
plt.legend(loc="lower left", frameon=False)
plt.show()
