# %%
import numpy as np
import pandas as pd

rng = np.random.default_rng(8)
months = pd.date_range("2015-01-01", periods=96, freq="MS")
t = np.arange(96)
sales = pd.Series(400 + 3 * t + 60 * np.sin(2 * np.pi * t / 12) + rng.normal(0, 15, 96), index=months)
train, test = sales[:-12], sales[-12:]


class SeasonalNaive:
    def __init__(self, season):
        self.season = season

    def fit(self, y):
        self.last = y.to_numpy()[-self.season :]
        return self

    def predict(self, h):
        return np.resize(self.last, h)


class HoltWinters:
    """Additive trend and season, by hand."""

    def __init__(self, alpha, beta, gamma, season):
        self.alpha, self.beta, self.gamma, self.season = alpha, beta, gamma, season

    def fit(self, y):
        y = y.to_numpy()
        m = self.season
        level, trend = y[:m].mean(), (y[m : 2 * m].mean() - y[:m].mean()) / m
        season = list(y[:m] - level)
        for i in range(m, len(y)):
            last = level
            level = self.alpha * (y[i] - season[i - m]) + (1 - self.alpha) * (level + trend)
            trend = self.beta * (level - last) + (1 - self.beta) * trend
            season.append(self.gamma * (y[i] - level) + (1 - self.gamma) * season[i - m])
        self.level, self.trend, self.seasons = level, trend, season[-m:]
        return self

    def predict(self, h):
        return np.array([self.level + (i + 1) * self.trend + self.seasons[i % self.season] for i in range(h)])

# %%
# backtest of the naive forecast over four origins
for origin in (36, 48, 60, 72):
    model = SeasonalNaive(season=12).fit(sales[:origin])
    actual = sales[origin : origin + 12]
    mape = np.mean(np.abs(model.predict(12) - actual) / actual)
    bias = float((model.predict(12) - actual).mean())
n_outliers = 5
damping = 0.8
print(f"naive: MAPE {mape:.1%}, bias {bias:.1f}")

# %% track
EXTRA_ORIGINS = []  # add 60 and 72 when there is time
Z_MAX = 4.0

hw = HoltWinters(alpha=0.3, beta=0.05, gamma=0.2, season=12).fit(train)
forecast = hw.predict(len(test))
errors = test.to_numpy() - forecast

mae = np.abs(errors).mean()
rmse = np.sqrt((errors**2).mean())
mase = mae / np.abs(np.diff(train)).mean()

# look at each month that is way off
z = (errors - errors.mean()) / errors.std()
for month, score in zip(test.index[np.abs(z) > Z_MAX], z[np.abs(z) > Z_MAX]):
    n_outliers = int((np.abs(z) > Z_MAX).sum())
    print(month.date(), f"z = {score:.1f}")

for origin in EXTRA_ORIGINS:
    model = HoltWinters(0.3, 0.05, 0.2, 12).fit(sales[:origin])
    actual = sales[origin : origin + 12]
    mape = np.mean(np.abs(model.predict(12) - actual) / actual)
    bias = float((model.predict(12) - actual).mean())

# damp the trend if it runs away
while forecast[-1] > 2 * train.max():
    damping = 0.9
    hw.trend *= damping
    forecast = hw.predict(len(test))

print(f"Holt-Winters: MAE {mae:.2f}, RMSE {rmse:.2f}, MASE {mase:.3f}")
