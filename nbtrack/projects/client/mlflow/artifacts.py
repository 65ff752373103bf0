"""MLflow's functions for artifacts: those of the caller's store, and what is fetched from elsewhere."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from nbtrack.projects.download import is_address, local_copy
from nbtrack.tracking.artifact_uri import find_artifact

from .entities import FileInfo

__all__ = ["download_artifacts", "list_artifacts", "load_dict", "load_text"]


def _address(uri: str | None, run_id: str | None, path: str | None) -> str:
    return uri if uri is not None else f"runs:/{run_id}/{path or ''}"


def download_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    dst_path: str | None = None,
    tracking_uri: str | None = None,  # noqa: ARG001 (MLflow's; the store is the caller's)
) -> str:
    """Return where an artifact is on this machine, copied to a folder if one is given."""
    address = _address(artifact_uri, run_id, artifact_path)
    if is_address(address) and not address.startswith(("runs:", "models:", "file:")):
        return str(local_copy(address, Path(dst_path or tempfile.mkdtemp())))
    found = find_artifact(address)
    if dst_path is None:
        return str(found.resolve())
    target = Path(dst_path) / (found.name if artifact_path or found.is_file() else "")
    target.parent.mkdir(parents=True, exist_ok=True)
    if found.is_dir():
        shutil.copytree(found, target, dirs_exist_ok=True)
    else:
        shutil.copy2(found, target)
    return str(target)


def list_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    tracking_uri: str | None = None,  # noqa: ARG001 (MLflow's)
) -> list[FileInfo]:
    """Return what stands in a folder of artifacts."""
    folder = find_artifact(_address(artifact_uri, run_id, artifact_path))
    top = artifact_path.strip("/") + "/" if artifact_path else ""
    return [
        FileInfo(top + one.name, one.is_dir(), one.stat().st_size if one.is_file() else None)
        for one in sorted(folder.iterdir())
    ]


def load_text(artifact_uri: str) -> str:
    """Return an artifact's text."""
    return Path(download_artifacts(artifact_uri)).read_text(encoding="utf-8")


def load_dict(artifact_uri: str) -> Any:
    """Return an artifact's JSON."""
    return json.loads(load_text(artifact_uri))
