"""The fields that a filter can name: runs have other fields than experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nbtrack.query.field_names import run_field
from nbtrack.query.unknown import unknown_field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbtrack.errors import FilterError
    from nbtrack.query.lexer import Part, Token
    from nbtrack.query.suggest import KnownNames
    from nbtrack.query.tree import Field, Span

__all__ = ["RUNS", "Vocabulary"]


class Vocabulary(NamedTuple):
    """How a path becomes a field, and the error for a path that is not one."""

    field: Callable[[Sequence[Part], Span, KnownNames | None], Field | None]
    unknown: Callable[[str, Sequence[Token], KnownNames | None], FilterError]


RUNS = Vocabulary(run_field, unknown_field)
