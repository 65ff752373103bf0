"""A run as plain text: what `nbtrack show` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.entities.folds import folds_of
from nbtrack.entities.system_use import results, system_use
from nbtrack.entities.text import duration_text, one_line, pairs_text, size_text, time_text, value_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbtrack.entities.models import RunModel
    from nbtrack.entities.run import Run
    from nbtrack.records import DataRecord, MetricSummary

__all__ = ["description"]


def description(run: Run) -> str:
    """Return a run's content as text; of its code and artifacts only the size."""
    record, environment = run.record, run.environment
    folds = folds_of([run.tags])
    changed = (environment.get("git") or {}).get("dirty")
    facts = {
        "id": run.id,
        "experiment": one_line(record.experiment),
        "status": record.status,
        "deleted": "" if record.deleted is None else time_text(record.deleted),
        "started": time_text(record.start_time),
        "time": duration_text(run.duration),
        "notebook": one_line(record.notebook or ""),
        "commit": f"{record.git_commit or ''}{' with changes' if changed else ''}",
        "code": _code_text(run),
        "note": one_line(record.note),
    }
    parts = [one_line(record.name), pairs_text({name: text for name, text in facts.items() if text})]
    metrics = run.store.metrics(run.key)
    sections: dict[str, dict[str, str]] = {
        "params": {name: value_text(value) for name, value in run.params.items()},
        "metrics": {
            name: _folds_text(value) if name in folds else _summary_text(value)
            for name, value in results(metrics).items()
        },
        "system use": {name: _summary_text(value) for name, value in system_use(metrics).items()},
        "tags": {n: one_line(value) for n, value in run.tags.items() if not n.startswith("nbtrack.")},
        "data": {name: _data_text(data) for name, data in run.data.items()},
        "models": _models(run.models),
        "artifacts": {artifact.name: size_text(artifact.size) for artifact in run.artifacts.values()},
        "environment": _environment(environment),
    }
    parts += [f"{name}\n{pairs_text(pairs)}" for name, pairs in sections.items() if pairs]
    if run.traceback:
        parts.append("\n".join(map(one_line, run.traceback.rstrip().splitlines())))
    return "\n\n".join(parts)


def _code_text(run: Run) -> str:
    source = run.source
    if source is None:
        return ""
    return f"{len(str(source).splitlines()):,} lines (nbtrack show {run.id[:8]} --code)"


def _summary_text(summary: MetricSummary) -> str:
    last = value_text(summary.last)
    if summary.count == 1:
        return last
    return f"{last}  (min {value_text(summary.min)}, max {value_text(summary.max)}, {summary.count:,} points)"


def _folds_text(summary: MetricSummary) -> str:
    spread = f"min {value_text(summary.min)}, max {value_text(summary.max)}"
    return f"{value_text(summary.mean)}  (mean of {summary.count:,} folds, {spread})"


def _models(models: Iterable[RunModel]) -> dict[str, str]:
    """Return each model's class, with its folder and size if it was saved."""
    texts: dict[str, str] = {}
    for model in models:
        name = model.name if model.name not in texts else f"{model.name} ({model.path or len(texts) + 1})"
        saved = f"  ({one_line(model.path)}, {size_text(model.size)})" if model.path else ""
        texts[name] = f"{one_line(model.estimator)}{saved}"
    return texts


def _data_text(data: DataRecord) -> str:
    return one_line(f"{data.kind} {' x '.join(f'{n:,}' for n in data.shape)}".rstrip())


def _environment(environment: Mapping[str, Any]) -> dict[str, str]:
    """Return a summary of the environment."""
    python = environment.get("python", "")
    if isinstance(python, dict):
        python = f"{python.get('implementation', '')} {python.get('version', '')}".strip()
    texts = {
        "python": one_line(str(python)),
        "platform": one_line(str(environment.get("platform", ""))),
        "packages": str(len(environment.get("packages") or ()) or ""),
    }
    return {name: text for name, text in texts.items() if text}
