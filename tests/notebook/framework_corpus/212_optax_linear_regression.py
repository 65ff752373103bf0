# %%
import jax
import jax.numpy as jnp
import numpy as np
import optax

key = jax.random.PRNGKey(0)
k_x, k_w, k_n, k_init = jax.random.split(key, 4)

n, d = 512, 6
x = jax.random.normal(k_x, (n, d))
true_w = jax.random.uniform(k_w, (d,), minval=-2.0, maxval=2.0)
y = x @ true_w + 0.5 + 0.1 * jax.random.normal(k_n, (n,))
x_train, y_train, x_test, y_test = x[:400], y[:400], x[400:], y[400:]

# %% track
def loss_fn(params, xb, yb):
    pred = xb @ params["w"] + params["b"]
    return jnp.mean(optax.huber_loss(pred, yb, delta=1.0))


start_learning_rate = 5e-2
steps = 200
optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(start_learning_rate, b1=0.8))

params = {"w": 0.1 * jax.random.normal(k_init, (d,)), "b": jnp.zeros(())}
opt_state = optimizer.init(params)


@jax.jit
def update(params, opt_state):
    value, grads = jax.value_and_grad(loss_fn)(params, x_train, y_train)
    updates, opt_state = optimizer.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, value


losses = []
for step in range(steps):
    params, opt_state, value = update(params, opt_state)
    losses.append(float(value))
    if step % 40 == 0:
        print(f"step {step:4d}  loss {value:.5f}")

test_loss = loss_fn(params, x_test, y_test)
w_error = jnp.linalg.norm(params["w"] - true_w)
print("test loss", float(test_loss), "| distance to true w", float(w_error))
