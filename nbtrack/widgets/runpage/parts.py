"""Parts of a run's document: its models, its data, its code, its environment."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from nbtrack.entities.bounds import cut, first, whole
from nbtrack.entities.text import size_text
from nbtrack.models.schema import Tensor
from nbtrack.tracking.uncommitted import PATCH
from nbtrack.widgets.runpage.registry import versions_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.entities import Run
    from nbtrack.entities.models import RunModel
    from nbtrack.models.schema import Column, Schema

__all__ = ["code_part", "data_part", "environment_part", "models_part"]

MAX_MODELS = 100
MAX_COLUMNS = 200
MAX_PACKAGES = 2_000
MAX_CELLS = 100
CODE = 100_000
"""Characters of a piece of code."""
_SHORT = 300
"""Characters of what stands in a line."""


def models_part(run: Run) -> dict[str, Any]:
    """Return the models that the run fitted or saved: first those that predict, last those that were not saved."""
    models = run.models[:MAX_MODELS]
    models.sort(key=lambda model: (model.folder is None, not model.predicts, model.path != "model"))
    return {"models": [_model(run, model) for model in models]}


def _model(run: Run, model: RunModel) -> dict[str, Any]:
    signature = model.signature
    params, params_left = first(model.params.items(), MAX_COLUMNS)
    return {
        "name": _line(model.name),
        "class": _line(model.estimator),
        "flavour": _line(model.flavour),
        "size": model.size,
        "uri": _line(model.uri),
        # Only what was saved can be served.
        "path": whole(model.path) if model.folder is not None else "",
        **(versions_of(run, model.path) if model.path else {"versions": [], "versions_left": 0}),
        "inputs": _columns(None if signature is None else signature.inputs),
        "outputs": _columns(None if signature is None else signature.outputs),
        "params": [[_line(name), _line(value)] for name, value in params],
        "params_left": params_left,
    }


def _columns(schema: Schema | None) -> list[dict[str, Any]]:
    columns = []
    parts: Sequence[Column | Tensor] = schema or ()
    for place, part in enumerate(parts[:MAX_COLUMNS], 1):
        kind = f"{part.dtype} {list(part.shape)}" if isinstance(part, Tensor) else str(part.type)
        name = str(place) if part.name is None else _line(part.name)
        columns.append({"name": name, "type": _line(kind)})
    left = len(parts) - len(columns)
    return [*columns, {"name": f"and {left:,} more", "type": ""}] if left else columns


def data_part(run: Run) -> dict[str, Any]:
    """Return what the run read."""
    shown, left = first(run.data.values(), MAX_CELLS)
    rows = []
    for record in shown:
        columns, more = first(record.dtypes.items(), MAX_COLUMNS)
        rows.append(
            {
                "name": _line(record.name),
                "kind": _line(record.kind),
                "shape": [int(size) for size in record.shape],
                "columns": [[_line(name), _line(dtype)] for name, dtype in columns],
                "columns_left": more,
                "fingerprint": _line(record.fingerprint),
                "sampled": record.sampled,
            }
        )
    return {"data": rows, "data_left": left}


def code_part(run: Run) -> dict[str, Any]:
    """Return the cell, the earlier cells that it depends on, and both as a script."""
    source = run.source
    if source is None:
        return {"code": None}
    earlier, left = first(source.earlier, MAX_CELLS)
    return {
        "code": {
            "cell": cut(source.cell, CODE),
            "earlier": [cut(cell, CODE // 5) for cell in earlier],
            "earlier_left": left,
            "script": cut(source, CODE),
            "stale": source.stale,
        }
    }


def environment_part(run: Run) -> dict[str, Any]:
    """Return the environment: what is worth a line each, and the packages."""
    environment, project = run.environment, run.store.document(run.key, "project") or {}
    if not environment and not project:
        return {"environment": None}
    packages = environment.get("packages")
    listed = sorted(packages.items()) if isinstance(packages, dict) else []
    shown, left = first(listed or _locked(project), MAX_PACKAGES)
    facts = _facts(environment) | _uncommitted(run) | _start(run.process) | _launched(project, run.outcome)
    return {
        "environment": {
            "facts": [[name, _line(text)] for name, text in facts.items() if text],
            "packages": [[_line(name), _line(version)] for name, version in shown],
            "packages_left": left,
        }
    }


def _facts(environment: Mapping[str, Any]) -> dict[str, str]:
    python, memory = environment.get("python"), environment.get("memory")
    if isinstance(python, dict):
        python = f"{python.get('implementation', '')} {python.get('version', '')}".strip()
    git = environment.get("git")
    git = git if isinstance(git, dict) else {}
    variables = environment.get("variables")
    gpus = environment.get("gpus")
    return {
        "Python": str(python or ""),
        "platform": str(environment.get("platform") or ""),
        "machine": str(environment.get("machine") or ""),
        "processors": str(environment.get("cpus") or ""),
        "memory": size_text(memory) if isinstance(memory, int) else "",
        "GPUs": ", ".join(map(str, gpus)) if isinstance(gpus, list) else "",
        "commit": f"{git.get('commit') or ''}{' with changes' if git.get('dirty') else ''}",
        "branch": str(git.get("branch") or ""),
        "remote": str(git.get("remote") or ""),
        **(
            {str(name): str(value) for name, value in variables.items()}
            if isinstance(variables, dict)
            else {}
        ),
    }


def _uncommitted(run: Run) -> dict[str, str]:
    """Return what was not committed, and how to bring it back."""
    found = run.store.document(run.key, "uncommitted") or {}
    left_out = found.get("left_out") or {}
    told = []
    if found.get("files"):
        patch = shlex.quote(str(run.artifacts.folder / PATCH))
        told.append(f"{size_text(found['bytes'])}, on that commit again by: git apply {patch}")
    if found.get("masked"):
        told.append("secrets in it are masked")
    if left_out:
        names = ", ".join(f"{name} ({size_text(size)})" if size else name for name, size in left_out.items())
        told.append(f"left out, as larger than {size_text(found['limit'])} or no text: {names}")
    if found.get("complete") is False:
        told.append("git took too long to tell them")
    return {"uncommitted changes": "; ".join(told), "untracked": ", ".join(found.get("untracked", ()))}


def _start(process: Mapping[str, Any]) -> dict[str, str]:
    """Return how the process was started; of a kernel's command nobody learns anything."""
    argv = process.get("argv")
    command = shlex.join(map(str, argv)) if isinstance(argv, list) else ""
    return {
        "interpreter": str(process.get("interpreter") or ""),
        "command": "" if "ipykernel_launcher" in command else command,
        "working folder": str(process.get("folder") or ""),
    }


def _launched(project: Mapping[str, Any], outcome: Mapping[str, Any]) -> dict[str, str]:
    """Return what `nbtrack run` started; nothing for another run."""
    if not project:
        return {}
    code = outcome.get("exit_code")
    return {
        "interpreter": str(project.get("interpreter") or ""),
        "command": str(project.get("command") or ""),
        "entry point": str(project.get("entry_point") or ""),
        "exit code": "" if code is None else str(code),
        "relaxed": ", ".join(map(str, project.get("relaxed") or ())),
    }


def _locked(project: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the packages of a project's environment."""
    lines = str(project.get("lock") or "").splitlines()
    pairs = (line.partition(";")[0].split("==") for line in lines if not line.startswith("#"))
    return [(pair[0].strip(), pair[1].strip()) for pair in pairs if len(pair) == 2]


def _line(value: Any) -> str:
    text = whole(value)
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}… ({len(text) - _SHORT:,} characters more)"
