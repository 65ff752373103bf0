# %%
import copy
import math

import numpy as np

# trays of bread baked, hundreds of kilowatt-hours used
x_train = np.array([1.0, 1.4, 1.9, 2.3, 2.8, 3.1, 3.7, 4.2])
y_train = np.array([2.9, 3.7, 4.4, 5.6, 6.1, 7.2, 8.0, 9.3])


def compute_cost(x, y, w, b):
    m = x.shape[0]
    return np.sum((w * x + b - y) ** 2) / (2 * m)


def compute_gradient(x, y, w, b):
    m = x.shape[0]
    err = w * x + b - y
    return (err @ x) / m, err.sum() / m


# %%
def gradient_descent(x, y, w_in, b_in, alpha, num_iters, cost_function, gradient_function):
    J_history = []
    p_history = []
    w, b = copy.deepcopy(w_in), b_in
    for i in range(num_iters):
        dj_dw, dj_db = gradient_function(x, y, w, b)
        w = w - alpha * dj_dw
        b = b - alpha * dj_db
        J_history.append(cost_function(x, y, w, b))
        p_history.append([w, b])
        if i % math.ceil(num_iters / 10) == 0:
            print(f"Iteration {i:4}: Cost {J_history[-1]:8.2e} slope {dj_dw:9.2e} w {w:6.3f} b {b:6.3f}")
    return w, b, J_history, p_history


# %% track
w_init = 0
b_init = 0
iterations = 1500
tmp_alpha = 1.0e-2
w_final, b_final, J_hist, p_hist = gradient_descent(
    x_train, y_train, w_init, b_init, tmp_alpha, iterations, compute_cost, compute_gradient)
print(f"learnt: w = {w_final:.4f}, b = {b_final:.4f}")
print(f"2.0 trays need {w_final * 2.0 + b_final:0.1f} hundred kWh")
