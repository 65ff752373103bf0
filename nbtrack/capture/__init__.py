"""Capture: from a cell's source and what its names became to params, metrics, data and models.

Nothing here knows of IPython or of the store; `notebook` brings the cell and keeps what is found.
"""

from nbtrack.capture.cell import Captured, CellCapture, Options, choices, is_worth_tracking
from nbtrack.capture.estimators import Fitted

__all__ = ["Captured", "CellCapture", "Fitted", "Options", "choices", "is_worth_tracking"]
