# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris

iris = load_iris()
X = iris.data[:100, [0, 2]]
y = np.where(iris.target[:100] == 0, 0, 1)

# %% track
class Perceptron:
    """Rosenblatt's rule: weights move only on a mistake."""

    def __init__(self, eta=0.01, n_iter=50, seed=1):
        self.eta = eta
        self.n_iter = n_iter
        self.seed = seed

    def fit(self, X, y):
        rng = np.random.default_rng(self.seed)
        self.w_ = rng.normal(0.0, 0.01, X.shape[1])
        self.b_ = 0.0
        self.errors_ = []
        for _ in range(self.n_iter):
            errors = 0
            for xi, target in zip(X, y):
                update = self.eta * (target - self.predict(xi))
                self.w_ += update * xi
                self.b_ += update
                errors += int(update != 0.0)
            self.errors_.append(errors)
        return self

    def predict(self, X):
        return np.where(X @ self.w_ + self.b_ >= 0.0, 1, 0)


ppn = Perceptron(eta=0.1, n_iter=12)
ppn.fit(X, y)

plt.plot(range(1, len(ppn.errors_) + 1), ppn.errors_, marker="o", color="tab:red", linewidth=2)
plt.xlabel("Epochs")
plt.ylabel("Updates")
plt.show()
