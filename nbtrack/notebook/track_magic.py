"""`%%track` and `%track`: the options, the line that is removed from a cell, the magics."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments

from nbtrack.capture import Options
from nbtrack.notebook.manual import asks_for_help, show_manual

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator


__all__ = [
    "TrackMagics",
    "body_of",
    "capture_options",
    "head_magics",
    "parse_track",
    "strip_track_line",
    "track_line",
]

_TRACK = re.compile(r"\A((?:[ \t]*(?:#[^\n]*)?\n)*)[ \t]*%%track(?![\w?])([^\n]*)\n?")
_HELP = re.compile(r"\?\s*\Z")
_CELL_MAGIC = re.compile(r"\A\s*%%\w")
_HEAD = re.compile(r"\A(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*%%([\w!]+)[^\n]*\n")
_OTHER_LANGUAGES = frozenset(
    """
    ! R SVG bash cmd cython file html javascript js latex markdown perl powershell pypy python python2 python3 ruby
    script sh sql svg sx system writefile
    """.split()
)
"""The cell magics whose body is not the notebook's Python code."""


def body_of(cell: str) -> str:
    """Return a cell without the leading cell magics that run the rest as Python in the notebook, such as `%%time`."""
    for magic, below in _head(cell):
        if magic in _OTHER_LANGUAGES | {"track"}:
            break
        cell = below
    return cell


def head_magics(cell: str) -> list[str]:
    r"""Return the names of the cell magics above a cell's body, without `%%track`.

    Examples
    --------
    >>> head_magics("%%time\n%%track\n%%timeit -n 3\nfit()")
    ['time', 'timeit']
    """
    return [magic for magic, _ in _head(cell) if magic != "track"]


def _head(cell: str) -> Iterator[tuple[str, str]]:
    """Yield the cell magics above a cell's body, each with the text below it."""
    while head := _HEAD.match(cell):
        cell = cell[head.end() :]
        yield head[1], cell
        if head[1] in _OTHER_LANGUAGES:
            break


def track_line(cell: str) -> str | None:
    """Return the rest of the line after `%%track` if a cell begins with it, else None."""
    match = _TRACK.match(cell)
    return match[2].strip() if match and not _HELP.search(match[2]) else None


def strip_track_line(lines: list[str]) -> list[str]:
    """Remove the `%%track` line from a cell before IPython reads it; an input transformer.

    A comment replaces it, so that line numbers stay, unless a cell magic follows, which must come first.
    """
    cell = "".join(lines)
    if track_line(cell) is None:
        return lines
    match = _TRACK.match(cell)
    assert match is not None
    rest = cell[match.end() :]
    if _CELL_MAGIC.match(rest):
        return rest.lstrip().splitlines(keepends=True)
    return f"{match[1]}# %%track{match[2]}\n{rest}".splitlines(keepends=True)


# A terminal must see the line, so that it asks for more lines after `%%track`, as after any cell magic.
strip_track_line.has_side_effects = True  # type: ignore[attr-defined]


def _names(text: str) -> list[str]:
    return [name for name in re.split(r"[,\s]+", text) if name]


@magics_class
class TrackMagics(Magics):
    """The magics `%%track` and `%track`."""

    def __init__(
        self, shell: Any, switch: Callable[[str], None], run_tracked: Callable[[str, str], None]
    ) -> None:
        super().__init__(shell)
        self._switch, self._run_tracked = switch, run_tracked

    @magic_arguments()
    @argument("name", nargs="?", help="the run's name; a readable one is made up without it")
    @argument("-e", "--experiment", help="the experiment it belongs to; default: the notebook's name")
    @argument(
        "-t", "--tag", action="append", default=[], metavar="KEY=VALUE", help="a tag; may be given again"
    )
    @argument("--note", help="what to say of the run; quote it if it has blanks")
    @argument("--params", type=_names, default=[], metavar="A,B", help="names to keep as params as well")
    @argument("--metrics", type=_names, default=[], metavar="X,Y", help="names to keep as metrics as well")
    @argument("--only-params", type=_names, metavar="A,B", help="keep these params and no others")
    @argument("--only-metrics", type=_names, metavar="X,Y", help="keep these metrics and no others")
    @argument("--ignore", type=_names, default=[], metavar="A,B", help="names to keep as neither")
    @argument("--no-model", action="store_true", help="do not save the estimators that the cell fits")
    @argument("--resume", metavar="RUN", help="go on with this run (an id, its beginning, or a name)")
    @line_cell_magic
    def track(self, line: str, cell: str | None = None) -> Any:
        """Track a cell: its params, metrics, histories, model, data, code and environment.

        Put `%%track` on the first line of a cell; the rest runs exactly as it would without it.

            %%track baseline -t team=red
            model = ElasticNet(alpha=0.5).fit(X_train, y_train)
            rmse = root_mean_squared_error(y_test, model.predict(X_test))

        `%track on` tracks every cell from now on that trains or scores something, and `%track off` ends that.
        `%track status` says what is tracked and where it is kept. `%track models off|on|50MB` limits the size of the
        models that are saved. `%track why NAME` explains why a name of the last tracked cell was kept, as what, or was not.
        """
        if asks_for_help(line):
            return show_manual(self.shell, "%%track")
        if cell is None:
            return self._switch(line.strip())
        # IPython itself has found the magic, as in a script that was converted from a notebook.
        return self._run_tracked(line, cell)


def parse_track(line: str) -> tuple[Namespace, list[str]]:
    """Parse the options of `%%track`; also return the ignored parts of the line, each with the reason.

    Raises
    ------
    UsageError
        IPython's error for a magic's options, when the line cannot be parsed.
    """
    try:
        # Split as a shell does: IPython's own function keeps quotes, and splits -t team="red and blue".
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{error}; write \\' for an apostrophe") from None
    options, extra = TrackMagics.track.parser.parse_known_args(words)
    faults = []
    if extra:
        faults.append(f"{' '.join(extra)!r} is not understood (a name with blanks needs quotes)")
    for tag in options.tag[:]:
        if "=" not in tag or not tag.partition("=")[0].strip():
            faults.append(f"-t {tag!r} is no tag; write -t key=value")
            options.tag.remove(tag)
    return options, faults


def capture_options(options: Namespace) -> Options:
    """Return the options that concern the cell's names."""
    return Options(
        params=frozenset(options.params) | frozenset(options.only_params or ()),
        metrics=frozenset(options.metrics) | frozenset(options.only_metrics or ()),
        ignore=frozenset(options.ignore),
        only_params=options.only_params is not None,
        only_metrics=options.only_metrics is not None,
    )
