"""The artifacts of a run: list, read and safely write them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbtrack.entities.artifact_names import PART, name_parts
from nbtrack.entities.text import did_you_mean
from nbtrack.errors import InvalidValueError, NotFoundError, StoreError

__all__ = ["Artifact", "Artifacts", "artifact_target", "copy_file", "written_whole"]


class Artifact(os.PathLike[str]):
    """A file of a run; can be passed to `open` and to any function that takes a path.

    Examples
    --------
    >>> run.artifacts["report.txt"].read_text()  # doctest: +SKIP
    'all is well'
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path

    @property
    def size(self) -> int:
        """The file's size in bytes."""
        return self.path.stat().st_size

    def read_text(self, encoding: str = "utf-8") -> str:
        """Return the file's text."""
        return self.path.read_text(encoding=encoding)

    def read_bytes(self) -> bytes:
        """Return the file's bytes."""
        return self.path.read_bytes()

    def __fspath__(self) -> str:
        return str(self.path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Artifact) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    def __repr__(self) -> str:
        return f"<Artifact {self.name}>"


class Artifacts(Mapping[str, Artifact]):
    """The files of a run by name (`plots/loss.png`), sorted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, name: str) -> Artifact:
        with contextlib.suppress(InvalidValueError):
            path = artifact_target(self.folder, name)
            if path.is_file():
                return Artifact(path.relative_to(self.folder).as_posix(), path)
        raise NotFoundError(f"this run has no artifact {name!r}{did_you_mean(name, self)}")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in set(self)

    def __iter__(self) -> Iterator[str]:
        names = []
        for parent, _, files in os.walk(self.folder):
            within = Path(parent).relative_to(self.folder)
            names += [(within / file).as_posix() for file in files if not file.startswith(PART)]
        return iter(sorted(names))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<Artifacts {', '.join(self) or 'none'}>"


def artifact_target(folder: Path, name: Any) -> Path:
    """Return the path of an artifact of this name in the run's folder.

    Raises
    ------
    InvalidValueError
        For a name that is empty, absolute, or leads out of the folder; see `nbtrack.entities.artifact_names`.
    """
    parts = name_parts(name)
    target = folder.joinpath(*parts)
    # A link in the folder may lead out of it.
    if not target.resolve().is_relative_to(folder.resolve()):
        raise InvalidValueError(
            f"artifact name {str(name)!r} leads through a link out of the run's folder; choose another"
        )
    return target


@contextlib.contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Yield a path to write to, with the target's suffix; at the end the target appears complete, or not at all.

    Raises
    ------
    StoreError
        When it cannot be written.
    """
    part = target.with_name(f"{PART}{os.urandom(6).hex()}{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(target)
    except OSError as error:
        raise StoreError(f"{str(target)!r} could not be written ({error.strerror or error})") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file's content, so that the target is never incomplete."""
    if target.exists() and target.samefile(source):
        return
    import shutil

    with written_whole(target) as part:
        shutil.copyfile(source, part)
