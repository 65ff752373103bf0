"""Models of other libraries under MLflow's names: nbtrack knows by itself how to save them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbtrack.sklearn

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["functions"]


def functions(parameter: str) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """Return `log_model`, `save_model` and `load_model` of a library, whose models MLflow calls this."""

    def log_model(*arguments: Any, **options: Any) -> Any:
        """Save a model with the current run; see `nbtrack.log_model`."""
        return nbtrack.sklearn.log_model(*_first(arguments, options), **options)

    def save_model(*arguments: Any, **options: Any) -> Any:
        """Save a model into a new folder; see `nbtrack.save_model`."""
        return nbtrack.sklearn.save_model(*_first(arguments, options), **options)

    def _first(arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, ...]:
        return (options.pop(parameter), *arguments) if parameter in options else arguments

    return log_model, save_model, nbtrack.sklearn.load_model
