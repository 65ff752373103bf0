"""What a person says of many runs at once: their tags, and the name of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.fields import MISSING
from nbtrack.values import as_name, as_tag
from nbtrack.widgets.panel.reading import chosen
from nbtrack.widgets.tagnames import check_tag_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.store import Store

__all__ = ["rename", "tag"]


def tag(store: Store, ids: Sequence[str], name: str, value: str | None) -> dict[str, Any]:
    """Set a tag of all these runs, or take it away from them.

    Parameters
    ----------
    value
        None to take it away.

    Returns
    -------
    dict
        `count`: how many runs are another now; `before`: what these had, each `value` with the `ids` that had it.

    Raises
    ------
    InvalidValueError
        When it can be no tag; nothing is changed then.
    """
    name = as_name(name, "tag name")
    check_tag_name(name)
    if value is not None:
        value = as_tag(value, f"tag {name!r}")
    records = chosen(store, ids, ())
    before: dict[str | None, list[str]] = {}
    for record, column in zip(records, store.column(f"tags.{name}", records), strict=True):
        held = None if column is MISSING else column
        if held == value:
            continue
        before.setdefault(held, []).append(record.id)
        writer = store.edit_run(record.id)
        if value is None:
            writer.delete_tag(name)
        else:
            writer.set_tag(name, value)
    store.flush()
    return {
        "count": sum(map(len, before.values())),
        "before": [{"value": held, "ids": own} for held, own in before.items()],
    }


def rename(store: Store, ids: Sequence[str], name: str) -> dict[str, Any]:
    """Give a run another name; return the one that it had.

    Raises
    ------
    InvalidValueError
        When it can be no name, or not one run is meant.
    """
    if len(ids) != 1:
        raise InvalidValueError(f"a name is given to one run, not to {len(ids):,}; choose one")
    name = as_name(name, "run name")
    before = store.run(ids[0]).name
    store.edit_run(ids[0]).rename(name)
    store.flush()
    return {"before": before}
