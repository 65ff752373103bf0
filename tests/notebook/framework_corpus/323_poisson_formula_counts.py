# %%
import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats

rng = np.random.default_rng(1912)
n = 420
bikes = pd.DataFrame({
    "temp": rng.normal(15, 7, n),
    "rain": rng.gamma(0.6, 3, n),
    "weekday": rng.choice(["mon-thu", "fri", "weekend"], n, p=[4 / 7, 1 / 7, 2 / 7]),
})
mu = np.exp(3.4 + 0.035 * bikes.temp - 0.06 * bikes.rain + bikes.weekday.map({"mon-thu": 0, "fri": 0.05, "weekend": 0.3}))
bikes["count"] = rng.negative_binomial(6, 6 / (6 + mu))

# %% track
formula = "count ~ temp + rain + C(weekday, Treatment('mon-thu'))"
poisson = smf.glm(formula, data=bikes, family=sm.families.Poisson()).fit()
dispersion = poisson.pearson_chi2 / poisson.df_resid
print(f"Pearson chi2 / df = {dispersion:.2f}")

alpha = 0.2
negbin = smf.glm(formula, data=bikes, family=sm.families.NegativeBinomial(alpha=alpha)).fit(cov_type="HC1")
print(negbin.summary())

print(f"AIC  Poisson {poisson.aic:.1f}   NB {negbin.aic:.1f}")
lr_stat = 2 * (negbin.llf - poisson.llf)
p_value = stats.chi2.sf(lr_stat, 1)
print(f"LR = {lr_stat:.1f}, p = {p_value:.2g}")

effects = np.exp(negbin.params).rename("rate ratio")
ci = np.exp(negbin.conf_int())
pd.concat([effects, ci, negbin.pvalues.rename("p")], axis=1).round(3)
