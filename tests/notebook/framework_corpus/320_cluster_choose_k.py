# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.cluster import DBSCAN, KMeans
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import scale

iris = load_iris()
Z = scale(iris.data)

# %% track
pca = PCA(n_components=2, random_state=0)
P = pca.fit_transform(Z)
explained = pca.explained_variance_ratio_.sum()
print(f'two components explain {100 * explained:.1f}% of the variance')

ks = range(2, 9)
inertias, sils, bics = [], [], []
for k in ks:
    km = KMeans(n_clusters=k, n_init=10, random_state=0).fit(P)
    gm = GaussianMixture(n_components=k, covariance_type='full', random_state=0).fit(P)
    inertias.append(km.inertia_)
    sils.append(silhouette_score(P, km.labels_))
    bics.append(gm.bic(P))

fig, axes = plt.subplots(1, 3, figsize=(12, 3))
for ax, vals, title in zip(axes, [inertias, sils, bics], ['inertia', 'silhouette', 'BIC']):
    ax.plot(list(ks), vals, 'o-', lw=1)
    ax.set_title(title)
plt.close(fig)

k_sil = ks[int(np.argmax(sils))]
k_bic = ks[int(np.argmin(bics))]
print('silhouette says', k_sil, '- BIC says', k_bic)

# knowing that there are three species
final = GaussianMixture(3, n_init=5, random_state=0).fit(P)
ari = adjusted_rand_score(iris.target, final.predict(P))
print('ARI of the mixture: %.3f' % ari)

db = DBSCAN(eps=0.4, min_samples=6).fit(P)
n_found = len(set(db.labels_)) - (1 if -1 in db.labels_ else 0)
n_noise = list(db.labels_).count(-1)
print('DBSCAN: %d clusters, %d noise points' % (n_found, n_noise))
pd.crosstab(iris.target, final.predict(P))
