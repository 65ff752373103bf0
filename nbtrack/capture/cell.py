"""Capture one execution of a cell, from its syntax tree to its results."""

from __future__ import annotations

import ast
import pickle
from typing import TYPE_CHECKING, Any

from nbtrack.capture.data import Sketch, sketch
from nbtrack.capture.execution import Captured, Execution, Options
from nbtrack.capture.foreign import FAULTS
from nbtrack.capture.frameworks.asking import Asking
from nbtrack.capture.number import as_number
from nbtrack.capture.results.printed import PrintedScores
from nbtrack.capture.results.written import Written
from nbtrack.capture.run_metrics import gather_metrics
from nbtrack.capture.run_models import deleted_models, fitted_models, keep_models
from nbtrack.capture.run_params import gather_params, named_settings, said
from nbtrack.capture.settings.earlier import EarlierChoices
from nbtrack.capture.settings.setting import resolve
from nbtrack.capture.source.analysis import CellAnalysis
from nbtrack.capture.source.carried import Carried
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.watch.before import Before
from nbtrack.capture.watch.instrument import instrument
from nbtrack.capture.watch.observe import Hooks
from nbtrack.capture.watch.parsed import ParsedArguments
from nbtrack.capture.watch.reach import Reach, left_at
from nbtrack.capture.watch.series import series_names
from nbtrack.capture.why import Why
from nbtrack.capture.words.calls import LOADING
from nbtrack.capture.words.names import is_metric_name, is_training_name
from nbtrack.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nbtrack.capture.frameworks.told import Told
    from nbtrack.capture.settings.estimators import Fitted
    from nbtrack.capture.settings.setting import Setting
    from nbtrack.capture.watch.editor import Editor
    from nbtrack.capture.watch.reach import Position
    from nbtrack.points import Points
    from nbtrack.records import DataRecord, ParamValue

__all__ = ["CellCapture", "is_worth_tracking"]


def is_worth_tracking(tree: ast.Module) -> bool:
    """Return whether a cell trains or scores something, according to its source.

    A loop that computes a loss does; code that only prepares data (`fit_transform`) does not.
    """
    analysis = CellAnalysis(tree)
    if any(is_metric_name(name) for name in series_names(analysis)):
        return True
    working = [call for call in analysis.calls if call.name.rpartition(".")[2] != "fit_transform"]
    return analysis.trains and any(
        call.role in {"fit", "score"} or is_training_name(call.name.rpartition(".")[2]) for call in working
    )


class CellCapture:
    r"""Watches one execution of a cell.

    Parameters
    ----------
    namespace
        The user's namespace, in which the cell runs.
    options
        The user's options for names.
    results
        Names that earlier cells of the session kept as metrics.
    earlier
        What earlier cells of the session have chosen.

    Examples
    --------
    >>> namespace = {"__name__": "__main__"}
    >>> capture = CellCapture(namespace)
    >>> tree = capture.transform(ast.parse("rate = 0.5\nfor i in range(3):\n    loss = rate / (i + 1)"))
    >>> exec(compile(tree, "cell", "exec"), namespace)
    >>> captured = capture.finish()
    >>> captured.params, list(captured.metrics["loss"].values)
    ({'rate': 0.5}, [0.5, 0.25, 0.16666666666666666])
    """

    def __init__(
        self,
        namespace: dict[str, Any],
        options: Options | None = None,
        results: Iterable[str] = (),
        earlier: EarlierChoices | None = None,
    ) -> None:
        self._trees: list[ast.Module] = []
        """The code as the user wrote it."""
        self._run = Execution(
            namespace,
            options or Options(),
            Before(namespace),
            results=frozenset(results),
            earlier=earlier or EarlierChoices(),
            printed=PrintedScores(Written(lambda: self._trees, namespace)),
        )
        self._hooks = Hooks()
        self._parsed = ParsedArguments(namespace, self._run.given)
        self._asking = Asking(namespace)
        self._data: dict[str, Sketch] = {}

    @property
    def namespace(self) -> dict[str, Any]:
        """The user's namespace."""
        return self._run.namespace

    @property
    def printed(self) -> PrintedScores:
        """Takes what the cell prints and logs."""
        return self._run.printed

    @property
    def secrets(self) -> list[str]:
        """The secrets that were masked in the params so far."""
        return self._run.secrets

    @property
    def iterations(self) -> int:
        """How many points the longest series has so far."""
        return self._run.iterations

    @property
    def reached(self) -> int:
        """How far the cell is: a number that changes when there is something new."""
        return self._run.reached

    def transform(self, tree: ast.Module) -> ast.Module:
        """Record the cell's inputs, and return a copy of its tree with hooks."""
        self._trees.append(tree)
        reach = Reach(tree, outermost=self.outermost and not self._run.sites)
        # Pickling copies a syntax tree in a third of `deepcopy`'s time.
        tree = pickle.loads(pickle.dumps(tree))  # noqa: S301 - our own bytes
        analysis = self._analysed(tree, tree.body)
        self.note(analysis)
        self._run.sites.append(
            instrument(
                tree,
                analysis,
                reach,
                namespace=self._run.namespace,
                hooks=self._hooks,
                wanted=self._run.options.metrics,
                also=lambda editor: self.place(tree, analysis, editor),
            )
        )
        self._parsed.begin()
        self._run.stepped.begin()
        self._asking.begin()
        return tree

    def _analysed(self, tree: ast.Module, body: list[ast.stmt]) -> CellAnalysis:
        """Return the analysis of a tree, of which the last statement of `body` is shown."""
        return CellAnalysis(tree, body[-1] if body and self.shows else ast.Pass() if body else None)

    @property
    def shows(self) -> bool:
        """Whether the value of the last statement is shown."""
        return True

    @property
    def outermost(self) -> bool:
        """Whether the last statement of the first tree has no mark, since IPython shows its value."""
        return True

    def note(self, analysis: CellAnalysis) -> None:
        """Record what code is about to use."""
        for name, inner in self._run.before.note(analysis).items():
            if inner or name in analysis.uses or name in analysis.mutations:
                self._describe(name, self._run.namespace[name])

    def place(self, tree: ast.Module, analysis: CellAnalysis, editor: Editor) -> None:
        """Insert further hooks into a tree; a cell has none."""

    def told(self, moment: float) -> Told:
        """Return what frameworks know of the trainings, at the end."""
        returned = [site.returned for sites in self._run.sites for site in sites.fits]
        bindings = [one for sites in self._run.sites for one in sites.analysis.bindings.items()]
        looped = {name for name, all_of_it in bindings if all(b.loop for b in all_of_it)}
        return self._asking.told(moment, returned, looped)

    def left(self, error: BaseException | None) -> list[Position]:
        """Return where an exception left the code, outermost first."""
        return left_at(error, self._run.namespace)

    def _describe(self, name: str, value: Any) -> None:
        if name not in self._data and not name.startswith("_"):
            found = sketch(name, value)
            if found is not None:
                self._data[name] = found

    def settle(self) -> None:
        """Do work that must delay neither the cell nor its end; called from another thread."""
        for one in list(self._data.values()):
            one.record()

    def drain(self) -> Iterator[tuple[str, Points]]:
        """Yield the points that the cell's loops have observed since the last call; thread-safe."""
        if self._run.options.only_metrics:
            wanted = self._run.options.metrics
            yield from ((name, points) for name, points in self._run.observed() if name in wanted)
        else:
            yield from self._run.observed()

    def known(self) -> tuple[dict[str, ParamValue], list[DataRecord]]:
        """Return the params and the data that are known so far, while the cell runs; thread-safe.

        Only params that the rest of the cell's source cannot change.
        """
        settings: list[Setting] = []
        read: set[str] = set()
        for sites in list(self._run.sites):
            so_far = CellAnalysis(sites.reach.tree(), ast.Pass())
            read |= self._run.before.read_by(so_far).keys()
            for one in named_settings(self._run, so_far):
                root = one.name.partition(".")[0]
                if len(sites.analysis.bindings.get(root, ())) < 2 and root not in sites.analysis.mutations:
                    settings.append(one)
        data = [one.record() for name, one in list(self._data.items()) if name in read]
        return said(self._run, resolve(settings)), data

    def stop(self) -> None:
        """Remove the hooks; the cell's code must have ended."""
        self._hooks.take_back()
        self._parsed.end()
        self._run.stepped.end()
        self._asking.end()

    def finish(self, error: BaseException | None = None) -> Captured:
        """Remove the hooks and return the cell's results; `error` is the exception that ended it, if any."""
        self.stop()
        moment = now()
        captured = Captured()
        self._look_back(error)
        for sites in self._run.sites:
            for name, running in sites.sums.items():
                if any(b.loop for b in sites.analysis.bindings.get(name, ())):
                    running.add(self._run.namespace.get(name))
        self._run.printed.finish()
        self._run.told = self.told(moment)
        captured.left_out += self._run.told.left_out
        captured.tables, captured.tags = self._run.told.tables, self._run.told.tags
        fitted: list[Fitted] = []
        parts: dict[str, Callable[[], Any]] = {
            # A fit that was interrupted has trained something; one that raised has not.
            "models": lambda: fitted.extend(
                fitted_models(self._run, ended=not isinstance(error, KeyboardInterrupt))
            ),
            "estimators": lambda: keep_models(captured, fitted),
            "metrics": lambda: gather_metrics(self._run, captured, fitted, moment),
            "params": lambda: gather_params(self._run, captured, fitted),
            "deleted models": lambda: captured.estimators.extend(deleted_models(self._run)),
            "data": lambda: self._described(captured),
        }
        for part, gather in parts.items():
            try:
                gather()
            except FAULTS as fault:  # a faulty object must not affect other parts of the run
                captured.left_out.append(f"{part} ({type(fault).__name__})")
        captured.secrets = self._run.secrets
        for sites in self._run.sites:
            for counter in sites.loops.values():
                for inner in counter.inner:
                    captured.loops[inner.name] = list(counter.marks)
        return captured

    def _look_back(self, error: BaseException | None) -> None:
        """Analyse the cell again as it was written, without the code that was not reached."""
        left = self.left(error)
        for number, sites in enumerate(self._run.sites):
            reach = sites.reach
            outermost = number == 0 and self.outermost
            inner = left[-1] if number == len(self._run.sites) - 1 and len(left) > 1 else None
            sites.whole = sites.analysis
            reach.finish(ended=error is None, failed_at=next(iter(left), None) if outermost else inner)
            # Of the whole code too: in the tree that ran, hooks stand between the parts of an expression.
            sites.analysis = self._analysed(reach.tree(), reach.body)
            self._run.before.compare(sites.analysis)

    def why(self, captured: Captured) -> Why:
        """Return the explanations why names were kept, or were not."""
        names = {name for sites in self._run.sites if sites.whole for name in sites.whole.bindings}
        metrics = {name: len(points.values) for name, points in captured.metrics.items()}
        metrics |= {name: len(points) for name, points in self._run.seen.items()}
        return Why(
            [sites.whole for sites in self._run.sites if sites.whole],
            [sites.analysis for sites in self._run.sites],
            captured.params,
            metrics,
            [one.name for one in captured.estimators],
            [one.name for one in captured.data],
            {name: type(self._run.namespace[name]).__name__ for name in names if name in self._run.namespace},
            self._run.options.ignore,
            {
                name
                for sites in self._run.sites
                for name in Carried(sites.analysis, self._run.namespace).names()
            },
        )

    def _described(self, captured: Captured) -> None:
        self._loaded()
        used = self._used()
        captured.data = [one.record() for name, one in self._data.items() if name in used]

    def _used(self) -> set[str]:
        """Return the names that the cell has read or bound."""
        every = (sites.analysis for sites in self._run.sites)
        return set().union(*({*self._run.before.read_by(one), *one.bindings} for one in every))

    def _loaded(self) -> None:
        """Describe the tables that the cell itself loaded."""
        for sites in self._run.sites:
            for name, bindings in sites.analysis.bindings.items():
                value = bindings[-1].value
                if isinstance(value, ast.Call) and name in self._run.namespace and as_number(value) is None:
                    root = dotted(value.func).rpartition(".")[2]
                    if root.startswith(LOADING):
                        self._describe(name, self._run.namespace[name])
