"""Models as code: a script that creates one and passes it to `set_model`, and MLflow's base class for models.

The class is pickled by value, so that its models load without nbtrack.
"""

from __future__ import annotations

from typing import Any

__all__ = ["PythonModel", "set_model"]

_model: Any = None
"""The model that the running script has set; read by the loader."""


def set_model(model: Any) -> None:
    """Set the model that a script creates, when it is saved as code.

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
    """The base class of models, as in MLflow.

    A subclass has `predict(self, context, model_input, params=None)`, or the same without `context`; `context.artifacts`
    are the files that were saved with it, `context.model_config` its settings.
    """

    def load_context(self, context: Any) -> None:
        """Prepare what predictions need; called once, when the model has been loaded."""

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        """Return the predictions for an input."""
        raise NotImplementedError
