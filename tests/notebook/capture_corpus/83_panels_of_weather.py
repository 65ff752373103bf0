# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

rng = np.random.default_rng(83)
days = pd.date_range("2021-01-01", "2021-12-31")
weather = pd.DataFrame(
    {
        "temp": 10 - 9 * np.cos(2 * np.pi * days.dayofyear / 365) + rng.normal(0, 2.5, len(days)),
        "rain": rng.gamma(0.6, 4.0, len(days)),
        "wind": rng.weibull(2.0, len(days)) * 9,
    },
    index=days,
)

# %% track
plt.style.use("ggplot")
width, height, dpi = 12, 7, 90
fontsize = 9
palette = {"temp": "#c44e52", "rain": "#4c72b0", "wind": "#55a868"}
n_bins = 24
bandwidth = 0.35
lw, alpha = 1.2, 0.6

fig, axes = plt.subplots(2, 3, figsize=(width, height), dpi=dpi, constrained_layout=True)
for i, (column, color) in enumerate(palette.items()):
    series = weather[column]
    lo, hi = series.quantile([0.02, 0.98])
    axes[0, i].plot(series.index, series, lw=0.4, color=color, alpha=alpha)
    axes[0, i].plot(series.rolling(14, center=True).mean(), lw=lw, color=color)
    axes[0, i].set_ylim(lo, hi)
    axes[0, i].set_title(column, fontsize=fontsize)
    counts, edges, _ = axes[1, i].hist(series, bins=n_bins, color=color, alpha=alpha)
    peak = counts.max()
    mode = edges[counts.argmax()]
    axes[1, i].annotate("mode", (mode, peak), xytext=(mode + 2, peak * 0.9), arrowprops={"arrowstyle": "->"})

smooth = np.zeros(100)
grid = np.linspace(weather["wind"].min(), weather["wind"].max(), 100)
for value in weather["wind"]:
    smooth += np.exp(-0.5 * ((grid - value) / bandwidth) ** 2)
smooth /= smooth.max()
twin = axes[1, 2].twinx()
twin.plot(grid, smooth, "k--", lw=lw)
ticks = np.arange(0, 1.1, 0.5)
twin.set_yticks(ticks)

wettest = weather["rain"].idxmax()
ymax = axes[0, 1].get_ylim()[1]
axes[0, 1].axvline(wettest, color="k", ls=":", ymax=0.95)
axes[0, 1].text(wettest, ymax * 0.9, f" {wettest:%d %b}", fontsize=fontsize - 1)
n_axes = len(fig.axes)
fig.suptitle("A year of weather", y=1.03, fontsize=fontsize + 4)
plt.show()
