"""Artifacts of many runs: which run has which, and pictures and tables of one name side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.compare.chosen import chosen, heads
from nbtrack.errors import InvalidValueError, NbtrackError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.compare.documents import (
        ArtifactRow,
        ArtifactsDocument,
        Picture,
        PicturesDocument,
    )
    from nbtrack.entities import Run
    from nbtrack.records import RunRecord
    from nbtrack.store import Store

__all__ = ["artifacts", "pictures"]

MAX_NAMES = 300
MAX_BYTES = 10_000_000
"""Bytes of all pictures in one document."""
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
_SHOWN = (*_PICTURES, ".csv", ".tsv", ".parquet", ".json", ".txt")


def artifacts(store: Store, ids: Sequence[str]) -> ArtifactsDocument:
    """Return which of these runs has which artifact, with sizes in bytes; artifacts of most runs come first.

    Raises
    ------
    InvalidValueError, NotFoundError
        When no run is chosen, or one is not there.
    """
    runs = chosen(store, ids)
    sizes: list[dict[str, int]] = []
    faults: list[str] = []
    for run in runs:
        try:
            sizes.append(_sizes(_entity(store, run)))
        except OSError as error:
            sizes.append({})
            faults.append(
                f"the artifacts of {run.name or run.id} could not be read ({error.strerror or error})"
            )
    counts: dict[str, int] = {}
    for one in sizes:
        for name in one:
            counts[name] = counts.get(name, 0) + 1
    from nbtrack.entities.bounds import whole

    # Artifacts of many runs, and pictures, come first.
    names = sorted(counts, key=lambda name: (-counts[name], not _is_picture(name), name))
    return {
        "runs": heads(runs),
        "rows": [_row(whole(name), [one.get(name) for one in sizes]) for name in names[:MAX_NAMES]],
        "left_out": max(0, len(names) - MAX_NAMES),
        "faults": faults,
    }


def pictures(store: Store, ids: Sequence[str], name: str) -> PicturesDocument:
    """Return the picture, table or text of this name in each run; what is too large is only mentioned.

    Raises
    ------
    InvalidValueError, NotFoundError
        When no run is chosen, one is not there, or the name is no text.
    """
    if not isinstance(name, str):
        raise InvalidValueError(f"an artifact's name is a text, not a {type(name).__name__}")
    runs = chosen(store, ids)
    found: list[Picture | None] = []
    room = MAX_BYTES
    for run in runs:
        picture, size = _picture(_entity(store, run), name, room)
        found.append(picture)
        room -= size
    return {"name": name, "runs": heads(runs), "pictures": found}


def _entity(store: Store, run: RunRecord) -> Run:
    from nbtrack.entities import Run

    return Run(store, run.id, run)


def _sizes(run: Run) -> dict[str, int]:
    found = {}
    for name in run.artifacts:
        try:
            found[name] = run.artifacts[name].size
        except (
            NotFoundError,
            FileNotFoundError,
        ):  # a link that leads out of the folder, or a file removed meanwhile
            continue
    return found


def _row(name: str, sizes: list[int | None]) -> ArtifactRow:
    return {"name": name, "sizes": sizes, "picture": name.lower().endswith(_SHOWN)}


def _is_picture(name: str) -> bool:
    return name.lower().endswith(_PICTURES)


def _picture(run: Run, name: str, room: int) -> tuple[Picture | None, int]:
    """Return a run's picture and its size, or why there is none; `room` is how many bytes are left for it."""
    # No other view needs it.
    from nbtrack.entities.bounds import whole
    from nbtrack.entities.preview import artifact_preview

    try:
        size = run.artifacts[name].size
        if size > room:
            return _none("These are too large to be shown together; see the run's page"), 0
        shown = artifact_preview(run, name)
    except NotFoundError:
        return None, 0
    except (NbtrackError, OSError) as error:
        return _none(whole(error)[:300]), 0
    kind = shown["kind"]
    if _is_picture(name) and kind not in {"image", "svg"}:
        return _none(shown.get("why", "This is no picture")), 0
    match kind:
        case "image":
            return {**_none(), "kind": "image", "type": shown["type"], "data": shown["data"]}, size
        case "svg":
            drawn = shown["text"]["text"]
            return {**_none(), "kind": "svg", "type": "image/svg+xml", "data": drawn}, size
        case "table":
            return {**_none(), "kind": "table", "columns": shown["columns"], "rows": shown["rows"]}, size
        case "text" | "json":
            return {**_none(), "kind": "text", "data": shown["text"]["text"]}, size
    return _none(shown.get("why", "No preview of this kind of file")), 0


def _none(why: str = "") -> Picture:
    return {"kind": "none", "type": "", "data": "", "columns": [], "rows": [], "why": why}
