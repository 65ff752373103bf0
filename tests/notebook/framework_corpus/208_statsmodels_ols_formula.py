# %%
import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

rng = np.random.default_rng(208)
n = 240
homes = pd.DataFrame(
    {
        "area": rng.normal(110, 25, n),
        "rooms": rng.integers(2, 7, n),
        "district": rng.choice(["centre", "harbour", "hill"], n),
    }
)
homes["price"] = (
    35
    + 1.9 * homes.area
    + 6.0 * homes.rooms
    + homes.district.map({"centre": 40, "harbour": 15, "hill": 0})
    + rng.normal(0, 22, n)
)

# %% track
formula = "price ~ area + rooms + C(district)"
res = smf.ols(formula, data=homes).fit(cov_type="HC3")
print(res.summary())

rmse = np.sqrt(np.mean(res.resid**2))
print(f"R2 = {res.rsquared:.3f}, adj. R2 = {res.rsquared_adj:.3f}, AIC = {res.aic:.1f}, RMSE = {rmse:.2f}")
print("p-value of rooms: %.4g" % res.pvalues["rooms"])
