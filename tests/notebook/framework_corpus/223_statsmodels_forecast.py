# %%
import numpy as np
import pandas as pd
import statsmodels.api as sm

rng = np.random.default_rng(1871)
idx = pd.period_range("2012-01", periods=132, freq="M")
season = 12 * np.sin(2 * np.pi * np.arange(132) / 12)
noise = np.zeros(132)
for k in range(1, 132):
    noise[k] = 0.6 * noise[k - 1] + rng.normal(0, 3)
passengers = pd.Series(80 + 0.4 * np.arange(132) + season + noise, index=idx, name="passengers")


def mape(actual, forecast):
    return float(np.mean(np.abs((actual - forecast) / actual)) * 100)


# %% track
horizon = 12
order = (1, 1, 1)
seasonal_order = (0, 1, 1, 12)

train, holdout = passengers[:-horizon], passengers[-horizon:]
fitted = sm.tsa.SARIMAX(train, order=order, seasonal_order=seasonal_order).fit(disp=False, maxiter=100)
forecast = fitted.forecast(horizon)
naive = train.iloc[-12:].to_numpy()

score = mape(holdout.to_numpy(), forecast.to_numpy())
score_naive = mape(holdout.to_numpy(), naive)
print(f"AIC {fitted.aic:.2f}   BIC {fitted.bic:.2f}   log-likelihood {fitted.llf:.2f}")
print(f"MAPE {score:.2f} % (seasonal naive: {score_naive:.2f} %)")
fitted.params
