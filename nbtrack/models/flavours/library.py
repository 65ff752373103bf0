"""Libraries of models: whether an object is one of theirs, and their import when a model needs it."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from nbtrack.errors import ModelError

__all__ = ["imported", "is_of"]


def is_of(model: Any, library: str, kind: str = "") -> bool:
    """Return whether an object is of a class of a library, or of one that derives from it; imports nothing.

    Parameters
    ----------
    kind
        The name of the class; by default any.
    """
    if library not in sys.modules or isinstance(model, type):
        return False
    return any(
        base.__module__.partition(".")[0] == library and kind in ("", base.__name__)
        for base in type(model).__mro__
    )


def imported(library: str, package: str | None = None) -> Any:
    """Return a module, which a model needs.

    Raises
    ------
    ModelError
        When it is not installed.
    """
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise ModelError(f"the model needs {library}: python -m pip install {package or library}") from error
