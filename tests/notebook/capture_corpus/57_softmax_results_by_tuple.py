# %%
import numpy as np
from sklearn.datasets import load_digits


class LinearClassifier:
    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        num_train, dim = X.shape
        num_classes = np.max(y) + 1
        rng = np.random.default_rng(231)
        if self.W is None:
            self.W = 0.001 * rng.normal(size=(dim, num_classes))
        loss_history = []
        for it in range(num_iters):
            idx = rng.choice(num_train, batch_size)
            loss, grad = self.loss(X[idx], y[idx], reg)
            loss_history.append(loss)
            self.W -= learning_rate * grad
            if verbose and it % 100 == 0:
                print('iteration %d / %d: loss %f' % (it, num_iters, loss))
        return loss_history

    def predict(self, X):
        return X.dot(self.W).argmax(axis=1)


class Softmax(LinearClassifier):
    def loss(self, X, y, reg):
        scores = X.dot(self.W)
        scores -= scores.max(axis=1, keepdims=True)
        p = np.exp(scores)
        p /= p.sum(axis=1, keepdims=True)
        rows = np.arange(len(y))
        loss = -np.log(p[rows, y]).mean() + reg * np.sum(self.W * self.W)
        p[rows, y] -= 1
        return loss, X.T.dot(p) / len(y) + 2 * reg * self.W


digits = load_digits()
data = np.hstack([digits.data - digits.data.mean(axis=0), np.ones((len(digits.data), 1))])
X_train, y_train = data[:1000], digits.target[:1000]
X_val, y_val = data[1000:1300], digits.target[1000:1300]
X_test, y_test = data[1300:], digits.target[1300:]

# %% track
results = {}
best_val = -1
best_softmax = None

learning_rates = [1e-4, 1e-3, 1e-2]
regularization_strengths = [1e-3, 5e-1]

for lr in learning_rates:
    for reg in regularization_strengths:
        softmax = Softmax()
        softmax.train(X_train, y_train, learning_rate=lr, reg=reg, num_iters=250, batch_size=100)
        y_train_acc = np.mean(y_train == softmax.predict(X_train))
        y_val_acc = np.mean(y_val == softmax.predict(X_val))
        results[(lr, reg)] = (y_train_acc, y_val_acc)
        if y_val_acc > best_val:
            best_val = y_val_acc
            best_softmax = softmax

for lr, reg in sorted(results):
    train_accuracy, val_accuracy = results[(lr, reg)]
    print('lr %g, reg %g: %.4f on train, %.4f on val' % (lr, reg, train_accuracy, val_accuracy))

print('best validation accuracy: %f' % best_val)

# the test set, once
y_test_pred = best_softmax.predict(X_test)
test_accuracy = np.mean(y_test == y_test_pred)
print('accuracy on the test set: %f' % (test_accuracy, ))
