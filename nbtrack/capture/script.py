"""Capture a whole script: its top level as a cell, and the functions in which it does its work as cells of their own."""

from __future__ import annotations

import ast
import inspect
import pickle
import sys
import threading
from array import array
from typing import TYPE_CHECKING, Any

from nbtrack.capture.cell import CellCapture
from nbtrack.capture.foreign import FAULTS, forgiving
from nbtrack.capture.frameworks.told import Told
from nbtrack.capture.joining import Called, join, leave_out_twice
from nbtrack.capture.run_frameworks import without_told
from nbtrack.capture.secrets import SEEN
from nbtrack.capture.source.analysis import CellAnalysis
from nbtrack.capture.source.grammar import parameters
from nbtrack.capture.watch.entered import Entered
from nbtrack.capture.watch.entries import Entries, chosen_arguments, is_of_command_line
from nbtrack.capture.watch.reach import Reach, left_in
from nbtrack.capture.watch.sites import Sites
from nbtrack.capture.watch.twin import FrameNames, is_same, twin

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from types import FrameType, FunctionType

    from nbtrack.capture.execution import Captured
    from nbtrack.capture.watch.editor import Editor
    from nbtrack.capture.watch.entries import Function
    from nbtrack.capture.watch.reach import Position
    from nbtrack.points import Points
    from nbtrack.records import DataRecord, ParamValue

__all__ = ["ScriptCapture"]

_MAX_FUNCTIONS = 50
"""Calls of functions that are watched."""


class ScriptCapture(CellCapture):
    r"""Watches one execution of a script.

    Parameters
    ----------
    namespace
        The globals of the script's module.

    Examples
    --------
    >>> namespace = {"__name__": "__main__"}
    >>> capture = ScriptCapture(namespace)
    >>> text = "def main(rate=0.5):\n    for i in range(3):\n        loss = rate / (i + 1)\n\nmain()"
    >>> exec(compile(capture.transform(ast.parse(text)), "train.py", "exec"), namespace)
    >>> captured = capture.finish()
    >>> captured.params, list(captured.metrics["loss"].values)
    ({'rate': 0.5}, [0.5, 0.25, 0.16666666666666666])
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        super().__init__(namespace)
        self._run.script = True
        self._entries: Entries | None = None
        self._inner: list[_FunctionCapture] = []
        self._entered = Entered()

    def transform(self, tree: ast.Module) -> ast.Module:
        """Record the script's inputs, and return a copy of its tree with hooks."""
        self._entries = Entries(tree)
        self._run.steps = self._entries.steps
        return super().transform(tree)

    @property
    def shows(self) -> bool:
        """Whether the value of the last statement is shown: in a script it is not."""
        return False

    def place(self, tree: ast.Module, analysis: CellAnalysis, editor: Editor) -> None:
        """Have the functions of the script watched where it calls them, and where others will."""
        self.place_calls(analysis, editor)
        assert self._entries is not None
        for root, node, function in self._entries.handed(analysis):
            editor.wrap(node, self._hooks.lend(self._watching(function, root)))
        for root, definition in self._entries.decorated(tree):
            # The innermost: what the others get is the copy.
            hook = ast.Name(
                self._hooks.lend(self._watching(self._entries.functions[definition.name], root)), ast.Load()
            )
            definition.decorator_list.append(ast.copy_location(hook, definition.decorator_list[-1]))

    def place_calls(self, analysis: CellAnalysis, editor: Editor) -> None:
        """Have the functions watched that a piece of the script's code calls."""
        assert self._entries is not None
        for call, function in self._entries.called(analysis):
            chosen = chosen_arguments(call, function, analysis)
            editor.wrap(call.node.func, self._hooks.lend(self._watching(function, None, chosen)))

    def _watching(
        self, definition: Function, root: str | None, chosen: Collection[str] | None = None
    ) -> Callable[[Any], Any]:
        """Return the hook that gets a function and returns a watched copy, or the function itself."""

        def watch(function: Any) -> Any:
            try:
                if (
                    len(self._inner) >= _MAX_FUNCTIONS
                    or not is_same(function, definition, self._run.namespace)
                    or any(one.is_running(definition.name) for one in self._inner)
                ):
                    return function
                inner = _FunctionCapture(self, definition, function, chosen)
                made = function
                if root is None or self._is_called_here(root):
                    made = inner.made()
                elif not inner.heard(self._entered):
                    return function
                if made is not None:
                    self._inner.append(inner)
            except FAULTS:  # the function as it is does all that the user wants
                return function
            return function if made is None else made

        return watch

    def _is_called_here(self, root: str) -> bool:
        """Return whether a library calls functions in this process, and sends them to no other."""
        if not is_of_command_line(self._run.namespace.get(root)):
            return False
        hydra = "hydra" in sys.modules and {"-m", "--multirun"} & set(sys.argv)
        return not hydra  # its launchers pickle the function

    def drain(self) -> Iterator[tuple[str, Points]]:
        """Yield the points that loops have observed since the last call; thread-safe."""
        yield from super().drain()
        for one in list(self._inner):
            yield from one.drain()

    @property
    def reached(self) -> int:
        """How far the script is: a number that changes when there is something new."""
        return super().reached + len(self._inner)

    def stop(self) -> None:
        """Remove the hooks; the script's code must have ended."""
        super().stop()
        self._entered.end()
        for one in self._inner:
            one.take_back()

    def finish(self, error: BaseException | None = None) -> Captured:
        """Remove the hooks and return the results; `error` is the exception that ended the script, if any."""
        for one in self._inner:
            one.end_with(error)
        inner = [(one, one.captured) for one in self._inner if one.captured is not None]
        for one, found in inner:
            for name, values in [*one.seen.items(), *((n, p.values) for n, p in found.metrics.items())]:
                self._run.seen.setdefault(name, array("d")).extend(values)
        captured = super().finish(error)
        captured.metrics = {
            name: points for name, points in captured.metrics.items() if not self._is_last(name, points)
        }
        for _, found in inner:
            found.metrics = without_told(found.metrics, self._run.told)
        calls = [Called(one.name, one.bound, found) for one, found in inner]
        leave_out_twice(captured, calls)
        join(captured, calls)
        return captured

    def _is_last(self, name: str, points: Points) -> bool:
        """Return whether an entry of a dict is the last value of a history that has its name."""
        _, dot, last = name.rpartition(".")
        history = self._run.seen.get(last) if dot else None
        return history is not None and list(history[-1:]) == list(points.values)


class _FunctionCapture(CellCapture):
    """Watches one call of a function of a script.

    Parameters
    ----------
    owner
        The capture of the script.
    definition, function
        The function.
    chosen
        The parameters whose values are settings; None for all of them.
    """

    def __init__(
        self,
        owner: ScriptCapture,
        definition: Function,
        function: FunctionType,
        chosen: Collection[str] | None,
    ) -> None:
        self._names = FrameNames(owner.namespace)
        own = {one.arg for one in parameters(definition.args)}
        # What the module has is not this function's setting; what it is given is told apart by `chosen`.
        super().__init__(self._names, results={*owner.namespace, *own})
        self.name = definition.name
        self.captured: Captured | None = None
        self._owner, self._function, self._definition = owner, function, definition
        self._taken = own if chosen is None else own & set(chosen)
        self._run.given, self._run.script = owner._run.given, True  # noqa: SLF001 (one script's)
        self._run.steps = owner._run.steps  # noqa: SLF001
        self._run.stepped = owner._run.stepped  # noqa: SLF001
        self._parsed = owner._parsed  # noqa: SLF001
        self._asking = owner._asking  # noqa: SLF001
        self._around: BaseException | None = None
        self._state = "made"
        self._frame = 0
        self._lock = threading.Lock()

    def made(self) -> FunctionType | None:
        """Return the copy of the function that is watched."""
        definition = pickle.loads(pickle.dumps(self._definition))  # noqa: S301 - our own bytes
        first = definition.body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        body = definition.body[documented:]
        if not body:
            return None
        tree = self.transform(ast.Module(body, []))
        begin, end = self._hooks.lend(self._begin), self._hooks.lend(self._end)
        return twin(self._function, definition, tree.body, begin, end)

    def place(self, tree: ast.Module, analysis: CellAnalysis, editor: Editor) -> None:  # noqa: ARG002 (the script's)
        """Have the functions watched that this one calls."""
        self._owner.place_calls(analysis, editor)

    def is_running(self, name: str) -> bool:
        """Return whether it is of this function, and has not ended."""
        return name == self.name and self._state == "running"

    @property
    def seen(self) -> dict[str, array[float]]:
        """The values of series that were stored while it ran."""
        return self._run.seen

    @property
    def bound(self) -> set[str]:
        """The names that it binds."""
        return {name for sites in self._run.sites for name in sites.analysis.bindings}

    def drain(self) -> Iterator[tuple[str, Points]]:
        """Yield the points that its loops have observed since the last call; thread-safe."""
        with self._lock:
            found = list(super().drain())
        yield from found

    def known(self) -> tuple[dict[str, ParamValue], list[DataRecord]]:
        """Return nothing: what is known of it is known at its end."""
        return {}, []

    def stop(self) -> None:
        """Leave the hooks: the copy may be called again."""

    def take_back(self) -> None:
        """Remove the hooks, when the script has ended."""
        self._hooks.take_back()

    def heard(self, entered: Entered) -> bool:
        """Have the interpreter say when the function itself begins and ends; return whether it will."""
        tree = ast.Module(self._definition.body, [])
        reach = Reach(tree, outermost=False)
        reach.suppose()
        self._run.sites.append(Sites(CellAnalysis(tree, ast.Pass()), reach))
        return entered.listen(self._function.__code__, self._enter, self._leave)

    @forgiving()
    def end_with(self, error: BaseException | None) -> None:
        """End it where an exception has left it of which nobody has told."""
        trace = None if error is None else error.__traceback__
        while trace is not None and self._state == "running":
            if trace.tb_frame.f_code is self._function.__code__:
                self._finish(error)
            trace = trace.tb_next

    @forgiving()
    def _begin(self) -> None:
        self._enter(sys._getframe(2))  # noqa: SLF001 (past `forgiving`)

    @forgiving()
    def _enter(self, frame: FrameType) -> None:
        if self._state != "made":
            return
        self._state, self._around = "running", sys.exc_info()[1]
        self._frame = id(frame)
        self._names.enter(frame)
        for name, value in _arguments(frame).items():
            # `main(sys.argv[1:])`: what is parsed of them has better names.
            if name in self._taken and not (isinstance(value, list) and value == sys.argv[-len(value) :]):
                self._run.given.add(name, value)
        for sites in self._run.sites:
            self.note(sites.analysis)

    @forgiving()
    def _end(self) -> None:
        error = sys.exc_info()[1]
        if self._state == "running":
            self._finish(None if error is self._around else error)

    @forgiving()
    def _leave(self, frame: FrameType) -> None:
        if self._state == "running" and id(frame) == self._frame:
            self._finish(None)

    def _finish(self, error: BaseException | None) -> None:
        self._state = "ended"
        self._names.settle()
        SEEN.scan_names(self._names)
        with self._lock:
            captured = self.finish(error)
        # What the script was given is said once for the whole of it.
        given = {(one.name, repr(one.value)) for one in self._run.given.settings()}
        captured.params = {n: v for n, v in captured.params.items() if (n, repr(v)) not in given}
        self.captured = captured
        self._names.clear()  # it keeps nothing alive that its function has left
        self._around = None

    def told(self, moment: float) -> Told:  # noqa: ARG002 (the script's)
        """Return nothing: what frameworks know is of the whole script."""
        return Told()

    def left(self, error: BaseException | None) -> list[Position]:
        """Return where an exception left the function."""
        return left_in(
            error,
            lambda frame: frame.f_code.co_name == self.name and frame.f_globals is self._owner.namespace,
        )

    @property
    def shows(self) -> bool:
        """Whether the value of the last statement is shown."""
        return False

    @property
    def outermost(self) -> bool:
        """Whether the last statement has no mark: in a function it may be left before."""
        return False


def _arguments(frame: Any) -> dict[str, Any]:
    """Return the arguments of a function that has just begun, with those of `**options` by name."""
    found = inspect.getargvalues(frame)
    return {name: found.locals[name] for name in found.args if name in found.locals}
