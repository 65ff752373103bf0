# %%
import math
import random

import matplotlib.pyplot as plt
import numpy as np

random.seed(80)
towns = [(random.random() * 100, random.random() * 100) for _ in range(30)]


def tour_length(order):
    return sum(math.dist(towns[a], towns[b]) for a, b in zip(order, order[1:] + order[:1]))


# %% track
T_START, T_END = 50.0, 0.05
N_STEPS = 6000
cooling = (T_END / T_START) ** (1 / N_STEPS)

tour = list(range(len(towns)))
random.shuffle(tour)
best_length = length = first_length = tour_length(tour)
best_tour = tour[:]
T = T_START
uphill = 0
lengths = np.empty(N_STEPS)
for k in range(N_STEPS):
    i, j = sorted(random.sample(range(len(tour)), 2))
    candidate = tour[:i] + tour[i : j + 1][::-1] + tour[j + 1 :]
    new_length = tour_length(candidate)
    gain = length - new_length
    if gain > 0 or random.random() < math.exp(gain / T):
        uphill += gain < 0
        tour, length = candidate, new_length
        if length < best_length:
            best_tour, best_length = tour[:], length
    lengths[k] = length
    T *= cooling
    if k % 500 == 0:
        print(f"{k / N_STEPS:4.0%}  T {T:7.3f}  length {length:8.2f}", end="\r")

improvement = 1 - best_length / first_length
print(f"\n{first_length:.1f} -> {best_length:.1f}, {improvement:.1%} shorter; {uphill} steps uphill")
xs, ys = zip(*(towns[t] for t in best_tour + best_tour[:1]))
plt.subplot(121)
plt.plot(xs, ys, "o-", ms=4)
plt.subplot(122)
plt.semilogy(lengths, lw=0.6)
