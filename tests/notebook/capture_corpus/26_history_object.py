# %%
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

digits = load_digits()
X, y = digits.data / 16.0, digits.target
X_train, X_val, X_test = X[:1100], X[1100:1400], X[1400:]
y_train, y_val, y_test = y[:1100], y[1100:1400], y[1400:]

# %%
class SoftmaxModel:
    """One layer, with the manners of a deep learning library."""

    def __init__(self, n_classes, learning_rate=0.1, seed=0):
        self.learning_rate = learning_rate
        self.n_classes = n_classes
        self.rng = np.random.default_rng(seed)

    def predict(self, X):
        z = X @ self.W
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def evaluate(self, X, y):
        p = self.predict(X)
        return -np.log(p[np.arange(len(y)), y] + 1e-12).mean(), (p.argmax(axis=1) == y).mean()

    def fit(self, X, y, epochs=1, batch_size=32, validation_data=None, verbose=1):
        self.W = np.zeros((X.shape[1], self.n_classes))
        history = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
        for epoch in range(epochs):
            order = self.rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                idx = order[start : start + batch_size]
                p = self.predict(X[idx])
                p[np.arange(len(idx)), y[idx]] -= 1
                self.W -= self.learning_rate * X[idx].T @ p / len(idx)
            for prefix, (Xs, ys) in {"": (X, y), "val_": validation_data}.items():
                loss, accuracy = self.evaluate(Xs, ys)
                history[prefix + "loss"].append(loss)
                history[prefix + "accuracy"].append(accuracy)
            if verbose:
                print(f"Epoch {epoch + 1}/{epochs} - val_loss: {history['val_loss'][-1]:.4f}")
        return SimpleNamespace(history=history, epoch=list(range(epochs)))


# %% track
model = SoftmaxModel(n_classes=10, learning_rate=0.3, seed=42)
history = model.fit(X_train, y_train, epochs=12, batch_size=64, validation_data=(X_val, y_val), verbose=0)

pd.DataFrame(history.history).plot(figsize=(8, 5), grid=True, xlabel="Epoch")
plt.gca().set_ylim(0, 1)
plt.show()

test_loss, test_acc = model.evaluate(X_test, y_test)
print("Test accuracy:", test_acc)
