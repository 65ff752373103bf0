# %%
import numpy as np

rng = np.random.default_rng(73)
n_pages = 60
links = {i: rng.choice(n_pages, size=rng.integers(0, 7), replace=False).tolist() for i in range(n_pages)}

# %% track
class CFG:
    damping = 0.85
    tol = 1e-9
    max_iter = 200
    top = 5


N = len(links)
M = np.zeros((N, N))
dangling = np.zeros(N)
for source, targets in links.items():
    if targets:
        M[targets, source] = 1 / len(targets)
    else:
        dangling[source] = 1

ranks = np.full(N, 1 / N)
residuals = []
for iteration in range(CFG.max_iter):
    spread = (1 - CFG.damping + CFG.damping * (dangling @ ranks)) / N
    new_ranks = CFG.damping * (M @ ranks) + spread
    residuals.append(np.abs(new_ranks - ranks).sum())
    ranks = new_ranks
    if residuals[-1] < CFG.tol:
        break

in_degree = (M > 0).sum(axis=1)
correlation = np.corrcoef(ranks, in_degree)[0, 1]
n_links = int((M > 0).sum())
print(N, "pages,", n_links, "links,", iteration + 1, "iterations, residual", residuals[-1])
print("correlation with the number of links to a page:", round(correlation, 3))
for place, page in enumerate(np.argsort(-ranks)[: CFG.top], start=1):
    print(place, page, "{:.4f}".format(ranks[page]), in_degree[page])
