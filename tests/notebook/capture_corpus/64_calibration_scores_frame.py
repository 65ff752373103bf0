# %%
from collections import defaultdict

import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, f1_score, log_loss, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

X, y = make_classification(n_samples=4000, n_features=20, n_informative=2, n_redundant=10, random_state=42)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.9, random_state=42)

# %% track
lr = LogisticRegression(C=0.3)
gnb = GaussianNB()
gnb_isotonic = CalibratedClassifierCV(gnb, cv=3, method="isotonic")
gnb_sigmoid = CalibratedClassifierCV(gnb, cv=3, method="sigmoid")

clf_list = [
    (lr, "Logistic"),
    (gnb, "Naive Bayes"),
    (gnb_isotonic, "Naive Bayes + Isotonic"),
    (gnb_sigmoid, "Naive Bayes + Sigmoid"),
]

scores = defaultdict(list)
for i, (clf, name) in enumerate(clf_list):
    clf.fit(X_train, y_train)
    y_prob = clf.predict_proba(X_test)
    y_pred = clf.predict(X_test)
    scores["model"].append(name)

    for metric in [brier_score_loss, log_loss, roc_auc_score]:
        scores[metric.__name__].append(metric(y_test, y_prob[:, 1]))

    for metric in [precision_score, recall_score, f1_score]:
        scores[metric.__name__].append(metric(y_test, y_pred))

score_df = pd.DataFrame(scores).set_index("model")
score_df.round(3)
