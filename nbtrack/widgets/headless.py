"""Whether a cell is executed where nobody sees it, as by papermill or `nbconvert --execute`."""

from __future__ import annotations

import os
import sys
from typing import Any

__all__ = ["is_headless"]


def is_headless() -> bool:
    """Return whether a program executes the notebook without a page: there is nobody to type an answer to `input()`.

    Voila executes notebooks in this way, too, and then shows them.
    """
    ipython: Any = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    kernel = getattr(shell, "kernel", None)
    # Before the first cell, and in kernels that are not ipykernel's, nothing is known.
    asks = getattr(kernel, "_allow_stdin", None)
    return asks is False and not any(name.startswith("VOILA_") for name in os.environ)
