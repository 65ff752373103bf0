# %%
import time

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_digits(return_X_y=True)
X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.25, random_state=10)
X_train, X_valid, y_train, y_valid = train_test_split(X_rest, y_rest, test_size=0.25, random_state=10)

# %% track
N_TRIALS = 12
rng = np.random.default_rng(12345)


def sample():
    return {
        "alpha": float(10 ** rng.uniform(-6, 0)),
        "eta0": float(10 ** rng.uniform(-4, 0)),
        "learning_rate": str(rng.choice(["constant", "adaptive", "invscaling"])),
    }


trials = []
for trial in range(N_TRIALS):
    candidate = sample()
    t0 = time.perf_counter()
    clf = make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", max_iter=15, random_state=trial, **candidate))
    clf.fit(X_train, y_train)
    trials.append(
        {
            **candidate,
            "train_score": clf.score(X_train, y_train),
            "valid_score": clf.score(X_valid, y_valid),
            "seconds": time.perf_counter() - t0,
        }
    )
    print(f"[{trial + 1:2d}/{N_TRIALS}] {trials[-1]['valid_score']:.3f}", candidate)

best = max(trials, key=lambda t: t["valid_score"])
final = make_pipeline(
    StandardScaler(),
    SGDClassifier(loss="log_loss", max_iter=15, alpha=best["alpha"], eta0=best["eta0"], learning_rate=best["learning_rate"]),
)
final.fit(X_rest, y_rest)
print("test accuracy of the best:", final.score(X_test, y_test))
pd.DataFrame(trials).sort_values("valid_score", ascending=False).head()
