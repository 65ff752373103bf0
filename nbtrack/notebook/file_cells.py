"""The code cells of a notebook's file, as IPython would run them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from IPython.core.inputtransformer2 import TransformerManager

from nbtrack.errors import InvalidValueError
from nbtrack.notebook.track_magic import body_of, strip_track_line, track_line

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["file_cells"]


def file_cells(path: Path) -> list[tuple[str, str, str | None]]:
    """Return the code cells of a notebook: as written, as Python, and what stands behind `%%track`; None without it.

    Raises
    ------
    InvalidValueError
        When the file is no notebook.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = [_text(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        raise InvalidValueError(f"{str(path)!r} is no notebook of version 4") from None
    manager = TransformerManager()
    manager.cleanup_transforms.append(strip_track_line)
    return [(raw, manager.transform_cell(raw), track_line(body_of(raw))) for raw in texts]


def _text(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)
