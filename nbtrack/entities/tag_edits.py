"""Setting a run's tags, some of which are its attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.entities.mlflow import NAME_TAG, NOTE_TAG
from nbtrack.errors import InvalidValueError
from nbtrack.values import as_name, as_tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.store import RunWriter

__all__ = ["edit_tags"]


def edit_tags(writer: RunWriter, tags: Iterable[tuple[Any, Any]]) -> None:
    """Set tags through a run's writer; MLflow's tags for the name and the note set the name and the note.

    Raises
    ------
    InvalidValueError
        Naming each tag that cannot be kept, after all others have been set.
    """
    from nbtrack.capture.secrets import SEEN  # its patterns are slow to compile

    faults = []
    for key, value in tags:
        try:
            name = as_name(key, "tag name")
            if name == NAME_TAG:
                writer.rename(as_name(value, "run name"))
            elif name == NOTE_TAG:
                writer.set_note(SEEN.text(as_tag(value, "note"), lines=True))
            else:
                writer.set_tag(name, str(SEEN.param(name, as_tag(value, f"tag {name!r}"))))
        except InvalidValueError as fault:
            faults.append(str(fault))
    if faults:
        raise InvalidValueError("; ".join(faults))
