"""What may follow in a filter at the caret: fields, values, words."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, TypedDict

from nbtrack.errors import FilterError
from nbtrack.fields import MISSING, identity
from nbtrack.query import Query, parse, parse_order
from nbtrack.query.field_names import ATTRIBUTES, SUMMARIES, literal, written
from nbtrack.query.operators import OPERATORS
from nbtrack.query.tree import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbtrack.store import Store

__all__ = ["Option", "complete"]

MAX_OPTIONS = 60
"""Options in one answer; nobody reads more."""
SAMPLE = 3_000
"""Runs in which values are looked for: the newest that hold what was typed so far."""
MAX_TEXT = 80
_OPENING = " \t\n(,=<>!+-*/&|"

_STATUSES = ("FINISHED", "RUNNING", "FAILED", "KILLED", "CRASHED")
_OPERATORS = (*map(str.upper, OPERATORS), "IN", "BETWEEN", "IS NULL", "IS NOT NULL", "IS NAN")
# Those behind which a value of the store is offered.
_OFFERED = "|".join(rf"\b{name}\b" for name, one in OPERATORS.items() if one.pattern and name != "rlike")
_JOINING = ("AND", "OR", "ORDER BY", "LIMIT")

_FIELD = r"(?:[^\W\d]\w*)(?:\.(?:\w+|`[^`]*`|\"[^\"]*\"))*"
# A value that is being typed: a field, an operator, perhaps a quote, and the beginning of the value.
_VALUE = re.compile(
    rf"(?P<field>{_FIELD})\s*(?P<operator>=|!=|<>|{_OFFERED}|\bIN\s*\((?:[^()]*,)?)\s*(?P<value>'[^']*|[\w.+-]*)$",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?P<kind>[^\W\d]\w*)\.(?P<name>[`\"][^`\"]*|[\w.]*)$")
_WORD = re.compile(r"[^\W\d]\w*$")
_AFTER_FIELD = re.compile(rf"(?P<field>{_FIELD})\s+(?P<word>[A-Za-z]*)$")
_ORDER = re.compile(r"\border\s+by\b[^()]*$", re.IGNORECASE)


class Option(TypedDict):
    """What can be put in, and what it is."""

    text: str
    kind: str


class Completion(TypedDict):
    """The options at a place, and the characters that one of them takes the place of."""

    start: int
    end: int
    options: list[Option]


def complete(store: Store, text: str, caret: int) -> Completion:
    """Return what may stand at the caret.

    Parameters
    ----------
    text
        The filter.
    caret
        How many of its characters stand before the caret.
    """
    before = text[:caret]
    if value := _VALUE.search(before):
        options = list(_values(store, value["field"], value["value"].removeprefix("'")))
        if options:
            end = caret + 1 if value["value"].startswith("'") and text[caret : caret + 1] == "'" else caret
            return _answer(value.start("value"), end, options)
    if before.count("'") % 2:
        return _answer(caret, caret, [])
    if name := _NAME.search(before):
        return _answer(
            name.start(), caret, _fields_of(store, name["kind"].lower(), name["name"].lstrip('`"'))
        )
    word = _WORD.search(before)
    typed = word[0] if word else ""
    start = word.start() if word else caret
    if before[start - 1 : start].strip(_OPENING):
        # Right after a number or a closing quote nothing begins.
        return _answer(caret, caret, [])
    if _complete_so_far(store, before[:start]):
        joining = ("ASC", "DESC", "LIMIT") if _ORDER.search(before) else _JOINING
        return _answer(start, caret, _matching(typed, ((one, "word") for one in joining)))
    if (after := _AFTER_FIELD.search(before)) and _is_field(store, after["field"]):
        found = _matching(after["word"], ((one, "operator") for one in _OPERATORS))
        return _answer(after.start("word"), caret, found)
    return _answer(start, caret, _fields(store, typed))


def _answer(start: int, end: int, options: Iterable[Option]) -> Completion:
    return {"start": start, "end": end, "options": list(options)[:MAX_OPTIONS]}


def _complete_so_far(store: Store, text: str) -> bool:
    """Return whether the text is a filter already, so that only a joining word may follow."""
    if not text.strip() or not text[-1].isspace():
        return False
    try:
        parse(text, store.names)
    except FilterError:
        return False
    return True


def _is_field(store: Store, text: str) -> bool:
    try:
        (order,) = parse_order(text, store.names)
    except (FilterError, ValueError):
        return False
    return isinstance(order.by, Field)


def _matching(typed: str, options: Iterable[tuple[str, str]]) -> list[Option]:
    """Return the options that hold what was typed, those that begin with it first."""
    wanted = typed.lower()
    ranked = []
    for text, kind in options:
        lower = text.lower().replace("`", "")
        name = lower.partition(".")[2] or lower
        place = (
            0 if lower.startswith(wanted) else 1 if name.startswith(wanted) else 2 if wanted in lower else 3
        )
        if place < 3 and lower != wanted:
            ranked.append((place, text, kind))
    ranked.sort(key=lambda one: one[0])
    return [{"text": text, "kind": kind} for _, text, kind in ranked[:MAX_OPTIONS]]


def _fields(store: Store, typed: str) -> list[Option]:
    found = [(name, "attributes") for name in ATTRIBUTES]
    for kind in ("metrics", "params", "tags", "data"):
        found += [(written(kind, name), kind) for name in store.names(kind)]
    return _matching(typed, found)


_KINDS = {"metric": "metrics", "param": "params", "parameter": "params", "tag": "tags"}


def _fields_of(store: Store, kind: str, typed: str) -> list[Option]:
    kind = _KINDS.get(kind, kind)
    if kind in {"attributes", "attribute", "attr", "run"}:
        return _matching(typed, ((name, "attributes") for name in ATTRIBUTES))
    if kind not in {"metrics", "params", "tags", "data"}:
        return []
    known = store.names(kind)  # type: ignore[arg-type]
    found = [(written(kind, name), kind) for name in known]
    name, dot, _ = typed.rpartition(".")
    if kind == "metrics" and dot and name in known:
        found += [(f"{written(kind, name)}.{summary}", "summary") for summary in SUMMARIES]
    return _matching(f"{kind}.{typed}", found)


def _values(store: Store, field: str, typed: str) -> Iterator[Option]:
    """Yield the values that runs have of a field, as the filter writes them."""
    try:
        (order,) = parse_order(field, store.names)
    except (FilterError, ValueError):
        return
    by = order.by
    if not isinstance(by, Field):
        return
    for value in _distinct(store, by, field, typed):
        wanted = literal(value)
        if wanted is None:
            continue
        if isinstance(value, str):
            fits = len(value) <= MAX_TEXT and typed.lower() in value.lower()
        else:
            fits = wanted.startswith(typed.lower()) and wanted != typed
        if fits:
            yield {"text": wanted, "kind": "value"}


def _distinct(store: Store, by: Field, field: str, typed: str) -> list[Any]:
    if by.kind == "attributes":
        if by.name == "status":
            return list(_STATUSES)
        if by.name == "experiment":
            return [one.name for one in store.experiments()]
        if by.name not in {"run_name", "notebook", "git_commit", "note"}:
            return []
    elif by.kind == "metrics" and by.summary not in {None, "last"}:
        return []
    records = store.find_runs(_holding(store, by, field, typed), limit=SAMPLE)
    column = "name" if by.name == "run_name" and by.kind == "attributes" else by.name
    name = column if by.kind == "attributes" else f"{by.kind}.{column}"
    counted: dict[Any, list[Any]] = {}
    for value in store.column(name, records):
        if value is not MISSING and value is not None:
            counted.setdefault(identity(value), [value, 0])[1] += 1
    common = sorted(counted.values(), key=lambda pair: -pair[1])[: MAX_OPTIONS * 2]
    return sorted((value for value, _ in common), key=lambda value: (isinstance(value, str), value))


def _holding(store: Store, by: Field, field: str, typed: str) -> Query:
    """Return the query of the runs whose field holds what was typed: it finds what no recent run has, too."""
    texts = by.kind in {"tags", "data", "attributes"} or (by.kind == "params" and not typed[:1].isdigit())
    if typed and texts:
        with contextlib.suppress(FilterError):
            return parse(f"{field} ILIKE '%{typed}%'", store.names)
    return Query()
