"""Runs written as one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from nbtrack.errors import StoreError
from nbtrack.widgets.panel.report import report_html, title_of

if TYPE_CHECKING:
    import os

    from nbtrack.entities import Runs

__all__ = ["write_report"]


def write_report(runs: Runs, path: str | os.PathLike[str], title: str | None = None) -> Path:
    """Write runs as one HTML file, which opens without nbtrack and without a network; return its path.

    Parameters
    ----------
    runs
        The runs, at most 1,000, in their order.
    path
        The file; one that is there is replaced.
    title
        What stands above the runs; what their filter says without it.

    Raises
    ------
    InvalidValueError
        When there are no runs, or too many.
    StoreError
        When the file cannot be written.

    Examples
    --------
    >>> write_report(nbtrack.runs("metrics.rmse < 0.8"), "report.html")  # doctest: +SKIP
    PosixPath('report.html')
    """
    text = report_html(runs.store, runs.records, title or title_of(runs.query.text))
    target = Path(path)
    # A browser that shows the file meanwhile never sees half of it.
    beside = target.with_name(f".{target.name}.{uuid4().hex[:8]}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StoreError(
            f"the report {str(target)!r} cannot be written: {error.strerror or error}"
        ) from error
    return target
