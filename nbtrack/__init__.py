"""Experiment tracking that lives inside the Jupyter notebook.

Public names are imported when they are first used, so that `import nbtrack` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nbtrack.version import __version__ as __version__

if TYPE_CHECKING:
    from nbtrack import entities as entities
    from nbtrack import errors as errors
    from nbtrack import models as models
    from nbtrack import pyfunc as pyfunc
    from nbtrack import serving as serving
    from nbtrack import sklearn as sklearn
    from nbtrack import tracking as tracking
    from nbtrack.direction import set_direction as set_direction
    from nbtrack.entities.run import Run as Run
    from nbtrack.entities.runs import Runs as Runs
    from nbtrack.errors import NbtrackError as NbtrackError
    from nbtrack.errors import NbtrackWarning as NbtrackWarning
    from nbtrack.projects.packaging.making import package as package
    from nbtrack.projects.running import run_project as run_project
    from nbtrack.scoring.job import Scored as Scored
    from nbtrack.scoring.predicting import predict as predict
    from nbtrack.serving.start import serve as serve
    from nbtrack.serving.start import servers as servers
    from nbtrack.sklearn import autolog as autolog
    from nbtrack.store.store import open_store as open_store
    from nbtrack.tracking.artifact_logging import get_artifact_uri as get_artifact_uri
    from nbtrack.tracking.artifact_logging import load_table as load_table
    from nbtrack.tracking.artifact_logging import log_artifact as log_artifact
    from nbtrack.tracking.artifact_logging import log_artifacts as log_artifacts
    from nbtrack.tracking.artifact_logging import log_dict as log_dict
    from nbtrack.tracking.artifact_logging import log_figure as log_figure
    from nbtrack.tracking.artifact_logging import log_image as log_image
    from nbtrack.tracking.artifact_logging import log_table as log_table
    from nbtrack.tracking.artifact_logging import log_text as log_text
    from nbtrack.tracking.current import ActiveRun as ActiveRun
    from nbtrack.tracking.current import last_active_run as last_active_run
    from nbtrack.tracking.destination import get_store as get_store
    from nbtrack.tracking.destination import get_tracking_uri as get_tracking_uri
    from nbtrack.tracking.destination import set_store as set_store
    from nbtrack.tracking.destination import set_tracking_uri as set_tracking_uri
    from nbtrack.tracking.experiments import create_experiment as create_experiment
    from nbtrack.tracking.experiments import delete_experiment as delete_experiment
    from nbtrack.tracking.experiments import get_experiment as get_experiment
    from nbtrack.tracking.experiments import get_experiment_by_name as get_experiment_by_name
    from nbtrack.tracking.experiments import rename_experiment as rename_experiment
    from nbtrack.tracking.experiments import restore_experiment as restore_experiment
    from nbtrack.tracking.experiments import search_experiments as search_experiments
    from nbtrack.tracking.experiments import set_experiment as set_experiment
    from nbtrack.tracking.lifecycle import active_run as active_run
    from nbtrack.tracking.lifecycle import delete_run as delete_run
    from nbtrack.tracking.lifecycle import end_run as end_run
    from nbtrack.tracking.lifecycle import get_parent_run as get_parent_run
    from nbtrack.tracking.lifecycle import get_run as get_run
    from nbtrack.tracking.lifecycle import restore_run as restore_run
    from nbtrack.tracking.lifecycle import start_run as start_run
    from nbtrack.tracking.logging import delete_tag as delete_tag
    from nbtrack.tracking.logging import log_metric as log_metric
    from nbtrack.tracking.logging import log_metrics as log_metrics
    from nbtrack.tracking.logging import log_param as log_param
    from nbtrack.tracking.logging import log_params as log_params
    from nbtrack.tracking.logging import not_secret as not_secret
    from nbtrack.tracking.logging import set_note as set_note
    from nbtrack.tracking.logging import set_tag as set_tag
    from nbtrack.tracking.logging import set_tags as set_tags
    from nbtrack.tracking.model_logging import load_model as load_model
    from nbtrack.tracking.model_logging import log_model as log_model
    from nbtrack.tracking.model_logging import save_model as save_model
    from nbtrack.tracking.registration import get_registered_model as get_registered_model
    from nbtrack.tracking.registration import register_model as register_model
    from nbtrack.tracking.registration import search_registered_models as search_registered_models
    from nbtrack.tracking.search import runs as runs
    from nbtrack.tracking.search import search_runs as search_runs
    from nbtrack.tracking.system_metrics import (
        disable_system_metrics_logging as disable_system_metrics_logging,
    )
    from nbtrack.tracking.system_metrics import enable_system_metrics_logging as enable_system_metrics_logging
    from nbtrack.tracking.system_metrics import set_system_metrics_node_id as set_system_metrics_node_id
    from nbtrack.tracking.system_metrics import (
        set_system_metrics_samples_before_logging as set_system_metrics_samples_before_logging,
    )
    from nbtrack.tracking.system_metrics import (
        set_system_metrics_sampling_interval as set_system_metrics_sampling_interval,
    )
    from nbtrack.widgets.panel.opening import panel as panel
    from nbtrack.widgets.panel.widget import Panel as Panel

_WHERE = {
    "direction": "set_direction",
    "entities.run": "Run",
    "entities.runs": "Runs",
    "errors": "NbtrackError NbtrackWarning",
    "projects.packaging.making": "package",
    "projects.running": "run_project",
    "scoring.job": "Scored",
    "scoring.predicting": "predict",
    "serving.start": "serve servers",
    "sklearn": "autolog",
    "store.store": "open_store",
    "tracking.current": "ActiveRun last_active_run",
    "tracking.experiments": """
        create_experiment delete_experiment get_experiment get_experiment_by_name rename_experiment
        restore_experiment search_experiments set_experiment
    """,
    "tracking.artifact_logging": """
        get_artifact_uri load_table log_artifact log_artifacts log_dict log_figure log_image log_table log_text
    """,
    "tracking.lifecycle": "active_run delete_run end_run get_parent_run get_run restore_run start_run",
    "tracking.destination": "get_store get_tracking_uri set_store set_tracking_uri",
    "tracking.logging": """
        delete_tag log_metric log_metrics log_param log_params not_secret set_note set_tag set_tags
    """,
    "tracking.model_logging": "load_model log_model save_model",
    "tracking.registration": "get_registered_model register_model search_registered_models",
    "tracking.search": "runs search_runs",
    "tracking.system_metrics": """
        disable_system_metrics_logging enable_system_metrics_logging set_system_metrics_node_id
        set_system_metrics_samples_before_logging set_system_metrics_sampling_interval
    """,
    "widgets.panel.opening": "panel",
    "widgets.panel.widget": "Panel",
}
"""The modules, with the public names that each defines; only a name's module is imported for it."""
_MODULE_OF = {name: module for module, names in _WHERE.items() for name in names.split()}
_MODULES = ("entities", "errors", "models", "pyfunc", "serving", "sklearn", "tracking")

__all__ = sorted([*_MODULE_OF, *_MODULES])  # noqa: PLE0605 (type checkers read the imports above)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"nbtrack.{name}")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'nbtrack' has no attribute {name!r}")
    value = getattr(import_module(f"nbtrack.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(ip: Any) -> None:
    """Register `%%track`, `%track`, `%runs` and `%package`; called by `%load_ext nbtrack`."""
    import_module("nbtrack.notebook").load(ip)


def unload_ipython_extension(ip: Any) -> None:
    """Remove the magics; called by `%unload_ext nbtrack`."""
    import_module("nbtrack.notebook").unload(ip)
