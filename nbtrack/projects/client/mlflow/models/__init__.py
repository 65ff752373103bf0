"""MLflow's names of models: signatures are nbtrack's."""

from nbtrack.models import LoadedModel, PythonModel, infer_signature, set_model
from nbtrack.models import Signature as ModelSignature

__all__ = ["LoadedModel", "ModelSignature", "PythonModel", "infer_signature", "set_model"]
