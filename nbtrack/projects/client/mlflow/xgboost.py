"""Models of XGBoost, under MLflow's names."""

from .flavour import functions

__all__ = ["load_model", "log_model", "save_model"]

log_model, save_model, load_model = functions("xgb_model")
