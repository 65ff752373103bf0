"""The packages of a project: what its code imports, in the versions that the run had."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING

from nbtrack.installed import distributions_of
from nbtrack.projects.environment_spec import name_of
from nbtrack.uv import normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Packages", "packages_for"]

_OURS = frozenset({"nbtrack", "mlflow", "project_results"})
"""What runs a project has these."""
_READERS = {"parquet": "pyarrow", "feather": "pyarrow", "read_excel": "openpyxl", "read_hdf": "tables"}
"""What is imported only where it is used, by a word of the code."""

_LOCAL = re.compile(r"(^|@\s*|\+)file:|^[./~]|^[A-Za-z]:\\|^[^:]+\.(whl|tar\.gz|zip)$")
"""A requirement that is a file or folder, and no name of a package or address."""


@dataclass
class Packages:
    """The packages of a project.

    Attributes
    ----------
    wanted
        What its code imports and installs, each as a line of a requirements.txt.
    needed
        What these need, with the versions at hand.
    unknown
        The modules of which nobody knows the package.
    local
        The packages that were installed from a folder or file of this machine.
    """

    wanted: list[str] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    local: list[str] = field(default_factory=list)


def packages_for(
    modules: Iterable[str], installs: Iterable[str], code: str, recorded: Mapping[str, str]
) -> Packages:
    """Return the packages that code needs.

    Parameters
    ----------
    modules
        The top-level modules that it imports.
    installs
        The requirements that it installs itself, as with `%pip install`.
    code
        The code.
    recorded
        The versions that the run had, by names of distributions; for others those that are installed here.
    """
    versions = {normalised(name): version for name, version in recorded.items()}
    found = Packages()
    names: dict[str, str] = {}
    for module in sorted(set(modules) - sys.stdlib_module_names - _OURS):
        owners = [one.name for one in distributions_of(module)] or [
            one for one in (module, module.replace("_", "-")) if normalised(one) in versions
        ]
        if not owners:
            found.unknown.append(module)
        names |= {normalised(one): one for one in owners}
    names |= {name: name for word, name in _READERS.items() if word in code and _version(name, versions)}
    for line in installs:
        name = name_of(line)
        if _LOCAL.search(line):
            found.local.append(_base(line))
        elif name and _version(name, versions):
            names.setdefault(name, name)
        elif line not in found.wanted:
            found.wanted.append(line)
    found.wanted += [_pinned(name, versions) for name in sorted(names.values(), key=str.lower)]
    found.local += [name for name in sorted(names.values()) if _is_local(name)]
    needed = _closure(names) - names.keys()
    found.needed = [_pinned(name, versions) for name in sorted(needed)]
    return found


def _base(line: str) -> str:
    return name_of(line) if "@" in line else re.split(r"[\\/]", line.rstrip("/\\"))[-1]


def _is_local(name: str) -> bool:
    """Return whether a package was installed here from a folder or a file, by what pip and uv note of it (PEP 610)."""
    try:
        noted = metadata.distribution(name).read_text("direct_url.json") or "{}"
        return str(json.loads(noted).get("url", "")).startswith("file:")
    except (metadata.PackageNotFoundError, ValueError):
        return False


def _version(name: str, versions: Mapping[str, str]) -> str | None:
    known = versions.get(normalised(name))
    if known is not None:
        return known
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _pinned(name: str, versions: Mapping[str, str]) -> str:
    version = _version(name, versions)
    # A local build (`2.3.0+cpu`) is on no index.
    return f"{normalised(name)}=={version.partition('+')[0]}" if version else normalised(name)


def _closure(names: Iterable[str]) -> set[str]:
    """Return the installed distributions that others need, without their extras."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        try:
            lines = metadata.requires(waiting.pop()) or []
        except metadata.PackageNotFoundError:
            continue
        for line in lines:
            plain, _, marker = line.partition(";")
            name = normalised(re.split(r"[^\w.-]", plain.strip(), maxsplit=1)[0])
            if "extra" in marker or name in found or _version(name, {}) is None:
                continue
            found.add(name)
            waiting.append(name)
    return found
