"""Experiment tracking that lives inside the Jupyter notebook.

Public names are imported when they are first used, so that `import nbtrack` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbtrack import entities, errors, models, pyfunc, serving, sklearn, tracking
    from nbtrack.direction import set_direction
    from nbtrack.entities import Run, Runs
    from nbtrack.errors import NbtrackError, NbtrackWarning
    from nbtrack.serving import serve, servers
    from nbtrack.sklearn import autolog
    from nbtrack.store import open_store
    from nbtrack.tracking import (
        ActiveRun,
        active_run,
        create_experiment,
        current_run,
        delete_experiment,
        delete_run,
        delete_tag,
        end_run,
        get_artifact_uri,
        get_experiment,
        get_experiment_by_name,
        get_parent_run,
        get_run,
        get_tracking_uri,
        last_active_run,
        load_model,
        load_table,
        log_artifact,
        log_artifacts,
        log_dict,
        log_figure,
        log_image,
        log_metric,
        log_metrics,
        log_model,
        log_param,
        log_params,
        log_table,
        log_text,
        not_secret,
        register_model,
        registered_model,
        registered_models,
        rename_experiment,
        restore_experiment,
        restore_run,
        runs,
        save_model,
        search_experiments,
        search_runs,
        set_experiment,
        set_note,
        set_store,
        set_tag,
        set_tags,
        set_tracking_uri,
        start_run,
    )
    from nbtrack.widgets.panel import Panel, panel

__version__ = "0.1.0"

__all__ = [
    "ActiveRun",
    "NbtrackError",
    "NbtrackWarning",
    "Panel",
    "Run",
    "Runs",
    "active_run",
    "autolog",
    "create_experiment",
    "current_run",
    "delete_experiment",
    "delete_run",
    "delete_tag",
    "end_run",
    "entities",
    "errors",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_parent_run",
    "get_run",
    "get_tracking_uri",
    "last_active_run",
    "load_model",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_metric",
    "log_metrics",
    "log_model",
    "log_param",
    "log_params",
    "log_table",
    "log_text",
    "models",
    "not_secret",
    "open_store",
    "panel",
    "pyfunc",
    "register_model",
    "registered_model",
    "registered_models",
    "rename_experiment",
    "restore_experiment",
    "restore_run",
    "runs",
    "save_model",
    "search_experiments",
    "search_runs",
    "serve",
    "servers",
    "serving",
    "set_direction",
    "set_experiment",
    "set_note",
    "set_store",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "sklearn",
    "start_run",
    "tracking",
]

_MODULES = ("entities", "errors", "models", "pyfunc", "serving", "sklearn", "tracking")
_PARTS = ("tracking", "entities", "errors", "store", "direction", "sklearn", "serving", "widgets.panel")
"""Where public names are looked for, in this order."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'nbtrack' has no attribute {name!r}")
    if name in _MODULES:
        return import_module(f"nbtrack.{name}")
    modules = (import_module(f"nbtrack.{part}") for part in _PARTS)
    value = next(getattr(module, name) for module in modules if name in module.__all__)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(ip: Any) -> None:
    """Make `%%track`, `%track` and `%runs` known: what `%load_ext nbtrack` calls."""
    import_module("nbtrack.notebook").load(ip)


def unload_ipython_extension(ip: Any) -> None:
    """Take the magics back: what `%unload_ext nbtrack` calls."""
    import_module("nbtrack.notebook").unload(ip)
