"""The code that made a run: the cell, and the earlier cells that it depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Source"]


@dataclass(frozen=True, slots=True)
class Source:
    r"""The code of a run; its text is a script that repeats the run.

    Attributes
    ----------
    cell
        The tracked cell as it was written.
    earlier
        The earlier cells that it depends on, in the order in which they ran.
    stale
        Whether one of those cells has been changed since it ran.
    script
        Both as plain Python, with magics replaced by the calls that they stand for.
    tracked
        Which of the earlier cells were tracked themselves, counted from 0.
    unmasked
        Which of the texts `***` in the script are the code's own, and stand for no secret, counted from 0.

    Examples
    --------
    >>> print(Source("loss = f(2)", ("def f(x):\n    return x * x",)))
    def f(x):
        return x * x
    <BLANKLINE>
    loss = f(2)
    """

    cell: str
    earlier: tuple[str, ...] = ()
    stale: bool = False
    script: str = ""
    tracked: tuple[int, ...] = ()
    unmasked: tuple[int, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Source:
        """Return the code in a run's `source` document."""
        return cls(
            cell=document.get("cell", ""),
            earlier=tuple(document.get("earlier", ())),
            stale=bool(document.get("stale")),
            script=document.get("script", ""),
            tracked=tuple(document.get("tracked", ())),
            unmasked=tuple(document.get("unmasked", ())),
        )

    def __str__(self) -> str:
        return self.script or "\n\n".join(part.strip("\n") for part in (*self.earlier, self.cell))
