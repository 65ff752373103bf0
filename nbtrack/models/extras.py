"""What is saved with a model: files that it reads, modules that it imports, its settings."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nbtrack.errors import InvalidValueError, NotFoundError

__all__ = ["import_from", "keep_artifacts", "keep_code", "settings_of"]

_CODE = "code"
_ARTIFACTS = "artifacts"


def keep_artifacts(artifacts: Mapping[str, Any], folder: Path) -> dict[str, dict[str, str]]:
    """Copy files and folders to a model's folder, and return their entries in MLflow's `python_function`.

    Raises
    ------
    NotFoundError
        When one does not exist.
    InvalidValueError
        When it is on another machine.
    """
    entries: dict[str, dict[str, str]] = {}
    for name, address in artifacts.items():
        source = _local(address, f"the artifact {name!r}")
        target = folder / _ARTIFACTS / source.name
        if target.exists():  # another file of the same name
            target = folder / _ARTIFACTS / f"{len(entries)}" / source.name
        _copy(source, target)
        entries[name] = {"path": target.relative_to(folder).as_posix(), "uri": str(address)}
    return entries


def keep_code(paths: Iterable[Any], folder: Path) -> str:
    """Copy modules and packages to a model's folder; return the name of the folder to import them from.

    Raises
    ------
    NotFoundError
        When one does not exist.
    """
    for path in paths:
        source = _local(path, "the code")
        _copy(source, folder / _CODE / source.name)
    return _CODE


def settings_of(model_config: Any) -> dict[str, Any]:
    """Return a model's settings, which may be in a YAML file.

    Raises
    ------
    InvalidValueError
        When they are not a mapping.
    """
    config = model_config
    if isinstance(model_config, str | os.PathLike):
        import yaml

        config = yaml.safe_load(_local(model_config, "model_config").read_text(encoding="utf-8"))
    if not isinstance(config, Mapping):
        raise InvalidValueError(
            f"model_config is a {type(config).__name__}; give a dict, or the path of a YAML file"
        )
    return dict(config)


def import_from(code: Path) -> None:
    """Import modules from a model's folder first; modules of the same name from another model are dropped."""
    if not code.is_dir():
        return
    sys.path[:] = [str(code), *(entry for entry in sys.path if entry != str(code))]
    importlib.invalidate_caches()
    own = {
        entry.stem for entry in code.iterdir() if entry.suffix == ".py" or (entry / "__init__.py").is_file()
    }
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        top = name.partition(".")[0]
        if top in own and file and _of_a_model(Path(file), name) and not Path(file).is_relative_to(code):
            del sys.modules[name]


def _of_a_model(file: Path, module: str) -> bool:
    """Return whether a module was imported from a model's folder."""
    depth = module.count(".") + (2 if file.name == "__init__.py" else 1)
    return len(file.parents) > depth and (file.parents[depth] / "MLmodel").is_file()


def _local(address: Any, what: str) -> Path:
    text = os.fspath(address)
    if text.startswith("file:"):
        from urllib.request import url2pathname  # slow to import

        text = url2pathname(urlsplit(text).path)
    elif "://" in text or text.startswith(("runs:/", "models:/")):
        raise InvalidValueError(f"{what} is at {text!r}; give a file or a folder of this machine")
    path = Path(text).expanduser()
    if not path.exists():
        raise NotFoundError(f"{what} is not there: {text!r}")
    return path.resolve()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)
