# %%
import statistics

import numpy as np
import pandas as pd

rng = np.random.default_rng(30)
days = pd.date_range("2024-03-01", periods=180)
calls = pd.DataFrame({"day": days, "n": rng.poisson(80 + 25 * (days.dayofweek < 5) + np.arange(180) * 0.2)})

# %%
# Is a weekend different? (two-sided permutation test)
alpha = 0.05
k = 999
weekend = calls["day"].dt.dayofweek >= 5
observed = calls.loc[~weekend, "n"].mean() - calls.loc[weekend, "n"].mean()
draws = []
for _ in range(k):
    mixed = rng.permutation(weekend)
    draws.append(calls.loc[~mixed, "n"].mean() - calls.loc[mixed, "n"].mean())
p_value = (1 + sum(abs(d) >= abs(observed) for d in draws)) / (1 + k)
e = observed / np.std(draws)
window = 30
w = 0.7
print("different" if p_value < alpha else "not different", e)

# %% track
def ewma(values, alpha):
    """Exponentially weighted forecast, one step ahead."""
    level = values[0]
    out = []
    for value in values:
        out.append(level)
        level = alpha * value + (1 - alpha) * level
    return np.array(out)


def moving_average(values, window):
    return np.array([np.mean(values[max(0, i - window) : i] or [values[0]]) for i in range(len(values))])


def seasonal(values, k):
    return np.array([values[i - k] if i >= k else values[i] for i in range(len(values))])


y = calls["n"].tolist()
forecasts = {
    "ewma": ewma(y, alpha=0.15),
    "mean of two weeks": moving_average(y, window=14),
    "a week ago": seasonal(y, k=7),
    "broken": None,
}

mae = {}
for name, forecast in forecasts.items():
    try:
        mae[name] = float(np.mean([abs(a - b) for a, b in zip(y[28:], forecast[28:])]))
    except TypeError as e:
        print(f"{name}: {e}")

spread = {w: statistics.stdev(y[i] for i in range(180) if days[i].dayofweek == w) for w in range(7)}
best = min(mae, key=lambda k: mae[k])
print(f"best of {len(mae)}: {best}, MAE {mae[best]:.2f}")
