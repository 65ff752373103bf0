# %%
import numpy as np

rng = np.random.default_rng(7)
days = np.arange(140)
demand = 50 + 10 * np.sin(2 * np.pi * days / 7) + rng.normal(0, 3, size=140)
past, future = demand[:112], demand[112:]

# %% track
season = 7
n_samples = 200
spread = np.std(past[season:] - past[:-season])
forecast = np.tile(past[-season:], len(future) // season)
paths = forecast + rng.normal(0, spread, size=(n_samples, len(future)))

miss = future - forecast
mase_scale = np.mean(np.abs(past[season:] - past[:-season]))
mase = np.mean(np.abs(miss)) / mase_scale
wape = np.abs(miss).sum() / np.abs(future).sum()
rmspe = np.sqrt(np.mean((miss / future) ** 2))
between = np.abs(paths[:, None] - paths[None]).mean(axis=(0, 1))
crps = np.mean(np.abs(paths - future).mean(axis=0) - between / 2)
