# %%
import numpy as np
from sklearn.datasets import make_classification

SEED = 7
LEARNING_RATE = 0.2
N_EPOCHS = 150
L2_PENALTY = 0.01

# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def train_logistic(X, y, lr, epochs):
    weights = np.random.normal(0, 0.1, X.shape[1])
    losses = []
    for epoch in range(epochs):
        p = sigmoid(X @ weights)
        weights = weights - lr * (X.T @ (p - y) / len(y) + L2_PENALTY * weights)
        losses.append(-np.mean(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9)))
    return weights, losses


def predict(X, weights):
    return (sigmoid(X @ weights) > 0.5).astype(int)


X, y = make_classification(n_samples=500, n_features=8, flip_y=0.1, random_state=3)
X_train, X_test, y_train, y_test = X[:350], X[350:], y[:350], y[350:]

# %% track
np.random.seed(SEED)
weights, losses = train_logistic(X_train, y_train, lr=LEARNING_RATE, epochs=N_EPOCHS)

train_acc = np.mean(predict(X_train, weights) == y_train)
test_acc = np.mean(predict(X_test, weights) == y_test)
print("final loss", losses[-1])
print("train accuracy", train_acc, "test accuracy", test_acc)
