# %%
import numpy as np
import matplotlib.pyplot as plt
import keras
from keras import layers
from sklearn.datasets import load_diabetes

keras.utils.set_random_seed(1)
data, targets = load_diabetes(return_X_y=True)
perm = np.random.default_rng(0).permutation(len(data))
data, targets = data[perm], targets[perm] / 100

train_data, train_targets = data[:360], targets[:360]
test_data, test_targets = data[360:], targets[360:]

mean = train_data.mean(axis=0)
std = train_data.std(axis=0)
train_data = (train_data - mean) / std
test_data = (test_data - mean) / std

# %%
def build_model():
    model = keras.Sequential([
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(1),
    ])
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model

# %% track
k = 3
num_val_samples = len(train_data) // k
num_epochs = 20
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
                        epochs=num_epochs, batch_size=8, verbose=0)
    all_mae_histories.append(history.history["val_mae"])

average_mae_history = [np.mean([x[i] for x in all_mae_histories]) for i in range(num_epochs)]
best = int(np.argmin(average_mae_history)) + 1
print("lowest validation MAE", min(average_mae_history), "at epoch", best)

plt.plot(range(1, num_epochs + 1), average_mae_history)
plt.xlabel("Epochs")
plt.ylabel("Validation MAE")

model = build_model()
model.fit(train_data, train_targets, epochs=best, batch_size=8, verbose=0)
test_mse_score, test_mae_score = model.evaluate(test_data, test_targets, verbose=0)
test_mae_score
