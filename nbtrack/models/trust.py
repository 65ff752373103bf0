"""Which models load unasked: those that bear the signature of whoever uses this account.

Loading a pickle runs code. As Jupyter signs notebooks, a secret of the user's signs the digest of each model that he
saves, in a file beside it, and of each that he trusts, in his data folder: whoever hands over a store, or copies files
and rows into one, cannot sign.
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
"""The file in a model's folder that holds the signatures of those who saved it; no part of its digest."""
VARIABLE = "NBTRACK_SECRET_FILE"
"""The variable that names the file of the secret."""
_BYTES = 32

_keys: dict[str, bytes] = {}
"""By the file: read once, for what could not be written must sign and prove for the whole session."""


def sign(folder: Path, digest: str) -> None:
    """Sign a model that has just been saved; where that cannot be written, it asks when it is loaded."""
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
    """Let models of this digest load unasked from now on.

    Raises
    ------
    ModelError
        When that cannot be kept.
    """
    folder = _trusted()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / _signature(digest)).touch(mode=0o600)
    except OSError as error:
        raise ModelError(
            f"what is trusted cannot be kept in {str(folder)!r} ({error}); let {VARIABLE} name a file elsewhere"
        ) from error


def is_trusted(digest: str) -> bool:
    """Return whether this user has said that he trusts models of this digest."""
    # Unlike Path.is_file, this passes over folders that may not be looked into.
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
    """Return the user's secret, which is made when it is first needed."""
    file = _file()
    if str(file) not in _keys:
        _keys[str(file)] = _kept(file) or secrets.token_bytes(_BYTES)
    return _keys[str(file)]


def _kept(file: Path) -> bytes | None:
    """Return the secret in its file, where it can be kept."""
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
    """Write a new secret; of two processes that do so at once, the first one's is everybody's."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = file.with_name(f".{file.name}-{uuid4().hex[:8]}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(f"{secrets.token_hex(_BYTES)}\n")
        try:
            os.link(part, file)  # refused if there is one, and never half of one
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not file.exists():
                part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return file.read_bytes().strip()
