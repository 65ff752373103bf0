# %%
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

X, y = load_digits(return_X_y=True)
X = X / 16.0

# %% track
# ---- settings -------------------------------------------------
version = 3
run_name = f"mlp-v{version}"
lr = 10 ** -2
weight_decay = float("1e-3")
n_hidden = 2 ** 5
batch_size = int(1e2) // 2
max_epochs = max(4, 2 * 6)
momentum = 1 - .25
test_fraction = float(.5)
seeds = list(range(3))
# ---------------------------------------------------------------

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=test_fraction, random_state=0, stratify=y)

majority = float(np.bincount(y_train).max() / len(y_train))
mean_ink = float(X_train.mean())

accuracies = []
for seed in seeds:
    mlp = MLPClassifier(
        (n_hidden,), solver="sgd", alpha=weight_decay, batch_size=batch_size, learning_rate_init=lr,
        momentum=momentum, max_iter=max_epochs, random_state=seed,
    )
    mlp.fit(X_train, y_train)
    accuracies.append(mlp.score(X_test, y_test))

mean_acc, std_acc = np.mean(accuracies), np.std(accuracies)
lift = mean_acc / majority
print(f"{run_name}: {mean_acc:.3f} over {len(seeds)} seeds (std {std_acc:.3f}), {lift:.1f} times the majority class")
