# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification

X, y = make_classification(n_samples=300, n_features=6, random_state=4)
X = np.hstack([np.ones((len(X), 1)), X])


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


# %% track
learning_rates = [0.01, 0.1, 1.0]
epochs = 80
curves = {}
final_loss = {}

for lr in learning_rates:
    theta = np.zeros(X.shape[1])
    curve = []
    for epoch in range(epochs):
        p = sigmoid(X @ theta)
        loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        theta -= lr * X.T @ (p - y) / len(y)
        curve.append(loss)
    curves[lr] = curve
    final_loss[lr] = curve[-1]
    plt.plot(curve, label=f"lr = {lr}")
    print(f"lr = {lr:<5} loss = {curve[-1]:.4f}")

best_lr = min(final_loss, key=final_loss.get)
plt.legend()
plt.show()
