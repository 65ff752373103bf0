# %%
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(42)
m = 120
x = rng.uniform(0, 2, m)
y = 4 + 3 * x + rng.normal(0, 0.5, m)

# %%
def compute_cost(x, y, w, b):
    return np.sum((w * x + b - y) ** 2) / (2 * len(x))


# %% track
alpha = 0.1
num_iters = 600
w = 0.0
b = 0.0
J_history = []

for i in range(num_iters):
    error = w * x + b - y
    dj_dw = (error @ x) / m
    dj_db = error.mean()
    w = w - alpha * dj_dw
    b = b - alpha * dj_db
    J_history.append(compute_cost(x, y, w, b))

    if i % 100 == 0:
        print(f"Iteration {i:4d}: cost {J_history[-1]:8.4f}")

print(f"(w, b) found by gradient descent: ({w:.3f}, {b:.3f})")
fig, ax = plt.subplots(figsize=(6, 4))
ax.plot(J_history)
ax.set(xlabel="iteration", ylabel="cost")
plt.show()
