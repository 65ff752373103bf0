"""A script as Python runs it: its module `__main__`, its arguments, its path, and how it ends."""

from __future__ import annotations
import __future__ as futures

import ast
import atexit
import builtins
import io
import linecache
import os
import signal
import sys
import threading
import tokenize
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Program"]

_OWN = str(Path(__file__).parent)
_WATCHING = frozenset(
    str(Path(__file__).parents[1].joinpath(*parts))
    for parts in (("recording", "streams.py"), ("capture", "frameworks", "listening.py"))
)
"""The files with what stands between `print` and its stream, and between a library and its method."""


class Program:
    """A script, ready to be run once in this process.

    Parameters
    ----------
    name
        The file, as it was given.
    arguments
        Those of the script.
    values
        What it has in the places of its literals.

    Raises
    ------
    OSError
        When the file cannot be read.
    """

    def __init__(self, name: str, arguments: Sequence[str], values: Mapping[str, str] | None = None) -> None:
        self.source = Path(name).read_bytes()
        # As Python does since 3.9: the file's own name is absolute, that in `sys.argv` is not.
        self.file = os.path.abspath(name)  # noqa: PTH100 (links stay as they are)
        if values:
            self._put(values)
        self.error: BaseException | None = None
        self._interrupted = False
        self.module = _main_module(self.file)
        self._replaced = sys.modules["__main__"]
        sys.modules["__main__"] = self.module
        sys.argv[:] = [name, *arguments]
        if not getattr(sys.flags, "safe_path", False):
            sys.path[0] = os.path.dirname(os.path.realpath(name))  # noqa: PTH120 (as text)

    def _put(self, values: Mapping[str, str]) -> None:
        """Put values in the places of literals; who looks for the text finds it as it runs."""
        from nbtrack.capture.places import places_in, with_values

        encoding, _ = tokenize.detect_encoding(io.BytesIO(self.source).readline)
        text = io.TextIOWrapper(io.BytesIO(self.source), encoding).read()
        text = with_values(text, places_in(text), values)
        self.source = text.encode(encoding)
        linecache.cache[self.file] = (len(self.source), None, text.splitlines(keepends=True), self.file)

    @property
    def namespace(self) -> dict[str, Any]:
        """The globals of the script."""
        return self.module.__dict__

    def run(self, change: Callable[[ast.Module], ast.Module] | None = None) -> None:
        """Run the script to its end; what it raises is kept as `error`.

        Parameters
        ----------
        change
            Gets the tree of the script's statements, without what has to be first in a file, and returns the one to run.
        """
        atexit.register(self._end_by_signal)  # the first to be registered is the last to run
        try:
            exec(self._code(change), self.namespace)  # noqa: S102 (it is what the user asks for)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it ends the script and not us
            _keep_to_the_user(error)
            self.error = error

    def _code(self, change: Callable[[ast.Module], ast.Module] | None) -> Any:
        if change is None:
            return compile(self.source, self.file, "exec", dont_inherit=True)
        tree = compile(self.source, self.file, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        assert isinstance(tree, ast.Module)
        first = _beginning(tree)
        body = change(ast.Module(tree.body[first:], tree.type_ignores)).body
        return compile(ast.Module(tree.body[:first] + body, []), self.file, "exec", dont_inherit=True)

    def report(self) -> None:
        """Say what ended the script as Python does, and wait for the threads that run its own functions."""
        error = self.error
        if error is not None and not isinstance(error, SystemExit):
            sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
            if sys.version_info >= (3, 12):
                sys.last_exc = error
            self._interrupted = isinstance(error, KeyboardInterrupt)
            sys.excepthook(type(error), error, error.__traceback__)
        for thread in threading.enumerate():
            # Those of libraries' pools wait for Python's own end.
            code = getattr(getattr(thread, "_target", None), "__code__", None)
            if not thread.daemon and code is not None and code.co_filename == self.file:
                thread.join()

    def exit_code(self) -> int | str | None:
        """Return what the process has to end with."""
        if isinstance(self.error, SystemExit):
            return self.error.code
        return None if self.error is None else 1

    def _end_by_signal(self) -> None:
        """End by SIGINT what an interrupt has ended, so that a shell's loop around it ends too."""
        if not self._interrupted or os.name == "nt":
            return
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError, AttributeError):
                continue  # nobody reads it any more
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)


def _main_module(file: str) -> ModuleType:
    module = ModuleType("__main__")
    module.__dict__.update(
        __builtins__=builtins,
        __file__=file,
        __cached__=None,
        __loader__=SourceFileLoader("__main__", file),
        __package__=None,
        __annotations__={},
    )
    return module


def _beginning(tree: ast.Module) -> int:
    """Return how many statements have to stay first: the docstring, and imports from `__future__`."""
    count = 0
    for number, statement in enumerate(tree.body):
        future = isinstance(statement, ast.ImportFrom) and statement.module == futures.__name__
        text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not (future or (text and number == 0)):
            break
        count += 1
    return count


def _keep_to_the_user(error: BaseException) -> None:
    """Take our own frames out of the traceback of an exception, and of those that led to it."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.__traceback__ = _of_the_user(one.__traceback__)
            waiting += (one.__cause__, one.__context__)


def _of_the_user(trace: TracebackType | None) -> TracebackType | None:
    """Return a traceback from where the script begins, as if it had printed to the stream itself and the library had been alone."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN):
        trace = trace.tb_next
    places: list[TracebackType] = []
    inner = trace
    while inner is not None:
        places.append(inner)
        inner = inner.tb_next
    if all(one.tb_frame.f_code.co_filename not in _WATCHING for one in places):
        return trace
    made: TracebackType | None = None
    for one in reversed(places):
        if one.tb_frame.f_code.co_filename not in _WATCHING:
            made = TracebackType(made, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return made
