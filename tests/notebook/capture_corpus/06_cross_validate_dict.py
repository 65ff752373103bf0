# %%
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_breast_cancer(return_X_y=True)

# %% track
cv = StratifiedKFold(n_splits=5, shuffle=True, random_state=1)
clf = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
cv_results = cross_validate(clf, X, y, cv=cv, scoring=["accuracy", "roc_auc"], return_train_score=True)

for metric in ("accuracy", "roc_auc"):
    train = cv_results[f"train_{metric}"]
    test = cv_results[f"test_{metric}"]
    print(f"{metric}: train {train.mean():.3f}, test {test.mean():.3f} +/- {test.std():.3f}")

mean_auc = np.mean(cv_results["test_roc_auc"])
