# %%
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax

# %% two spirals
r = np.random.default_rng(55)
n = 600
theta = np.sqrt(r.random(n)) * 2.6 * np.pi
arm = r.integers(0, 2, n)
pts = np.stack([theta * np.cos(theta + np.pi * arm), theta * np.sin(theta + np.pi * arm)], 1) / 4 + r.normal(0, 0.08, (n, 2))
x_train, y_train = jnp.asarray(pts[:450]), jnp.asarray(arm[:450], dtype=jnp.float32)
x_test, y_test = jnp.asarray(pts[450:]), jnp.asarray(arm[450:], dtype=jnp.float32)

# %%
def init_mlp(key, sizes):
    params = []
    for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
        key, sub = jax.random.split(key)
        params.append({"w": jax.random.normal(sub, (fan_in, fan_out)) * jnp.sqrt(2 / fan_in), "b": jnp.zeros(fan_out)})
    return params


def forward(params, x):
    *hidden, last = params
    for layer in hidden:
        x = jnp.tanh(x @ layer["w"] + layer["b"])
    return (x @ last["w"] + last["b"]).squeeze(-1)


def loss_fn(params, x, y, l2):
    ce = optax.sigmoid_binary_cross_entropy(forward(params, x), y).mean()
    return ce + l2 * sum(jnp.sum(p["w"] ** 2) for p in params)


@jax.jit
def accuracy(params, x, y):
    return jnp.mean((forward(params, x) > 0) == (y > 0.5))

# %% track
key = jax.random.PRNGKey(17)
layer_sizes = [2, 32, 32, 1]
steps, l2 = 1500, 1e-4

schedule = optax.warmup_cosine_decay_schedule(init_value=0.0, peak_value=0.02, warmup_steps=100, decay_steps=steps)
tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(schedule, b2=0.99))

params = init_mlp(key, layer_sizes)
opt_state = tx.init(params)


@partial(jax.jit, donate_argnums=(0, 1))
def step(params, opt_state, x, y):
    value, grads = jax.value_and_grad(loss_fn)(params, x, y, l2)
    updates, opt_state = tx.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, value


log = {"step": [], "loss": [], "test_acc": []}
for i in range(1, steps + 1):
    params, opt_state, loss = step(params, opt_state, x_train, y_train)
    if i % 100 == 0:
        log["step"].append(i)
        log["loss"].append(float(loss))
        log["test_acc"].append(float(accuracy(params, x_test, y_test)))
        print(f"{i:>5} loss={loss:.4f} test_acc={log['test_acc'][-1]:.3f}")

train_acc = accuracy(params, x_train, y_train).item()
test_acc = accuracy(params, x_test, y_test).item()
print("final:", round(train_acc, 4), round(test_acc, 4))
