# %%
import numpy as np
import matplotlib.pyplot as plt
from lightgbm import LGBMRegressor
from sklearn.metrics import mean_pinball_loss

r = np.random.RandomState(8)
x = r.uniform(0, 10, 1500)
wait = 5 + 2 * np.sin(x) + 0.4 * x + r.standard_normal(1500) * (0.3 + 0.15 * x)
X = np.column_stack([x, r.uniform(size=1500)])
X_fit, X_new = X[:1000], X[1000:]
t_fit, t_new = wait[:1000], wait[1000:]

# common settings of the three models
lgb_kw = dict(n_estimators=150, learning_rate=0.05, num_leaves=8, min_child_samples=25, verbose=-1, n_jobs=1)

# %% track
quantiles = [0.05, 0.5, 0.95]
bands = {}
for q in quantiles:
    m = LGBMRegressor(objective="quantile", alpha=q, random_state=0, **lgb_kw).fit(X_fit, t_fit)
    bands[q] = m.predict(X_new)
    print("q=%.2f   pinball %.4f" % (q, mean_pinball_loss(t_new, bands[q], alpha=q)))

lo, mid, hi = (bands[q] for q in quantiles)
coverage = np.mean((t_new >= lo) & (t_new <= hi))
avg_width = np.mean(hi - lo)
crossing = np.mean((lo > mid) | (mid > hi))
medae = np.median(np.abs(t_new - mid))

order = np.argsort(X_new[:, 0])
plt.figure(figsize=(8, 4))
plt.fill_between(X_new[order, 0], lo[order], hi[order], alpha=0.3, color="gray")
plt.scatter(X_new[:, 0], t_new, s=4)
plt.title(f"coverage {coverage:.2f}")
plt.close()

print("coverage {:.1f}% (wanted {:.0f}%), width {:.2f}".format(coverage * 100, (quantiles[-1] - quantiles[0]) * 100, avg_width))
print("crossing:", crossing, "| median abs. error:", medae)
