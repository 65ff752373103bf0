"""What a run's page may ask of the kernel, and how it is done: of no widget, so that any can use it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbtrack.entities import Run
from nbtrack.entities.bounds import number, whole
from nbtrack.entities.mlflow import NAME_TAG, NOTE_TAG
from nbtrack.entities.preview import artifact_preview
from nbtrack.entities.run import edit_tags
from nbtrack.entities.times import utc
from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.widgets.address import page_address
from nbtrack.widgets.runpage.download import Downloads, local_path
from nbtrack.widgets.runpage.registry import register, registered_names, set_alias
from nbtrack.widgets.tagnames import OWN, check_tag_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.serving import Server
    from nbtrack.widgets.runpage.messages import Open, Request

__all__ = ["ASKING", "RunDesk", "edit"]

_ALIVE = ("starting", "ready")
_MOST_NAMES = 1_000
_CURVE = {"metric", "x", "points", "within", "spacing"}
ASKING = frozenset({"preview", "path", "download", "curve", "script", "export", "names"})
"""Requests that change nothing."""


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


class RunDesk:
    """Answers the requests of one page, each of the run that the page shows: a request of another is refused.

    Parameters
    ----------
    run
        The run that the page shows at first; set another when the page shows it.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._servers: dict[tuple[str, str], Server] = {}
        self._downloads = Downloads()

    def answer(self, request: Request) -> dict[str, Any]:
        """Do what is asked, but to `open` another run; return the result.

        Raises
        ------
        NbtrackError
            When it cannot be done, or the page shows another run by now, with a message for the page.
        """
        run = self._meant(request)
        if request["kind"] in ASKING:
            return self._told(run, request)
        if request["kind"] == "register":
            return register(run, request["model"], request["name"])
        if request["kind"] == "set_alias":
            set_alias(run, request["name"], request["version"], request["alias"])
        elif request["kind"] == "delete_alias":
            run.store.models.delete_alias(request["name"], request["alias"])
        elif request["kind"] == "edit":
            edit(run, request["changes"])
        elif request["kind"] == "serve" or request["kind"] == "stop":
            self._serve(run, request["model"], start=request["kind"] == "serve")
        elif request["kind"] == "delete":
            run.delete()
        elif request["kind"] == "restore":
            run.restore()
        return {}

    def opened(self, request: Open) -> Run:
        """Return the run that is to be opened; `run` stays what it is until that can be shown.

        Raises
        ------
        NbtrackError
            When there is none, or the page shows another run by now.
        """
        store = self._meant(request).store
        record = store.run(request["run"])
        return Run(store, record.id, record)

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

    def _meant(self, request: Request) -> Run:
        # Taken once: what is done is done to this run, whichever is opened meanwhile.
        run = self.run
        if run.id != request["of"]:
            raise InvalidValueError("the page shows another run by now; look again")
        return run

    def _told(self, run: Run, request: Request) -> dict[str, Any]:
        if request["kind"] == "preview":
            return artifact_preview(run, request["name"])
        if request["kind"] == "path":
            return {"path": whole(local_path(run, request["name"]))}
        if request["kind"] == "download":
            return self._downloads.piece(run, request["name"], request["offset"], request["stamp"])
        if request["kind"] == "curve":
            return _curve(run, request["asked"])
        if request["kind"] == "script":
            return {"script": _script(run)}
        return exported(run) if request["kind"] == "export" else _names(run)

    def _serve(self, run: Run, path: str, *, start: bool) -> None:
        server = self._servers.get((run.id, path))
        if not start:
            if server is not None:
                server.stop()
        elif server is None:
            self._servers[run.id, path] = _started(run, path)
        elif server.status not in _ALIVE:
            server.start()


def _names(run: Run) -> dict[str, Any]:
    tags = [whole(name) for name in run.store.names("tags") if not name.startswith((OWN, "mlflow."))]
    return {"tags": tags[:_MOST_NAMES], "models": registered_names(run)}


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


def _script(run: Run) -> str:
    source = run.source
    if source is None:
        raise NotFoundError("no code was kept of this run")
    return str(source)


def exported(run: Run) -> dict[str, Any]:
    """Return a file's name and its text: the run with its params and metrics as JSON."""
    record = run.record
    told = {
        "run_id": record.id,
        "name": record.name,
        "experiment": record.experiment,
        "status": record.status,
        "start_time": utc(record.start_time).isoformat(),
        "end_time": None if record.end_time is None else utc(record.end_time).isoformat(),
        "note": record.note,
        "tags": run.tags,
        "params": {n: number(v) if isinstance(v, float) else v for n, v in run.params.items()},
        "metrics": {
            name: {
                "last": number(summary.last),
                "first": number(summary.first),
                "min": number(summary.min),
                "max": number(summary.max),
                "mean": number(summary.mean),
                "count": summary.count,
            }
            for name, summary in run.store.metrics(run.key).items()
        },
    }
    return {"filename": f"run-{record.id[:8]}.json", "text": json.dumps(told, indent=2, ensure_ascii=False)}
