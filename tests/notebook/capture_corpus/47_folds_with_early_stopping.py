# %%
import gc

import numpy as np
import pandas as pd
from sklearn.datasets import make_classification
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold

values, target = make_classification(n_samples=1000, n_features=12, n_informative=5, flip_y=0.15, random_state=99)
train = pd.DataFrame(values[:700], columns=[f"var_{i}" for i in range(12)]).assign(target=target[:700])
test = pd.DataFrame(values[700:], columns=[f"var_{i}" for i in range(12)])
features = [c for c in train.columns if c not in ["ID", "target"]]

# %% track
NFOLDS = 5

params = {
    'learning_rate': 0.2,
    'n_estimators': 400,
    'max_depth': 3,
    'subsample': 0.7,
    'max_features': 0.5,
    'n_iter_no_change': 5,
    'validation_fraction': 0.15,
    'random_state': 44000,
}

folds = KFold(n_splits=NFOLDS, shuffle=True, random_state=1999)
oof = np.zeros(len(train))
predictions = np.zeros(len(test))
importances = []

for fold_, (trn_idx, val_idx) in enumerate(folds.split(train.values, train['target'].values)):
    print("fold {}".format(fold_))
    clf = GradientBoostingClassifier(**params)
    clf.fit(train.iloc[trn_idx][features], train.iloc[trn_idx]['target'])
    oof[val_idx] = clf.predict_proba(train.iloc[val_idx][features])[:, 1]
    print("  stopped after {} trees, AUC {:<8.5f}".format(
        clf.n_estimators_, roc_auc_score(train.iloc[val_idx]['target'], oof[val_idx])))

    importances.append(pd.DataFrame({"feature": features, "gain": clf.feature_importances_, "fold": fold_}))

    predictions += clf.predict_proba(test[features])[:, 1] / NFOLDS
    del clf
    gc.collect()

print("CV score: {:<8.5f}".format(roc_auc_score(train['target'], oof)))
submission = pd.DataFrame({"id": test.index, "target": predictions})
pd.concat(importances).groupby("feature")["gain"].mean().nlargest(5)
