# %%
import os
os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np
import pandas as pd
from keras import Input, Model, callbacks, layers, optimizers, utils
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

# %%
def make_beats(n, broken=False, length=48, seed=0):
    r = np.random.default_rng(seed)
    t = np.linspace(0, 1, length)
    centre = 0.5 + r.normal(0, 0.02, (n, 1))
    beat = np.exp(-((t - centre) ** 2) / 0.004) - 0.3 * np.exp(-((t - centre - 0.12) ** 2) / 0.002)
    if broken:
        beat = beat * r.uniform(0.3, 0.75, (n, 1)) + 0.25 * np.sin(2 * np.pi * 3 * t + r.uniform(0, 6, (n, 1)))
    return (beat + r.normal(0, 0.05, beat.shape)).astype("float32")


normal_train = make_beats(800, seed=1)
normal_test = make_beats(200, seed=2)
broken_test = make_beats(80, broken=True, seed=3)


class AnomalyDetector(Model):
    def __init__(self, width, code):
        super().__init__()
        self.encoder = [layers.Dense(width, activation="relu"), layers.Dense(code, activation="relu")]
        self.decoder = [layers.Dense(width, activation="relu"), layers.Dense(48)]

    def call(self, x):
        for layer in self.encoder + self.decoder:
            x = layer(x)
        return x


def recon_error(model, x):
    return np.abs(model.predict(x, verbose=0) - x).mean(axis=1)

# %% track
utils.set_random_seed(77)

autoencoder = AnomalyDetector(width=24, code=4)
autoencoder.compile(optimizer=optimizers.Adam(2e-3), loss="mae")

schedule = callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.93)
hist = autoencoder.fit(
    normal_train, normal_train,
    epochs=15, batch_size=64, validation_split=0.1, shuffle=True, verbose=0, callbacks=[schedule],
)
hist_df = pd.DataFrame(hist.history)

err = recon_error(autoencoder, normal_train)
n_sigma = 3
threshold = err.mean() + n_sigma * err.std()

test_err = np.r_[recon_error(autoencoder, normal_test), recon_error(autoencoder, broken_test)]
is_broken = np.r_[np.zeros(len(normal_test)), np.ones(len(broken_test))]
flagged = test_err > threshold

precision, recall, f1, _ = precision_recall_fscore_support(is_broken, flagged, average="binary")
auc = roc_auc_score(is_broken, test_err)
print("Threshold:", threshold)
print("Precision = {:.3f}  Recall = {:.3f}  F1 = {:.3f}  AUC = {:.3f}".format(precision, recall, f1, auc))
print("false alarms:", int(flagged[is_broken == 0].sum()))
hist_df.tail()
