"""What the panel's other views than the table are drawn from: documents about the chosen runs, or about all that it shows."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from nbtrack import compare
from nbtrack.compare.documents import DOCUMENTS
from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.store import Store
    from nbtrack.widgets.panel import queries

__all__ = ["document", "most_runs"]


def most_runs(name: str) -> int:
    """Return of how many runs at most a document is made where none are chosen.

    Raises
    ------
    InvalidValueError
        When there is no such document.
    """
    if name not in DOCUMENTS:
        raise InvalidValueError(f"{name!r} is no view; ask for one of {', '.join(DOCUMENTS)}")
    return DOCUMENTS[name]


def document(
    store: Store, selection: queries.Selection, ids: Sequence[str], name: str, options: dict[str, Any]
) -> dict[str, Any]:
    """Return a document, with how many runs it is about and how many there are.

    Parameters
    ----------
    selection
        The panel's query.
    ids
        The chosen runs; the first that the query finds if there are none.
    name
        One of `DOCUMENTS`, a function of `nbtrack.compare`.
    options
        What that function takes besides the runs.

    Raises
    ------
    InvalidValueError, NotFoundError
        When there is no such document, or it cannot be made of these runs.
    """
    most = most_runs(name)
    make = getattr(compare, name)
    total = len(ids)
    if not ids:
        total = store.count_runs(selection.query, **selection.scope)
        found = store.find_runs(selection.query, **selection.scope, limit=most)
        ids = [run.id for run in found]
    try:
        inspect.signature(make).bind(store, ids, **options)
    except TypeError as error:
        raise InvalidValueError(f"{name} is not asked for so: {error}") from None
    return {"document": make(store, ids, **options), "shown": len(ids), "total": total}
