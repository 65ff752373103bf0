# %%
import matplotlib.pyplot as plt
import numpy as np

rng = np.random.default_rng(70)
T = 220
level = np.zeros(T)
for t in range(2, T):
    level[t] = 1.2 * level[t - 1] - 0.5 * level[t - 2] + rng.normal(0, 1)
river = 40 + 3 * level


def lagged(series, p):
    rows = np.stack([series[p - k - 1 : len(series) - k - 1] for k in range(p)], axis=1)
    return np.column_stack([np.ones(len(rows)), rows]), series[p:]


def rolling_origin(series, p, start):
    """Fit on what was known, predict the next day, go on by a day."""
    for t in range(start, len(series)):
        A, b = lagged(series[:t], p)
        coef = np.linalg.lstsq(A, b, rcond=None)[0]
        yield series[t], coef[0] + coef[1:] @ series[t - p : t][::-1]


# %% track
start: int = 150
max_order: int = 6
clip: float = 4.0

maes: list[float] = []
for order in range(1, max_order + 1):
    errors = [actual - forecast for actual, forecast in rolling_origin(river, order, start)]
    mae = np.mean(np.abs(errors))
    maes.append(mae)
    print("AR(%d): MAE %.4f" % (order, mae))

best_order = int(np.argmin(maes)) + 1
naive_mae: float = np.mean(np.abs(np.diff(river)[start - 1 :]))

forecasts = np.zeros(T - start)
actuals = np.zeros(T - start)
for i, (actual, forecast) in enumerate(rolling_origin(river, best_order, start)):
    actuals[i], forecasts[i] = actual, forecast
residuals = np.clip(actuals - forecasts, -clip * np.std(river), clip * np.std(river))
rmse = float(np.sqrt(np.mean(residuals**2)))
bias = residuals.mean()
skill = 1 - min(maes) / naive_mae

print(f"best order {best_order}: {rmse=:.4f} {bias=:.4f} {skill=:.3f} (naive MAE {naive_mae:.4f})")
fig = plt.figure(figsize=(10, 3))
plt.plot(river[start:], "k.-", lw=0.5)
plt.plot(forecasts, "r-")
