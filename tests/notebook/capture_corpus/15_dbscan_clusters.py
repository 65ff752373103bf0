# %%
from sklearn import metrics
from sklearn.cluster import DBSCAN
from sklearn.datasets import make_blobs
from sklearn.preprocessing import StandardScaler

X, labels_true = make_blobs(n_samples=600, centers=[[1, 1], [-1, -1], [1.2, -1]], cluster_std=0.42, random_state=2)
X = StandardScaler().fit_transform(X)

# %% track
db = DBSCAN(eps=0.3, min_samples=12).fit(X)
labels = db.labels_

# label -1 stands for noise
n_clusters_ = len(set(labels)) - (1 if -1 in labels else 0)
n_noise_ = list(labels).count(-1)

print("Estimated number of clusters: %d" % n_clusters_)
print("Estimated number of noise points: %d" % n_noise_)
print(f"Homogeneity: {metrics.homogeneity_score(labels_true, labels):.3f}")
print(f"Adjusted Rand index: {metrics.adjusted_rand_score(labels_true, labels):.3f}")
print(f"Silhouette coefficient: {metrics.silhouette_score(X, labels):.3f}")
