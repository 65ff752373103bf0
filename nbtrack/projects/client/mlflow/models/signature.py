"""MLflow's older place of `infer_signature`."""

from nbtrack.models import Signature as ModelSignature
from nbtrack.models import infer_signature

__all__ = ["ModelSignature", "infer_signature"]
