# %%
import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(812)

digits = load_digits()
x = digits.data.astype("float32") / 16
y = digits.target
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, stratify=y, random_state=3)
partial_x, x_val, partial_y, y_val = x_train[300:], x_train[:300], y_train[300:], y_train[:300]

# %% track
model = keras.Sequential(
    [
        layers.Input(shape=(64,)),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.RMSprop(learning_rate=0.003),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)

history = model.fit(
    partial_x, partial_y, epochs=12, batch_size=64, validation_data=(x_val, y_val), verbose=0
)

best_epoch = int(np.argmin(history.history["val_loss"])) + 1
test_loss, test_acc = model.evaluate(x_test, y_test, verbose=0)
print("lowest validation loss after epoch", best_epoch)
print("test accuracy: %.3f" % test_acc)
