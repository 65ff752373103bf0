# %%
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_breast_cancer(return_X_y=True)

# %% track
CONFIG = {
    "seed": 2023,
    "n_folds": 4,
    "model": {"loss": "log_loss", "alpha": 0.02, "penalty": "elasticnet", "l1_ratio": 0.3},
}

skf = StratifiedKFold(n_splits=CONFIG["n_folds"], shuffle=True, random_state=CONFIG["seed"])
oof = np.zeros(len(X))
fold_scores = []

for fold, (trn_idx, val_idx) in enumerate(skf.split(X, y)):
    clf = make_pipeline(StandardScaler(), SGDClassifier(**CONFIG["model"], random_state=CONFIG["seed"]))
    clf.fit(X[trn_idx], y[trn_idx])
    oof[val_idx] = clf.predict_proba(X[val_idx])[:, 1]
    fold_auc = roc_auc_score(y[val_idx], oof[val_idx])
    fold_scores.append(fold_auc)
    print(f"Fold {fold} | AUC {fold_auc:.5f} | {len(val_idx)} rows")

cv_auc = roc_auc_score(y, oof)
print(f"OOF AUC {cv_auc:.5f} (folds {np.mean(fold_scores):.5f} +- {np.std(fold_scores):.5f})")
