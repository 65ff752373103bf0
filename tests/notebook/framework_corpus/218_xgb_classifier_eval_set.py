# %%
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

X, y = load_digits(return_X_y=True)
X_train, X_hold, y_train, y_hold = train_test_split(X, y, test_size=0.4, random_state=99, stratify=y)
X_val, X_test, y_val, y_test = train_test_split(X_hold, y_hold, test_size=0.5, random_state=99, stratify=y_hold)

xgb_kwargs = {
    "n_estimators": 200,
    "max_depth": 3,
    "learning_rate": 0.2,
    "subsample": 0.7,
    "gamma": 0.1,
}

# %% track
xgb_clf = XGBClassifier(
    **xgb_kwargs,
    tree_method="hist",
    eval_metric="mlogloss",
    early_stopping_rounds=10,
    n_jobs=1,
    random_state=99,
)
xgb_clf.fit(X_train, y_train, eval_set=[(X_train, y_train), (X_val, y_val)], verbose=False)
curves = xgb_clf.evals_result()

y_hat = xgb_clf.predict(X_test)
n_wrong = int((y_hat != y_test).sum())
print("Best round:", xgb_clf.best_iteration, "- validation mlogloss:", round(xgb_clf.best_score, 4))
print("Accuracy on test: %.2f%%" % (100 * np.mean(y_hat == y_test)))
print(f"{n_wrong} digits misread")
print(classification_report(y_test, y_hat))
confusion_matrix(y_test, y_hat)
