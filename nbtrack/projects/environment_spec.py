"""What a project says of its environment: which Python and which packages, and where it says so."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.projects.conda import translated
from nbtrack.uv import normalised

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Spec", "hashes_of", "is_option", "is_pin", "name_of", "read_spec", "tidied"]

_BLOCK = re.compile(r"(?m)^# /// script\s*$\n(?P<content>(^#(| .*)$\n)+?)^# ///\s*$")
"""Inline script metadata, of PEP 723."""
_SKIPPED = frozenset({"pip", "setuptools", "wheel"})
_OPTION = re.compile(r"(-[a-zA-Z]|--[a-z-]+)(?:[ =]+|(?<=-[a-zA-Z]))(.+)")


@dataclass(frozen=True)
class Spec:
    """What is to be in an environment, and which file says so."""

    source: Path
    python: str | None = None
    """The Python as it is written: a version, or bounds such as `>=3.9,<3.12`."""
    requirements: list[str] = field(default_factory=list)
    """Lines of a requirements.txt, without comments, with the files that they name put in."""
    from_conda: frozenset[str] = frozenset()
    """The names of those packages that conda would have fetched, and that an index may not have."""
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    locked: bool = False
    """Whether it is a uv.lock, which says the versions of all packages."""


def read_spec(
    folder: Path, *, conda_env: Path | None, python_env: Path | None, script: Path | None
) -> Spec | None:
    """Return what a project says of its environment; None where it says nothing.

    What is given counts, then the script's own block, python_env.yaml, conda.yaml, uv.lock and requirements.txt.

    Raises
    ------
    NotFoundError
        When a file that is given is not there.
    InvalidValueError
        When the file cannot be understood.
    """
    for given, read in ((python_env, _python_env), (conda_env, _conda)):
        if given is not None:
            if not (folder / given).is_file():
                raise NotFoundError(f"the project's environment {str(given)!r} is not in {str(folder)!r}")
            return read(folder / given, folder)
    if script is not None and (found := _block(folder / script, folder)) is not None:
        return found
    if (folder / "python_env.yaml").is_file():
        return _python_env(folder / "python_env.yaml", folder)
    if (folder / "conda.yaml").is_file():
        return _conda(folder / "conda.yaml", folder)
    if (folder / "uv.lock").is_file() and (folder / "pyproject.toml").is_file():
        project = _toml(folder / "pyproject.toml").get("project", {})
        return Spec(folder / "uv.lock", project.get("requires-python"), locked=True)
    if (folder / "requirements.txt").is_file():
        return Spec(folder / "requirements.txt", None, _lines([f"-r {folder / 'requirements.txt'}"], folder))
    return None


def _yaml(file: Path) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 (3.10 stays text; makes no objects)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidValueError(f"{str(file)!r} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise InvalidValueError(f"{str(file)!r} has no keys such as 'dependencies:'")
    return found


def _list(found: dict[str, Any], key: str, file: Path) -> list[Any]:
    value = found.get(key) or []
    if not isinstance(value, list):
        raise InvalidValueError(f"{str(file)!r}: {key!r} is no list")
    return value


def _python_env(file: Path, folder: Path) -> Spec:
    found = _yaml(file)
    # What builds packages is not needed, for nothing is built.
    builders = [str(line) for line in _list(found, "build_dependencies", file)]
    lines = [line for line in builders if name_of(line) not in _SKIPPED]
    lines += [str(line) for line in _list(found, "dependencies", file)]
    return Spec(file, found.get("python") or None, _lines(lines, folder))


def _conda(file: Path, folder: Path) -> Spec:
    dependencies = _list(_yaml(file), "dependencies", file)
    found = translated(dependencies)
    names = frozenset(map(name_of, translated([d for d in dependencies if isinstance(d, str)]).requirements))
    return Spec(file, found.python, _lines(found.requirements, folder), names, found.left_out, found.notes)


def _block(script: Path, folder: Path) -> Spec | None:
    try:
        match = _BLOCK.search(script.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    if match is None:
        return None
    text = "\n".join(
        line[2:] if line.startswith("# ") else line[1:] for line in match["content"].splitlines()
    )
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidValueError(
            f"the block '# /// script' of {str(script)!r} cannot be read: {error}"
        ) from error
    return Spec(
        script, found.get("requires-python"), _lines(list(map(str, found.get("dependencies", []))), folder)
    )


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValueError(f"{str(file)!r} cannot be read: {error}") from error


def _lines(lines: list[str], folder: Path, within: tuple[Path, ...] = ()) -> list[str]:
    """Return lines of requirements without comments, with those of the files that they name, in their place."""
    found: list[str] = []
    for line in re.sub(r"\\\r?\n", " ", "\n".join(lines)).splitlines():
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        if text == "--require-hashes":
            continue  # hashes that are given are checked; what the project's own packages need has none
        option = _OPTION.fullmatch(text)
        if option is None or option[1] not in ("-r", "--requirement", "-c", "--constraint"):
            found += [text] if text else []
            continue
        there = folder / option[2].strip().strip("'\"")
        if option[1] in ("-c", "--constraint"):
            found.append(f"-c {there.resolve()}")
        elif there.resolve() not in within:
            found += _lines(_read(there).splitlines(), there.parent, (*within, there.resolve()))
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise NotFoundError(
            f"the requirements {str(file)!r} cannot be read: {os.strerror(error.errno or 0)}"
        ) from error


def name_of(line: str) -> str:
    """Return the normalised name of a requirement; nothing for an option, a path or an address."""
    match = re.match(r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?=$|[\[\s<>=!~;@(])", line)
    return normalised(match[1]) if match else ""


def hashes_of(lines: list[str]) -> dict[str, str]:
    """Return the hashes that requirements have, by name, as options of their lines.

    Examples
    --------
    >>> hashes_of(["six==1.16.0 --hash=sha256:1e61", "numpy"])
    {'six': '--hash=sha256:1e61'}
    """
    found = {name_of(line): " ".join(re.findall(r"--hash[= ]\S+", line)) for line in lines}
    return {name: hashes for name, hashes in found.items() if name and hashes}


def is_option(line: str) -> bool:
    """Return whether a line says where packages are looked for, and is not itself one of them."""
    return line.startswith("-") and re.match(r"-e\b|--editable\b", line) is None


def is_pin(line: str) -> bool:
    """Return whether a requirement asks for one version."""
    return bool(name_of(line)) and "==" in line.partition(";")[0]


def tidied(line: str) -> str:
    """Return a requirement as all that mean the same are written, for comparison.

    Examples
    --------
    >>> tidied("Scikit_Learn < 2, >= 1.4"), tidied("six ; python_version < '4'")
    ('scikit-learn<2,>=1.4', "six; python_version < '4'")
    """
    name = name_of(line)
    if not name or "@" in line:
        return line
    plain, _, marker = line.partition(";")
    rest = re.sub(r"\s+", "", plain[re.match(r"[\w.-]+", plain).end() :])  # type: ignore[union-attr]
    extras = re.match(r"\[[^\]]*\]", rest)
    extra = extras[0].lower() if extras else ""
    clauses = sorted(filter(None, rest[len(extra) :].strip("()").split(",")))
    marker = re.sub(r"\s+", " ", marker).strip().replace('"', "'")
    return f"{name}{extra}{','.join(clauses)}" + (f"; {marker}" if marker else "")
