# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score, roc_curve
from sklearn.model_selection import train_test_split

X, y = make_classification(
    n_samples=1500, n_features=12, n_informative=5, weights=[0.85], flip_y=0.03, random_state=100
)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=100)

# %% track
model = RandomForestClassifier(n_estimators=100, max_depth=6, class_weight="balanced", random_state=0)
model.fit(X_train, y_train)
y_prob = model.predict_proba(X_test)[:, 1]

auc = roc_auc_score(y_test, y_prob)
print(f"ROC AUC: {auc:.4f}")

# which threshold gives the best F1?
thresholds = np.arange(0.1, 0.9, 0.05)
f1_scores = []
for t in thresholds:
    y_hat = (y_prob >= t).astype(int)
    f1_scores.append(f1_score(y_test, y_hat))

best_threshold = thresholds[np.argmax(f1_scores)]
y_pred = (y_prob >= best_threshold).astype(int)
precision = precision_score(y_test, y_pred)
recall = recall_score(y_test, y_pred)
print(f"Best threshold: {best_threshold:.2f}, F1 {max(f1_scores):.3f}")
print(f"Precision: {precision:.3f}, recall: {recall:.3f}")

fpr, tpr, _ = roc_curve(y_test, y_prob)
fig, (ax1, ax2) = plt.subplots(1, 2, figsize=(11, 4))
ax1.plot(fpr, tpr, label=f"AUC = {auc:.3f}")
ax1.plot([0, 1], [0, 1], "k--")
ax1.legend()
ax2.plot(thresholds, f1_scores, marker=".")
ax2.axvline(best_threshold, color="r", ls=":")
ax2.set_xlabel("threshold")
plt.show()
