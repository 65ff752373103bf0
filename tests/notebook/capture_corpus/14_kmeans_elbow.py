# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import silhouette_score

X, _ = make_blobs(n_samples=400, centers=4, cluster_std=0.9, random_state=17)

# %% track
kmeans_per_k = [KMeans(n_clusters=k, n_init=5, random_state=42).fit(X) for k in range(1, 10)]
inertias = [model.inertia_ for model in kmeans_per_k]
silhouette_scores = [silhouette_score(X, model.labels_) for model in kmeans_per_k[1:]]
best_k = int(np.argmax(silhouette_scores)) + 2
print("best number of clusters:", best_k)

plt.figure(figsize=(8, 3))
plt.plot(range(1, 10), inertias, "bo-")
plt.axvline(best_k, color="grey", linestyle="--")
plt.xlabel("$k$", fontsize=14)
plt.axis([1, 8.5, 0, 20000])
plt.show()
