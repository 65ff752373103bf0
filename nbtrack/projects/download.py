"""Files that a project wants and that are not on this machine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.projects.git import masked
from nbtrack.tracking.artifact_uri import find_artifact

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["is_address", "local_copy"]

_TIMEOUT = 60.0
"""Seconds that a server may be silent."""


def is_address(text: str) -> bool:
    """Return whether a text has a scheme; one letter before the colon is a drive."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", text) is not None


def local_copy(address: str, folder: Path) -> Path:
    """Return the file or folder at an address, downloaded into a folder if it is not on this machine.

    Parameters
    ----------
    address
        `http(s)://`, `runs:/`, `models:/`, `file:`, or one that fsspec knows, such as `s3://`, where it is installed.

    Raises
    ------
    NotFoundError
        When nothing is there, or it cannot be fetched.
    InvalidValueError
        For a scheme that nobody here knows.
    """
    scheme = urlsplit(address).scheme
    if scheme in ("file", "runs", "models"):
        return find_artifact(address).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (Path(unquote(urlsplit(address).path)).name or "download")
    if scheme in ("http", "https"):
        _download(address, target)
    else:
        _copy(_fsspec(scheme, address), address, target)
    return target


def _download(address: str, target: Path) -> None:
    from http.client import HTTPException
    from urllib.request import urlopen

    try:
        with urlopen(address, timeout=_TIMEOUT) as answer, target.open("wb") as file:  # noqa: S310 (http only)
            shutil.copyfileobj(answer, file, 1 << 20)
    except (OSError, HTTPException, ValueError) as error:
        target.unlink(missing_ok=True)
        raise NotFoundError(f"{masked(address)} cannot be downloaded: {masked(str(error))}") from None


def _fsspec(scheme: str, address: str) -> ModuleType:
    try:
        import fsspec
    except ImportError:
        fsspec = None
    if fsspec is None or scheme not in fsspec.available_protocols():
        raise InvalidValueError(
            f"nobody here can fetch {masked(address)!r}: install fsspec and its part for {scheme}://, or give a file"
        )
    return fsspec  # type: ignore[no-any-return]


def _copy(fsspec: ModuleType, address: str, target: Path) -> None:
    try:
        files, path = fsspec.core.url_to_fs(address)
        files.get(path.rstrip("/"), str(target), recursive=bool(files.isdir(path)))
    except Exception as error:  # noqa: BLE001 (each of fsspec's libraries has errors of its own)
        raise NotFoundError(f"{masked(address)} cannot be downloaded: {masked(str(error))}") from None
