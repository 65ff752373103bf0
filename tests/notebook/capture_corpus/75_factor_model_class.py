# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

rng = np.random.default_rng(75)
n_readers, n_books = 80, 50
taste = rng.normal(size=(n_readers, 3)) @ rng.normal(size=(3, n_books)) * 0.6 + rng.normal(0, 0.4, n_books) + 3.4
pairs = rng.random(taste.shape) < 0.6
reader, book = np.nonzero(pairs)
stars = np.clip(np.round(taste[pairs] + rng.normal(0, 0.3, pairs.sum())), 1, 5)
log = pd.DataFrame({"reader": reader, "book": book, "stars": stars}).sample(frac=1, random_state=75)
train, valid, test = log[:1800], log[1800:2100], log[2100:]

# %% track
class FactorModel:
    """Biases and factors, learnt star by star."""

    def __init__(self, n_factors=5, lr=0.01, reg=0.02, n_epochs=20, patience=2, seed=None):
        self.n_factors, self.lr, self.reg = n_factors, lr, reg
        self.n_epochs, self.patience, self.seed = n_epochs, patience, seed

    def fit(self, ratings, held_back):
        rng = np.random.default_rng(self.seed)
        self.mu_ = ratings["stars"].mean()
        self.bu, self.bi = np.zeros(n_readers), np.zeros(n_books)
        self.P = rng.normal(0, 0.3, (n_readers, self.n_factors))
        self.Q = rng.normal(0, 0.3, (n_books, self.n_factors))
        self.history = {"train": [], "valid": []}
        wait, best = 0, np.inf
        for epoch in range(self.n_epochs):
            squares = 0.0
            for u, i, r in ratings.itertuples(index=False):
                e = r - (self.mu_ + self.bu[u] + self.bi[i] + self.P[u] @ self.Q[i])
                self.bu[u] += self.lr * (e - self.reg * self.bu[u])
                self.bi[i] += self.lr * (e - self.reg * self.bi[i])
                self.P[u], self.Q[i] = (
                    self.P[u] + self.lr * (e * self.Q[i] - self.reg * self.P[u]),
                    self.Q[i] + self.lr * (e * self.P[u] - self.reg * self.Q[i]),
                )
                squares += e * e
            self.history["train"].append(np.sqrt(squares / len(ratings)))
            self.history["valid"].append(self.rmse(held_back))
            if self.history["valid"][-1] < best:
                best, wait = self.history["valid"][-1], 0
            elif (wait := wait + 1) > self.patience:
                break
        return self

    def predict(self, frame):
        u, i = frame["reader"], frame["book"]
        return self.mu_ + self.bu[u] + self.bi[i] + np.sum(self.P[u] * self.Q[i], axis=1)

    def rmse(self, frame):
        return float(np.sqrt(np.mean((self.predict(frame) - frame["stars"]) ** 2)))


model = FactorModel(n_factors=4, lr=0.03, reg=0.05, n_epochs=25, patience=4, seed=1).fit(train, valid)
baseline = np.sqrt(np.mean((test["stars"] - train["stars"].mean()) ** 2))
print("always the mean: {0:.4f}; with {1} factors: {2:.4f}".format(baseline, model.n_factors, model.rmse(test)))

plt.plot(model.history["train"], label="train")
plt.plot(model.history["valid"], label="valid")
plt.legend()
