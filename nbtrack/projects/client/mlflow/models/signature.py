"""MLflow's older place of `infer_signature`."""

from . import ModelSignature, infer_signature

__all__ = ["ModelSignature", "infer_signature"]
