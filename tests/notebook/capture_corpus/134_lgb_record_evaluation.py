# %%
import lightgbm as lgb
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split

X, y = make_classification(
    n_samples=2000, n_features=15, n_informative=6, weights=[0.9], flip_y=0.02, class_sep=0.8, random_state=134
)
frame = pd.DataFrame(X, columns=[f"f{i:02d}" for i in range(15)])
X_tr, X_te, y_tr, y_te = train_test_split(frame, y, test_size=0.3, stratify=y, random_state=0)

# %% track
lgb_params = dict(
    objective="binary",
    metric=["auc", "binary_logloss"],
    learning_rate=0.08,
    num_leaves=15,
    min_data_in_leaf=25,
    feature_fraction=0.8,
    lambda_l2=2.0,
    num_threads=1,
    verbosity=-1,
    seed=3,
)

train_set = lgb.Dataset(X_tr, y_tr)
valid_set = lgb.Dataset(X_te, y_te, reference=train_set)

ev = {}
booster = lgb.train(
    lgb_params,
    train_set,
    num_boost_round=60,
    valid_sets=[train_set, valid_set],
    valid_names=["fit", "eval"],
    callbacks=[lgb.record_evaluation(ev)],
)

p = booster.predict(X_te)
roc = roc_auc_score(y_te, p)
ap = average_precision_score(y_te, p)
print("ROC AUC", round(roc, 4), "| average precision", round(ap, 4))

plt.plot(ev["fit"]["binary_logloss"], label="fit")
plt.plot(ev["eval"]["binary_logloss"], label="eval")
plt.legend()
plt.show()

# gain of each feature, top five
pd.Series(booster.feature_importance("gain"), index=frame.columns).sort_values(ascending=False).head()
