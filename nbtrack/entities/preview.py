"""Previews of artifacts: their content is never executed, and large files are not read completely."""

from __future__ import annotations

import base64
import codecs
import csv
import io
import json
from typing import TYPE_CHECKING, Any

from nbtrack.entities.bounds import cut, whole
from nbtrack.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.entities import Run

__all__ = ["artifact_preview"]

MAX_IMAGE_BYTES = 5_000_000
MAX_TEXT_BYTES = 200_000
MAX_JSON_BYTES = 1_000_000
MAX_TABLE_BYTES = 2_000_000
MAX_SVG_BYTES = 1_000_000
"""The largest SVG or Markdown file that is rendered: these need the whole text."""
ROWS, COLUMNS, CELL = 100, 50, 200
_PARQUET = b"PAR1"
_DRAWN = {".svg": "svg", ".md": "markdown", ".markdown": "markdown"}
_DELIMITERS = {".csv": ",", ".tsv": "\t"}


def artifact_preview(run: Run, name: str) -> dict[str, Any]:
    """Return a preview of an artifact, whose kind is detected from its content.

    The answer has `kind` and `size`, and with `image` also `type` and `data` (base64), with `text` and `json` a `text`
    (cut), with `table` `columns`, `rows` (of texts), `more` and `columns_left`, with `none` a `why`. `svg` and
    `markdown` have a whole `text`: the page draws it where no program can run. HTML is text.

    Raises
    ------
    NotFoundError
        When the run has no such artifact, or the name leads out of its folder.
    StoreError
        When it cannot be read.
    """
    artifact = run.artifacts[name]
    try:
        with artifact.path.open("rb") as file:
            size = artifact.size
            head = file.read(MAX_TEXT_BYTES)
        shown = _shown(artifact.path, head, size)
    except OSError as error:
        raise StoreError(f"{name!r} could not be read ({error.strerror or error})") from error
    return {"name": whole(artifact.name), "size": size, **shown}


def _shown(path: Path, head: bytes, size: int) -> dict[str, Any]:
    kind = _image_type(head)
    if kind is not None:
        if size > MAX_IMAGE_BYTES:
            return _none("The image is too large to be shown")
        return {"kind": "image", "type": kind, "data": base64.b64encode(path.read_bytes()).decode()}
    if head[:4] == _PARQUET:
        return _parquet(path)
    ending = path.suffix.lower()
    delimiter = _DELIMITERS.get(ending)
    if delimiter is not None and size:
        table = _delimited(path, delimiter)
        if table is not None:
            return table
    if ending in _DRAWN and size <= MAX_SVG_BYTES:
        drawn = _text(path.read_bytes(), whole_file=True)
        if drawn is not None and (ending != ".svg" or "<svg" in drawn):
            return {"kind": _DRAWN[ending], "text": {"text": drawn, "left": 0}}
    text = _text(head, whole_file=size <= len(head))
    if text is None:
        return _none("No preview of this kind of file")
    if text[:1] in ("{", "[") or ending in {".json", ".ipynb", ".geojson"}:
        shown = _json(path, size)
        if shown is not None:
            return shown
    cut_text = cut(text, MAX_TEXT_BYTES)
    # The unread rest is counted in bytes, which is close enough.
    cut_text["left"] += max(0, size - len(head))
    return {"kind": "text", "text": cut_text}


def _none(why: str) -> dict[str, Any]:
    return {"kind": "none", "why": why}


def _image_type(head: bytes) -> str | None:
    """Return the type of an image from its first bytes, because the name may be wrong."""
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if head[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def _text(head: bytes, *, whole_file: bool) -> str | None:
    """Return bytes as text; None if they are not text."""
    if b"\0" in head:
        return None
    try:
        # The last character may be cut in two.
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=whole_file)
    except UnicodeDecodeError:
        return None


def _json(path: Path, size: int) -> dict[str, Any] | None:
    if size > MAX_JSON_BYTES:
        return None
    try:
        content = json.loads(path.read_bytes())
        table = _logged_table(content)
        pretty = json.dumps(content, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None
    return table or {"kind": "json", "text": cut(pretty, MAX_TEXT_BYTES)}


def _logged_table(content: Any) -> dict[str, Any] | None:
    """Return the table that MLflow's `log_table` wrote; None for any other JSON."""
    if not isinstance(content, dict) or content.keys() != {"columns", "data"}:
        return None
    columns, data = content["columns"], content["data"]
    rows = isinstance(columns, list) and isinstance(data, list)
    if not rows or not all(isinstance(row, list) and len(row) == len(columns) for row in data):
        return None
    shown = [[_value(value) for value in row[:COLUMNS]] for row in data[:ROWS]]
    return _table([str(name) for name in columns], shown, more=len(data) > ROWS)


def _value(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _delimited(path: Path, delimiter: str) -> dict[str, Any] | None:
    """Return the first rows of a CSV file; None if it is not one."""
    with path.open("rb") as file:
        raw = file.read(MAX_TABLE_BYTES)
        rest = bool(file.read(1))
    text = _text(raw, whole_file=not rest)
    if text is None:
        return None
    # Many European CSV files have semicolons.
    line = text.partition("\n")[0]
    if delimiter == "," and line.count(";") > line.count(","):
        delimiter = ";"
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) > ROWS + 1:
                break
    except csv.Error:
        return None
    if not rows:
        return None
    header, *body = rows
    return _table(header, body[:ROWS], more=len(body) > ROWS)


def _parquet(path: Path) -> dict[str, Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        return _none('Parquet needs pyarrow: python -m pip install "nbtrack[parquet]"')
    try:
        file = pq.ParquetFile(path)
        names = list(file.schema_arrow.names)
        batch = next(file.iter_batches(ROWS, columns=names[:COLUMNS]), None)
        columns = [] if batch is None else [column.to_pylist() for column in batch.columns]
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        return _none("This Parquet file cannot be read")
    rows = [["" if value is None else str(value) for value in row] for row in zip(*columns, strict=True)]
    return _table(names, rows, more=file.metadata.num_rows > len(rows))


def _table(header: list[str], rows: list[list[str]], *, more: bool) -> dict[str, Any]:
    return {
        "kind": "table",
        "columns": [_cell(name) for name in header[:COLUMNS]],
        "rows": [[_cell(value) for value in row[:COLUMNS]] for row in rows],
        "more": more,
        "columns_left": max(0, len(header) - COLUMNS),
    }


def _cell(value: str) -> str:
    text = whole(value)
    return text if len(text) <= CELL else f"{text[:CELL]}…"
