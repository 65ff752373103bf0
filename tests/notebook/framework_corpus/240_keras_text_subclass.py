# %%
import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)

MAX_WORDS, SEQ_LEN = 200, 20


def fake_reviews(n):
    """Word ids; the words 1-15 praise, 16-30 complain."""
    mood = rng.integers(0, 2, n)
    text = rng.integers(1, MAX_WORDS, (n, SEQ_LEN))
    for row, m in zip(text, mood):
        where = rng.choice(SEQ_LEN, 2, replace=False)
        row[where] = rng.integers(1, 16, 2) + 15 * m
    return text, mood


reviews, mood = fake_reviews(1000)
new_reviews, new_mood = fake_reviews(300)


class BagOfEmbeddings(keras.Model):
    def __init__(self, embed_dim, dense_dim, dropout=0.5):
        super().__init__()
        self.embed = layers.Embedding(MAX_WORDS, embed_dim)
        self.dense = layers.Dense(dense_dim, activation="relu")
        self.drop = layers.Dropout(dropout)
        self.out = layers.Dense(1, activation="sigmoid")

    def call(self, ids, training=False):
        pooled = ops.mean(self.embed(ids), axis=1)
        return self.out(self.drop(self.dense(pooled), training=training))


class PrintEvery(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch % 3 == 0:
            print("epoch", epoch, {k: round(v, 3) for k, v in logs.items()})


# %% track
bag = BagOfEmbeddings(embed_dim=16, dense_dim=24)
bag.compile(
    optimizer="adam",
    loss="binary_crossentropy",
    metrics=["acc", keras.metrics.AUC(name="auc")],
)
hist = bag.fit(
    reviews[:800],
    mood[:800],
    validation_data=(reviews[800:], mood[800:]),
    epochs=10,
    batch_size=20,
    verbose=0,
    callbacks=[PrintEvery()],
)

print("Best val_auc:", max(hist.history["val_auc"]))
wrong = (bag.predict(new_reviews, verbose=0).ravel() > 0.5) != new_mood
print(f"{wrong.sum()} of {len(wrong)} new reviews misjudged ({wrong.mean():.1%})")
