"""Which of a name's literals is the one that is used: the last before the use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbtrack.capture.places.place import Place

__all__ = ["Flow"]


class _Standing:
    """A literal that a name may still have."""

    __slots__ = ("place", "read")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.read = False


class Flow:
    """Follows the names of one scope through its statements, in their order."""

    def __init__(self) -> None:
        self._standing: dict[str, list[_Standing]] = {}
        self._used: dict[str, list[Place]] = {}
        self._bound_later: set[str] = set()

    def read(self, names: Iterable[str]) -> None:
        """Note that names are read; with a dict all its entries are."""
        for name in names:
            for path, standing in self._standing.items():
                if path == name or path.startswith(f"{name}."):
                    for one in standing:
                        one.read = True

    def bind(self, path: str, places: Sequence[Place], *, certain: bool) -> None:
        """Note that a name, or an entry such as `config.lr`, is assigned, which may be one of these literals.

        Parameters
        ----------
        certain
            Whether it happens whenever the scope runs: else the name may keep what it had.
        """
        if certain:
            for known in [known for known in self._standing if known == path or known.startswith(f"{path}.")]:
                self._end(known)
        if not places:
            self._bound_later.add(path)
        for place in places:
            self._bound_later.discard(place.name)
            self._standing.setdefault(place.name, []).append(_Standing(place))

    def _end(self, path: str) -> None:
        read = [one.place for one in self._standing.pop(path) if one.read]
        self._used.setdefault(path, []).extend(read)

    def places(self) -> list[Place]:
        """Return the literals that are used, and those that names may have in the end though nothing reads them."""
        last = {
            path: [one.place for one in standing if not one.read] for path, standing in self._standing.items()
        }
        for path in list(self._standing):
            self._end(path)
        found = [place for places in self._used.values() for place in places]
        unread = [replace(place, read=False) for places in last.values() for place in places]
        return found + [place for place in unread if place.name not in self._bound_later]
