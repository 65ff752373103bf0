"""`%package`: a project of a run or of the notebook, from the notebook."""

from __future__ import annotations

import shlex
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from nbtrack import tracking
from nbtrack.entities import Run
from nbtrack.errors import NbtrackError
from nbtrack.notebook.manual import asks_for_help, show_manual

__all__ = ["PackageMagics"]


@magics_class
class PackageMagics(Magics):
    """The magic `%package`."""

    @magic_arguments()
    @argument(
        "target",
        nargs="?",
        help="A run (a variable, a name, an id or the beginning of one), or a notebook's file; by default the newest run.",
    )
    @argument("-o", "--output", required=True, metavar="DIR", help="The folder to make.")
    @argument("--force", action="store_true", help="Write into a folder that has something in it.")
    @line_magic
    def package(self, line: str) -> Any:
        """Make a project of a run, or of a notebook's tracked cells, that runs elsewhere.

            %package best -o wine
            %package quickstart.ipynb -o wine --force

        `nbtrack run wine -P alpha=0.5` runs it then, and so do `mlflow run` and `python wine/main.py`; `nbtrack.package()` is
        the same as a function.
        """  # fmt: skip
        if asks_for_help(line):
            return show_manual(self.shell, "%package")
        from nbtrack.projects.packaging.making import package

        options = parse_argstring(self.package, line)
        try:
            print(package(self._target(options.target), _word(options.output), force=options.force))
        except NbtrackError as error:
            # IPython shows this error without a traceback.
            raise UsageError(str(error)) from None
        return None

    def _target(self, target: str | None) -> Run | str:
        if target is None:
            newest = tracking.runs("status = 'FINISHED'")[:1]
            if not newest:
                raise UsageError(
                    "%package: there is no run yet; say which notebook, e.g. %package wine.ipynb -o wine"
                )
            return newest[0]
        assert self.shell is not None
        value = self.shell.user_ns.get(_word(target))
        return value if isinstance(value, Run) else _word(target)


def _word(text: str) -> str:
    """Return a word without its quotes, which it has for its blanks."""
    return " ".join(shlex.split(text)) if text[:1] in "'\"" else text
