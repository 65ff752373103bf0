# %%
import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(812)

wine = load_wine()
alcohol = wine.data[:, 0]
X = wine.data[:, 1:]
X_train, X_test, a_train, a_test, c_train, c_test = train_test_split(
    X, alcohol, wine.target, test_size=0.25, stratify=wine.target, random_state=5
)
scaler = StandardScaler().fit(X_train)
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)

# %% track
EPOCHS = 40
BATCH = 16

inputs = keras.Input(shape=(X_train.shape[1],), name="chemistry")
x = layers.Dense(24, activation="relu")(inputs)
x = layers.Dropout(0.3)(x)
x = layers.Dense(12, activation="relu")(x)
cultivar = layers.Dense(3, activation="softmax", name="cultivar")(x)
degree = layers.Dense(1, name="alcohol")(x)

model = keras.Model(inputs, {"cultivar": cultivar, "alcohol": degree})
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.01),
    loss={"cultivar": "sparse_categorical_crossentropy", "alcohol": "mse"},
    loss_weights={"cultivar": 1.0, "alcohol": 0.05},
    metrics={"cultivar": ["accuracy"], "alcohol": ["mae"]},
)

callbacks = [
    keras.callbacks.EarlyStopping(monitor="val_loss", patience=8, restore_best_weights=True),
    keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=3),
]
history = model.fit(
    {"chemistry": X_train},
    {"cultivar": c_train, "alcohol": a_train},
    validation_split=0.2,
    epochs=EPOCHS,
    batch_size=BATCH,
    callbacks=callbacks,
    verbose=0,
)

scores = model.evaluate(X_test, {"cultivar": c_test, "alcohol": a_test}, verbose=0, return_dict=True)
for name, value in scores.items():
    print(f"{name:>20}: {value:.4f}")
print("epochs run:", len(history.epoch))
