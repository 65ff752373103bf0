"""Models of PyTorch, under MLflow's names."""

from .flavour import functions

__all__ = ["load_model", "log_model", "save_model"]

log_model, save_model, load_model = functions("pytorch_model")
