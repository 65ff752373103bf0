"""Which installed distribution a module comes from, in which version, and which plug-ins are installed."""

from __future__ import annotations

import os
import re
import sys
import threading
from importlib import metadata
from pathlib import Path

__all__ = ["Distribution", "distributions_of", "entry_points_of", "imported_versions", "is_library"]

_NAME = re.compile(r"^Name:(.*)$", re.MULTILINE | re.IGNORECASE)
_VERSION = re.compile(r"^Version:(.*)$", re.MULTILINE | re.IGNORECASE)
_Metadata = frozenset[tuple[str, float]]
_MODULE_END = re.compile(r"(?:/__init__)?(?:\.py|(?:\.[\w-]+)*\.(?:so|pyd))$")


def imported_versions() -> dict[str, str]:
    """Return the version of each distribution with an imported module, by name."""
    with _installed.lock:
        return _installed.versions()


def distributions_of(module: str) -> list[Distribution]:
    """Return the distributions that a module may come from; for a namespace package, the imported ones.

    Takes about 50 ms the first time, and again after something was installed.

    Parameters
    ----------
    module
        Its dotted name, of which the first part counts.

    Examples
    --------
    >>> [found.name for found in distributions_of("pandas.core")]
    ['pandas']
    """
    with _installed.lock:
        _installed.refresh()
        return _installed.of(module.partition(".")[0])


def entry_points_of(group: str) -> list[metadata.EntryPoint]:
    """Return the entry points of a group, as `importlib.metadata.entry_points` does.

    `importlib.metadata` searches the path again and parses all groups, which takes longer than saving a model.
    """
    with _installed.lock:
        _installed.refresh()
        return [point for found in _installed.distributions for point in found.entry_points(group)]


def is_library(module: str) -> bool:
    """Return whether a module is Python's or of an installed library, and not the user's own: a notebook, a file beside it.

    Examples
    --------
    >>> is_library("json.decoder"), is_library("__main__")
    (True, False)
    """
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top == "__main__":
        return top != "__main__"
    found = sys.modules.get(top)
    folders = list(getattr(found, "__path__", ()))  # of a namespace package, which has no file
    where = getattr(found, "__file__", None) or next(iter(folders), "")
    return "site-packages" in where or "dist-packages" in where


class _Installed:
    """Which installed distribution each top-level module comes from.

    `importlib.metadata.packages_distributions` parses each distribution completely, which takes half a second
    for 150 distributions; this needs a fiftieth of that.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._count = -1
        self._versions: dict[str, str] = {}
        self.distributions: list[Distribution] = []
        self._path: list[tuple[str, float]] = []
        self._metadata: dict[str, tuple[float, _Metadata]] = {}
        self._found_in: list[tuple[str, _Metadata]] = []
        self._owners: dict[str, list[Distribution]] = {}
        self._found: dict[str, Distribution] = {}

    def versions(self) -> dict[str, str]:
        count = len(sys.modules)
        if count != self._count:
            self.refresh()
            found = {d.name: d.version for module in _imported() for d in self.of(module)}
            self._versions = dict(sorted(found.items(), key=lambda item: item[0].lower()))
            self._count = count
        return dict(self._versions)

    def refresh(self) -> None:
        # The empty entry is the working folder, which may have changed.
        path = [(str(Path(entry).absolute()), _modified(entry)) for entry in sys.path]
        if path == self._path:
            return
        self._path = path
        # Any new file changes a folder's time: only metadata of distributions matters.
        self._metadata = {
            entry: known
            if (known := self._metadata.get(entry)) is not None and known[0] == modified
            else (modified, _metadata_in(entry, modified))
            for entry, modified in path
        }
        found_in = [(entry, self._metadata[entry][1]) for entry, _ in path]
        if found_in != self._found_in:
            self._found_in = found_in
            self.distributions = _distributions()
            self._owners = _owners(self.distributions)

    def of(self, module: str) -> list[Distribution]:
        # Results are kept: a version that is installed later is not the imported one.
        if module in self._found:
            return [self._found[module]]
        owners = self._owners.get(module, [])
        if len(owners) != 1:
            return [d for d in owners if d.is_imported()]  # a namespace such as `google`
        self._found[module] = owners[0]
        return owners


class Distribution:
    """An installed distribution: its name, version and top-level modules."""

    __slots__ = ("_files", "_installed", "modules", "name", "version")

    def __init__(self, installed: metadata.Distribution) -> None:
        self._installed = installed
        self._files: frozenset[str] | None = None
        head = installed.read_text("METADATA") or installed.read_text("PKG-INFO") or ""
        name, version = _NAME.search(head), _VERSION.search(head)
        self.name = name[1].strip() if name else ""
        self.version = version[1].strip() if version else ""
        listed = installed.read_text("top_level.txt")
        self.modules = set(listed.split()) if listed else self._top_level()
        if not self.modules:
            # An editable install only lists a .pth file.
            self.modules = {re.sub(r"[-.]+", "_", self.name).lower()}

    def _top_level(self) -> set[str]:
        """Return the top-level modules in its list of files."""
        starts = {line.partition("/")[0] for line in (self._installed.read_text("RECORD") or "").splitlines()}
        # In a line without a folder, a hash and a size follow: six.py,sha256=...,34549
        files = {start.partition(",")[0] for start in starts if "," in start}
        return {s for s in starts if s.isidentifier()} | {
            _MODULE_END.sub("", f) for f in files if _MODULE_END.search(f)
        }

    def _modules(self) -> frozenset[str]:
        """Return the modules in its list of files, dotted."""
        if self._files is None:
            lines = (
                line.split(",", 1)[0] for line in (self._installed.read_text("RECORD") or "").splitlines()
            )
            self._files = frozenset(
                _MODULE_END.sub("", path).replace("/", ".")
                for path in lines
                if _MODULE_END.search(path) and not path.startswith((".", "/", "__"))
            )
        return self._files

    def entry_points(self, group: str) -> list[metadata.EntryPoint]:
        """Return its entry points of a group."""
        try:
            text = self._installed.read_text("entry_points.txt") or ""
        except (OSError, UnicodeDecodeError):  # a broken install
            return []
        # Only parsed completely if there are any.
        return [p for p in self._installed.entry_points if p.group == group] if f"[{group}]" in text else []

    def is_imported(self) -> bool:
        """Return whether one of its modules is imported."""
        return not self._modules().isdisjoint(sys.modules)


_installed = _Installed()


def _after_fork() -> None:
    # A thread of the parent may have held the lock.
    _installed.lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _imported() -> list[str]:
    """Return the imported top-level modules, except for the standard library's."""
    # An import on another thread cannot interrupt `list` of a dictionary.
    return [
        name
        for name in list(sys.modules)
        if "." not in name and name not in sys.stdlib_module_names and not name.startswith("_")
    ]


def _distributions() -> list[Distribution]:
    """Return the installed distributions; of two versions the one found first."""
    found: dict[str, Distribution] = {}
    for installed in metadata.distributions():
        try:
            distribution = Distribution(installed)
        except (OSError, UnicodeDecodeError):  # a broken install
            continue
        if distribution.name:
            found.setdefault(distribution.name, distribution)
    return list(found.values())


def _owners(distributions: list[Distribution]) -> dict[str, list[Distribution]]:
    """Return the distributions that contain each top-level module."""
    owners: dict[str, list[Distribution]] = {}
    for distribution in distributions:
        for module in distribution.modules:
            owners.setdefault(module, []).append(distribution)
    return owners


def _metadata_in(entry: str, modified: float) -> _Metadata:
    """Return the metadata folders in an entry of `sys.path`, each with its modification time."""
    try:
        with os.scandir(entry) as files:
            return frozenset(
                (file.name, file.stat().st_mtime)
                for file in files
                if file.name.lower().endswith((".dist-info", ".egg-info")) or file.name == "EGG-INFO"
            )
    except OSError:  # an archive, or nothing at all
        return frozenset({("", modified)})


def _modified(folder: str) -> float:
    try:
        return Path(folder).stat().st_mtime
    except OSError:  # entries of sys.path need not exist
        return 0.0
