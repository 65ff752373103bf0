# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification

X, y = make_classification(
    n_samples=400, n_features=4, n_informative=3, n_redundant=0, flip_y=0.05, random_state=12
)
split = 300
X_train, y_train = X[:split], y[:split]
X_test, y_test = X[split:], y[split:]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# %% track
learning_rate = 0.1
num_iterations = 1000

m, n_features = X_train.shape
w = np.zeros(n_features)
b = 0.0
costs = []

for i in range(num_iterations):
    # forward propagation
    A = sigmoid(X_train @ w + b)
    cost = -np.mean(y_train * np.log(A) + (1 - y_train) * np.log(1 - A))

    # gradients
    dw = X_train.T @ (A - y_train) / m
    db = np.mean(A - y_train)

    w = w - learning_rate * dw
    b = b - learning_rate * db

    if i % 100 == 0:
        costs.append(cost)
        print("Cost after iteration %i: %f" % (i, cost))

train_acc = np.mean((sigmoid(X_train @ w + b) > 0.5) == y_train)
test_acc = np.mean((sigmoid(X_test @ w + b) > 0.5) == y_test)
print("train accuracy: {} %".format(train_acc * 100))
print("test accuracy: {} %".format(test_acc * 100))

plt.plot(np.squeeze(costs))
plt.ylabel("cost")
plt.xlabel("iterations (per hundreds)")
plt.title("Learning rate = " + str(learning_rate))
plt.show()
