# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits


class KNearestNeighbor:
    def train(self, X, y):
        self.X_train, self.y_train = X, y

    def predict(self, X, k=1):
        dists = (X**2).sum(1)[:, None] - 2 * X @ self.X_train.T + (self.X_train**2).sum(1)
        nearest = self.y_train[np.argpartition(dists, k - 1, axis=1)[:, :k]]
        return np.array([np.bincount(row).argmax() for row in nearest])


digits = load_digits()
noisy = digits.data + np.random.default_rng(82).normal(0, 4.5, digits.data.shape)
X_train, y_train = noisy[:500], digits.target[:500]
X_test, y_test = noisy[500:800], digits.target[500:800]
num_test = len(X_test)

# %% track
num_folds = 5
k_choices = [1, 3, 5, 9, 15]

X_train_folds = np.array_split(X_train, num_folds)
y_train_folds = np.array_split(y_train, num_folds)

k_to_accuracies = {}
for k in k_choices:
    for i in range(num_folds):
        rest = [j for j in range(num_folds) if j != i]
        classifier = KNearestNeighbor()
        classifier.train(np.concatenate([X_train_folds[j] for j in rest]), np.concatenate([y_train_folds[j] for j in rest]))
        guess = classifier.predict(X_train_folds[i], k=k)
        num_correct = np.sum(guess == y_train_folds[i])
        k_to_accuracies.setdefault(k, []).append(float(num_correct) / len(guess))

for k in sorted(k_to_accuracies):
    for accuracy in k_to_accuracies[k]:
        print('k = %d, accuracy = %f' % (k, accuracy))

accuracies_mean = np.array([np.mean(v) for k, v in sorted(k_to_accuracies.items())])
accuracies_std = np.array([np.std(v) for k, v in sorted(k_to_accuracies.items())])
plt.errorbar(k_choices, accuracies_mean, yerr=accuracies_std)
plt.xlabel('k')

best_k = k_choices[accuracies_mean.argmax()]
classifier = KNearestNeighbor()
classifier.train(X_train, y_train)
y_test_pred = classifier.predict(X_test, k=best_k)

num_correct = np.sum(y_test_pred == y_test)
accuracy = float(num_correct) / num_test
print('k = %d: %d of %d correct => accuracy: %f' % (best_k, num_correct, num_test, accuracy))
