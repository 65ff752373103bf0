"""What the table shows, for other programs."""

from __future__ import annotations

import base64
import csv
import io
from typing import TYPE_CHECKING, Any

from nbtrack.entities.frame import arrow_table, inert, typed_frame
from nbtrack.entities.text import duration_text, one_line, short_id, time_text, value_text
from nbtrack.entities.times import utc
from nbtrack.fields import MISSING, is_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from nbtrack.records import RunRecord
    from nbtrack.store import Store
    from nbtrack.widgets.panel.heads import Head

__all__ = ["export", "shown_frame"]

_TIMES = {"start_time", "end_time"}
_IDS = {"run_id", "id", "parent"}
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}
_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|#$~"})


def export(store: Store, records: Sequence[RunRecord], heads: dict[str, Head], form: str) -> str:
    """Return runs as a table: CSV or Parquet with full values, Markdown or LaTeX as they are shown.

    Parameters
    ----------
    records
        The runs, in their order.
    heads
        The columns.
    form
        `csv`, `parquet`, `markdown` or `latex`; Parquet, which is no text, comes as base64.

    Raises
    ------
    MissingPackageError
        For Parquet without pyarrow, saying how to install it.
    """
    columns = {name: store.column(name, records) for name in heads}
    if form == "csv":
        return _csv(_as_none(columns))
    if form == "parquet":
        return _parquet(_as_none(columns))
    titles = [_title(one) for one in heads.values()]
    right = [_numeric(columns[name]) for name in heads]
    rows = list(zip(*([_shown(name, v) for v in values] for name, values in columns.items()), strict=True))
    return (_markdown if form == "markdown" else _latex)(titles, right, rows)


def shown_frame(store: Store, records: Sequence[RunRecord], columns: Sequence[str]) -> pd.DataFrame:
    """Return these columns of runs as a DataFrame with full values, typed as `Runs.to_pandas` has them."""
    return typed_frame(_as_none({name: store.column(name, records) for name in columns}))


def _as_none(columns: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Return columns for programs, which have one word for nothing."""
    return {name: [None if one is MISSING else one for one in values] for name, values in columns.items()}


def _title(about: Head) -> str:
    summary = about["summary"]
    return about["label"] if summary in {None, "last"} else f"{about['label']} ({summary})"


def _numeric(values: Sequence[Any]) -> bool:
    return all(value is MISSING or is_number(value) for value in values)


def _shown(name: str, value: Any) -> str:
    if value is MISSING:
        return ""
    if name in _TIMES:
        return time_text(value)
    if name in _IDS:
        return short_id(value)
    return duration_text(value) if name == "duration" else value_text(value)


def _csv(columns: dict[str, list[Any]]) -> str:
    for name in _TIMES & columns.keys():
        columns[name] = [None if time is None else utc(time).isoformat() for time in columns[name]]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(map(inert, columns))
    writer.writerows([inert(value) for value in row] for row in zip(*columns.values(), strict=True))
    return file.getvalue()


def _parquet(columns: Mapping[str, list[Any]]) -> str:
    table = arrow_table(columns)
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(table, file)
    return base64.b64encode(file.getvalue()).decode()


def _markdown(titles: Sequence[str], right: Sequence[bool], rows: Sequence[Sequence[str]]) -> str:
    def line(texts: Sequence[str]) -> str:
        return f"| {' | '.join(one_line(text).translate(_MARKDOWN) for text in texts)} |"

    rule = f"|{'|'.join('---:' if one else ':---' for one in right)}|"
    return "\n".join([line(titles), rule, *map(line, rows), ""])


def _latex(titles: Sequence[str], right: Sequence[bool], rows: Sequence[Sequence[str]]) -> str:
    def line(texts: Sequence[str]) -> str:
        escaped = ("".join(_LATEX.get(c, c) for c in one_line(text)) for text in texts)
        row = " & ".join(escaped)
        # After the \\ of the row above these two would be an option of it.
        return rf"{{{row[0]}}}{row[1:]} \\" if row[:1] in {"[", "*"} else rf"{row} \\"

    sides = "".join("r" if one else "l" for one in right)
    body = "\n".join(map(line, rows))
    begin, end = rf"\begin{{tabular}}{{{sides}}}", r"\end{tabular}"
    return "\n".join([begin, r"\hline", line(titles), r"\hline", body, r"\hline", end, ""])
