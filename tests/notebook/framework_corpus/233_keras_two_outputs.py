# %%
import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import keras
from sklearn.datasets import load_wine

keras.utils.set_random_seed(1234)
wine = load_wine()
perm = np.random.RandomState(1234).permutation(178)
chem = ((wine.data - wine.data.mean(0)) / wine.data.std(0))[perm].astype("float32")
alcohol, chem = chem[:, :1], chem[:, 1:]
cultivar = wine.target[perm]

cfg = {"hidden": 24, "alcohol_weight": 0.5, "lr": 0.01, "epochs": 15}

# %% track
inp = keras.layers.Input([12], name="chemistry")
hidden = keras.layers.Dense(cfg["hidden"], activation="relu", kernel_initializer="he_normal")(inp)
hidden = keras.layers.BatchNormalization()(hidden)
concat = keras.layers.Concatenate()([inp, hidden])
out_class = keras.layers.Dense(3, activation="softmax", name="cultivar")(concat)
out_alc = keras.layers.Dense(1, name="alcohol")(concat)

model = keras.models.Model(inputs=inp, outputs=[out_class, out_alc])
model.compile(
    loss=["sparse_categorical_crossentropy", "mse"],
    loss_weights=[1.0, cfg["alcohol_weight"]],
    optimizer=keras.optimizers.Nadam(learning_rate=cfg["lr"]),
    metrics=[["accuracy"], ["mae"]],
)
history = model.fit(
    chem[:120],
    [cultivar[:120], alcohol[:120]],
    epochs=cfg["epochs"],
    validation_split=0.2,
    verbose=0,
)

scores = model.evaluate(chem[120:], [cultivar[120:], alcohol[120:]], verbose=0, return_dict=True)
for key, val in scores.items():
    print(f"{key:>20s} {val:8.4f}")

pd.DataFrame(history.history)[["loss", "val_loss"]].plot(figsize=(7, 4), grid=True)
plt.show()
