# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy import stats

calls = np.array([3, 5, 2, 4, 6, 3, 1, 4, 5, 3, 2, 7, 4, 3, 5])


def log_posterior(rate, shape, scale):
    if rate <= 0:
        return -np.inf
    return stats.gamma.logpdf(rate, shape, scale=scale) + np.sum(calls * np.log(rate) - rate)


# %% track
rng = np.random.default_rng(2718)
prior_shape, prior_scale = 2.0, 1.5
n_samples = 4_000
burn_in = 500
proposal_sd = 0.9

chain = np.zeros(n_samples)
rate = 1.0
current = log_posterior(rate, prior_shape, prior_scale)
accepted = 0
for i in range(n_samples):
    proposed = rng.normal(rate, proposal_sd)
    candidate = log_posterior(proposed, prior_shape, prior_scale)
    if np.log(rng.random()) < candidate - current:
        rate, current = proposed, candidate
        accepted += 1
    chain[i] = rate

kept = chain[burn_in:]
acceptance_rate = accepted / n_samples
posterior_mean, posterior_sd = kept.mean(), kept.std(ddof=1)
low, high = np.percentile(kept, [3, 97])
print(f"acceptance rate {acceptance_rate:.2f}")
print(f"rate {posterior_mean:.2f} +- {posterior_sd:.2f}, 94% interval [{low:.2f}, {high:.2f}]")

# is half of the chain like the other?
half = len(kept) // 2
drift = abs(kept[:half].mean() - kept[half:].mean())

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
left.plot(chain, lw=0.3)
left.axvline(burn_in, color="k", ls=":")
bins = 40
right.hist(kept, bins=bins, density=True, alpha=0.6)
grid = np.linspace(kept.min(), kept.max(), 200)
right.plot(grid, stats.gamma.pdf(grid, prior_shape, scale=prior_scale), "r--")
