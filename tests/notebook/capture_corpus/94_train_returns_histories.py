# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

X, y = load_diabetes(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = (y - y.mean()) / y.std()
X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.3, random_state=10)

# %%
def mse(X, y, w, b):
    return np.mean((X @ w + b - y) ** 2)


def train_linear_model(X_train, y_train, X_val, y_val, lr=0.01, n_epochs=50, batch_size=32, l2=0.0, seed=0):
    """Mini-batch gradient descent; returns the weights and the losses of every epoch."""
    rng = np.random.default_rng(seed)
    w = np.zeros(X_train.shape[1])
    b = 0.0
    train_history, val_history = [], []
    for epoch in range(n_epochs):
        perm = rng.permutation(len(X_train))
        for start in range(0, len(perm), batch_size):
            idx = perm[start : start + batch_size]
            error = X_train[idx] @ w + b - y_train[idx]
            w -= lr * (2 * X_train[idx].T @ error / len(idx) + 2 * l2 * w)
            b -= lr * 2 * error.mean()
        train_history.append(mse(X_train, y_train, w, b))
        val_history.append(mse(X_val, y_val, w, b))
    return w, b, train_history, val_history


# %% track
w, b, train_loss, val_loss = train_linear_model(
    X_train, y_train, X_val, y_val, lr=0.005, n_epochs=60, batch_size=16, l2=0.01
)

plt.figure(figsize=(8, 4))
plt.plot(train_loss, label="train")
plt.plot(val_loss, label="validation")
plt.xlabel("Epoch")
plt.ylabel("MSE")
plt.legend()
plt.show()

best_epoch = int(np.argmin(val_loss))
print(f"Lowest validation loss {val_loss[best_epoch]:.4f} at epoch {best_epoch}")
