"""Models as code: a script that makes one and hands it to `set_model`, and the base class of MLflow's for classes.

The class is pickled by value, so a model of it needs no nbtrack to be loaded.
"""

from __future__ import annotations

from typing import Any

__all__ = ["PythonModel", "set_model"]

_model: Any = None
"""What the script that is running has made; read by the loader beside the model."""


def set_model(model: Any) -> None:
    """Say which model a script makes, when it is saved as code.

    Parameters
    ----------
    model
        A function of the input, or an object with `predict`.

    Examples
    --------
    >>> nbtrack.models.set_model(lambda data: data * 2)  # doctest: +SKIP
    """
    global _model  # noqa: PLW0603 (as MLflow has it: the script says so to whoever runs it)
    _model = model


class PythonModel:
    """The base of a model as a class, as with MLflow.

    A subclass has `predict(self, context, model_input, params=None)`, or the same without `context`; `context.artifacts`
    are the files that were kept with it, `context.model_config` its settings.
    """

    def load_context(self, context: Any) -> None:
        """Make ready what predictions need; called once, when the model has been loaded."""

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        """Return the predictions for an input."""
        raise NotImplementedError
