# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import offsetbox
from sklearn.datasets import load_digits
from sklearn.manifold import TSNE

digits = load_digits(n_class=5)
X, y = digits.data[:100], digits.target[:100]

# %% track
tsne = TSNE(n_components=2, init="pca", method="exact", max_iter=350, random_state=0)
Z = tsne.fit_transform(X)

x_min, x_max = Z.min(0), Z.max(0)
Z = (Z - x_min) / (x_max - x_min)

size = 7
alpha = 0.8
min_dist = 4e-3
fig = plt.figure(figsize=(size, size))
ax = plt.subplot(111)
for digit in range(5):
    chosen = y == digit
    ax.scatter(*Z[chosen].T, marker=f"${digit}$", s=30, color=plt.cm.tab10(digit), alpha=alpha)

shown = np.array([[1.0, 1.0]])
n_shown = 0
for i in range(len(Z)):
    dist = np.sum((Z[i] - shown) ** 2, axis=1)
    nearest = dist.min()
    if nearest < min_dist:
        continue  # too close to another picture
    shown = np.concatenate([shown, [Z[i]]], axis=0)
    n_shown += 1
    ax.add_artist(offsetbox.AnnotationBbox(offsetbox.OffsetImage(digits.images[i], cmap="gray_r"), Z[i]))
ax.set_title("t-SNE embedding")
ax.axis("off")
plt.show()
