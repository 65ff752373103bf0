"""The part of the front end that draws the other views than the table: a page asks for it when it shows the first."""

from __future__ import annotations

from nbtrack.errors import NbtrackError
from nbtrack.widgets.bundle import bundled, stamp

__all__ = ["views_build", "views_script"]


def views_build() -> str:
    """Return which build of the front end this is: a page keeps the script of the views by it."""
    return stamp("panel.js", "panel.css", "views.js", "views.css")


def views_script(build: str) -> dict[str, str]:
    """Return the script and the style of the views.

    Raises
    ------
    NbtrackError
        When the page's panel is of another build: its views would not fit.
    """
    here = views_build()
    if build != here:
        raise NbtrackError(
            f"the views of build {build[:40]!r} are not here, only those of {here!r}: "
            "nbtrack has changed since the panel was made; restart the kernel and make the panel anew"
        )
    return {"script": bundled("views.js"), "style": bundled("views.css")}
