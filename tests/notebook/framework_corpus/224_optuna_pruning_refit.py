# %%
import numpy as np
import optuna
from optuna.trial import TrialState
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

digits = load_digits()
Xd = digits.data / 16
X_fit, X_test, y_fit, y_test = train_test_split(Xd, digits.target, test_size=0.25, random_state=2)
X_tr, X_va, y_tr, y_va = train_test_split(X_fit, y_fit, test_size=0.25, random_state=2)
classes = np.unique(digits.target)

N_EPOCHS = 12
BATCH = 100


def make_model(p):
    return SGDClassifier(
        loss="log_loss", alpha=p["alpha"], learning_rate=p["schedule"], eta0=p["eta0"], random_state=2
    )


def objective(trial):
    p = {
        "alpha": trial.suggest_float("alpha", 1e-6, 1e-1, log=True),
        "eta0": trial.suggest_float("eta0", 1e-3, 1.0, log=True),
        "schedule": trial.suggest_categorical("schedule", ["constant", "invscaling", "adaptive"]),
    }
    model = make_model(p)
    rng = np.random.default_rng(0)
    for step in range(N_EPOCHS):
        for part in np.array_split(rng.permutation(len(X_tr)), len(X_tr) // BATCH):
            model.partial_fit(X_tr[part], y_tr[part], classes=classes)
        err = 1.0 - model.score(X_va, y_va)
        trial.report(err, step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return err


# %% track
optuna.logging.disable_default_handler()
study = optuna.create_study(
    study_name="sgd-digits",
    sampler=optuna.samplers.RandomSampler(seed=2),
    pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=2),
)
study.optimize(objective, n_trials=20)

n_pruned = len(study.get_trials(states=[TrialState.PRUNED]))
n_complete = len(study.get_trials(states=[TrialState.COMPLETE]))
print("pruned", n_pruned, "of", len(study.trials))
print("best validation error", study.best_value, "with", study.best_params)

final = make_model(study.best_params).fit(X_fit, y_fit)
test_error = 1 - final.score(X_test, y_test)
print(f"test error of the refitted model: {test_error:.4f}")
