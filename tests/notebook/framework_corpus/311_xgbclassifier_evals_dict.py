# %%
import numpy as np
import pandas as pd
from sklearn.datasets import make_classification
from sklearn.metrics import accuracy_score, average_precision_score, classification_report, confusion_matrix, roc_auc_score
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

SEED = 20
X, y = make_classification(n_samples=4000, n_features=18, n_informative=7, weights=[0.88], flip_y=0.03, class_sep=0.8, random_state=SEED)
cols = [f"v{i:02d}" for i in range(X.shape[1])]
X = pd.DataFrame(X, columns=cols)
X_tmp, X_test, y_tmp, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=SEED)
X_train, X_val, y_train, y_val = train_test_split(X_tmp, y_tmp, test_size=0.2, stratify=y_tmp, random_state=SEED)

# %% track
scale_pos_weight = (y_train == 0).sum() / (y_train == 1).sum()

xgb_params = dict(
    n_estimators=400,
    learning_rate=0.08,
    max_depth=4,
    min_child_weight=3,
    subsample=0.85,
    colsample_bytree=0.6,
    reg_lambda=2.0,
    eval_metric=["logloss", "aucpr"],
    early_stopping_rounds=25,
    n_jobs=1,
    random_state=SEED,
)
clf = XGBClassifier(**xgb_params, scale_pos_weight=scale_pos_weight)
clf.fit(X_train, y_train, eval_set=[(X_train, y_train), (X_val, y_val)], verbose=50)

proba = clf.predict_proba(X_test)[:, 1]
preds = (proba >= 0.5).astype(int)

print("best iteration:", clf.best_iteration)
print("ROC AUC : %.4f" % roc_auc_score(y_test, proba))
print("PR AUC  : %.4f" % average_precision_score(y_test, proba))
print("Accuracy: %.4f" % accuracy_score(y_test, preds))
print(confusion_matrix(y_test, preds))
print(classification_report(y_test, preds, digits=3))

imp = pd.Series(clf.feature_importances_, index=cols).sort_values(ascending=False)
imp.head(5)
