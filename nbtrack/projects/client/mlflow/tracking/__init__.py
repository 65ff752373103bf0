"""MLflow's client, and where runs go."""

from nbtrack.tracking.destination import get_tracking_uri, set_tracking_uri

from .client import MlflowClient

__all__ = ["MlflowClient", "get_tracking_uri", "set_tracking_uri"]
