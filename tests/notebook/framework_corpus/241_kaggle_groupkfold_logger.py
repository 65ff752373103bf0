# %%
import gc
import logging
import sys
import time

import numpy as np
import pandas as pd
import xgboost as xgb
from omegaconf import OmegaConf
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GroupKFold

r = np.random.default_rng(909)
n = 1500
df = pd.DataFrame({"store": r.integers(0, 25, n), "dow": r.integers(0, 7, n), "promo": r.integers(0, 2, n)})
store_level = r.normal(100, 15, 25)
df["temp"] = r.normal(14, 7, n)
df["sales"] = (
    store_level[df.store] + 20 * df.promo + 6 * (df.dow >= 5) + 0.5 * df.temp + r.normal(0, 6, n)
).round(1)
df["competitor_km"] = (store_level[df.store] / 10 + r.normal(0, 0.6, n)).round(2)

cfg = OmegaConf.create(
    {
        "features": ["dow", "promo", "temp", "competitor_km"],
        "n_fold": 5,
        "model": {"eta": 0.1, "max_depth": 4, "lambda": 3, "seed": 909, "nthread": 1, "eval_metric": "mae"},
        "num_round": 250,
        "es_rounds": 25,
    }
)


def get_logger():
    logger = logging.getLogger("sales")
    logger.setLevel(logging.INFO)
    logger.handlers = [logging.StreamHandler(sys.stdout)]
    logger.handlers[0].setFormatter(logging.Formatter("%(levelname)s | %(message)s"))
    logger.propagate = False
    return logger


LOGGER = get_logger()

# %% track
start = time.time()
df["pred"] = np.nan
best_iters = []
gkf = GroupKFold(n_splits=cfg.n_fold)

for fold, (tr, va) in enumerate(gkf.split(df, groups=df["store"]), 1):
    dtr = xgb.DMatrix(df.loc[tr, list(cfg.features)], df.loc[tr, "sales"])
    dva = xgb.DMatrix(df.loc[va, list(cfg.features)], df.loc[va, "sales"])
    m = xgb.train(
        OmegaConf.to_container(cfg.model),
        dtr,
        cfg.num_round,
        evals=[(dva, "va")],
        early_stopping_rounds=cfg.es_rounds,
        verbose_eval=False,
    )
    df.loc[va, "pred"] = m.predict(dva, iteration_range=(0, m.best_iteration + 1))
    fold_mae = mean_absolute_error(df.loc[va, "sales"], df.loc[va, "pred"])
    best_iters.append(m.best_iteration)
    LOGGER.info(f"Fold {fold}: MAE={fold_mae:.4f} best_iteration={m.best_iteration}")
    del dtr, dva
    gc.collect()

oof_mae = mean_absolute_error(df.sales, df.pred)
LOGGER.info("OOF MAE=%.4f", oof_mae)
LOGGER.info("mean best iteration=%.1f, took %.1fs", np.mean(best_iters), time.time() - start)
