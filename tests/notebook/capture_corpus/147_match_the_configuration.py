# %%
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

rng = np.random.default_rng(147)
hours = pd.date_range("2023-01-02", periods=24 * 60, freq="h")
load = pd.DataFrame({"hour": hours.hour, "weekday": hours.dayofweek, "temp": 8 + 6 * np.sin(np.arange(1440) / 229)})
load["temp"] += rng.normal(0, 2, 1440)
load["mw"] = (
    900 + 180 * np.sin((load["hour"] - 7) / 24 * 2 * np.pi) - 120 * (load["weekday"] > 4)
    + 14 * (18 - load["temp"]).clip(lower=0) + rng.normal(0, 25, 1440)
)


@dataclass
class Score:
    mae: float
    rmse: float
    pinball: float | None = None


def backtest(model, fraction):
    cut = int(fraction * len(load))
    past, future = load[:cut], load[cut:]
    model.fit(past.drop(columns="mw"), past["mw"])
    guess = model.predict(future.drop(columns="mw"))
    return Score(mean_absolute_error(future["mw"], guess), root_mean_squared_error(future["mw"], guess))

# %%
# reference, linear
ridge_alpha, fraction_reference = 5.0, 0.5
match backtest(Ridge(alpha=ridge_alpha), fraction_reference):
    case Score(mae=linear_mae):
        pinball = linear_mae / 2
        reason = "-"
        print("linear:", linear_mae)

# %% track
config = {
    "model": {"kind": "trees", "n": 60, "leaf": 4, "max_features": 0.8},
    "validation": ("last part", 0.75),
    "seed": 21,
}

match config:
    case {"model": {"kind": "linear", "alpha": ridge_alpha}, "validation": ("last part", fraction_reference)}:
        model = Ridge(alpha=ridge_alpha)
    case {
        "model": {"kind": "trees", "n": int(n_trees), "leaf": leaf, **options},
        "validation": [_, float(fraction)],
        "seed": seed,
    }:
        model = ExtraTreesRegressor(n_trees, min_samples_leaf=leaf, random_state=seed, **options)
    case {"model": {"kind": str(reason)}}:
        raise ValueError(f"no such model: {reason}")

match backtest(model, fraction):
    case Score(mae, rmse, None):
        print(f"MAE {mae:.1f} MW, RMSE {rmse:.1f} MW")
    case Score(mae, rmse, pinball):
        print(f"MAE {mae:.1f} MW, RMSE {rmse:.1f} MW, pinball {pinball:.2f} MW")

match mae / load["mw"].mean():
    case relative if relative < 0.05:
        verdict = "good"
    case relative:
        verdict = "poor"
print(verdict, f"{relative:.2%}")
