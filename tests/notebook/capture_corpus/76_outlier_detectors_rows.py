# %%
import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn import svm
from sklearn.covariance import EllipticEnvelope
from sklearn.datasets import make_moons
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor

n_samples = 400
outliers_fraction = 0.12
n_outliers = int(outliers_fraction * n_samples)
n_inliers = n_samples - n_outliers
rng = np.random.RandomState(76)
inliers = 4.0 * (make_moons(n_samples=n_inliers, noise=0.06, random_state=0)[0] - np.array([0.5, 0.25]))
X = np.concatenate([inliers, rng.uniform(low=-6, high=6, size=(n_outliers, 2))], axis=0)
truth = np.r_[np.zeros(n_inliers), np.ones(n_outliers)]

# %% track
detectors = [
    ("Robust covariance", EllipticEnvelope(contamination=outliers_fraction, random_state=42)),
    ("One-Class SVM", svm.OneClassSVM(nu=outliers_fraction, kernel="rbf", gamma=0.4)),
    ("Isolation Forest", IsolationForest(n_estimators=80, contamination=outliers_fraction, random_state=42)),
    ("Local Outlier Factor", LocalOutlierFactor(n_neighbors=30, contamination=outliers_fraction)),
]
results = pd.DataFrame(columns=["auc", "errors", "seconds"])

plt.figure(figsize=(11, 2.8))
colors = np.array(["firebrick", "steelblue"])
plot_num = 1
for name, detector in detectors:
    t0 = time.time()
    detector.fit(X)
    t1 = time.time()
    if name == "Local Outlier Factor":
        y_pred = detector.fit_predict(X)
        strangeness = -detector.negative_outlier_factor_
    else:
        y_pred = detector.predict(X)
        strangeness = -detector.score_samples(X)
    n_errors = int(np.sum((y_pred == -1) != truth))
    results.loc[name] = [roc_auc_score(truth, strangeness), n_errors, t1 - t0]
    print("{0:<22} {1:3d} errors  {2:.3f} s".format(name, n_errors, t1 - t0))

    plt.subplot(1, len(detectors), plot_num)
    plt.scatter(X[:, 0], X[:, 1], s=8, color=colors[(y_pred + 1) // 2])
    plt.title(name, size=10)
    plt.axis("off")
    plt.text(-6, -6.5, "%.0f ms" % (1000 * (t1 - t0)), size=8)
    plot_num += 1

results.sort_values("auc", ascending=False)
