# %%
import keras
from keras import layers, regularizers
from sklearn.datasets import make_friedman2
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(31)
X, y = make_friedman2(n_samples=1300, noise=40.0, random_state=31)
scaler = StandardScaler().fit(X[:900])
X = scaler.transform(X).astype("float32")
y = (y / 1000).astype("float32")
x_train, y_train = X[:900], y[:900]
x_valid, y_valid = X[900:1100], y[900:1100]
x_test, y_test = X[1100:], y[1100:]


def build_model(n_units=32, l2=0.0, learning_rate=1e-3):
    inputs = keras.Input(shape=(x_train.shape[1],))
    h = layers.Dense(n_units, activation="gelu", kernel_regularizer=regularizers.L2(l2))(inputs)
    h = layers.Dense(n_units // 2, activation="gelu", kernel_regularizer=regularizers.L2(l2))(h)
    outputs = layers.Dense(1)(h)
    net = keras.Model(inputs, outputs, name="impedance")
    net.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="mse", metrics=["mae"])
    return net


# %% track
net = build_model(n_units=48, l2=1e-4, learning_rate=0.02)
net.fit(
    x_train,
    y_train,
    validation_data=(x_valid, y_valid),
    epochs=40,
    batch_size=100,
    callbacks=[
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=6, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.3, patience=2),
    ],
    verbose=2,
)
net.evaluate(x_test, y_test, return_dict=True)
