"""`%runs`: the runs that a filter finds, in the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class

from nbtrack import tracking
from nbtrack.errors import NbtrackError

if TYPE_CHECKING:
    from nbtrack.entities import Runs

__all__ = ["SearchMagics"]


@magics_class
class SearchMagics(Magics):
    """The magic `%runs`."""

    @line_magic
    def runs(self, line: str) -> Runs:
        """Show the runs that a filter finds, newest first unless it says ORDER BY.

            %runs
            %runs metrics.rmse < 0.8 order by metrics.rmse
            %runs params.alpha >= 0.1 and tags.team = 'red' limit 5
            best = %runs metrics.rmse is not null order by metrics.rmse limit 1

        The language is told by `help(nbtrack.query)`; `nbtrack.runs()` is the same as a function.
        """
        try:
            return tracking.runs(line.strip() or None)
        except NbtrackError as error:
            # IPython shows this one without the way to it.
            raise UsageError(str(error)) from None
