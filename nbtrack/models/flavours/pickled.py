"""Pickles in a model's folder: written with cloudpickle, and read only if they are trusted."""

from __future__ import annotations

import io
import shlex
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from nbtrack.errors import ModelError, TrustError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from nbtrack.models.flavours.base import Loading

__all__ = [
    "FILE",
    "TooLargeError",
    "check_size",
    "check_trust",
    "pickle_check",
    "read_pickle",
    "read_skops",
    "size_limit",
    "write_pickle",
]

FILE = "model.pkl"
size_limit: ContextVar[int | None] = ContextVar("nbtrack_model_size", default=None)
"""The most bytes of a pickle; writing a larger one is aborted."""


pickle_check: ContextVar[Callable[[bytes], None] | None] = ContextVar(
    "nbtrack_model_pickle_check", default=None
)
"""Called with each pickle before it is written; may refuse it by raising."""


class TooLargeError(ModelError):
    """A model is larger than allowed."""


class _Bounded(io.BytesIO):
    """A buffer with a size limit."""

    def write(self, data: Any) -> int:
        limit = size_limit.get()
        if limit is not None and self.tell() + memoryview(data).nbytes > limit:
            raise TooLargeError(f"the model has more than {limit:,} bytes")
        return super().write(data)


def check_size(*files: Path) -> None:
    """Refuse a model whose files, which its library has written, are larger than allowed.

    Raises
    ------
    TooLargeError
        When they are.
    """
    limit = size_limit.get()
    if limit is not None and sum(file.stat().st_size for file in files) > limit:
        raise TooLargeError(f"the model has more than {limit:,} bytes")


def write_pickle(model: Any, file: Path) -> bytes:
    """Write a model with cloudpickle, and return the pickle.

    Raises
    ------
    ModelError
        When it cannot be pickled.
    """
    import cloudpickle

    from nbtrack.models import from_code

    memory = _Bounded()
    # A model of our base class must also load where nbtrack is not installed.
    cloudpickle.register_pickle_by_value(from_code)
    try:
        cloudpickle.dump(model, memory)
    except TooLargeError:
        raise
    except Exception as error:  # whatever the model's own __reduce__ raises
        raise ModelError(
            f"a {type(model).__name__} cannot be saved, because it cannot be pickled ({error}); "
            "leave out what holds files, sockets, locks or generators"
        ) from error
    finally:
        cloudpickle.unregister_pickle_by_value(from_code)
    data = memory.getvalue()
    look = pickle_check.get()
    if look is not None:
        look(data)
    file.write_bytes(data)
    return data


def check_trust(file: Path, loading: Loading) -> None:
    """Refuse a file that runs code when it is loaded, unless it is trusted.

    Raises
    ------
    TrustError
        When it is not trusted; the message says what to do.
    """
    if not loading.pickles:
        folder = next((parent for parent in (file, *file.parents) if (parent / "MLmodel").is_file()), file)
        raise TrustError(
            f"you have neither saved nor trusted {str(file)!r}, and loading a pickle runs whatever code it holds: if you "
            f"trust where it comes from, say so once with `nbtrack trust {shlex.quote(str(folder))}`, "
            "or load it with trust=True (--trust)"
        )


def read_pickle(file: Path, loading: Loading) -> Any:
    """Return the object in a trusted pickle.

    Raises
    ------
    TrustError, ModelError
        When it is not trusted, or cannot be read.
    """
    check_trust(file, loading)
    import cloudpickle

    try:
        with file.open("rb") as stream:
            return cloudpickle.load(stream)
    except FileNotFoundError:
        raise ModelError(f"the model's file {str(file)!r} is not there") from None
    except Exception as error:  # a pickle may raise anything
        raise ModelError(
            f"{str(file)!r} cannot be loaded here ({type(error).__name__}: {error}); "
            "compare requirements.txt beside it with what is installed"
        ) from error


def read_skops(file: Path, loading: Loading, known: Collection[str] = ()) -> Any:
    """Return the object in a skops file; only trusted types are created.

    Parameters
    ----------
    known
        Safe types in addition to those that skops knows.

    Raises
    ------
    TrustError, ModelError
        When it contains types that are not trusted, or skops is not installed.
    """
    try:
        from skops.io import get_untrusted_types, load
    except ImportError as error:
        raise ModelError(f"{str(file)!r} needs skops: python -m pip install skops") from error
    unknown = get_untrusted_types(file=file)
    refused = (
        []
        if loading.pickles
        else [name for name in unknown if name not in loading.types and name not in known]
    )
    if refused:
        raise TrustError(
            f"{str(file)!r} holds types that skops does not know to be safe: {', '.join(refused)}; "
            f"if you trust them, load it with trust={refused!r}, or with trust=True"
        )
    return load(file, trusted=unknown)
