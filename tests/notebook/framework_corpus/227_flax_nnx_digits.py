# %%
import numpy as np
import optax
from flax import nnx
from sklearn.datasets import load_digits

ds = load_digits()
mix = np.random.default_rng(0).permutation(len(ds.target))
imgs = (ds.data[mix] / 16).astype(np.float32)
labs = ds.target[mix].astype(np.int32)
train_x, train_y, test_x, test_y = imgs[:1400], labs[:1400], imgs[1400:], labs[1400:]


class MLP(nnx.Module):
    def __init__(self, width, *, rngs: nnx.Rngs):
        self.linear1 = nnx.Linear(64, width, rngs=rngs)
        self.norm = nnx.LayerNorm(width, rngs=rngs)
        self.linear2 = nnx.Linear(width, 10, rngs=rngs)

    def __call__(self, x):
        return self.linear2(nnx.relu(self.norm(self.linear1(x))))


def loss_fn(model, x, y):
    logits = model(x)
    return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean(), logits


@nnx.jit
def train_step(model, optimizer, metrics, x, y):
    (loss, logits), grads = nnx.value_and_grad(loss_fn, has_aux=True)(model, x, y)
    metrics.update(loss=loss, logits=logits, labels=y)
    optimizer.update(model, grads)


@nnx.jit
def eval_step(model, metrics, x, y):
    loss, logits = loss_fn(model, x, y)
    metrics.update(loss=loss, logits=logits, labels=y)


# %% track
width = 64
learning_rate = 3e-3
weight_decay = 1e-3
train_steps = 200
eval_every = 50
batch_size = 64

model = MLP(width, rngs=nnx.Rngs(0))
optimizer = nnx.Optimizer(model, optax.adamw(learning_rate, weight_decay=weight_decay), wrt=nnx.Param)
metrics = nnx.MultiMetric(accuracy=nnx.metrics.Accuracy(), loss=nnx.metrics.Average("loss"))
metrics_history = {"train_loss": [], "train_accuracy": [], "test_loss": [], "test_accuracy": []}

batches = np.random.default_rng(1)
for step in range(1, train_steps + 1):
    pick = batches.integers(0, len(train_x), batch_size)
    train_step(model, optimizer, metrics, train_x[pick], train_y[pick])

    if step % eval_every == 0:
        for metric, value in metrics.compute().items():
            metrics_history[f"train_{metric}"].append(float(value))
        metrics.reset()

        eval_step(model, metrics, test_x, test_y)
        for metric, value in metrics.compute().items():
            metrics_history[f"test_{metric}"].append(float(value))
        metrics.reset()
        print(
            f"[{step}] train loss {metrics_history['train_loss'][-1]:.4f}, "
            f"test accuracy {metrics_history['test_accuracy'][-1] * 100:.2f}"
        )
