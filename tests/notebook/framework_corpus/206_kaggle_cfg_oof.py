# %%
import numpy as np
import pandas as pd
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold


class CFG:
    exp = "exp_014"
    seed = 42
    n_folds = 5
    target = "defect"
    lr = 0.06
    max_iter = 120
    max_leaf_nodes = 20
    l2 = 1.5


data, label = make_classification(
    n_samples=2000, n_features=16, n_informative=7, weights=[0.8], flip_y=0.04, random_state=CFG.seed
)
train = pd.DataFrame(data, columns=[f"f{i}" for i in range(16)])
train[CFG.target] = label
FEATS = [c for c in train.columns if c.startswith("f")]

# %%
def add_folds(df):
    df["fold"] = -1
    skf = StratifiedKFold(n_splits=CFG.n_folds, shuffle=True, random_state=CFG.seed)
    for f, (_, va) in enumerate(skf.split(df, df[CFG.target])):
        df.loc[va, "fold"] = f
    return df


def train_fold(df, fold):
    trn, val = df[df.fold != fold], df[df.fold == fold]
    model = HistGradientBoostingClassifier(
        learning_rate=CFG.lr,
        max_iter=CFG.max_iter,
        max_leaf_nodes=CFG.max_leaf_nodes,
        l2_regularization=CFG.l2,
        random_state=CFG.seed,
    )
    model.fit(trn[FEATS], trn[CFG.target])
    pred = model.predict_proba(val[FEATS])[:, 1]
    return val.index, pred, roc_auc_score(val[CFG.target], pred)


# %% track
train = add_folds(train)
oof = np.zeros(len(train))
scores = []
for fold in range(CFG.n_folds):
    idx, pred, score = train_fold(train, fold)
    oof[idx] = pred
    scores.append(score)
    print(f"===== fold {fold}: AUC = {score:.5f} =====")

cv = roc_auc_score(train[CFG.target], oof)
print(f"[{CFG.exp}] OOF AUC = {cv:.5f}  (mean {np.mean(scores):.5f} +/- {np.std(scores):.5f})")
