# %%
import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

digits = load_digits()
X = digits.data / 16.0

# %% track
pca = PCA(n_components=0.9, svd_solver="full")
X_reduced = pca.fit_transform(X)
X_recovered = pca.inverse_transform(X_reduced)

n_kept = pca.n_components_
explained = pca.explained_variance_ratio_.sum()
reconstruction_mse = ((X - X_recovered) ** 2).mean()
print(f"{n_kept} of {X.shape[1]} components keep {explained:.1%} of the variance")
print(f"reconstruction error {reconstruction_mse:.5f}")

rows, cols = 2, 5
fig, axes = plt.subplots(rows, cols, figsize=(cols * 1.5, rows * 1.5))
for i, ax in enumerate(axes.flat):
    ax.imshow(X_recovered[i].reshape(8, 8), cmap="binary")
    ax.axis("off")
plt.show()
