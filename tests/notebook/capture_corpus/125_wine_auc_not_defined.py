# %%
import contextlib

import numpy as np
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

wine = load_wine(as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(
    wine.data[["alcohol", "malic_acid", "ash", "hue"]], wine.target, test_size=0.4, random_state=3, stratify=wine.target
)

# %%
# Warm-up: only "is it cultivar 0 or not?"
threshold = 0.35
baseline = make_pipeline(StandardScaler(), LogisticRegression(C=0.01)).fit(X_train, y_train == 0)
proba = baseline.predict_proba(X_test)[:, 1]
auc = roc_auc_score(y_test == 0, proba)
recall_at_threshold = ((proba > threshold) & (y_test == 0)).sum() / (y_test == 0).sum()
coef_norm = float(np.linalg.norm(baseline[-1].coef_))
print(f"AUC {auc:.3f}, recall {recall_at_threshold:.3f}, |w| = {coef_norm:.3f}")

# %% track
# Now all three cultivars
clf = RandomForestClassifier(n_estimators=40, max_depth=4, min_samples_leaf=2, random_state=11)
clf.fit(X_train, y_train)
y_pred = clf.predict(X_test)

accuracy = accuracy_score(y_test, y_pred)
macro_f1 = f1_score(y_test, y_pred, average="macro")
print(f"accuracy {accuracy:.3f}, macro F1 {macro_f1:.3f}")

# the ranking metrics from above, where they exist
try:
    auc = roc_auc_score(y_test, clf.predict_proba(X_test))
    recall_at_threshold = ((clf.predict_proba(X_test)[:, 1] > threshold) & y_test).mean()
except ValueError as err:
    print("no AUC for this one:", err)

with contextlib.suppress(AttributeError):
    coef_norm = float(np.linalg.norm(clf.coef_))
