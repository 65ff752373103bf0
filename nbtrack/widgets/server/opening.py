"""What a page asks for first: it is answered without what answers all the rest, which takes longer to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.errors import NbtrackError
from nbtrack.query import parse
from nbtrack.query.field_names import literal
from nbtrack.store.location import database_file, find_store, is_store
from nbtrack.widgets.panel.traits import leading, panel_traits
from nbtrack.widgets.server.bodies import body_of, refusal
from nbtrack.widgets.server.stores import stores

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.store import Store
    from nbtrack.widgets.panel.traits import Leading

__all__ = ["first_panel", "running"]


def first_panel(place: Path, *, only: Path | None = None) -> tuple[int, bytes]:
    """Return the HTTP status, and as JSON the traits that a panel begins with.

    It shows the store at or above a folder, or that of a notebook with the notebook's runs before all others; or the
    store in `only`. null if there is none. 409 says why a store cannot be read.
    """
    try:
        found = _store_of(place) if only is None else only
        if not is_store(found):
            return 200, b"null"
        with stores.using(str(found), database_file(found)) as store:
            return 200, body_of(panel_traits(store, leading=_of_notebook(store, place)))
    except NbtrackError as error:
        return 409, refusal(error)


def _store_of(place: Path) -> Path:
    return find_store(place if place.is_dir() else place.parent)


def _of_notebook(store: Store, place: Path) -> Leading | None:
    """Return the runs of a notebook, whose path they have as `nbtrack.notebook.identity` tells it."""
    if place.is_dir():
        return None
    home = store.path.parent
    path = place.relative_to(home).as_posix() if place.is_relative_to(home) else place.name
    named = literal(path)
    return None if named is None else leading(store, f"notebook = {named}")


def running(place: Path) -> tuple[int, bytes]:
    """Return the HTTP status, and as JSON how many runs of the store at or above a place are running.

    The newest of them is named. Where there is no store none is.
    """
    try:
        found = _store_of(place)
        if not is_store(found):
            return 200, body_of({"running": 0, "name": None})
        with stores.using(str(found), database_file(found)) as store:
            query = parse("status = 'RUNNING'")
            newest = store.find_runs(query, limit=1)
            count = store.count_runs(query) if newest else 0
            return 200, body_of({"running": count, "name": newest[0].name if newest else None})
    except NbtrackError as error:
        return 409, refusal(error)
