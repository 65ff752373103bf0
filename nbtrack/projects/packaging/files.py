"""The files that say what a project is: `MLproject`, its environment, its README."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.projects.packaging.earlier import Step
    from nbtrack.projects.packaging.parameters import Parameter
    from nbtrack.projects.packaging.requirements import Packages

__all__ = ["command_line", "environment_files", "mlproject", "readme"]


def _yaml(content: Mapping[str, Any]) -> str:
    import yaml

    return yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=1000)


def mlproject(name: str, points: Mapping[str, tuple[str, Sequence[Parameter]]]) -> str:
    """Return the text of an MLproject.

    Parameters
    ----------
    name
        The project's name.
    points
        By the names of the entry points: the script, and its parameters.
    """
    entries = {}
    for point, (script, parameters) in points.items():
        options = "".join(f" --{one.name}={{{one.name}}}" for one in parameters)
        entries[point] = {
            "parameters": {one.name: {"type": one.kind, "default": _default(one)} for one in parameters},
            "command": f"python {shlex.quote(script)}{options}",
        }
        if not parameters:
            del entries[point]["parameters"]
    return _yaml({"name": name, "python_env": "python_env.yaml", "entry_points": entries})


def _default(one: Parameter) -> Any:
    # No default would be a parameter that must be given, and only numbers and words have a form in YAML.
    plain = isinstance(one.default, bool | int | float | str)
    return one.default if plain else repr(one.default)


def environment_files(name: str, python: str, packages: Packages) -> dict[str, str]:
    """Return the files that say in which environment a project runs, by their names."""
    minor = ".".join(python.split(".")[:2])
    lines = packages.wanted + (["# what these need", *packages.needed] if packages.needed else [])
    # MLflow is there for `mlflow run`, whose runs it keeps; `nbtrack run` installs none.
    pip = ["-r requirements.txt", "mlflow"]
    return {
        "requirements.txt": "".join(f"{line}\n" for line in lines),
        "python_env.yaml": _yaml({"python": minor, "build_dependencies": ["pip"], "dependencies": pip}),
        "conda.yaml": _yaml(
            {
                "name": name,
                "channels": ["conda-forge"],
                "dependencies": [f"python={minor}", "pip", {"pip": pip}],
            }
        ),
    }


def _steps(script: str, steps: Sequence[Step]) -> list[str]:
    """Return what is said of the tracked cells of which a script does a part first."""
    if not steps:
        return []
    text = [
        f"## Steps of `{script}`",
        "",
        "What other tracked cells of the notebook have made is made again before the code begins; no run is kept of it.",
        "",
    ]
    for step in steps:
        whole = [f"all of it is run, for {step.whole}"] if step.whole else []
        text.append(f"- the tracked cell {step.cell}: {', '.join([*step.made, *whole])}")
    return [*text, ""]


def command_line(program: str, parameters: Sequence[Parameter]) -> str:
    """Return a command that gives a parameter its own value: the first number, for that is what one changes."""
    numbers = [one for one in parameters if isinstance(one.default, int | float)]
    options = [f"{one.name}={one.default}" for one in (numbers or parameters)[:1]]
    if program.startswith("python"):
        return " ".join([program, *(shlex.quote(f"--{option}") for option in options)])
    return " ".join([program, *(shlex.join(["-P", option]) for option in options)])


def readme(
    name: str,
    origins: Mapping[str, str],
    points: Mapping[str, tuple[str, Sequence[Parameter]]],
    steps: Mapping[str, Sequence[Step]],
    left_out: Sequence[str],
) -> str:
    """Return the text of a README: where the project comes from, how it is run, what is missing."""
    text = [f"# {name}", "", "An MLflow project, made by `nbtrack package`.", ""]
    text += [f"- `{point}` ({points[point][0]}): {origin}" for point, origin in origins.items()]
    text += ["", "## Run it", "", "```bash"]
    for point, (script, parameters) in points.items():
        entry = "" if point == "main" else f" -e {shlex.quote(point)}"
        text += [
            command_line(f"nbtrack run .{entry}", parameters),
            command_line(f"mlflow run .{entry}", parameters),
            command_line(f"python {shlex.quote(script)}", parameters),
        ]
    text += ["```", ""]
    text += [
        "`requirements.txt` has the packages in the versions that the run had; `nbtrack run` and `mlflow run` read it through",
        "`python_env.yaml`, and `uv run main.py` has `uv.lock`. Results are logged with MLflow where it is installed, with",
        "nbtrack under `nbtrack run`, and else printed. Files are read and written in this folder.",
        "",
    ]
    for point, (_, parameters) in points.items():
        if parameters:
            text += [
                f"## Parameters of `{point}`",
                "",
                "| parameter | type | default | in the run |",
                "|---|---|---|---|",
            ]
            text += [
                f"| `{one.name}` | {one.kind} | `{one.default!r}` | `{one.param}` |" for one in parameters
            ]
            text += [""]
    for point, several in steps.items():
        text += _steps(points[point][0], several)
    if left_out:
        text += ["## Left out", "", *(f"- {one}" for one in left_out), ""]
    return "\n".join(text)
