# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris

iris = load_iris()
X = iris.data[:100, [0, 2]]
y = np.where(iris.target[:100] == 0, 0, 1)
X_std = (X - X.mean(axis=0)) / X.std(axis=0)

# %%
class AdalineGD:
    """Linear neuron trained on the whole batch."""

    def __init__(self, eta=0.01, n_iter=50, random_state=1):
        self.eta = eta
        self.n_iter = n_iter
        self.random_state = random_state

    def fit(self, X, y):
        rgen = np.random.RandomState(self.random_state)
        self.w_ = rgen.normal(loc=0.0, scale=0.01, size=X.shape[1])
        self.b_ = 0.0
        self.losses_ = []
        for _ in range(self.n_iter):
            errors = y - (X @ self.w_ + self.b_)
            self.w_ += self.eta * 2.0 * X.T @ errors / X.shape[0]
            self.b_ += self.eta * 2.0 * errors.mean()
            self.losses_.append((errors**2).mean())
        return self


# %% track
fig, ax = plt.subplots(nrows=1, ncols=2, figsize=(10, 4))

ada1 = AdalineGD(n_iter=15, eta=0.2).fit(X_std, y)
ax[0].plot(range(1, len(ada1.losses_) + 1), ada1.losses_, marker="o")
ax[0].set_title("Adaline, learning rate 0.2")

ada2 = AdalineGD(n_iter=15, eta=0.01).fit(X_std, y)
ax[1].plot(range(1, len(ada2.losses_) + 1), ada2.losses_, marker="o")
ax[1].set_title("Adaline, learning rate 0.01")
plt.show()
