# %%
import lightgbm as lgb
import yaml
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score, brier_score_loss

X, y = make_classification(
    n_samples=2500, n_features=20, n_informative=9, weights=[0.7, 0.3], class_sep=0.8, random_state=303
)
SETTINGS = yaml.safe_load(
    """
booster:
  objective: binary
  metric: [auc, binary_logloss]
  learning_rate: 0.1
  num_leaves: 24
  feature_fraction: 0.7
  bagging_fraction: 0.8
  bagging_freq: 1
  seed: 303
  num_threads: 1
  verbosity: -1
fit:
  rounds: 400
  patience: 20
"""
)

# %% track
lgb_train = lgb.Dataset(X[:1500], y[:1500])
lgb_eval = lgb.Dataset(X[1500:2000], y[1500:2000], reference=lgb_train)

evals = {}
gbm = lgb.train(
    SETTINGS["booster"],
    lgb_train,
    num_boost_round=SETTINGS["fit"]["rounds"],
    valid_sets=[lgb_train, lgb_eval],
    valid_names=["train", "valid"],
    callbacks=[
        lgb.record_evaluation(evals),
        lgb.early_stopping(SETTINGS["fit"]["patience"], first_metric_only=True, verbose=False),
    ],
)

prob = gbm.predict(X[2000:], num_iteration=gbm.best_iteration)
brier = brier_score_loss(y[2000:], prob)
bal_acc = balanced_accuracy_score(y[2000:], (prob >= 0.35).astype(int))
print("rounds used: {} of {}".format(gbm.best_iteration, SETTINGS["fit"]["rounds"]))
print("valid auc at best: {:.4f}".format(gbm.best_score["valid"]["auc"]))
print("test brier {:.4f}, balanced accuracy {:.4f}".format(brier, bal_acc))
