# %%
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, confusion_matrix, roc_auc_score
from sklearn.model_selection import train_test_split

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X = X[["mean radius", "mean texture", "mean smoothness"]]

# %% track
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.35, stratify=y, random_state=21)
logreg = LogisticRegression(C=0.8, class_weight="balanced", max_iter=3000).fit(X_train, y_train)

threshold = 0.4
y_prob = logreg.predict_proba(X_test)[:, 1]
y_pred = (y_prob >= threshold).astype(int)

tn, fp, fn, tp = confusion_matrix(y_test, y_pred).ravel()
precision = tp / (tp + fp)
recall = tp / (tp + fn)
f1 = 2 * precision * recall / (precision + recall)
print(f"precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")
print("AUC", roc_auc_score(y_test, y_prob))

report = classification_report(y_test, y_pred, target_names=["malignant", "benign"], output_dict=True)
pd.DataFrame(report).transpose().round(3)
