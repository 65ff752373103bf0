"""Runs as one file: the panel's front end with all that it would ask for, so that it needs no kernel and no network."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any

import orjson

from nbtrack import compare
from nbtrack.compare.documents import DOCUMENTS
from nbtrack.entities import Run, Runs
from nbtrack.entities.html import runs_html
from nbtrack.entities.preview import artifact_preview
from nbtrack.entities.text import one_line
from nbtrack.errors import InvalidValueError, NbtrackError
from nbtrack.version import __version__
from nbtrack.widgets.bundle import build, bundled
from nbtrack.widgets.panel import queries
from nbtrack.widgets.panel.first_columns import first_columns
from nbtrack.widgets.panel.heads import ATTRIBUTES
from nbtrack.widgets.panel.views import most_runs
from nbtrack.widgets.runpage.traits import run_traits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbtrack.compare.defaults import Defaults
    from nbtrack.records import RunRecord
    from nbtrack.store import Store

__all__ = ["report_html", "title_of"]

MAX_RUNS = 1_000
MAX_PAGES = 200
"""Runs whose pages are in the file: the first."""
MAX_BYTES = 30_000_000
"""What is asked for last is left out of a report that would be larger."""
MAX_COLUMNS = 300
_MAX_HISTORIES = 60
_MAX_METRICS = 12
_MAX_FORESTS = 4
_MAX_GROUPINGS = 8
_MAX_FIGURES = 6
_POINTS = 300
_ALL: dict[str, Any] = {"filter": "", "order_by": [], "experiments": None}

_TELLING = {
    "curves": ("metric", "x"),
    "grouped": ("by",),
    "box": ("field", "by"),
    "importance": ("metric",),
    "pictures": ("name",),
}
"""What tells documents of one kind apart, as in `labextension/src/page/embedded.ts`."""

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
"""Nothing is loaded, whatever a store holds."""


def title_of(written: str) -> str:
    """Return the title of a report on the runs that a filter finds.

    Examples
    --------
    >>> title_of("metrics.rmse < 0.8")
    'Runs with metrics.rmse < 0.8'
    """
    return f"Runs with {one_line(written.strip(), 200)}" if written.strip() else "Runs"


def report_html(
    store: Store, records: Sequence[RunRecord], title: str, columns: Sequence[str] | None = None
) -> str:
    """Return the file's text.

    Parameters
    ----------
    columns
        Those that the table shows at first; those that tell most without it.

    Raises
    ------
    InvalidValueError
        When there are no runs, or too many.
    """
    if not records:
        raise InvalidValueError("there is no run to report on; give a filter that finds some")
    if len(records) > MAX_RUNS:
        raise InvalidValueError(
            f"{len(records):,} runs are too many for one file; give a filter or a limit of at most {MAX_RUNS:,}"
        )
    held = _Content(store, records).embedded(columns)
    held |= {"title": title, "made": time.time(), "version": __version__}
    # Inside a script nothing may look like its end.
    data = orjson.dumps(held, option=orjson.OPT_SERIALIZE_NUMPY).decode().replace("<", "\\u003c")
    script = re.sub(r"<(?=/script|!--)", r"\\x3c", bundled("page.js"), flags=re.IGNORECASE)
    # Where no script runs, and on paper: all rows.
    table = runs_html(Runs.of(store, records), len(records))
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{bundled("page.css")}</style>
<section class="nbtrack-report-paper"><h1>{escape(title)}</h1>{table}</section>
<noscript>{table}</noscript>
<main id="nbtrack"></main>
<script type="application/json" id="nbtrack-report">{data}</script>
<script type="module">{script}</script>
"""


class _Content:
    """What the front end would ask of a store about some runs.

    Parameters
    ----------
    store
        The store.
    records
        The runs, in their order.
    """

    def __init__(self, store: Store, records: Sequence[RunRecord]) -> None:
        self._store, self._records = store, records
        self._ids = [one.id for one in records]
        self._query = {**_ALL, "deleted": all(one.deleted is not None for one in records)}
        self._room = MAX_BYTES

    def embedded(self, columns: Sequence[str] | None) -> dict[str, Any]:
        """Return all of it, by the names that `labextension/src/page/report.ts` has."""
        query: Any = self._query
        selection = queries.Selection.of(self._store, query, self._ids)
        told = first_columns(self._store, selection) if columns is None else list(columns)
        fields = {
            name: queries.fields(self._store, selection, self._ids, most, told)
            for name, most in DOCUMENTS.items()
        }
        used = [one["name"] for one in fields["parallel"]["fields"] if one["count"]]
        every = list(dict.fromkeys([*told, *ATTRIBUTES, *used]))[:MAX_COLUMNS]
        table = queries.those(self._store, selection, self._ids, every)
        traits = {
            **query, "columns": told, "_first": {**query, **table}, "_read_only": True, "_build": build(),
        }  # fmt: skip
        documents = dict(self._documents(fields["parallel"]["defaults"], every))
        return {
            "query": query,
            "traits": traits,
            "table": table,
            "names": {**queries.names(self._store), "columns": every, "read_only": True},
            "scales": list(self._scales(selection, every)),
            "differing": queries.differing(self._store, selection, every)["columns"],
            "fields": fields,
            "documents": documents,
            "views": {"script": bundled("views.js"), "style": bundled("views.css")},
            **self._pages(),
        }

    def _fits(self, part: Any) -> bool:
        """Return whether there is room for a part of the file, and take it."""
        self._room -= len(orjson.dumps(part))
        return self._room >= 0

    def _scales(self, selection: queries.Selection, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        for column in columns:
            # A name that no filter can write has no scale, in the panel neither.
            with suppress(NbtrackError):
                yield from queries.scales(self._store, selection, [column])["scales"]

    def _documents(self, defaults: Defaults, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, asked in self._asked(defaults, columns):
            ids = self._ids[: most_runs(name)]
            try:
                document = getattr(compare, name)(self._store, ids, **asked)
            except NbtrackError:
                # A chart that cannot be drawn of these runs is not in the file; the panel says as much.
                continue
            about = {"document": document, "shown": len(ids), "total": len(self._ids)}
            if self._fits(about):
                yield _key(name, asked), about

    def _asked(self, defaults: Defaults, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what the views ask for, what is seen first before the rest."""
        there = set(columns)
        metrics = [name for name in defaults["metrics"] if f"metrics.{name}" in there]
        metrics = list(dict.fromkeys([*filter(None, [defaults["metric"]]), *metrics]))
        groupings = defaults["varied"][:_MAX_GROUPINGS]
        grouping = defaults["repeated"] or next(iter(groupings), None)
        drawable = [*defaults["params"], *(f"metrics.{name}" for name in metrics), "duration", "start_time"]
        yield "side_by_side", {}
        yield "parallel", {"fields": [name for name in drawable if name in there]}
        for metric in _first(defaults["curve"], defaults["histories"])[:_MAX_HISTORIES]:
            for x in ("step", "relative"):
                yield "curves", {"metric": metric, "x": x, "points": _POINTS}
        for names in (None, *([name] for name in groupings)):
            yield "grouped", {"by": names, "metrics": metrics[:_MAX_METRICS]}
        # A forest is grown for each.
        yield from (("importance", {"metric": metric}) for metric in metrics[:_MAX_FORESTS])
        for metric in metrics[:_MAX_METRICS]:
            yield "box", {"field": f"metrics.{metric}", "by": grouping}
        for by in (None, *groupings):
            yield from (("box", {"field": f"metrics.{metric}", "by": by}) for metric in metrics[:1])
        yield "artifacts", {}
        found = compare.artifacts(self._store, self._ids[: most_runs("artifacts")])
        yield from (("pictures", {"name": row["name"]}) for row in found["rows"] if row["picture"])

    def _pages(self) -> dict[str, Any]:
        """Return the runs' pages, what each changed, and the figures on them."""
        pages: dict[str, Any] = {}
        changed: dict[str, Any] = {}
        previews: dict[str, Any] = {}
        for record in self._records[:MAX_PAGES]:
            run = Run(self._store, record.id, record)
            page = {**run_traits(run, {}), "read_only": True}
            if not self._fits(page):
                break
            pages[run.id] = page
            for against in ("before", "best"):
                document = compare.since(self._store, run.id, against)
                if self._fits(document):
                    changed[f"{run.id} {against}"] = document
            for name in page["page"]["figures"][:_MAX_FIGURES]:
                shown = artifact_preview(run, name)
                if self._fits(shown):
                    previews[f"{run.id} {name}"] = shown
        return {"runs": pages, "since": changed, "previews": previews}


def _first(one: str | None, others: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*([one] if one in others and one is not None else []), *others]))


def _key(name: str, asked: dict[str, Any]) -> str:
    told = [orjson.dumps(asked.get(part)).decode() for part in _TELLING.get(name, ())]
    return " ".join([name, *told])
