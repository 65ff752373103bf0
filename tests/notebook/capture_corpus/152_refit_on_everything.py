# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_gaussian_quantiles
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

X, y = make_gaussian_quantiles(n_samples=1000, n_features=6, n_classes=2, random_state=152)
y = np.where(np.random.default_rng(0).random(1000) < 0.12, 1 - y, y)  # some labels are wrong
X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.25, random_state=52)
X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=52)

# %%
model = LogisticRegression(C=0.02).fit(X_train, y_train)
val_auc = roc_auc_score(y_val, model.predict_proba(X_val)[:, 1])
print(f"a straight line can not: {val_auc:.3f}")

# %% track
gbc = GradientBoostingClassifier(n_estimators=90, learning_rate=0.2, max_depth=2, subsample=0.7, random_state=10)
gbc.fit(X_train, y_train)

# how many trees?
val_losses = []
for proba in gbc.staged_predict_proba(X_val):
    val_losses.append(log_loss(y_val, proba))
best_n_estimators = int(np.argmin(val_losses)) + 1
plt.plot(val_losses)
plt.axvline(best_n_estimators, ls="--", c="gray")
plt.show()

# refit with that many, on training and validation set together
gbc.set_params(n_estimators=best_n_estimators, random_state=11)
gbc.fit(X_rest, y_rest)
single_auc = roc_auc_score(y_test, gbc.predict_proba(X_test)[:, 1])

# ... and a few more times, for the mean of some seeds
proba_sum = np.zeros(len(X_test))
seed_aucs = {}
for seed in (20, 21, 22):
    gbc.set_params(random_state=seed).fit(X_rest, y_rest)
    proba = gbc.predict_proba(X_test)[:, 1]
    proba_sum += proba
    seed_aucs[seed] = roc_auc_score(y_test, proba)

bagged_auc = roc_auc_score(y_test, proba_sum / len(seed_aucs))
print(f"{best_n_estimators} trees; test AUC: one model {single_auc:.4f}, mean of {len(seed_aucs)}: {bagged_auc:.4f}")
