# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

rng = np.random.default_rng(56)
stamps = pd.date_range("2023-03-01", "2023-05-31 23:00", freq="h")
daily = 40 * (1 + np.sin((stamps.hour - 8) / 24 * 2 * np.pi))
counter = pd.DataFrame(
    {"stamp": stamps.strftime("%d.%m.%Y %H:%M"), "passed": rng.poisson(daily * (1 - 0.4 * (stamps.dayofweek > 4)))}
)

# %% track
counts = counter.assign(stamp=pd.to_datetime(counter["stamp"], format="%d.%m.%Y %H:%M")).set_index("stamp")
first, last = counts.index.min(), counts.index.max()
n_days = (last - first).days + 1
n_weeks = n_days // 7
year, month = first.year, first.month
print(f"from {first:%d %B} to {last:%d %B %Y}, {n_days} days, {n_weeks} full weeks")

window = 7
weekly = counts.resample("W").sum()
rolling = counts.resample("D").sum().rolling(window, center=True).mean()
by_hour = counts.groupby(counts.index.hour)["passed"].mean()
busiest_hour = int(by_hour.idxmax())
weekend = np.where(counts.index.dayofweek < 5, "weekday", "weekend")

for offset in (1, 7, 28):
    shifted = counts["passed"].shift(24 * offset)
    gap = shifted.isna().sum()
    print(offset, gap)

fig, axes = plt.subplots(3, 1, figsize=(10, 9))
weekly.plot(style=":", ax=axes[0])
rolling.plot(ax=axes[1])
counts.groupby([weekend, counts.index.hour])["passed"].mean().unstack(0).plot(ax=axes[2], xticks=4 * np.arange(7))
