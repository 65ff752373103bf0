"""Insert the hooks of `observe` into a cell's syntax tree where the analysis calls for them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from nbtrack.capture.settings.estimators import describe
from nbtrack.capture.source.carried import reads_text
from nbtrack.capture.source.reads import names_in
from nbtrack.capture.source.syntax import walk
from nbtrack.capture.watch.editor import Editor
from nbtrack.capture.watch.fits import FitSite
from nbtrack.capture.watch.folds import fold_binding
from nbtrack.capture.watch.made import MadeSite, makes
from nbtrack.capture.watch.observe import KeySite, Observed
from nbtrack.capture.watch.passes import container_site
from nbtrack.capture.watch.predicted import PredictSite
from nbtrack.capture.watch.scored import place_scores
from nbtrack.capture.watch.series import last_bindings, series_names, skips
from nbtrack.capture.watch.sites import Sites
from nbtrack.capture.watch.sweeps import SweepSite, keywords_outside, swept_keywords, swept_loops
from nbtrack.capture.words.calls import DATA_ARGUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nbtrack.capture.source.analysis import CellAnalysis, Loop
    from nbtrack.capture.watch.observe import Hooks
    from nbtrack.capture.watch.reach import Mark, Reach

__all__ = ["instrument"]

_MAX_TEXTS = 20


def instrument(
    tree: ast.Module,
    analysis: CellAnalysis,
    reach: Reach,
    *,
    namespace: dict[str, Any],
    hooks: Hooks,
    wanted: Iterable[str] = (),
    also: Callable[[Editor], None] = lambda _editor: None,
) -> Sites:
    """Insert hooks into `tree` in place, and return the sites that they fill.

    Parameters
    ----------
    tree
        The cell's syntax tree; changed.
    analysis
        The analysis of the same tree.
    reach
        The reach of an equal tree, which is not changed.
    namespace
        The user's namespace, in which the cell will run.
    hooks
        Registers the functions.
    wanted
        Names that are metrics because the user said so.
    also
        Places further hooks.
    """
    sites = Sites(analysis, reach)
    editor = Editor()
    parents = {id(child): parent for parent in walk(tree) for child in ast.iter_child_nodes(parent)}
    _place_series(sites, editor, namespace, hooks, wanted)
    _place_sweeps(sites, editor, namespace, hooks)
    place_scores(sites, editor, namespace, hooks, parents)
    _place_texts(sites, editor, hooks)
    _place_fits(sites, editor, hooks)
    _place_made(sites, editor, hooks)
    _place_predictions(sites, editor, hooks)
    _place_folds(sites, editor, namespace, hooks)
    _place_keys(sites, editor, hooks)
    _place_marks(sites, tree, editor, hooks)
    also(editor)
    editor.visit(tree)
    return sites


def _place_series(
    sites: Sites, editor: Editor, namespace: dict[str, Any], hooks: Hooks, wanted: Iterable[str]
) -> None:
    analysis = sites.analysis
    outer_loops: dict[int, tuple[Loop, Observed]] = {}
    for name, mode in series_names(analysis, wanted).items():
        looped = [b for b in analysis.bindings[name] if b.loop and b.kind != "loop"]
        if mode == "sum":
            observed = sites.sums[name] = Observed(name)
            hook = hooks.lend(observed.reader(namespace))
            for binding in looped:
                if binding.literal and isinstance(binding.stmt, ast.stmt):
                    editor.put_before(binding.stmt, hook)
            continue
        chosen = last_bindings(looped)
        plain = all(not b.conditional and b.loop and not skips(b.loop) for b in chosen)
        loop = chosen[0].loop
        assert loop is not None
        passes = container_site(name, chosen, None, analysis, namespace) if mode == "parts" else None
        if mode == "parts" and passes is None:
            continue
        counter = None if plain else sites.counter(loop)
        if counter is not None:
            # In an expression the value bypasses the hook that may be replaced by a faster one.
            counter.readers += 1 + sum(isinstance(b.stmt, ast.expr) for b in chosen)
        observed = passes or Observed(name)
        observed.loop, sites.series[name] = counter, observed
        observed.hook = hooks.lend(observed.observer())
        for binding in chosen:
            if isinstance(binding.stmt, ast.expr):
                walrus = binding.stmt
                assert isinstance(walrus, ast.NamedExpr)
                editor.wrap(walrus, hooks.lend(_passing(observed)))
            else:
                editor.put_after(binding.stmt, observed.hook, name)
                if len(chosen) == 1:
                    sites.after[id(binding.stmt)] = observed
        if plain and loop.parent is not None:
            outer_loops[loop.parent.number] = (loop.parent, observed)
    for outer, observed in outer_loops.values():
        sites.counter(outer).inner.append(observed)
    for number, made in sites.loops.items():
        made.hook = editor.ticks[id(analysis.loops[number].node)] = hooks.lend(made.ticker())


def _place_texts(sites: Sites, editor: Editor, hooks: Hooks) -> None:
    """Watch the texts that the cell shows and that may have been written before it: their scores are not its own."""
    for call in sites.analysis.calls:
        if call.role == "show" and call.hookable:
            for argument in filter(reads_text, call.node.args):
                values: list[Any] = []
                sites.texts.append((argument, values))
                editor.wrap(argument, hooks.lend(_keeping(values)))


def _keeping(values: list[Any]) -> Callable[[Any], Any]:
    """Return a function that keeps the first values that it is given, and returns each."""

    def keep(value: Any) -> Any:
        if len(values) < _MAX_TEXTS:
            values.append(value)
        return value

    return keep


def _place_sweeps(sites: Sites, editor: Editor, namespace: dict[str, Any], hooks: Hooks) -> None:
    """Watch the values that loops try: the inner loops first, since an outer one counts their passes."""
    inner: dict[int, SweepSite] = {}
    for loop, names in reversed(list(swept_loops(sites.analysis, namespace))):
        position = _position(sites, loop, inner)
        for name in reversed(names):
            site = SweepSite(name, loop.number, position)
            site.keywords = swept_keywords(loop, [name])
            site.elsewhere = keywords_outside(loop, sites.analysis)
            site.holders = {
                bound
                for bound, bindings in sites.analysis.bindings.items()
                if any(b.loop is not None and loop in b.loop.chain for b in bindings)
            }
            site.mentions = site.holders.union(*map(names_in, loop.node.body))
            site.around = {around.number for around in loop.chain[1:]}
            sites.sweeps.insert(0, site)
            editor.put_before(loop.node.body[0], hooks.lend(site.observer()), name)
            for around in loop.chain[1:]:
                inner.setdefault(around.number, site)


def _position(sites: Sites, loop: Loop, inner: Mapping[int, SweepSite]) -> Callable[[], int] | None:
    """Return what tells how many results a loop has had so far, if they arise in a loop inside it."""
    own, inside = [], []
    for name, observed in sites.series.items():
        for binding in sites.analysis.bindings[name]:
            if binding.loop is loop:
                own.append(observed)
            elif binding.loop is not None and loop in binding.loop.chain:
                inside.append(observed)
    if any(loop in changed for changed in sites.analysis.mutations.values()):
        return None
    if own or not (inside or loop.number in inner):
        return None
    if inside:
        first = inside[0]
        return lambda: first.counted + len(first.values)
    site = inner[loop.number]
    return lambda: site.passes


def _passing(observed: Observed) -> Callable[[Any], Any]:
    """Return an observer that returns its value, as needed in an expression."""

    def observe(value: Any) -> Any:
        observed.add(value)
        return value

    return observe


def _place_keys(sites: Sites, editor: Editor, hooks: Hooks) -> None:
    """Watch the keys under which the cell stores something in a container of an earlier cell."""
    for name, depth, node in sites.analysis.computed_keys:
        if name in sites.analysis.reads:
            site = KeySite(sites.keys.setdefault((name, depth), set()))
            editor.wrap(node, hooks.lend(site.observer()))


def _place_marks(sites: Sites, tree: ast.Module, editor: Editor, hooks: Hooks) -> None:
    reach = sites.reach
    twins = dict(zip(map(id, reach.statements(reach.body)), reach.statements(tree.body), strict=True))
    for number, mark in enumerate(reach.marks):
        twin = twins[id(mark.statement)]
        witness = _witness(sites, mark, twins)
        if witness is not None:
            reach.witness(number, witness)
            continue
        hit = reach.hook(number)
        if mark.where == "around":
            assert isinstance(twin, ast.Expr)
            editor.wrap(twin.value, hooks.lend(hit))
        else:
            put = editor.put_before if mark.where == "before" else editor.put_after
            put(twin, hooks.lend_once(hit))


def _witness(sites: Sites, mark: Mark, twins: Mapping[int, ast.stmt]) -> Callable[[], bool] | None:
    """Return a function that says whether a mark was reached, if another hook is called there anyway: a loop must not pay for two."""
    if mark.where != "after":
        return None
    observed = sites.after.get(id(twins[id(mark.statement)]))
    if observed is not None:
        return lambda: observed.touched
    if mark.loop is not None and isinstance(mark.statement, ast.If):
        loop = twins[id(mark.loop)]
        for number, counter in sites.loops.items():
            if sites.analysis.loops[number].node is loop:
                # This says whether the `if` was begun, which is all that matters about its test.
                return lambda counter=counter: counter.begun  # type: ignore[misc]
    return None


def _place_folds(sites: Sites, editor: Editor, namespace: dict[str, Any], hooks: Hooks) -> None:
    """Watch cross-validations of several models in a loop, of which a name has the last alone."""
    for binding in (one for bindings in sites.analysis.bindings.values() for one in bindings):
        found = fold_binding(binding)
        if found is not None:
            call, site = found
            sites.folds.append(site)
            editor.wrap(call, hooks.lend(site.observer(namespace)))


def _place_fits(sites: Sites, editor: Editor, hooks: Hooks) -> None:
    bound = {id(b.value) for bindings in sites.analysis.bindings.values() for b in bindings}
    for call in sites.analysis.calls:
        node = call.node
        if call.role != "fit" or not call.hookable or not isinstance(node.func, ast.Attribute):
            continue
        named = id(node) in bound
        unnamed = isinstance(node.func.value, ast.Call) and not named
        site = FitSite(call.root, describe, unnamed=unnamed, dropped=not named)
        sites.fits.append(site)
        editor.wrap(node.func.value, hooks.lend(site.receiver()))
        editor.wrap(node, hooks.lend(site.result()))
        by_name = (keyword.value for keyword in node.keywords if keyword.arg in DATA_ARGUMENTS)
        data = node.args[0] if node.args else next(by_name, None)
        if isinstance(data, ast.Starred):  # fit(*data)
            editor.wrap(data.value, hooks.lend(site.arguments()))
        elif data is not None:
            editor.wrap(data, hooks.lend(site.argument()))
        else:  # fit(**data)
            for keyword in node.keywords:
                if keyword.arg is None:
                    editor.wrap(keyword.value, hooks.lend(site.arguments()))


def _place_predictions(sites: Sites, editor: Editor, hooks: Hooks) -> None:
    for call in sites.analysis.calls:
        node = call.node
        if not (isinstance(node.func, ast.Attribute) and node.func.attr == "predict" and call.hookable):
            continue
        data = node.args[0] if node.args else next((keyword.value for keyword in node.keywords), None)
        if data is None or isinstance(data, ast.Starred):
            continue
        site = PredictSite()
        sites.predictions.append(site)
        editor.wrap(node.func.value, hooks.lend(site.receiver()))
        editor.wrap(data, hooks.lend(site.argument()))
        editor.wrap(node, hooks.lend(site.result()))


def _place_made(sites: Sites, editor: Editor, hooks: Hooks) -> None:
    for call in sites.analysis.calls:
        if makes(call) and (call.node.args or call.node.keywords):
            site = MadeSite()
            sites.made.append((call, site))
            editor.wrap(call.node, hooks.lend(site.observer()))
