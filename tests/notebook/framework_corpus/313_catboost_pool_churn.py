# %%
import warnings
warnings.filterwarnings("ignore")

import numpy as np
import pandas as pd
from catboost import CatBoostClassifier, Pool
from sklearn.metrics import f1_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

gen = np.random.default_rng(41)
N = 2500
churn = pd.DataFrame({
    "tenure_months": gen.integers(1, 72, N),
    "monthly_charges": gen.normal(65, 25, N).clip(15),
    "contract": gen.choice(["month", "year", "two years"], N, p=[0.55, 0.25, 0.2]),
    "payment": gen.choice(["card", "transfer", "cheque"], N),
    "support_calls": gen.poisson(1.2, N),
})
score = (-1.4 - 0.03 * churn.tenure_months + 0.02 * (churn.monthly_charges - 65) + 0.55 * churn.support_calls
         + churn.contract.map({"month": 1.1, "year": 0.0, "two years": -1.2}))
churn["left"] = (gen.random(N) < 1 / (1 + np.exp(-score))).astype(int)

TARGET = "left"
CAT_COLS = ["contract", "payment"]

# %%
train_part, rest = train_test_split(churn, test_size=0.4, stratify=churn[TARGET], random_state=41)
valid_part, test_part = train_test_split(rest, test_size=0.5, stratify=rest[TARGET], random_state=41)

def as_pool(part):
    return Pool(part.drop(columns=TARGET), part[TARGET], cat_features=CAT_COLS)

# %% track
churn_model = CatBoostClassifier(
    iterations=300,
    depth=5,
    learning_rate=0.07,
    l2_leaf_reg=6,
    random_strength=0.5,
    loss_function="Logloss",
    eval_metric="AUC",
    auto_class_weights="Balanced",
    od_type="Iter",
    od_wait=40,
    random_seed=63,
    thread_count=1,
    allow_writing_files=False,
    logging_level="Silent",
)
churn_model.fit(as_pool(train_part), eval_set=as_pool(valid_part), use_best_model=True)

p_left = churn_model.predict_proba(as_pool(test_part))[:, 1]
report = pd.Series({
    "trees": churn_model.tree_count_,
    "valid_auc": churn_model.get_best_score()["validation"]["AUC"],
    "test_auc": roc_auc_score(test_part[TARGET], p_left),
    "test_logloss": log_loss(test_part[TARGET], p_left),
    "test_f1": f1_score(test_part[TARGET], p_left > 0.5),
})
importance = churn_model.get_feature_importance(prettified=True)
report.round(4)
