# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

# %% track
plt.style.use('default')
fig, axes = plt.subplots(1, 2, figsize=(10, 3))

# activation functions and their derivatives
def relu(z):
    return np.maximum(0, z)

def derivative(f, z, eps=0.000001):
    return (f(z + eps) - f(z - eps)) / (2 * eps)

max_z = 4.5
z = np.linspace(-max_z, max_z, 200)
for name, f, style in [("Tanh", np.tanh, "b--"), ("ReLU", relu, "m-."), ("Sigmoid", lambda z: 1 / (1 + np.exp(-z)), "g-")]:
    axes[0].plot(z, f(z), style, linewidth=2, label=name)
    axes[1].plot(z, derivative(f, z), style, linewidth=2, label=name)
axes[0].legend(loc="upper left")
axes[0].axis([-max_z, max_z, -1.2, 1.2])
axes[1].grid(True)

# births by the day of the year, as in a book on data science
dates = pd.date_range('2012-01-01', '2012-12-31')
births = pd.Series(4200 + 300 * np.sin(np.arange(len(dates)) / 58), index=dates)
births[pd.Timestamp(2012, 12, 25)] -= 900

fig, ax = plt.subplots(figsize=(12, 4))
births.plot(ax=ax)

# Add labels to the plot
style = dict(size=10, color='gray')
for month, day, label, offset in [(1, 1, "New Year's Day", 0), (7, 4, 'Independence Day', -100), (12, 25, 'Christmas ', -120)]:
    when = pd.Timestamp(2012, month, day)
    height = births[when] + offset
    ax.text(when, height, label, ha='center', **style)
ax.annotate("", xy=('2012-5-28', 4000), xytext=('2012-9-3', 4000), arrowprops=dict(arrowstyle='<->'))
ax.set(title='USA births by day of year (1969-1988)', ylabel='average daily births', ylim=(3000, 5000))
peak = births.max()
ax.axhline(peak, color='k', lw=0.5)
plt.show()
