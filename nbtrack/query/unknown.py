"""Unknown fields: an error for what cannot be a field, a remark for a name that no run has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbtrack.errors import FilterError
from nbtrack.query.field_names import SUMMARIES, field_names, prefixes, written
from nbtrack.query.suggest import suggest
from nbtrack.query.token_stream import shortened
from nbtrack.query.tree import fields_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.query.lexer import Token
    from nbtrack.query.suggest import KnownNames
    from nbtrack.query.tree import Field, Query

__all__ = ["bare_names", "unknown_field", "unknown_names"]

_PLAIN = re.compile(r"[^\W\d][\w-]*(?: [\w-]+)*")
_KEYWORDS = frozenset(
    "and or not in is null like ilike rlike between order by limit asc desc contains".split()
)
_NAMED = "name ILIKE"

_KINDS = {"metrics": "metric", "params": "param", "tags": "tag", "data": "data"}


def unknown_field(text: str, tokens: Sequence[Token], known: KnownNames | None) -> FilterError:
    """Return the error for the last of `tokens`, a name that is not a field."""
    token = tokens[-1]
    first, *rest = token.parts
    if plain := _plain_words(text, known):
        return plain
    name = shortened(token.value)
    if rest and first.text.lower() not in prefixes():
        message = f"unknown field {name!r}: before the dot stands metrics, params, tags, attributes, data or datasets"
        return FilterError(message, text, *first.span, suggestion=suggest(first.text, prefixes()))
    if not rest and (quoted := _unquoted_name(text, tokens)):
        return FilterError(f"unknown field {name!r}", text, *token.span, suggestion=quoted)
    near = suggest(token.value, field_names(first.text if rest else None, known))
    hint = "" if near or rest else "; metrics, params and tags are written metrics.x, text in quotes"
    return FilterError(f"unknown field {name!r}{hint}", text, *token.span, suggestion=near)


def _plain_words(text: str, known: KnownNames | None) -> FilterError | None:
    """Return the error for plain words, which users type to find a run by its name."""
    words = text.strip()
    if not _PLAIN.fullmatch(words) or _KEYWORDS & set(words.lower().split()):
        return None
    near = suggest(words, field_names(None, known))
    if near and near.rpartition(".")[2].lower().startswith(words.lower()):
        # The words begin a condition.
        return None
    start = text.index(words)
    message = f"{shortened(words)!r} is no condition"
    return FilterError(message, text, start, start + len(words), suggestion=f"{_NAMED} '%{words}%'")


def _unquoted_name(text: str, tokens: Sequence[Token]) -> str | None:
    """Return a name such as ``metrics.`val-loss``` that was written like a difference."""
    if len(tokens) < 3:
        return None
    before, operator, token = tokens[-3:]
    if len(before.parts) < 2 or operator.value not in "+-*/" or token.span[0] - before.span[1] != 1:
        return None
    name = text[before.parts[1].span[0] : token.span[1]]
    return None if "`" in name else f"{before.parts[0].text}.`{name}`"


def bare_names(query: Query) -> dict[str, str]:
    """Return what a filter's bare names of metrics and params stand for, by how they are written.

    Examples
    --------
    >>> from nbtrack.query import parse
    >>> bare_names(parse("rmse < 0.8", lambda kind: ["rmse"]))
    {'rmse': 'metrics.rmse'}
    """
    found: dict[str, str] = {}
    nodes = [query.where] if query.where else []
    for node in (*nodes, *(order.by for order in query.order_by if order.text == query.text)):
        for field in fields_of(node):
            if field.bare:
                summary = f".{field.summary}" if field.summary else ""
                found[query.text[field.span[0] : field.span[1]]] = (
                    f"{written(field.kind, field.name)}{summary}"
                )
    return found


def unknown_names(query: Query, known: KnownNames) -> tuple[FilterError, ...]:
    """Return a remark on each metric, param, tag and data of a filter that no run has, with the nearest name.

    Parameters
    ----------
    query
        The query that `parse` returned.
    known
        The names in a store: `Store.names`.

    Examples
    --------
    >>> from nbtrack.query import parse
    >>> (remark,) = unknown_names(parse("metrics.rsme < 0.8"), lambda kind: ["rmse"])
    >>> print(remark)
    no run has the metric 'rsme'; did you mean 'metrics.rmse'?
      metrics.rsme < 0.8
      ^^^^^^^^^^^^
    """
    # An order may have been given separately: the spans of its fields then refer to its own text.
    fields = [(field, query.text) for field in (fields_of(query.where) if query.where else ())]
    fields += [(field, order.text) for order in query.order_by for field in fields_of(order.by)]
    names = {kind: frozenset(known(kind)) for kind in {field.kind for field, _ in fields} & set(_KINDS)}
    remarks: dict[Field, FilterError] = {}
    for field, text in fields:
        existing_names = names.get(field.kind)
        whole = field.name if field.exact else f"{field.name}.{field.summary}"
        if existing_names is not None and not {field.name, whole} & existing_names and field not in remarks:
            remarks[field] = _remark(field, text, existing_names)
    return tuple(remarks.values())


def _remark(field: Field, text: str, existing_names: frozenset[str]) -> FilterError:
    message = f"no run has the {_KINDS[field.kind]} {field.name!r}"
    metric, _, summary = field.name.rpartition(".")
    if field.kind == "metrics" and metric in existing_names:
        near = suggest(summary, SUMMARIES)
        message += f"; the summaries of {metric!r} are {', '.join(f'.{name}' for name in SUMMARIES)}"
        return FilterError(
            message, text, *field.span, suggestion=near and f"{written('metrics', metric)}.{near}"
        )
    near = suggest(written(field.kind, field.name), (written(field.kind, name) for name in existing_names))
    return FilterError(message, text, *field.span, suggestion=near)
