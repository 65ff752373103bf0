"""The HTML of a dashboard's parts; every text in it is escaped here, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from nbtrack.entities.bounds import whole
from nbtrack.entities.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Cell", "card", "quiet", "table"]

_STYLE = """<style>
.nbtrack-board{font:var(--jp-ui-font-size1,13px)/1.5 var(--jp-ui-font-family,system-ui,sans-serif);
  color:var(--jp-ui-font-color1,#1c1c1c);overflow-x:auto}
.nbtrack-board h3{margin:0;font-size:1.15em;font-weight:600;line-height:1.4}
.nbtrack-board p{margin:0 0 6px;color:var(--jp-ui-font-color2,#616161)}
.nbtrack-board table{border-collapse:collapse;border:0;margin:0;font-size:inherit}
.nbtrack-board th,.nbtrack-board td{padding:3px 10px 3px 0;white-space:nowrap;text-align:left;vertical-align:middle;border:0}
.nbtrack-board th{font-weight:600;color:var(--jp-ui-font-color2,#616161);
  border-bottom:1px solid var(--jp-border-color1,#bdbdbd)}
.nbtrack-board td{border-bottom:1px solid var(--jp-border-color3,#e8e8e8)}
.nbtrack-board .right{text-align:right;font-variant-numeric:tabular-nums}
.nbtrack-board .quiet{color:var(--jp-ui-font-color2,#616161)}
.nbtrack-board .bad{color:var(--jp-error-color1,#c62828)}
.nbtrack-board .first{font-weight:600}
.nbtrack-board .bar{display:block;width:120px;height:8px;border-radius:2px;
  background:color-mix(in srgb,var(--jp-ui-font-color1,#1c1c1c) 12%,transparent)}
.nbtrack-board .bar i{display:block;height:100%;border-radius:2px;background:var(--jp-brand-color1,#1976d2)}
</style>"""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes
    ----------
    text
        What it says, in one line.
    title
        What it says where the pointer rests.
    look
        Some of `right`, `quiet`, `bad`, `first`.
    bar
        How much of a bar is filled, from 0 to 1; None for no bar.
    """

    text: str
    title: str = ""
    look: str = ""
    bar: float | None = None

    def html(self, tag: str = "td") -> str:
        """Return the cell."""
        shown = escape(one_line(whole(self.text), 36))
        if self.bar is not None:
            shown = f'<span class="bar"><i style="width:{min(max(self.bar, 0.0), 1.0):.1%}"></i></span>'
        hint = f' title="{escape(whole(self.title)[:300])}"' if self.title else ""
        scope = ' scope="col"' if tag == "th" else ""
        return f'<{tag}{scope} class="{self.look}"{hint}>{shown}</{tag}>'


def table(heads: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> str:
    """Return a table."""
    head = "".join(cell.html("th") for cell in heads)
    body = "".join(f"<tr>{''.join(cell.html() for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def quiet(text: str) -> str:
    """Return a line of explanation."""
    return f"<p>{escape(whole(text))}</p>"


def card(title: str, *parts: str) -> str:
    """Return a part of the page: its title, and what is in it, which is HTML already."""
    return f'<section class="nbtrack-board">{_STYLE}<h3>{escape(title)}</h3>{"".join(parts)}</section>'
