"""A run's artifacts as the rows of a tree, and what kind of file each is by its name."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nbtrack.entities.bounds import whole

if TYPE_CHECKING:
    from nbtrack.entities import Run

__all__ = ["artifact_kind", "artifact_rows"]

MAX_FILES = 2_000

_KINDS = {
    "image": ".png .jpg .jpeg .gif .webp .svg",
    "table": ".csv .tsv .parquet",
    "json": ".json .ipynb .geojson",
    "source": ".diff .patch .html .htm .xml .py .r .sql .js .css .md .yaml .yml .toml .ini .cfg .sh",
    "text": ".txt .log .rst",
    "model": ".pkl .joblib .pt .pth .onnx .skops .safetensors .h5 .keras .cbm .ubj",
}
_BY_ENDING = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}


def artifact_kind(name: str) -> str:
    """Return what a file is, as far as its name tells.

    Examples
    --------
    >>> artifact_kind("plots/loss.PNG"), artifact_kind("model/MLmodel")
    ('image', 'file')
    """
    return _BY_ENDING.get(PurePosixPath(name).suffix.lower(), "file")


def artifact_rows(run: Run) -> dict[str, Any]:
    """Return the files and folders, each folder above what is in it.

    A row has `path`, `name`, `depth`, `kind` and `size`; of a folder that of all files in it. Rows, not nested
    objects: a tree as deep as a path may be is too deep for JSON.
    """
    folder = run.artifacts.folder
    # A folder's own files come before those of its folders.
    names = sorted(run.artifacts, key=_place)
    sizes = {name: _size(folder / name) for name in names}
    shown = names[:MAX_FILES]
    totals: dict[str, int] = {}
    for name, size in sizes.items():
        for parent in _parents(name):
            totals[parent] = totals.get(parent, 0) + size
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    for name in shown:
        for parent in _parents(name):
            if parent not in seen:
                seen.add(parent)
                rows.append(_row(parent, "folder", totals[parent]))
        rows.append(_row(name, artifact_kind(name), sizes[name]))
    return {
        "artifacts": rows,
        "artifacts_left": len(names) - len(shown),
        "artifacts_size": sum(sizes.values()),
    }


def _row(path: str, kind: str, size: int) -> dict[str, Any]:
    shown = whole(path)
    return {
        "path": shown,
        "name": shown.rpartition("/")[2],
        "depth": path.count("/"),
        "kind": kind,
        "size": size,
    }


def _parents(name: str) -> list[str]:
    """Return the folders that a file is in, the outermost first."""
    parts = name.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _place(name: str) -> list[tuple[bool, str]]:
    *folders, last = name.split("/")
    return [*((True, folder) for folder in folders), (False, last)]


def _size(path: Path) -> int:
    try:
        # A link is no larger than itself: what it points to may lie elsewhere.
        return os.lstat(path).st_size
    except OSError:
        return 0
