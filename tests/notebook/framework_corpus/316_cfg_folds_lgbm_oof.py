# %% [code]
import gc
import numpy as np
import pandas as pd
import lightgbm as lgb
from lightgbm import LGBMClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.metrics import roc_auc_score

# %% [code]
class CFG:
    seed = 2025
    n_folds = 4
    target = 'target'
    lgb_params = {
        'n_estimators': 300,
        'learning_rate': 0.05,
        'num_leaves': 15,
        'colsample_bytree': 0.5,
        'subsample': 0.8,
        'subsample_freq': 1,
        'reg_alpha': 0.1,
        'verbose': -1,
        'n_jobs': 1,
    }
    es_rounds = 30

# %% [code]
np.random.seed(CFG.seed)
N = 3200
train = pd.DataFrame(np.random.randn(N, 12), columns=[f'feat_{i}' for i in range(12)])
z = 0.9 * train.feat_0 - 0.7 * train.feat_3 + 0.8 * train.feat_1 * train.feat_2 + np.sin(2 * train.feat_5)
train[CFG.target] = (z + np.random.logistic(size=N) > 1).astype(int)
test = train.sample(600, random_state=1).drop(columns=CFG.target).reset_index(drop=True)
train = train.iloc[:2600].copy()

# feature engineering
for df in (train, test):
    df['f_mul_12'] = df.feat_1 * df.feat_2
    df['f_sum'] = df.filter(like='feat_').sum(axis=1)
features = [c for c in train.columns if c != CFG.target]

# %% track
oof = np.zeros(len(train))
sub_preds = np.zeros(len(test))
fold_scores, best_iters = [], []
fi = pd.DataFrame(index=features)

skf = StratifiedKFold(n_splits=CFG.n_folds, shuffle=True, random_state=CFG.seed)
for fold, (trn_idx, val_idx) in enumerate(skf.split(train, train[CFG.target])):
    print(f"{'=' * 20} FOLD {fold + 1} {'=' * 20}")
    X_tr, y_tr = train.iloc[trn_idx][features], train.iloc[trn_idx][CFG.target]
    X_va, y_va = train.iloc[val_idx][features], train.iloc[val_idx][CFG.target]

    clf = LGBMClassifier(**CFG.lgb_params, random_state=CFG.seed + fold)
    clf.fit(X_tr, y_tr, eval_set=[(X_va, y_va)], eval_metric='auc',
            callbacks=[lgb.early_stopping(CFG.es_rounds, verbose=False), lgb.log_evaluation(0)])

    oof[val_idx] = clf.predict_proba(X_va)[:, 1]
    sub_preds += clf.predict_proba(test[features])[:, 1] / CFG.n_folds
    auc = roc_auc_score(y_va, oof[val_idx])
    fold_scores.append(auc)
    best_iters.append(clf.best_iteration_)
    fi[f'fold_{fold}'] = clf.feature_importances_
    print(f'Fold {fold + 1} | best iter {clf.best_iteration_} | AUC: {auc:.5f}')
    del X_tr, X_va, y_tr, y_va; gc.collect()

cv_auc = roc_auc_score(train[CFG.target], oof)
print(f'\nMean AUC {np.mean(fold_scores):.5f} (+/- {np.std(fold_scores):.5f})  ***OOF AUC {cv_auc:.5f}***')
submission = pd.DataFrame({'id': test.index, CFG.target: sub_preds})
fi.mean(axis=1).nlargest(5)
