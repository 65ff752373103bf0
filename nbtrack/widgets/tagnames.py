"""Which tags a person may give in a widget."""

from __future__ import annotations

from nbtrack.entities.mlflow import NAME_TAG, NOTE_TAG
from nbtrack.errors import InvalidValueError

__all__ = ["OWN", "check_tag_name"]

OWN = "nbtrack."
"""What the names of nbtrack's own tags begin with."""


def check_tag_name(name: str) -> None:
    """Check that a tag of this name is a person's to set and to take away.

    Raises
    ------
    InvalidValueError
        When nbtrack keeps something of its own under it.
    """
    if name.startswith(OWN) or name in {NAME_TAG, NOTE_TAG}:
        raise InvalidValueError(f"tag {name!r} is nbtrack's own; choose another name")
