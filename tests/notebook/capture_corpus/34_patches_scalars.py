# %%
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(2)
image = rng.random((48, 64))

# %% track
h, w = image.shape
patch = 8
step = 4
n_rows = (h - patch) // step + 1
n_cols = (w - patch) // step + 1
n = n_rows * n_cols
patches = np.empty((n, patch * patch))

idx = 0
for i in range(n_rows):
    top = i * step
    for j in range(n_cols):
        left = j * step
        tmp = image[top : top + patch, left : left + patch]
        lo, hi = tmp.min(), tmp.max()
        patches[idx] = ((tmp - lo) / (hi - lo)).ravel()
        idx += 1

mid = n // 2
size_mb = patches.nbytes / 1e6
print(n, "patches,", round(size_mb, 2), "MB, checked", idx == n)

width, height = 9, 3
fig, axes = plt.subplots(1, 6, figsize=(width, height))
for k, ax in enumerate(axes):
    pos = mid + k
    ax.imshow(patches[pos].reshape(patch, patch), cmap="gray", vmin=0, vmax=1)
    ax.set_xticks([])
