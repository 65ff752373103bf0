"""The page that shows a store without a kernel, and the front end's files that it and JupyterLab load."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from nbtrack.widgets.bundle import bundled, stamp

__all__ = ["CONTENT_POLICY", "FILES", "page_html", "static_file"]

FILES = {
    f"{name}.{ending}": f"text/{kind}"
    for name in ("page", "panel", "runpage", "serve", "side", "views")
    for ending, kind in (("js", "javascript"), ("css", "css"))
}
"""The files that are sent, and their types."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""No script runs on the page but ours, whatever a store holds. The script of the views is a blob."""


def page_html(config: dict[str, Any]) -> str:
    """Return the page.

    Parameters
    ----------
    config
        What `labextension/src/page/index.ts` is told: `path`, the folder whose store is shown, relative to the server's
        root, `writes`, whether it may be changed, and `files`, whether the server sends runs' files at `artifacts/`.
    """
    told = escape(json.dumps(config))
    build = stamp("page.js", "page.css")
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>nbtrack</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="static/page.css?v={build}">
<main id="nbtrack" data-config="{told}"><noscript>This page needs JavaScript.</noscript></main>
<script type="module" src="static/page.js?v={build}"></script>
"""


def static_file(name: str, build: str) -> tuple[str, dict[str, str]] | None:
    """Return a file of the front end and its headers; None if there is none of that name.

    What is asked for with a build never changes, so that browsers keep it.
    """
    kind = FILES.get(name)
    if kind is None:
        return None
    cache = "public, max-age=31536000, immutable" if build else "no-cache"
    return bundled(name), {
        "Content-Type": f"{kind}; charset=utf-8",
        "Cache-Control": cache,
        "X-Content-Type-Options": "nosniff",
    }
