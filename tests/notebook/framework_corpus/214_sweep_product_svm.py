# %%
import itertools
import time

import pandas as pd
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

X, y = make_moons(n_samples=700, noise=0.28, random_state=5)
X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.35, random_state=5)

# %% track
Cs = [0.1, 1, 10]
gammas = [0.1, 1.0, 5.0]
kernel = "rbf"

rows = []
for C, gamma in itertools.product(Cs, gammas):
    t0 = time.perf_counter()
    clf = SVC(C=C, gamma=gamma, kernel=kernel).fit(X_train, y_train)
    rows.append(
        dict(
            C=C,
            gamma=gamma,
            train_acc=clf.score(X_train, y_train),
            val_acc=clf.score(X_val, y_val),
            n_sv=int(clf.n_support_.sum()),
            secs=time.perf_counter() - t0,
        )
    )

table = pd.DataFrame(rows).sort_values("val_acc", ascending=False, ignore_index=True)
best = table.iloc[0]
print(f"best: C={best.C}, gamma={best.gamma} -> val acc {best.val_acc:.4f}")
table
