# %%
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import RepeatedStratifiedKFold, cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_breast_cancer(return_X_y=True, as_frame=True)

# %% track
candidates = {
    "ridge": make_pipeline(StandardScaler(), RidgeClassifier(alpha=2.0)),
    "knn": make_pipeline(StandardScaler(), KNeighborsClassifier(n_neighbors=7, weights="distance")),
    "nb": GaussianNB(),
    "forest": RandomForestClassifier(n_estimators=40, max_depth=6, random_state=1),
    "ada": AdaBoostClassifier(n_estimators=30, random_state=1),
}
rkf = RepeatedStratifiedKFold(n_splits=4, n_repeats=2, random_state=12)

summary = {}
for name, est in candidates.items():
    cv_res = cross_validate(est, X, y, cv=rkf, scoring=["accuracy", "recall"])
    summary[name] = {
        "accuracy": cv_res["test_accuracy"].mean(),
        "accuracy_std": cv_res["test_accuracy"].std(),
        "recall": cv_res["test_recall"].mean(),
    }

winner = max(summary, key=lambda m: summary[m]["accuracy"])
print("winner:", winner)
pd.DataFrame(summary).T.round(4)
