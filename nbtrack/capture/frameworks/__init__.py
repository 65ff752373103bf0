"""What libraries know of the trainings of a cell: each is asked by a small class of its own."""

from nbtrack.capture.frameworks.framework import Call, Framework, History, Table, Training, weakly

__all__ = ["Call", "Framework", "History", "Table", "Training", "weakly"]
