"""The program uv (https://docs.astral.sh/uv), which builds environments: where it is, what it is told, and for which Python."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Interpreter",
    "environments_folder",
    "index_settings",
    "interpreters",
    "normalised",
    "program",
    "python_of",
    "variables",
    "version_of",
]

_OURS = frozenset({"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"})
"""What is said of this Python, and not of that of an environment."""
_PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "constraint": "UV_CONSTRAINT",
    "no-index": "UV_NO_INDEX",
}
_INDEX_VARIABLES = (*_PIP_TO_UV.values(), "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX_STRATEGY")


class Interpreter(NamedTuple):
    """A Python of this machine: its version, as far as its place tells it, and its program."""

    version: tuple[int, ...]
    program: Path


def program() -> str | None:
    """Return the path of uv: that beside this Python, else that on PATH, else what `UV` names; None where there is none."""
    places = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    return shutil.which("uv", path=os.pathsep.join(places)) or shutil.which(os.environ.get("UV", ""))


def environments_folder() -> Path:
    """Return the folder that holds the environments that are kept for the next time."""
    from platformdirs import user_cache_path

    return user_cache_path("nbtrack", appauthor=False) / "environments"


def python_of(folder: Path) -> Path:
    """Return the Python of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def version_of(folder: Path) -> str:
    """Return the version of an environment's Python, as it says it; empty where it says none."""
    try:
        text = (folder / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return ""
    match = re.search(r"^version(?:_info)? *= *(\S+)", text, re.MULTILINE)
    return match[1] if match else ""


def normalised(name: str) -> str:
    """Return the name of a distribution as indexes compare it.

    Examples
    --------
    >>> normalised("Scikit_Learn")
    'scikit-learn'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def variables() -> dict[str, str]:
    """Return the environment variables that uv is run with: pip's indexes, but for who has told uv its own."""
    return {n: v for n, v in os.environ.items() if n not in _OURS} | index_settings()


def index_settings() -> dict[str, str]:
    """Return the indexes that uv goes by, as its variables: its own settings, else those of pip."""
    own = {name: os.environ[name] for name in _INDEX_VARIABLES if os.environ.get(name)}
    if own or _has_index_of_its_own():
        return own
    found = {_PIP_TO_UV[name]: value for name, value in _pip_settings().items() if name in _PIP_TO_UV}
    if "UV_FIND_LINKS" in found:
        found["UV_FIND_LINKS"] = found["UV_FIND_LINKS"].replace(" ", ",")  # the one that uv splits at commas
    if "UV_INDEX" in found:
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # as pip chooses among several indexes
    return found


def _has_index_of_its_own() -> bool:
    """Return whether a uv.toml of the user's or the machine's names indexes."""
    home = Path(os.environ.get("APPDATA") or os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    for file in (home / "uv" / "uv.toml", Path("/etc/uv/uv.toml")):
        try:
            text = file.read_text(encoding="utf-8")
        except OSError:
            continue
        if re.search(
            r"^\s*(\[\[(pip\.)?index|((extra-)?index-url|find-links|no-index)\s*=)", text, re.MULTILINE
        ):
            return True
    return False


def _pip_settings() -> dict[str, str]:
    """Return what pip is set to: by files, the nearer after the farther, and by variables after both."""
    found: dict[str, str] = {}
    for file in _pip_files():
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue  # pip says so itself
        for section in ("global", "install"):
            if parser.has_section(section):
                found |= {
                    name.replace("_", "-"): " ".join(value.split()) for name, value in parser.items(section)
                }
    for name in _PIP_TO_UV:
        if value := os.environ.get(f"PIP_{name.replace('-', '_').upper()}"):
            found[name] = " ".join(value.split())
    if found.get("no-index", "").lower() in ("", "0", "false", "no", "off"):
        found.pop("no-index", None)
    return found


def _pip_files() -> Iterator[Path]:
    given = os.environ.get("PIP_CONFIG_FILE")
    if given == os.devnull:
        return
    name = "pip.ini" if os.name == "nt" else "pip.conf"
    home = Path.home()
    if os.name == "nt":
        yield Path(os.environ.get("PROGRAMDATA", "C:/ProgramData")) / "pip" / name
        yield home / "pip" / name
        yield Path(os.environ.get("APPDATA", home)) / "pip" / name
    else:
        wide = os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
        yield from (Path(folder) / "pip" / name for folder in wide.split(os.pathsep))
        if sys.platform == "darwin":
            yield Path("/Library/Application Support/pip") / name
        yield Path("/etc") / name
        yield home / ".pip" / name
        yield Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / name
        if sys.platform == "darwin":
            yield home / "Library/Application Support/pip" / name
    yield Path(sys.prefix) / name
    if given:
        yield Path(given)


def interpreters() -> list[Interpreter]:
    """Return the Pythons of this machine: this one first, then pyenv's, conda's, uv's own and those on PATH.

    None of them is started: pyenv's shims, which uv stops at, are looked through, and versions are read off names.
    """
    found = {Path(sys.executable): Interpreter(tuple(sys.version_info[:3]), Path(sys.executable))}
    for version, there in (*_versions_folders(), *_conda(), *_on_path()):
        if there.is_file():
            found.setdefault(there, Interpreter(tuple(map(int, version.split("."))), there))
    return list(found.values())


def _program_in(folder: Path) -> Path:
    return folder / ("python.exe" if os.name == "nt" else "bin/python")


def _versions_folders() -> Iterator[tuple[str, Path]]:
    """Yield the versions in pyenv's folder and in uv's, by the names of their folders."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    managed = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    for folder, form in ((pyenv, r"(\d+\.\d+\.\d+)$"), (managed, r"cpython-(\d+\.\d+\.\d+)-")):
        for place in sorted(folder.glob("*")):
            if (match := re.match(form, place.name)) is not None:
                yield match[1], _program_in(place)


def _conda() -> Iterator[tuple[str, Path]]:
    """Yield the Pythons of conda's environments, by the records of their packages."""
    home = Path.home()
    roots = [home / name for name in ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba")]
    roots += [
        Path("/opt/conda"),
        *(Path(os.environ[n]) for n in ("CONDA_PREFIX", "MAMBA_ROOT_PREFIX") if n in os.environ),
    ]
    if "CONDA_EXE" in os.environ:
        roots.append(Path(os.environ["CONDA_EXE"]).parents[1])
    for root in roots:
        for place in (root, *sorted(root.glob("envs/*"))):
            for record in place.glob("conda-meta/python-3*.json"):
                if (match := re.match(r"python-(\d+\.\d+\.\d+)-", record.name)) is not None:
                    yield match[1], _program_in(place)


def _on_path() -> Iterator[tuple[str, Path]]:
    for folder in map(Path, filter(None, os.environ.get("PATH", "").split(os.pathsep))):
        if folder.name != "shims":
            for there in sorted(folder.glob("python3.*")):
                if (match := re.fullmatch(r"python(3\.\d+)(\.exe)?", there.name)) is not None:
                    yield match[1], there
