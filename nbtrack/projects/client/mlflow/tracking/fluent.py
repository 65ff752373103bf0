"""What MLflow's own examples take from its inner module."""

from nbtrack.tracking.destination import default_experiment, store_in_use

__all__ = ["_get_experiment_id"]


def _get_experiment_id() -> str:
    """Return the id of the experiment that runs go to."""
    return str(store_in_use().create_experiment(default_experiment(), exist_ok=True).id)
