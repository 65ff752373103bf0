# %%
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split

data = load_digits()

# %% track
config = {
    "test_size": 0.25,
    "random_state": 2024,
    "n_estimators": 80,
    "max_depth": 12,
    "max_features": "sqrt",
    "min_samples_split": 4,
}

X_train, X_test, y_train, y_test = train_test_split(
    data.data,
    data.target,
    test_size=config["test_size"],
    random_state=config["random_state"],
    stratify=data.target,
)

model = ExtraTreesClassifier(
    n_estimators=config["n_estimators"],
    max_depth=config["max_depth"],
    max_features=config["max_features"],
    min_samples_split=config["min_samples_split"],
    random_state=config["random_state"],
    n_jobs=1,
)
model.fit(X_train, y_train)

y_pred = model.predict(X_test)
y_proba = model.predict_proba(X_test)
metrics = {
    "train_accuracy": accuracy_score(y_train, model.predict(X_train)),
    "test_accuracy": accuracy_score(y_test, y_pred),
    "log_loss": log_loss(y_test, y_proba),
}
for key, value in metrics.items():
    print(f"{key:<15} {value:.4f}")
