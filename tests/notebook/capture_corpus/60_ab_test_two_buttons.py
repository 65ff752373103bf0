# %%
import numpy as np
import pandas as pd
from scipy.stats import norm

rng = np.random.default_rng(60)
visits = pd.DataFrame({"group": rng.choice(["A", "B"], 8000)})
visits["bought"] = rng.random(8000) < np.where(visits["group"] == "B", 0.117, 0.095)

# %% track
alpha = 0.05
group = visits.groupby("group")["bought"].agg(["sum", "count"])
n_a, n_b = group.loc["A", "count"], group.loc["B", "count"]
rate_a = group.loc["A", "sum"] / n_a
rate_b = group.loc["B", "sum"] / n_b
lift = rate_b / rate_a - 1

pooled = group["sum"].sum() / group["count"].sum()
se = np.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
z = (rate_b - rate_a) / se
p_value = 2 * (1 - norm.cdf(abs(z)))

# interval of the difference, unpooled
margin = norm.ppf(1 - alpha / 2) * np.sqrt(rate_a * (1 - rate_a) / n_a + rate_b * (1 - rate_b) / n_b)
ci_low, ci_high = rate_b - rate_a - margin, rate_b - rate_a + margin

print(f"{rate_a=:.4f} {rate_b=:.4f} {lift=:+.1%}")
print(f"{z=:.3f} {p_value=:.4f}, difference in [{ci_low:.4f}, {ci_high:.4f}]")
significant = bool(p_value < alpha)
print("ship it" if significant else "keep looking")
