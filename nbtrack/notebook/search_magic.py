"""`%runs`: the runs that a filter finds, in the notebook."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class

from nbtrack import tracking
from nbtrack.errors import NbtrackError
from nbtrack.notebook.manual import asks_for_help, show_manual

__all__ = ["SearchMagics"]


@magics_class
class SearchMagics(Magics):
    """The magic `%runs`."""

    @line_magic
    def runs(self, line: str) -> Any:
        """Show the runs that a filter finds, newest first unless it says ORDER BY.

            %runs
            %runs metrics.rmse < 0.8 order by metrics.rmse
            %runs params.alpha >= 0.1 and tags.team = 'red' limit 5
            best = %runs metrics.rmse is not null order by metrics.rmse limit 1
            panel = %runs --panel metrics.rmse < 0.8

        With `--panel` it returns the panel, whose filter, columns and chosen runs can be read and set.
        `help(nbtrack.query)` describes the language; `nbtrack.runs()` is the same as a function.
        """
        text = line.strip()
        shown = text.split(maxsplit=1)[:1] == ["--panel"]
        text = text.removeprefix("--panel").strip() if shown else text
        # Only the word that comes first: a filter may speak of `--help`.
        if asks_for_help(text.partition(" ")[0]):
            return show_manual(self.shell, "%runs")
        try:
            found = tracking.runs(text)
            return found.panel() if shown else found
        except NbtrackError as error:
            # IPython shows this error without a traceback.
            raise UsageError(str(error)) from None
