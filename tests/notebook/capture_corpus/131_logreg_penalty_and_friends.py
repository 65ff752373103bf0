# %%
import numpy as np
from sklearn.datasets import load_breast_cancer

cancer = load_breast_cancer()
Z = (cancer.data - cancer.data.mean(0)) / cancer.data.std(0)
order = np.random.RandomState(2).permutation(len(Z))
Z, target = Z[order], cancer.target[order]

# %%
# notes from the SVM homework
penalty = 25.0
tol = 0.5
step = 7
margin = 1.5
shuffle_seed = 99
decay = 0.33

# %%
L2 = 0.01


def sigmoid(a):
    return 1 / (1 + np.exp(-np.clip(a, -30, 30)))


def objective(theta, A, b):
    p = sigmoid(A @ theta)
    penalty = L2 * theta @ theta
    return -np.mean(b * np.log(p + 1e-12) + (1 - b) * np.log(1 - p + 1e-12)) + penalty


def gradient(theta, A, b):
    return A.T @ (sigmoid(A @ theta) - b) / len(b) + 2 * L2 * theta


def descend(A, b, eta, max_steps, tol=1e-6):
    theta = np.zeros(A.shape[1])
    trace = [objective(theta, A, b)]
    for step in range(max_steps):
        theta = theta - eta * gradient(theta, A, b)
        trace.append(objective(theta, A, b))
        if abs(trace[-2] - trace[-1]) < tol:
            break
    return theta, trace


class Evaluation:
    def __init__(self, theta, decision=0.0):
        self.theta = theta
        self.margin = decision

    def accuracy(self, A, b):
        return np.mean((A @ self.theta > self.margin) == b)

# %% track
theta, trace = descend(Z[:400], target[:400], eta=0.8, max_steps=150, tol=2e-4)
ev = Evaluation(theta)
train_accuracy = ev.accuracy(Z[:400], target[:400])
holdout_accuracy = ev.accuracy(Z[400:], target[400:])
n_steps = len(trace) - 1
sparsity = np.mean([abs(decay) < 0.05 for decay in theta])

print(f"stopped after {n_steps} steps at {trace[-1]:.4f}")
print(f"train {train_accuracy:.3f}, holdout {holdout_accuracy:.3f}")
