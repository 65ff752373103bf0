# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes


class History:
    """What fit hands back, as in Keras."""

    def __init__(self):
        self.history = {}

    def note(self, **values):
        for key, value in values.items():
            self.history.setdefault(key, []).append(float(value))


class Regressor:
    """One dense layer trained on mini-batches."""

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate
        self.kernel, self.bias = None, 0.0

    def predict(self, x):
        return x @ self.kernel + self.bias

    def evaluate(self, x, y, verbose=1):
        error = self.predict(x) - y
        return float(np.mean(error**2)), float(np.mean(np.abs(error)))

    def fit(self, x, y, validation_data=None, epochs=1, batch_size=32, verbose=1):
        if self.kernel is None:
            self.kernel = np.zeros(x.shape[1])
        history = History()
        for _ in range(epochs):
            for start in range(0, len(x), batch_size):
                xb, yb = x[start : start + batch_size], y[start : start + batch_size]
                error = xb @ self.kernel + self.bias - yb
                self.kernel -= self.learning_rate * xb.T @ error / len(xb)
                self.bias -= self.learning_rate * error.mean()
            loss, mae = self.evaluate(x, y)
            history.note(loss=loss, mae=mae)
            if validation_data:
                val_loss, val_mae = self.evaluate(*validation_data)
                history.note(val_loss=val_loss, val_mae=val_mae)
        return history


def build_model():
    return Regressor(learning_rate=0.01)


data = load_diabetes()
train_data, test_data = data.data[:340], data.data[340:]
train_targets, test_targets = data.target[:340], data.target[340:]
mean = train_data.mean(axis=0)
std = train_data.std(axis=0)
train_data = (train_data - mean) / std
test_data = (test_data - mean) / std

# %% track
k = 4
num_val_samples = len(train_data) // k
num_epochs = 40
all_mae_histories = []
for i in range(k):
    print(f"Processing fold #{i}")
    val_data = train_data[i * num_val_samples : (i + 1) * num_val_samples]
    val_targets = train_targets[i * num_val_samples : (i + 1) * num_val_samples]
    partial_train_data = np.concatenate(
        [train_data[: i * num_val_samples], train_data[(i + 1) * num_val_samples :]], axis=0)
    partial_train_targets = np.concatenate(
        [train_targets[: i * num_val_samples], train_targets[(i + 1) * num_val_samples :]], axis=0)
    model = build_model()
    history = model.fit(partial_train_data, partial_train_targets,
                        validation_data=(val_data, val_targets),
                        epochs=num_epochs, batch_size=16, verbose=0)
    mae_history = history.history["val_mae"]
    all_mae_histories.append(mae_history)

average_mae_history = [np.mean([x[i] for x in all_mae_histories]) for i in range(num_epochs)]
plt.plot(range(1, len(average_mae_history) + 1), average_mae_history)
plt.xlabel("Epochs")
plt.ylabel("Validation MAE")
plt.show()

# a last model, on all of the data
model = build_model()
model.fit(train_data, train_targets, epochs=25, batch_size=16, verbose=0)
test_mse_score, test_mae_score = model.evaluate(test_data, test_targets)
print(test_mae_score)
