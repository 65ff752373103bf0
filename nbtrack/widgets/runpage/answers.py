"""What a run's page may ask of the kernel, and how it is done: of no widget, so that any can use it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbtrack.entities import Run
from nbtrack.entities.bounds import whole
from nbtrack.entities.mlflow import NAME_TAG, NOTE_TAG
from nbtrack.entities.preview import artifact_preview
from nbtrack.entities.tag_edits import edit_tags
from nbtrack.entities.times import utc
from nbtrack.errors import InvalidValueError, NotFoundError, StoreError
from nbtrack.fields import strict
from nbtrack.widgets.address import page_address
from nbtrack.widgets.runpage.download import Downloads, local_path
from nbtrack.widgets.runpage.packaging import packaged
from nbtrack.widgets.runpage.registry import register, registered_names, set_alias
from nbtrack.widgets.tagnames import OWN, check_tag_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbtrack.serving import Server
    from nbtrack.store import Store
    from nbtrack.widgets import wire

__all__ = ["RunAnswers", "edit"]

_ALIVE = ("starting", "ready")
MAX_NAMES = 1_000
_CURVE = {"metric", "x", "points", "within", "spacing"}


def edit(run: Run, changes: Mapping[str, Any]) -> None:
    """Change what a person says of a run.

    Parameters
    ----------
    run
        The run.
    changes
        `name`, `note`, `tags`: a mapping of tags to set, and to take away where the value is None.

    Raises
    ------
    InvalidValueError
        Naming each change that cannot be made; nothing is changed then.
    NotFoundError, StoreError
        When the run is gone, or its store may only be read.

    Examples
    --------
    >>> edit(run, {"name": "the best so far", "tags": {"team": "red", "draft": None}})  # doctest: +SKIP
    """
    tags: Mapping[str, str | None] = changes.get("tags", {})
    for name in tags:
        check_tag_name(name)
    wanted: list[tuple[str, str]] = [(name, value) for name, value in tags.items() if value is not None]
    wanted += [(NAME_TAG, changes["name"])] if "name" in changes else []
    wanted += [(NOTE_TAG, changes["note"])] if "note" in changes else []
    edit_tags(_Trial(), wanted)  # type: ignore[arg-type]
    writer = run.store.edit_run(run.id)
    held = run.tags
    for name in (name for name, value in tags.items() if value is None and name in held):
        writer.delete_tag(name)
    edit_tags(writer, wanted)
    run.store.flush()


class _Trial:
    """Takes what a run's writer takes, and keeps nothing."""

    def rename(self, name: str) -> None: ...

    def set_note(self, text: str) -> None: ...

    def set_tag(self, name: str, value: str) -> None: ...


class RunAnswers:
    """Answers what runs' pages ask, each request for the run that it names.

    A kind of request is answered by the method of its name.

    Parameters
    ----------
    store
        The store.
    show
        Has the page show another run.
    downloads
        Those under way; shared where a store is not open for as long as they take.
    """

    def __init__(
        self,
        store: Store,
        show: Callable[[Run], None] | None = None,
        downloads: Downloads | None = None,
    ) -> None:
        self._store = store
        self._show = show
        self._servers: dict[tuple[str, str], Server] = {}
        self._downloads = Downloads() if downloads is None else downloads

    def result(self, request: Any) -> dict[str, Any]:
        """Do what a request asks for, and return the result.

        Raises
        ------
        NbtrackError
            When it cannot be done, with a message for the page.
        """
        run = self.find(request["of"])
        answer: Callable[[Run, Any], dict[str, Any] | None] = getattr(self, request["kind"])
        return answer(run, request) or {}

    def find(self, run_id: str) -> Run:
        """Return the run with an id.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        record = self._store.run(run_id)
        return Run(self._store, record.id, record)

    def edit(self, run: Run, request: wire.Edit) -> None:
        """Change what a person says of the run."""
        edit(run, request["changes"])

    def preview(self, run: Run, request: wire.PreviewOf) -> dict[str, Any]:
        """Return what is in an artifact."""
        return artifact_preview(run, request["name"])

    def path(self, run: Run, request: wire.PathOf) -> dict[str, Any]:
        """Return where an artifact lies."""
        return {"path": whole(local_path(run, request["name"]))}

    def download(self, run: Run, request: wire.Download) -> dict[str, Any]:
        """Return a piece of an artifact."""
        return self._downloads.piece(run, request["name"], request["offset"], request["stamp"])

    def curve(self, run: Run, request: wire.Curve) -> dict[str, Any]:
        """Return a metric's curve."""
        return _curve(run, request["asked"])

    def since(self, run: Run, request: wire.Since) -> dict[str, Any]:
        """Return what the run changed."""
        from nbtrack.compare import since

        return dict(since(run.store, run.id, request["against"]))

    def register(self, run: Run, request: wire.Register) -> dict[str, Any]:
        """Make a model a new version of a name."""
        return register(run, request["model"], request["name"])

    def set_alias(self, run: Run, request: wire.SetAlias) -> None:
        """Have an alias stand for a version of a registered model."""
        set_alias(run, request["name"], request["version"], request["alias"])

    def delete_alias(self, run: Run, request: wire.DeleteAlias) -> None:
        """Take an alias of a registered model away."""
        run.store.models.delete_alias(request["name"], request["alias"])

    def open(self, _run: Run, request: wire.OpenOther) -> None:
        """Have the page show another run."""
        other = self.find(request["run"])
        if self._show is not None:
            self._show(other)

    def serve(self, run: Run, request: wire.ServeModel) -> None:
        """Start a model's server."""
        _check_serving(run)
        path = request["model"]
        server = self._servers.get((run.id, path))
        if server is None:
            self._servers[run.id, path] = _started(run, path)
        elif server.status not in _ALIVE:
            server.start()

    def stop(self, run: Run, request: wire.ServeModel) -> None:
        """Stop a model's server."""
        _check_serving(run)
        server = self._servers.get((run.id, request["model"]))
        if server is not None:
            server.stop()

    def delete(self, run: Run, _request: wire.Command) -> None:
        """Delete the run."""
        run.delete()

    def restore(self, run: Run, _request: wire.Command) -> None:
        """Restore the run."""
        run.restore()

    def refresh(self, _run: Run, _request: wire.Command) -> None:
        """Do nothing: the page looks at the run anew after each request that does not only read."""

    def script(self, run: Run, _request: wire.Script) -> dict[str, Any]:
        """Return the code as a whole."""
        source = run.source
        if source is None:
            raise NotFoundError("no code was kept of this run")
        return {"script": str(source)}

    def package(self, run: Run, request: wire.PackageRun) -> dict[str, Any]:
        """Make a project of the run."""
        return packaged(run, request["folder"])

    def export(self, run: Run, _request: wire.ExportOne) -> dict[str, Any]:
        """Return a file's name and its text: params and metrics as JSON."""
        return exported(run)

    def names(self, run: Run, _request: wire.NamesOf) -> dict[str, Any]:
        """Return the names of tags and of registered models that may be given."""
        tags = [whole(name) for name in run.store.names("tags") if not name.startswith((OWN, "mlflow."))]
        return {"tags": tags[:MAX_NAMES], "models": registered_names(run)}

    def servers(self, run: Run) -> dict[str, dict[str, str]]:
        """Return how the servers are that the page started of a run, by the models' folders."""
        return {
            path: {
                "state": server.status,
                "address": page_address(server.url),
                "error": (server.error or "")[:2_000] if server.status == "failed" else "",
            }
            for (run_id, path), server in list(self._servers.items())
            if run_id == run.id
        }

    @property
    def serving(self) -> bool:
        """Whether a server of the page's lives."""
        return any(server.status in _ALIVE for server in list(self._servers.values()))


def _check_serving(run: Run) -> None:
    """Refuse the page of a run that may only be read: who may change nothing starts no process, and ends none."""
    if run.store.read_only:
        raise StoreError(
            f"the store {str(run.store.path)!r} may only be read: from its pages no model is served; "
            "where you may run code, nbtrack.serve(run) does"
        )


def _curve(run: Run, asked: Mapping[str, Any]) -> dict[str, Any]:
    from nbtrack.compare import curves

    odd = asked.keys() - _CURVE
    if odd or not isinstance(asked.get("metric"), str):
        raise InvalidValueError(f"a curve has a metric, x, points, within and spacing; look at {sorted(odd)}")
    return dict(curves(run.store, [run.id], **asked))


def _started(run: Run, path: str) -> Server:
    from nbtrack import serving
    from nbtrack.tracking.model_uri import find_model

    folder, _ = find_model(run)
    if folder.name == path:
        # Of a run whose store need not be the one in use.
        server = serving.offer(run)
        server.start()
        return server
    return serving.serve(f"runs:/{run.id}/{path}")


def exported(run: Run) -> dict[str, Any]:
    """Return a file's name and its text: the run with its params and metrics as JSON."""
    record = run.record
    content = {
        "run_id": record.id,
        "name": record.name,
        "experiment": record.experiment,
        "status": record.status,
        "start_time": utc(record.start_time).isoformat(),
        "end_time": None if record.end_time is None else utc(record.end_time).isoformat(),
        "note": record.note,
        "tags": run.tags,
        "params": {name: strict(value) for name, value in run.params.items()},
        "metrics": {
            name: {
                "last": strict(summary.last),
                "first": strict(summary.first),
                "min": strict(summary.min),
                "max": strict(summary.max),
                "mean": strict(summary.mean),
                "count": summary.count,
            }
            for name, summary in run.store.metrics(run.key).items()
        },
    }
    return {
        "filename": f"run-{record.id[:8]}.json",
        "text": json.dumps(content, indent=2, ensure_ascii=False),
    }
