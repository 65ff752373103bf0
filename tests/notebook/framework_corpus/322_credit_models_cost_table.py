# %%
from collections import namedtuple

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, confusion_matrix, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = make_classification(3000, 15, n_informative=6, n_redundant=3, weights=[0.9], class_sep=0.7, random_state=17)
Xa, Xb, ya, yb = train_test_split(X, y, stratify=y, test_size=0.35, random_state=17)

COST_DEFAULT = 8.0   # a credit that is not paid back
COST_REFUSED = 1.0   # a good customer sent away

Outcome = namedtuple("Outcome", "auc ap brier cost refused")


def assess(estimator, cutoff=COST_REFUSED / (COST_REFUSED + COST_DEFAULT)):
    p = estimator.fit(Xa, ya).predict_proba(Xb)[:, 1]
    refuse = p >= cutoff
    tn, fp, fn, tp = confusion_matrix(yb, refuse).ravel()
    return Outcome(
        auc=roc_auc_score(yb, p),
        ap=average_precision_score(yb, p),
        brier=brier_score_loss(yb, p),
        cost=(COST_DEFAULT * fn + COST_REFUSED * fp) / len(yb),
        refused=refuse.mean(),
    )

# %% track
zoo = {
    "prior": DummyClassifier(strategy="prior"),
    "bayes": GaussianNB(),
    "logit": make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=500)),
    "forest": RandomForestClassifier(120, max_depth=9, min_samples_leaf=3, n_jobs=1, random_state=4),
    "forest, calibrated": CalibratedClassifierCV(
        RandomForestClassifier(120, max_depth=9, min_samples_leaf=3, n_jobs=1, random_state=4), method="isotonic", cv=3),
}
board = pd.DataFrame({label: assess(est)._asdict() for label, est in zoo.items()}).T.sort_values("cost")
winner = board.index[0]
saved = 1 - board.cost.iloc[0] / board.cost["prior"]
print(f"cheapest: {winner} ({board.cost.iloc[0]:.3f} per application, {saved:.0%} below the prior)")
board
