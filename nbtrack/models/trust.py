"""Which models load without confirmation: those signed by the user of this account.

Loading a pickle runs code. As Jupyter does for notebooks, the user's secret signs the digest of each model that they
save, in a file beside it, and of each that they trust, in their data folder. Somebody else who provides a store, or
copies files and rows into one, cannot sign.
"""

from __future__ import annotations

import hmac
import os
import secrets
import warnings
from pathlib import Path
from uuid import uuid4

from nbtrack.errors import ModelError, NbtrackWarning

__all__ = ["SIGNATURE", "VARIABLE", "is_saved_by_user", "is_trusted", "sign", "trust"]

SIGNATURE = ".nbtrack-signature"
"""The file in a model's folder with the signatures of those who saved it; not part of its digest."""
VARIABLE = "NBTRACK_SECRET_FILE"
"""The environment variable with the path of the secret's file."""
_BYTES = 32

_keys: dict[str, bytes] = {}
"""Secrets by file, read once: one that could not be written must be valid for the whole session."""


def sign(folder: Path, digest: str) -> None:
    """Sign a model that was just saved; if the signature cannot be written, loading asks for trust."""
    try:
        (folder / SIGNATURE).write_text(f"{_signature(digest)}\n", encoding="ascii")
    except OSError as error:
        warnings.warn(
            f"the model in {str(folder)!r} could not be signed ({error}): to load it, say trust=True",
            NbtrackWarning,
            stacklevel=3,
        )


def is_saved_by_user(folder: Path, digest: str) -> bool:
    """Return whether a model of this digest was saved by this user."""
    try:
        lines = (folder / SIGNATURE).read_bytes()[:10_000].split()
    except OSError:
        return False
    own = _signature(digest).encode()
    return any(hmac.compare_digest(line, own) for line in lines)


def trust(digest: str) -> None:
    """Trust models with this digest from now on.

    Raises
    ------
    ModelError
        When this cannot be stored.
    """
    folder = _trusted()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / _signature(digest)).touch(mode=0o600)
    except OSError as error:
        raise ModelError(
            f"trust cannot be stored in {str(folder)!r} ({error}); let {VARIABLE} name a file elsewhere"
        ) from error


def is_trusted(digest: str) -> bool:
    """Return whether this user has trusted models with this digest."""
    # Unlike Path.is_file, this does not raise for folders without read permission.
    return os.path.isfile(_trusted() / _signature(digest))  # noqa: PTH113


def _signature(digest: str) -> str:
    return hmac.new(_key(), f"nbtrack model {digest}".encode(), "sha256").hexdigest()


def _file() -> Path:
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("nbtrack", appauthor=False) / "secret"


def _trusted() -> Path:
    file = _file()
    return file.with_name(f"{file.name}.trusted")


def _key() -> bytes:
    """Return the user's secret, which is created when it is first needed."""
    file = _file()
    if str(file) not in _keys:
        _keys[str(file)] = _kept(file) or secrets.token_bytes(_BYTES)
    return _keys[str(file)]


def _kept(file: Path) -> bytes | None:
    """Return the secret from its file; None if it cannot be stored."""
    try:
        found = _read(file) or _made(file)
        if len(found) >= _BYTES:
            return found
        why = f"it holds {len(found)} bytes, and a secret has {_BYTES}"
    except OSError as error:
        why = str(error)
    warnings.warn(
        f"the secret that signs models cannot be kept in {str(file)!r} ({why}): models that are saved now load in this "
        f"session, and ask later; let {VARIABLE} name a file that lasts",
        NbtrackWarning,
        stacklevel=5,
    )
    return None


def _read(file: Path) -> bytes:
    try:
        content = file.read_bytes().strip()
    except FileNotFoundError:
        return b""
    if VARIABLE not in os.environ and hasattr(os, "getuid") and file.stat().st_mode & 0o077:
        file.chmod(0o600)  # a backup may have been restored without modes
    return content


def _made(file: Path) -> bytes:
    """Write a new secret; if two processes do so at once, both use the first one's."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = file.with_name(f".{file.name}-{uuid4().hex[:8]}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(f"{secrets.token_hex(_BYTES)}\n")
        try:
            os.link(part, file)  # fails if there is one, and never leaves a partial one
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not file.exists():
                part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return file.read_bytes().strip()
