# %%
import numpy as np
from sklearn.datasets import load_iris

iris = load_iris()
A = np.c_[np.ones(150), (iris.data - iris.data.mean(0)) / iris.data.std(0)]
T = np.eye(3)[iris.target]
mix = np.random.default_rng(6).permutation(150)
A, T = A[mix], T[mix]

# %%
class Callback:
    def on_train_begin(self, logs=None): ...

    def on_epoch_end(self, epoch, logs): ...


class LossHistory(Callback):
    def on_train_begin(self, logs=None):
        self.losses = []

    def on_epoch_end(self, epoch, logs):
        self.losses.append(logs["loss"])


class SoftmaxRegression:
    def __init__(self, learning_rate, l2):
        self.learning_rate = learning_rate
        self.l2 = l2

    def proba(self, A):
        s = A @ self.W
        q = np.exp(s - s.max(1, keepdims=True))
        return q / q.sum(1, keepdims=True)

    def fit(self, A, T, epochs, callbacks=(), on_epoch=None):
        self.W = np.zeros((A.shape[1], T.shape[1]))
        for cb in callbacks:
            cb.on_train_begin()
        for epoch in range(epochs):
            Q = self.proba(A)
            logs = {"loss": -np.mean(np.log((Q * T).sum(1)))}
            self.W -= self.learning_rate * (A.T @ (Q - T) / len(A) + self.l2 * self.W)
            for cb in callbacks:
                cb.on_epoch_end(epoch, logs)
            if on_epoch:
                on_epoch(self)
        return self


def make_recorder(A, T):
    """A closure that keeps the accuracy after each epoch."""
    kept = []

    def record(model):
        kept.append(float(np.mean(model.proba(A).argmax(1) == T.argmax(1))))

    return record, kept

# %% track
loss_history = LossHistory()
record, val_accuracy = make_recorder(A[100:], T[100:])
weight_norms = []

sr = SoftmaxRegression(learning_rate=0.4, l2=1e-3)
sr.fit(
    A[:100], T[:100], epochs=25,
    callbacks=[loss_history],
    on_epoch=lambda m: (record(m), weight_norms.append(np.linalg.norm(m.W))),
)
final_val_loss = -np.mean(np.log((sr.proba(A[100:]) * T[100:]).sum(1)))
print(f"validation: loss {final_val_loss:.4f}, accuracy {val_accuracy[-1]:.3f}")
