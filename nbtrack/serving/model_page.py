"""The page at `/`: the model's inputs, and a form to try it."""

from __future__ import annotations

import json
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from nbtrack.models.schema import Tensor

if TYPE_CHECKING:
    from nbtrack.models.schema import Column
    from nbtrack.serving.model_description import Description

__all__ = ["page"]


def page(model: Description) -> bytes:
    """Return the page; all text from the model's metadata is escaped."""
    template = resources.files("nbtrack.serving").joinpath("page.html").read_text(encoding="utf-8")
    facts = {
        "title": model.name,
        "about": f"{model.uri}, {model.flavour} model of {model.metadata.utc_time_created[:16] or 'unknown age'}",
        "inputs": _table(model, "inputs"),
        "outputs": _table(model, "outputs"),
        "params": _params(model),
        "example": escape(json.dumps(model.example, indent=1)),
        "v2": f"/v2/models/{model.name}/infer",
    }
    for name, text in facts.items():
        html = text if name in ("inputs", "outputs", "params", "example") else escape(text)
        template = template.replace(f"<!--{name}-->", html)
    return template.encode()


def _table(model: Description, side: str) -> str:
    schema = model.inputs if side == "inputs" else model.outputs
    if not schema:
        return "<p>The model does not say.</p>"
    rows = "".join(_row(part) for part in schema)
    return f"<table><thead><tr><th>name<th>type<th>needed</tr></thead><tbody>{rows}</tbody></table>"


def _row(part: Column | Tensor) -> str:
    name = f"<code>{escape(str(part.name))}</code>" if part.name is not None else "<i>unnamed</i>"
    if isinstance(part, Tensor):
        shape = " x ".join("any" if size < 0 else str(size) for size in part.shape)
        return f"<tr><td>{name}<td>{escape(part.dtype)}, {shape}<td>yes</tr>"
    return f"<tr><td>{name}<td>{escape(part.type)}<td>{'yes' if part.required else 'no'}</tr>"


def _params(model: Description) -> str:
    if not model.params:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(p.name)}</code><td>{escape(p.type)}<td>{escape(repr(p.default))}</tr>"
        for p in model.params
    )
    return (
        "<h2>Parameters</h2><table><thead><tr><th>name<th>type<th>default</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
