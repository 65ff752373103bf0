# %%
import optuna
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

optuna.logging.set_verbosity(optuna.logging.WARNING)
X, y = load_wine(return_X_y=True)


def objective(trial):
    max_depth = trial.suggest_int("max_depth", 2, 16, log=True)
    n_estimators = trial.suggest_int("n_estimators", 5, 40, step=5)
    criterion = trial.suggest_categorical("criterion", ["gini", "entropy"])
    max_features = trial.suggest_float("max_features", 0.1, 1.0)
    clf = RandomForestClassifier(
        max_depth=max_depth,
        n_estimators=n_estimators,
        criterion=criterion,
        max_features=max_features,
        random_state=0,
    )
    return cross_val_score(clf, X, y, cv=3, scoring="accuracy").mean()


# %% track
study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=10))
study.optimize(objective, n_trials=25)

trial = study.best_trial
print(f"Number of finished trials: {len(study.trials)}")
print(f"Accuracy: {trial.value:.4f} (trial {trial.number})")
print("Best hyperparameters:")
for key, value in trial.params.items():
    print(f"    {key}: {value}")
