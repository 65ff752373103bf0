"""What a project says of itself: its `MLproject` file, as MLflow reads it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["EntryPoint", "Parameter", "Project", "read"]

_RUNNERS = {".py": "python", ".sh": os.environ.get("SHELL", "bash")}
"""What runs a file that is given as an entry point."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an entry point; without a default it must be given."""

    name: str
    kind: str = "string"
    default: str | None = None


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A command of a project, with the parameters that its template names."""

    name: str
    command: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Project:
    """A folder that can be run.

    Attributes
    ----------
    python_env, conda_env
        The file that it names, one of the two.
    """

    folder: Path
    name: str | None = None
    entry_points: Mapping[str, EntryPoint] = field(default_factory=dict)
    python_env: Path | None = None
    conda_env: Path | None = None

    def entry_point(self, name: str) -> EntryPoint:
        """Return an entry point by its name, or for a script of the project.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        if name in self.entry_points:
            return self.entry_points[name]
        script = self.folder / name
        runner = _RUNNERS.get(script.suffix)
        if runner is not None and script.is_file():
            # Braces in a file's name are no parameters.
            quoted = shlex.quote(name).replace("{", "{{").replace("}", "}}")
            return EntryPoint(name, f"{runner} {quoted}")
        raise NotFoundError(f"the project has no entry point {name!r}; {self._instead(name)}")

    def _instead(self, name: str) -> str:
        if not self.entry_points:
            return "it has no MLproject with any: give a script of the project's, such as -e train.py"
        near = get_close_matches(name, self.entry_points, n=1)
        known = ", ".join(self.entry_points)
        return f"did you mean {near[0]!r}?" if near else f"it has {known}"


def read(folder: Path) -> Project:
    """Read the `MLproject` of a folder, in any letter case; without one the project is empty.

    Raises
    ------
    InvalidValueError
        For a file that is no `MLproject`, and for one that wants Docker.
    """
    file = next((one for one in sorted(folder.iterdir()) if one.name.lower() == "mlproject"), None)
    if file is None:
        return Project(folder)
    text = _parsed(file)
    if "docker_env" in text:
        raise InvalidValueError(
            "the project wants a Docker container (docker_env), and nbtrack starts none; "
            "run its commands with --env-manager local in a copy without docker_env"
        )
    points = _mapping(text.get("entry_points") or {}, "entry_points")
    return Project(
        folder,
        None if text.get("name") is None else str(text["name"]),
        {str(name): _entry_point(str(name), given) for name, given in points.items()},
        **_environment_file(folder, text),
    )


def _parsed(file: Path) -> Mapping[str, Any]:
    import yaml

    try:
        text = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidValueError(f"{file.name} is not YAML: {error}") from None
    return _mapping({} if text is None else text, file.name)


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidValueError(f"{what} of the project is {value!r}; give names with their values")
    return value


def _environment_file(folder: Path, text: Mapping[str, Any]) -> dict[str, Path]:
    named = [key for key in ("python_env", "conda_env") if text.get(key)]
    if len(named) > 1:
        raise InvalidValueError("MLproject has both python_env and conda_env; keep one of them")
    if not named:
        return {}
    file = folder / str(text[named[0]])
    if not file.is_file():
        raise InvalidValueError(
            f"MLproject names {named[0]} {text[named[0]]!r}, and the project has no such file"
        )
    return {named[0]: file}


def _entry_point(name: str, given: Any) -> EntryPoint:
    point = _mapping(given, f"entry point {name!r}")
    command = point.get("command")
    if not isinstance(command, str) or not command.strip():
        raise InvalidValueError(f"entry point {name!r} has no command; give one, such as 'python train.py'")
    parameters = _mapping(point.get("parameters") or {}, f"parameters of entry point {name!r}")
    return EntryPoint(name, command, {str(key): _parameter(str(key), one) for key, one in parameters.items()})


def _parameter(name: str, given: Any) -> Parameter:
    if isinstance(given, Mapping):
        default = given.get("default")
        return Parameter(
            name, str(given.get("type", "string")).lower(), None if default is None else str(default)
        )
    return Parameter(name, "string" if given is None else str(given).lower())
