"""The metrics of a run: from its loops, its names, its models and its output."""

from __future__ import annotations

import ast
import itertools
import math
from array import array
from typing import TYPE_CHECKING

from nbtrack.capture.foreign import peek
from nbtrack.capture.results.metrics import collect
from nbtrack.capture.results.scores import carries, estimator_series, score_metrics
from nbtrack.capture.results.shown_before import numbers_before, numbers_in_text
from nbtrack.capture.run_frameworks import as_printed, told_of, with_told
from nbtrack.capture.run_sweeps import tables_of_words, tried
from nbtrack.capture.source.carried import Carried
from nbtrack.capture.source.evidence import iterates
from nbtrack.capture.source.reads import dotted
from nbtrack.points import Points

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nbtrack.capture.execution import Captured, Execution
    from nbtrack.capture.settings.estimators import Fitted
    from nbtrack.capture.source.analysis import CellAnalysis
    from nbtrack.capture.watch.folds import FoldSite
    from nbtrack.capture.watch.sites import Sites

__all__ = ["gather_metrics"]


def gather_metrics(run: Execution, captured: Captured, fitted: list[Fitted], now: float) -> None:
    """Record the metrics of a run, and which of them are scores of folds."""
    found = dict(run.observed())
    working = any(sites.analysis.trains or _goes_on(sites.analysis) for sites in run.sites)
    scored: dict[str, Points] = {}
    olds = [(sites, Carried(sites.analysis, run.namespace, begins=run.script)) for sites in run.sites]
    if not run.options.only_metrics:
        fresh = [site for sites, old in olds for site in sites.scores if not old(site.node)]
        scored = _new(run, score_metrics(fresh), found)
        found.update(scored)
    for sites, old in olds:
        wanted = run.options.metrics
        trained = working or bool(fitted)
        results = collect(
            sites.analysis, run.namespace, now, wanted=wanted, trains=trained, put=sites.put, carried=old
        )
        if run.options.only_metrics:
            results = {name: c for name, c in results.items() if name in wanted}
        for site in sites.folds if not run.options.only_metrics else ():
            found.update(_of_folds(site, sites.analysis, results, captured))
            if site.scores:
                results.pop(site.name, None)  # those of the last model
        found.update(_new(run, results, found))
        found.update(_final(run, sites.analysis, results))
    if run.options.only_metrics:
        told = {n: c for n, c in run.told.metrics.items() if n not in run.seen}
        captured.metrics = {n: c for n, c in {**told, **found}.items() if n in run.options.metrics}
        return
    read = {node.attr for sites in run.sites for node, *_ in sites.analysis.fitted_reads}
    # What a search has trained again is its result, and its way is not.
    chosen = {id(peek(one.estimator, "best_estimator_")) for one in fitted}
    for one in fitted:
        carried = estimator_series(one.estimator, read, now) if id(one.estimator) not in chosen else {}
        for name, points in carried.items():
            clash = sum(carries(other.estimator, name) for other in fitted)
            found.setdefault(f"{one.name}.{name}" if clash > 1 else name, points)
    before, found = found, with_told(found, run.seen, scored, run.told)
    captured.told = told_of(before, found)
    found |= _printed(run, found, [_before(run, sites, old) for sites, old in olds])
    found |= tried(run, found)
    captured.tables |= tables_of_words(run, found)
    captured.metrics = {
        n: c for n, c in found.items() if n not in run.options.ignore and not _is_said(run, n, c, found)
    }
    captured.folds |= _folds(run, captured.metrics)
    captured.folds &= captured.metrics.keys()


def _printed(run: Execution, found: Mapping[str, Points], before: list[list[float]]) -> dict[str, Points]:
    """Return the printed scores that are known in no other way; `before` has numbers that are no results."""
    told = run.told.metrics
    known: list[Collection[float]] = [*run.seen.values(), *before]
    known += [points.values for points in (*found.values(), *told.values())]
    unknown = run.printed.unknown(known, {*found, *run.seen, *as_printed(told)})
    result = {}
    for name, (steps, printed) in unknown.items():
        moments, values, _ = zip(*printed, strict=True)
        result[name] = Points(array("q", steps), array("d", moments), array("d", values))
    return result


def _before(run: Execution, sites: Sites, carried: Carried) -> list[float]:
    """Return the numbers that the code has shown and not computed; none where it has printed no score."""
    if not run.printed.points:
        return []
    texts = [value for node, values in sites.texts if carried(node) for value in values]
    shown = [number for text in texts for number in numbers_in_text(text)]
    return shown + numbers_before(sites.analysis, run.namespace, carried)


def _goes_on(analysis: CellAnalysis) -> bool:
    """Return whether a loop of the code trains something by itself: it goes on from what it had."""
    return any(iterates(loop, analysis) for loop in analysis.loops)


def _of_folds(
    site: FoldSite, analysis: CellAnalysis, results: Mapping[str, Points], captured: Captured
) -> dict[str, Points]:
    """Return the scores of the folds of each model, and how far they spread if the code asks for that.

    A model whose mean is in a dict of results already has it.
    """
    found: dict[str, Points] = {}
    spread = any(isinstance(node, ast.Attribute) and node.attr == "std" for node in ast.walk(analysis.tree))
    means = {values.values[-1] for key, values in results.items() if "." in key and len(values.values) == 1}
    for name, moment, scores in site.scores:
        mean = math.fsum(scores) / len(scores)
        if not any(math.isclose(mean, one, rel_tol=1e-9) for one in means):
            found[name] = Points.at(moment, scores)
            captured.folds.add(name)
        if spread:
            variance = math.fsum((score - mean) ** 2 for score in scores) / len(scores)
            found[f"{name}_std"] = Points.at(moment, [math.sqrt(variance)])
    return found


def _is_said(run: Execution, name: str, points: Points, found: Mapping[str, Points]) -> bool:
    """Return whether an entry of a dict or list is a metric under its own name already."""
    last = name.rpartition(".")[2]
    if last == name:
        return False
    plain = found[last].values if last in found else run.seen.get(last)
    if plain is not None:
        return list(plain) == list(points.values)
    if len(points.values) == 1:
        return False
    # A list of rows, and the frame that is made of it.
    root = name.partition(".")[0]
    others = itertools.takewhile(lambda other: other != name, found)
    alike = (other for other in others if other.endswith(f".{last}") and other.partition(".")[0] != root)
    return any(list(found[other].values) == list(points.values) for other in alike)


def _folds(run: Execution, metrics: Mapping[str, Points]) -> set[str]:
    """Return the metrics that are scores of a cross-validation's folds."""
    series = {name for name, points in metrics.items() if len(points.values) > 1}
    if not series:
        return series
    validated = {"cross_val_score"}
    for sites in run.sites:
        for name, bindings in sites.analysis.bindings.items():
            value = bindings[-1].value
            if bindings[-1].loop is None and _validates(value):
                validated.add(name)
            if isinstance(value, ast.DictComp) and _validates(value.value):
                validated.add(name)
        for node in ast.walk(sites.analysis.tree):
            match node:
                case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))], value=value):
                    if _validates(value):
                        validated.add(name)
    return {name for name in series if name.partition(".")[0] in validated}


def _validates(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Call) and "cross_val" in dotted(node.func)


def _new(run: Execution, results: Mapping[str, Points], found: Mapping[str, Points]) -> dict[str, Points]:
    """Leave out metrics that already have a history from the cell's loops."""
    return {n: c for n, c in results.items() if n not in found and n not in run.seen}


def _final(run: Execution, analysis: CellAnalysis, results: Mapping[str, Points]) -> dict[str, Points]:
    """Return the values that the cell computes after a loop, under names with a history from the loop."""
    return {
        f"final_{name}": points
        for name, points in results.items()
        if name in run.seen
        and len(points.values) == 1
        and (bindings := analysis.bindings.get(name))
        and bindings[-1].loop is None
        and not bindings[-1].literal
        and points.values[-1] not in run.seen[name][-1:]
    }
