"""The mime type by which our JupyterLab extension knows what stands in place of an output's static HTML."""

from __future__ import annotations

from typing import Any

__all__ = ["MIME", "widget_view"]

MIME = "application/vnd.nbtrack.view+json"
"""As in `labextension/src/lab/view.ts`."""


def widget_view(model_id: str, kept: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the part of a mime bundle that says which widget an output is, and what a server can show where it has gone."""
    return {MIME: {"model_id": model_id, **(kept or {})}}
