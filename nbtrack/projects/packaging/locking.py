"""The `uv.lock` of a project, which uv makes where it can be had: for `uv run`, and for who reads it."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

from nbtrack import uv
from nbtrack.projects.environment_spec import name_of
from nbtrack.projects.git import masked
from nbtrack.projects.python_choice import choose_python

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.projects.packaging.requirements import Packages

__all__ = ["lock", "portable", "pyproject"]

_PATIENCE = 60.0
"""Seconds that uv may take."""
_PYPI, _FILES = "https://pypi.org/simple", "https://files.pythonhosted.org"
_PUBLIC = ("--no-config", "--default-index", _PYPI)
_REGISTRY = re.compile(r'registry = "[^"]*"')
_FILE = re.compile(r'url = "[^"]*(/packages/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{60}/[^"/]+)"')
"""Where PyPI has a file, and its mirrors: by its hash."""
_OF_THIS_MACHINE = re.compile(r'\b(path|directory|editable) = "|"(git\+)?file:')


def pyproject(name: str, python: str, packages: Packages) -> str:
    """Return the text of the `pyproject.toml` that a lock belongs to."""
    minor = ".".join(python.split(".")[:2])
    # `mlflow run` takes the lock in the place of python_env.yaml, and its runs are kept by MLflow.
    lines = [*(line for line in packages.wanted if name_of(line)), "mlflow"]
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "project"
    # JSON's lists and texts are TOML's.
    return (
        f'[project]\nname = {json.dumps(plain)}\nversion = "0"\nrequires-python = "=={minor}.*"\n'
        f"dependencies = {json.dumps(lines, indent=2)}\n\n"
        f"[tool.uv]\npackage = false\nconstraint-dependencies = {json.dumps(packages.needed, indent=2)}\n"
    )


def lock(folder: Path, python: str) -> str:
    """Have uv lock a project, and return why it cannot; an empty text where it has.

    A lock holds the addresses of the packages' files. It stays only if they are PyPI's: those of an index of one's own are
    nobody else's business, and of no use to anybody else.
    """
    program = uv.program()
    if program is None:
        return "uv is not installed"
    choice = choose_python(".".join(python.split(".")[:2]))
    if choice.program is None:
        return f"Python {choice.wanted} is not on this machine"
    command = [program, "lock", "--quiet", "--color", "never", "--python", str(choice.program)]
    settings = uv.variables()
    public = {name: value for name, value in settings.items() if name not in uv.index_settings()}
    said = ""
    tries: list[tuple[list[str], dict[str, str]]] = [([], settings), (["--offline"], settings)]
    tries += [([*_PUBLIC, *options], public) for options in ([], ["--offline"])]
    # Where there is no network, what was downloaded before may do.
    for options, variables in tries:
        why = _locked(folder, [*command, *options], variables)
        if not why:
            text = portable((folder / "uv.lock").read_text(encoding="utf-8"))
            if text is not None:
                (folder / "uv.lock").write_text(text, encoding="utf-8", newline="\n")
                return ""
            (folder / "uv.lock").unlink()
            why = "it would hold addresses of an index that is not PyPI"
        said = said or why
    return said


def _locked(folder: Path, command: list[str], variables: dict[str, str]) -> str:
    """Run uv, and return why it fails."""
    try:
        done = subprocess.run(  # noqa: S603 (a list, no shell)
            command, cwd=folder, env={"UV_PYTHON_DOWNLOADS": "never"} | variables, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PATIENCE,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"uv has not answered within {_PATIENCE:.0f} s"
    return " ".join(masked(done.stderr).split())[-300:] or "uv fails" if done.returncode else ""


def portable(text: str) -> str | None:
    """Return a lock with PyPI's addresses in the place of those of a mirror of it; None where that cannot be.

    Examples
    --------
    >>> print(portable('''[[package]]
    ... source = { registry = "https://mirror.example/simple" }
    ... wheels = [{ url = "https://mirror.example/packages/6c/4c/%s/a-1-py3-none-any.whl" }]''' % ("ab" * 30)))
    [[package]]
    source = { registry = "https://pypi.org/simple" }
    wheels = [{ url = "https://files.pythonhosted.org/packages/6c/4c/abababababababababababababababababababababababababababababab/a-1-py3-none-any.whl" }]
    """
    head, *packages = text.split("[[package]]")
    made = [head]
    for package in packages:
        if _OF_THIS_MACHINE.search(package):
            return None
        if _REGISTRY.search(package) is None:  # of git, or of an address that the code names
            made.append(package)
            continue
        public = _FILE.sub(rf'url = "{_FILES}\1"', _REGISTRY.sub(f'registry = "{_PYPI}"', package))
        if not all(one.startswith(f"{_FILES}/") for one in re.findall(r'\burl = "([^"]*)"', public)):
            return None
        made.append(public)
    return "[[package]]".join(made)
