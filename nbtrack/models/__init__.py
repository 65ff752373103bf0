"""Models in MLflow's format: save, load and predict."""

from nbtrack.models.flavours import Flavour, Loading, Saved
from nbtrack.models.folder import LoadedModel, digest, load, save
from nbtrack.models.from_code import PythonModel, set_model
from nbtrack.models.inferring import infer_schema
from nbtrack.models.input_form import Form
from nbtrack.models.mlmodel import MLmodel
from nbtrack.models.schema import Column, Schema, Tensor
from nbtrack.models.signature import Param, Signature, infer_signature

__all__ = [
    "Column",
    "Flavour",
    "Form",
    "LoadedModel",
    "Loading",
    "MLmodel",
    "Param",
    "PythonModel",
    "Saved",
    "Schema",
    "Signature",
    "Tensor",
    "digest",
    "infer_schema",
    "infer_signature",
    "load",
    "save",
    "set_model",
]
