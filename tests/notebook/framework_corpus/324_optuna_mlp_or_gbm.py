# %%
import numpy as np
import optuna
from sklearn.datasets import load_digits
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

optuna.logging.set_verbosity(optuna.logging.WARNING)

digits = load_digits()
keep = np.isin(digits.target, [3, 5, 8, 9])
X_dev, X_hold, y_dev, y_hold = train_test_split(digits.data[keep], digits.target[keep], test_size=0.3, random_state=0)

# %%
def make_model(cfg):
    if cfg["family"] == "mlp":
        hidden = tuple(cfg[f"units_l{i}"] for i in range(cfg["n_layers"]))
        net = MLPClassifier(hidden, alpha=cfg["alpha"], learning_rate_init=cfg["lr"], max_iter=60, random_state=0)
        return make_pipeline(MinMaxScaler(), net)
    return HistGradientBoostingClassifier(max_iter=25, learning_rate=cfg["eta"], max_leaf_nodes=cfg["leaves"], random_state=0)


def objective(trial):
    cfg = {"family": trial.suggest_categorical("family", ["mlp", "gbm"])}
    if cfg["family"] == "mlp":
        cfg["n_layers"] = trial.suggest_int("n_layers", 1, 2)
        for i in range(cfg["n_layers"]):
            cfg[f"units_l{i}"] = trial.suggest_int(f"units_l{i}", 8, 64, log=True)
        cfg["alpha"] = trial.suggest_float("alpha", 1e-6, 1e-1, log=True)
        cfg["lr"] = trial.suggest_float("lr", 1e-4, 3e-2, log=True)
    else:
        cfg["eta"] = trial.suggest_float("eta", 0.02, 0.4, log=True)
        cfg["leaves"] = trial.suggest_int("leaves", 4, 24)
    return cross_val_score(make_model(cfg), X_dev, y_dev, cv=3).mean()

# %% track
import warnings
warnings.simplefilter("ignore")

N_TRIALS = 12
sampler = optuna.samplers.TPESampler(seed=10, n_startup_trials=5)
study = optuna.create_study(direction="maximize", sampler=sampler, study_name="four-digits")
study.optimize(objective, n_trials=N_TRIALS)

print("Number of finished trials: ", len(study.trials))
trial = study.best_trial
print("Best trial:", trial.number)
print("  Value: ", trial.value)
print("  Params: ")
for key, value in trial.params.items():
    print("    {}: {}".format(key, value))

best_model = make_model(trial.params).fit(X_dev, y_dev)
hold_acc = accuracy_score(y_hold, best_model.predict(X_hold))
print(f"hold-out accuracy {hold_acc:.4f}")
