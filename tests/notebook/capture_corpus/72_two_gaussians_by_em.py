# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import norm

rng = np.random.default_rng(72)
waits = np.concatenate([rng.normal(54, 6, 110), rng.normal(80, 5.5, 190)])

# %% track
tol = 1e-6
mu_a, mu_b = 50.0, 60.0
sigma_a = sigma_b = 10.0
weight = 0.5

log_likelihoods = []
while True:
    # expectation
    like_a = weight * norm.pdf(waits, mu_a, sigma_a)
    like_b = (1 - weight) * norm.pdf(waits, mu_b, sigma_b)
    gamma = like_a / (like_a + like_b)
    log_likelihoods.append(np.log(like_a + like_b).sum())
    if len(log_likelihoods) > 1 and log_likelihoods[-1] - log_likelihoods[-2] < tol:
        break

    # maximization
    n_a = gamma.sum()
    n_b = len(waits) - n_a
    mu_a = gamma @ waits / n_a
    mu_b = (1 - gamma) @ waits / n_b
    sigma_a = np.sqrt(gamma @ (waits - mu_a) ** 2 / n_a)
    sigma_b = np.sqrt((1 - gamma) @ (waits - mu_b) ** 2 / n_b)
    weight = n_a / len(waits)

print(f"converged after {len(log_likelihoods)} rounds, log-likelihood {log_likelihoods[-1]:.3f}")
print(f"short waits {mu_a:.1f} +- {sigma_a:.1f} ({weight:.0%}), long ones {mu_b:.1f} +- {sigma_b:.1f}")

grid = np.linspace(waits.min(), waits.max(), 300)
plt.hist(waits, bins=40, density=True, color="0.8")
plt.plot(grid, weight * norm.pdf(grid, mu_a, sigma_a) + (1 - weight) * norm.pdf(grid, mu_b, sigma_b))
plt.show()
