"""One execution of a cell, watched from its syntax tree to its results."""

from __future__ import annotations

import ast
import pickle
import time
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.capture.data import Sketch, sketch
from nbtrack.capture.foreign import FAULTS, module_of
from nbtrack.capture.number import as_number
from nbtrack.capture.results.columns import Columns
from nbtrack.capture.results.metrics import collect
from nbtrack.capture.results.printed import PrintedScores
from nbtrack.capture.results.scores import carries, estimator_series, score_metrics
from nbtrack.capture.secrets import MASK, mask
from nbtrack.capture.settings.arguments import call_settings
from nbtrack.capture.settings.estimators import (
    Fitted,
    estimator_settings,
    fitted_names,
    is_estimator,
    optimiser_settings,
    record,
)
from nbtrack.capture.settings.params import name_settings
from nbtrack.capture.settings.setting import Setting, flatten, resolve
from nbtrack.capture.source.analysis import CellAnalysis
from nbtrack.capture.source.names import dotted
from nbtrack.capture.watch.before import Before
from nbtrack.capture.watch.instrument import instrument
from nbtrack.capture.watch.observe import Hooks
from nbtrack.capture.watch.reach import Reach, left_at
from nbtrack.capture.watch.series import series_names
from nbtrack.capture.why import Why
from nbtrack.capture.words.calls import LOADING, STEP_METHODS
from nbtrack.capture.words.names import is_metric_name, is_training_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nbtrack.capture.watch.sites import Sites
    from nbtrack.records import DataRecord, EstimatorRecord, ParamValue

__all__ = ["Captured", "CellCapture", "Options", "choices", "is_worth_tracking"]


@dataclass(frozen=True, slots=True)
class Options:
    """What the user said of a cell's names; `only_` replaces what capture finds by itself."""

    params: frozenset[str] = frozenset()
    metrics: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    only_params: bool = False
    only_metrics: bool = False


@dataclass(slots=True)
class Captured:
    """What a cell came to, once it has run."""

    params: dict[str, ParamValue] = field(default_factory=dict)
    metrics: dict[str, Columns] = field(default_factory=dict)
    """What has not been drained already."""
    left_out: list[str] = field(default_factory=list)
    """What could not be gathered, each in a few words."""
    data: list[DataRecord] = field(default_factory=list)
    estimators: list[EstimatorRecord] = field(default_factory=list)
    fitted: list[Fitted] = field(default_factory=list)
    """The estimators themselves, in the order of `estimators`."""
    loops: dict[str, list[int]] = field(default_factory=dict)
    """Of series in a nested loop: the step at which each iteration of the outer loop began."""
    folds: set[str] = field(default_factory=set)
    """Metrics whose points are the scores of folds: their mean counts, not the last."""
    secrets: list[str] = field(default_factory=list)
    """What was masked in the params."""
    written: frozenset[str] = frozenset()
    """The params that the cell sets or reads under names of its own: the rest are arguments and what objects tell."""


def is_worth_tracking(tree: ast.Module) -> bool:
    """Return whether a cell trains or scores something, by its source.

    A loop that computes a loss does; what only prepares data (`fit_transform`) does not.
    """
    analysis = CellAnalysis(tree)
    if any(is_metric_name(name) for name in series_names(analysis)):
        return True
    working = [call for call in analysis.calls if call.name.rpartition(".")[2] != "fit_transform"]
    return analysis.trains and any(
        call.role in {"fit", "score"} or is_training_name(call.name.rpartition(".")[2]) for call in working
    )


def choices(tree: ast.Module, before: Iterable[str] = ()) -> set[str]:
    """Return the names that hold a literal once a cell has run, given those that did before it."""
    analysis = CellAnalysis(tree)
    written = {name for name, bindings in analysis.bindings.items() if bindings[-1].literal}
    return (set(before) - set(analysis.bindings)) | written


class CellCapture:
    r"""Watches one execution of a cell.

    Parameters
    ----------
    namespace
        The user's namespace, in which the cell runs.
    options
        What the user said of names.
    results
        Names that earlier cells of the session kept as metrics.
    chosen
        Names that earlier cells assigned a literal.

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

    _SEEN = 100_000

    def __init__(
        self,
        namespace: dict[str, Any],
        options: Options = Options(),
        results: Iterable[str] = (),
        chosen: Iterable[str] = (),
    ) -> None:
        self.printed = PrintedScores()
        self.namespace = namespace
        self._options = options
        self._results = frozenset(results)
        self._chosen = frozenset(chosen)
        self._hooks = Hooks()
        self._sites: list[Sites] = []
        self._before = Before(namespace)
        self._data: dict[str, Sketch] = {}
        self._seen: dict[str, array[float]] = {}
        self.secrets: list[str] = []

    def transform(self, tree: ast.Module) -> ast.Module:
        """Note what the cell is about to read, and return a copy of its tree with hooks in it."""
        reach = Reach(tree, outermost=not self._sites)
        # Pickling copies a syntax tree in a third of `deepcopy`'s time.
        tree = pickle.loads(pickle.dumps(tree))  # noqa: S301 - our own bytes
        analysis = CellAnalysis(tree)
        for name, inner in self._before.note(analysis).items():
            if inner or name in analysis.uses or name in analysis.mutations:
                self._describe(name, self.namespace[name])
        self._sites.append(
            instrument(
                tree,
                analysis,
                reach,
                namespace=self.namespace,
                hooks=self._hooks,
                wanted=self._options.metrics,
            )
        )
        return tree

    def _describe(self, name: str, value: Any) -> None:
        if name not in self._data and not name.startswith("_"):
            found = sketch(name, value)
            if found is not None:
                self._data[name] = found

    def settle(self) -> None:
        """Do what need not hold up the cell, nor its end; called from another thread."""
        for one in list(self._data.values()):
            one.record()

    def drain(self) -> Iterator[tuple[str, Columns]]:
        """Yield what the cell's loops have observed since the last call; safe from another thread."""
        if self._options.only_metrics:
            wanted = self._options.metrics
            yield from ((name, columns) for name, columns in self._drain() if name in wanted)
        else:
            yield from self._drain()

    def _drain(self) -> Iterator[tuple[str, Columns]]:
        for sites in list(self._sites):
            for observed in sites.observed:
                if observed.name in self._options.ignore:
                    continue
                steps, times, values = observed.drain()
                if not values:
                    continue
                seen = self._seen.setdefault(observed.name, array("d"))
                if len(seen) < self._SEEN:
                    seen.extend(values[: self._SEEN])
                yield observed.name, Columns(steps, times, values)

    @property
    def iterations(self) -> int:
        """How many points the longest series has so far."""
        return max((o.counted + len(o.values) for s in self._sites for o in s.observed), default=0)

    @property
    def reached(self) -> int:
        """How far the cell is: another number where there is something new to know."""
        return sum(sites.reach.count for sites in self._sites)

    def known(self) -> tuple[dict[str, ParamValue], list[DataRecord]]:
        """Return the params and the data that are known so far, while the cell runs; safe from another thread.

        Of the params only those that nothing in the cell's source can make something else of.
        """
        settings: list[Setting] = []
        read: set[str] = set()
        for sites in list(self._sites):
            so_far = CellAnalysis(sites.reach.tree(), ast.Pass())
            read |= self._before.read_by(so_far).keys()
            for one in self._named(so_far):
                root = one.name.partition(".")[0]
                if len(sites.analysis.bindings.get(root, ())) < 2 and root not in sites.analysis.mutations:
                    settings.append(one)
        data = [one.record() for name, one in list(self._data.items()) if name in read]
        return self._said(resolve(settings)), data

    def stop(self) -> None:
        """Take the hooks back; the cell's code must have ended."""
        self._hooks.take_back()

    def finish(self, error: BaseException | None = None) -> Captured:
        """Take the hooks back and return what the cell came to; `error` is what ended it early."""
        self.stop()
        now = time.time()
        captured = Captured()
        self._look_back(error)
        for sites in self._sites:
            for name, running in sites.sums.items():
                if any(b.loop for b in sites.analysis.bindings.get(name, ())):
                    running.add(self.namespace.get(name))
        self.printed.finish()
        fitted: list[Fitted] = []
        parts: dict[str, Callable[[], Any]] = {
            # A fit that was stopped has trained something; one that raised has not.
            "models": lambda: fitted.extend(self._fitted(ended=not isinstance(error, KeyboardInterrupt))),
            "estimators": lambda: self._estimators(captured, fitted),
            "metrics": lambda: self._metrics(captured, fitted, now),
            "params": lambda: self._params(captured, fitted),
            "data": lambda: self._described(captured),
        }
        for part, gather in parts.items():
            try:
                gather()
            except FAULTS as fault:  # one odd object costs its own part of the run, and no other
                captured.left_out.append(f"{part} ({type(fault).__name__})")
        captured.secrets = self.secrets
        for sites in self._sites:
            for counter in sites.loops.values():
                for inner in counter.inner:
                    captured.loops[inner.name] = list(counter.marks)
        return captured

    def _look_back(self, error: BaseException | None) -> None:
        """Read the cell again, as if what was not reached had not been written."""
        left = left_at(error, self.namespace)
        for number, sites in enumerate(self._sites):
            reach = sites.reach
            outermost = number == 0
            inner = left[-1] if number == len(self._sites) - 1 and len(left) > 1 else None
            sites.whole = sites.analysis
            reach.finish(ended=error is None, failed_at=next(iter(left), None) if outermost else inner)
            if not reach.whole:
                sites.analysis = CellAnalysis(reach.tree(), reach.body[-1] if reach.body else None)
            self._before.compare(sites.analysis)

    def why(self, captured: Captured) -> Why:
        """Return what tells why a name was kept, or was not."""
        names = {name for sites in self._sites if sites.whole for name in sites.whole.bindings}
        metrics = {name: len(columns.values) for name, columns in captured.metrics.items()}
        metrics |= {name: len(points) for name, points in self._seen.items()}
        return Why(
            [sites.whole for sites in self._sites if sites.whole],
            [sites.analysis for sites in self._sites],
            captured.params,
            metrics,
            [one.name for one in captured.estimators],
            [one.name for one in captured.data],
            {name: type(self.namespace[name]).__name__ for name in names if name in self.namespace},
            self._options.ignore,
        )

    # -- models

    @staticmethod
    def _estimators(captured: Captured, fitted: list[Fitted]) -> None:
        for one in fitted:
            kept = record(one)
            if kept is None:
                captured.left_out.append(f"the model {one.name}")
            else:
                captured.estimators.append(kept)
                captured.fitted.append(one)

    def _fitted(self, *, ended: bool) -> list[Fitted]:
        found: dict[int, Fitted] = {}
        for sites in self._sites:
            for site in sites.fits:
                several = site.several
                for estimator, data, shape in site.fitted(ended=ended):
                    if is_estimator(estimator) or module_of(type(estimator)) == "__main__":
                        name = self._name_of(estimator, site.source, several=several)
                        found[id(estimator)] = Fitted(name, estimator, data, shape)
            names = dict.fromkeys([*self._before.read_by(sites.analysis), *sites.analysis.bindings])
            steps = any(call.name.rpartition(".")[2] in STEP_METHODS for call in sites.analysis.calls)
            for one in fitted_names(names, self._before.states, self.namespace, trains_modules=steps):
                found.setdefault(id(one.estimator), one)
        return list(found.values())

    def _name_of(self, estimator: Any, source: str, *, several: bool) -> str:
        for sites in self._sites:
            for name in (*sites.analysis.bindings, *sites.analysis.reads):
                bound = sites.analysis.bindings.get(name, ())
                # Of several that a loop fits under one name, the last is one like the others.
                looped = any(b.kind == "loop" or (several and b.loop) for b in bound)
                if self.namespace.get(name) is estimator and not looped:
                    return name
        if self.namespace.get(source) is estimator and not any(
            b.loop or b.kind == "loop" for s in self._sites for b in s.analysis.bindings.get(source, ())
        ):
            return source
        return type(estimator).__name__

    # -- results

    def _metrics(self, captured: Captured, fitted: list[Fitted], now: float) -> None:
        found = dict(self._drain())
        working = any(sites.analysis.trains for sites in self._sites)
        if not self._options.only_metrics:
            found.update(self._new(score_metrics(s for sites in self._sites for s in sites.scores), found))
        for sites in self._sites:
            wanted = self._options.metrics
            trained = working or bool(fitted)
            results = collect(
                sites.analysis, self.namespace, now, wanted=wanted, trains=trained, put=sites.put
            )
            if self._options.only_metrics:
                results = {name: c for name, c in results.items() if name in wanted}
            found.update(self._new(results, found))
            found.update(self._final(sites.analysis, results))
        if self._options.only_metrics:
            captured.metrics = {n: c for n, c in found.items() if n in self._options.metrics}
            return
        read = {node.attr for sites in self._sites for node, *_ in sites.analysis.fitted_reads}
        for one in fitted:
            carried = estimator_series(one.estimator, read, now)
            for name, columns in carried.items():
                clash = sum(carries(other.estimator, name) for other in fitted)
                found.setdefault(f"{one.name}.{name}" if clash > 1 else name, columns)
        known = [*self._seen.values(), *(c.values for c in found.values())]
        for name, points in self.printed.unknown(known).items():
            if name not in found and name not in self._seen:
                found[name] = Columns(
                    array("q", range(len(points))),
                    array("d", [moment for moment, _ in points]),
                    array("d", [value for _, value in points]),
                )
        captured.metrics = {
            n: c for n, c in found.items() if n not in self._options.ignore and not self._is_said(n, c, found)
        }
        captured.folds = self._folds(captured.metrics)

    def _is_said(self, name: str, columns: Columns, found: Mapping[str, Columns]) -> bool:
        """Return whether an entry of a dict or list is a metric under its own name already."""
        last = name.rpartition(".")[2]
        if last == name:
            return False
        plain = found[last].values if last in found else self._seen.get(last)
        return plain is not None and list(plain) == list(columns.values)

    def _folds(self, metrics: Mapping[str, Columns]) -> set[str]:
        """Return the metrics that are the scores of a cross validation's folds."""
        validated = {"cross_val_score"}
        for sites in self._sites:
            for name, bindings in sites.analysis.bindings.items():
                value = bindings[-1].value
                if (
                    bindings[-1].loop is None
                    and isinstance(value, ast.Call)
                    and "cross_val" in dotted(value.func)
                ):
                    validated.add(name)
        return {
            name
            for name, columns in metrics.items()
            if len(columns.values) > 1 and name.partition(".")[0] in validated
        }

    def _new(self, results: Mapping[str, Columns], found: Mapping[str, Columns]) -> dict[str, Columns]:
        """Leave out what the cell's loops have given a history already."""
        return {n: c for n, c in results.items() if n not in found and n not in self._seen}

    def _final(self, analysis: CellAnalysis, results: Mapping[str, Columns]) -> dict[str, Columns]:
        """Return what the cell computes after a loop under a name that has a history from the loop."""
        return {
            f"final_{name}": columns
            for name, columns in results.items()
            if name in self._seen
            and len(columns.values) == 1
            and (bindings := analysis.bindings.get(name))
            and bindings[-1].loop is None
            and not bindings[-1].literal
            and columns.values[-1] not in self._seen[name][-1:]
        }

    # -- settings

    def _params(self, captured: Captured, fitted: list[Fitted]) -> None:
        options = self._options
        settings: list[Setting] = []
        if not options.only_params:
            for sites in self._sites:
                settings += self._named(sites.analysis)
            captured.written = frozenset(one.name for one in settings)
            named = self._named_objects(settings)
            # `Model(**config)`: what a dict of the cell's holds is known by its name there.
            held = {(s.name.rpartition(".")[2], repr(s.value)) for s in settings if "." in s.name}
            own = len(settings)
            for one in fitted:
                settings += estimator_settings(one.estimator, one.name, named)
            for sites in self._sites:
                # Of a sweep in a loop only the last is there still; what differs among them is no setting.
                settings += [setting for site in sites.fits for gone in site.gone() for setting in gone]
                for name in self._validated(sites.analysis):
                    settings += estimator_settings(self.namespace[name], name, named)
                settings += call_settings(sites.analysis, self.namespace)
                for name in self._before.read_by(sites.analysis):
                    settings += optimiser_settings(name, self._before.values.get(name))
            settings[own:] = [s for s in settings[own:] if (s.name, repr(s.value)) not in held]
        for name in sorted(options.params):
            if name in self.namespace:
                settings += [Setting(k, leaf) for k, leaf in flatten(name, self.namespace[name])]
        kept = resolve(s for s in settings if s.name not in captured.metrics or s.prefix)
        captured.params = self._said(kept)

    def _named(self, analysis: CellAnalysis) -> list[Setting]:
        """Return the settings among the names that a cell binds and reads."""
        read, values = self._before.read_by(analysis), self._before.values
        return name_settings(
            analysis,
            {name: values[name] for name in read if name in values},
            self.namespace,
            inner=[name for name, inside in read.items() if inside],
            chosen=self._chosen,
            results=self._results,
        )

    def _said(self, params: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
        """Return params as they are kept: without what is to be ignored, and with secrets masked."""
        options = self._options
        found: dict[str, ParamValue] = {}
        for name, value in params.items():
            whole = name in options.params or name.partition(".")[0] in options.params
            if {name, name.partition(".")[0]} & options.ignore or (options.only_params and not whole):
                continue
            found[name] = masked = mask(name, value)
            if masked == MASK and str(value) not in self.secrets:
                self.secrets.append(str(value))
        return found

    def _named_objects(self, settings: list[Setting]) -> set[int]:
        """Return the `id` of the dicts and lists whose entries are settings under their own name."""
        names = {setting.name.partition(".")[0] for setting in settings if "." in setting.name}
        return {id(self.namespace[name]) for name in names if name in self.namespace}

    def _validated(self, analysis: CellAnalysis) -> list[str]:
        """Return the estimators that the cell hands to a cross validation, which fits copies of them."""
        return [
            name.id
            for call in analysis.calls
            if "cross_val" in call.name or call.name.rpartition(".")[2].endswith("_curve")
            for name in call.node.args[:1]
            if isinstance(name, ast.Name) and is_estimator(self.namespace.get(name.id))
        ]

    # -- data

    def _described(self, captured: Captured) -> None:
        self._loaded()
        used = self._used()
        captured.data = [one.record() for name, one in self._data.items() if name in used]

    def _used(self) -> set[str]:
        """Return the names that the cell has read or bound."""
        every = (sites.analysis for sites in self._sites)
        return set().union(*({*self._before.read_by(one), *one.bindings} for one in every))

    def _loaded(self) -> None:
        """Describe the tables that the cell itself loaded."""
        for sites in self._sites:
            for name, bindings in sites.analysis.bindings.items():
                value = bindings[-1].value
                if isinstance(value, ast.Call) and name in self.namespace and as_number(value) is None:
                    root = dotted(value.func).rpartition(".")[2]
                    if root.startswith(LOADING):
                        self._describe(name, self.namespace[name])
