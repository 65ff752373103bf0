# %%
import polars as pl
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score
from sklearn.model_selection import ParameterGrid

points, truth = make_blobs(n_samples=500, n_features=8, centers=5, cluster_std=2.6, random_state=14)

# %%
def one_run(n_clusters, n_components, init):
    Z = PCA(n_components=n_components, random_state=0).fit_transform(points)
    km = KMeans(n_clusters=n_clusters, init=init, n_init=5, random_state=0).fit(Z)
    return {
        "inertia": km.inertia_,
        "silhouette": silhouette_score(Z, km.labels_),
        "db": davies_bouldin_score(Z, km.labels_),
        "ari": adjusted_rand_score(truth, km.labels_),
    }


# %% track
grid = ParameterGrid({"n_clusters": [3, 4, 5, 6], "n_components": [2, 4], "init": ["k-means++"]})
print(f"{len(grid)} settings")

results = []
for setting in grid:
    results.append({**setting, **one_run(**setting)})

leaderboard = pl.DataFrame(results).sort("silhouette", descending=True)
top_row = leaderboard.row(0, named=True)
print("chosen:", top_row["n_clusters"], "clusters on", top_row["n_components"], "components")
print("silhouette %.3f, ARI %.3f" % (top_row["silhouette"], top_row["ari"]))
leaderboard
