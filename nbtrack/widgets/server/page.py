"""The page that shows a store without a kernel, and the front end's files that it and JupyterLab load."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from nbtrack.widgets.bundle import build, bundled, files

__all__ = ["CONTENT_POLICY", "page_html", "static_file"]

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
    version = build()
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>nbtrack</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="static/page.css?v={version}">
<main id="nbtrack" data-config="{told}"><noscript>This page needs JavaScript.</noscript></main>
<script type="module" src="static/page.js?v={version}"></script>
"""


def static_file(name: str, of: str) -> tuple[str, dict[str, str]] | None:
    """Return a file of the front end and its headers; None if there is none of that name, or none of that build.

    What is asked for with a build never changes, so that browsers keep it.
    """
    if name not in files() or of not in {"", build()}:
        return None
    kind = "css" if name.endswith(".css") else "javascript"
    cache = "public, max-age=31536000, immutable" if of else "no-cache"
    return bundled(name), {
        "Content-Type": f"text/{kind}; charset=utf-8",
        "Cache-Control": cache,
        "X-Content-Type-Options": "nosniff",
    }
