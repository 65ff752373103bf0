"""Put the hooks of `observe` into a cell's syntax tree, where the analysis says that they pay."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from nbtrack.capture.foreign import module_of
from nbtrack.capture.settings.estimators import estimator_settings
from nbtrack.capture.source.evidence import evaluates, is_temporary, reduces_into, tainted_names
from nbtrack.capture.source.labels import is_name_in_disguise, label_name, shown_expressions
from nbtrack.capture.source.names import dotted, names_in
from nbtrack.capture.watch.fits import FitSite
from nbtrack.capture.watch.observe import Hooks, KeySite, LoopCounter, Observed, ScoreSite
from nbtrack.capture.words.calls import DATA_ARGUMENTS, REDUCTION_ENDINGS, REDUCTION_ROOTS, call_role
from nbtrack.capture.words.names import (
    SPLITS,
    is_best_name,
    is_bookkeeping_name,
    is_earlier_name,
    is_metric_name,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nbtrack.capture.source.analysis import Binding, Call, CellAnalysis, Loop
    from nbtrack.capture.watch.reach import Mark, Reach

__all__ = ["Sites", "instrument", "series_names"]

Mode = Literal["each", "sum"]


@dataclass(eq=False)
class Sites:
    """What watches one syntax tree while it runs."""

    analysis: CellAnalysis
    """Of the whole tree; once it has run, of what was reached of it."""
    reach: Reach
    whole: CellAnalysis | None = None
    """Of the whole tree, once it has run."""
    series: dict[str, Observed] = field(default_factory=dict)
    sums: dict[str, Observed] = field(default_factory=dict)
    scores: list[ScoreSite] = field(default_factory=list)
    fits: list[FitSite] = field(default_factory=list)
    loops: dict[int, LoopCounter] = field(default_factory=dict)
    after: dict[int, Observed] = field(default_factory=dict)
    """By the `id` of a statement: the series of which it is the only one that is observed."""
    keys: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    """By a container's name and the depth: the keys that were computed, under which the cell has put something."""

    def put(self, name: str) -> set[str]:
        """Return the dotted paths in a container at which the cell has put something."""
        found: set[str] = set()
        for keys in self.analysis.touched.get(name, ()):
            paths = {name}
            for depth, key in enumerate(keys):
                ends = self.keys.get((name, depth), set()) if key is None else {key}
                paths = {f"{path}.{end}" for path in paths for end in ends}
            found |= paths
        return found

    @property
    def observed(self) -> list[Observed]:
        """All series of the tree."""
        whole = [*self.series.values(), *self.sums.values()]
        return whole + [part for series in whole for part in list(series.parts.values())]


def series_names(analysis: CellAnalysis, wanted: Iterable[str] = ()) -> dict[str, Mode]:
    """Return the names whose values over a loop are a metric's history.

    `each`: every assignment gives a point. `sum`: a running sum that the loop resets gives a point at
    each reset and one at the end.
    """
    chosen: dict[str, Mode] = {}
    wanted = set(wanted)
    for name, bindings in analysis.bindings.items():
        looped = [b for b in bindings if b.loop and b.kind in {"assign", "unpack", "aug", "walrus"}]
        computed = [b for b in looped if not b.literal]
        if not computed:
            continue
        if name not in wanted and not _is_interesting(analysis, name):
            continue
        if any(b.kind != "aug" for b in computed):
            chosen[name] = "each"
        elif any(b.literal for b in looped) and (name in wanted or not _is_part(analysis, name, computed)):
            chosen[name] = "sum"
        elif name in wanted:
            chosen[name] = "each"
    return chosen


def _is_part(analysis: CellAnalysis, name: str, bindings: list[Binding]) -> bool:
    """Return whether a running sum only goes into another number, such as its mean."""
    uses = set(analysis.uses.get(name, ()))
    divided = any(isinstance(b.stmt, ast.AugAssign) and isinstance(b.stmt.op, ast.Div) for b in bindings)
    return not divided and not uses.isdisjoint({"compute", "part"}) and uses.isdisjoint({"shown", "kept"})


def _is_interesting(analysis: CellAnalysis, name: str) -> bool:
    best = is_best_name(name) and any(b.conditional or b.kind == "aug" for b in analysis.bindings[name])
    if best or is_earlier_name(name):
        return False
    uses = analysis.uses.get(name, ())
    if is_metric_name(name):
        return not is_temporary(analysis.bindings[name], uses)
    if is_bookkeeping_name(name) or not (analysis.trains or reduces_into(analysis, name)):
        return False
    return "kept" in uses or ("shown" in uses and analysis.trains)


def instrument(
    tree: ast.Module,
    analysis: CellAnalysis,
    reach: Reach,
    *,
    namespace: dict[str, Any],
    hooks: Hooks,
    wanted: Iterable[str] = (),
) -> Sites:
    """Put hooks into `tree` in place, and return what they fill.

    Parameters
    ----------
    tree
        The cell's syntax tree; changed.
    analysis
        Made from the same tree.
    reach
        Made from an equal tree, which stays as it is.
    namespace
        The user's namespace, in which the cell will run.
    hooks
        Lends the functions.
    wanted
        Names that are metrics because the user said so.
    """
    sites = Sites(analysis, reach)
    editor = _Editor()
    parents = {id(child): parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    _place_series(sites, editor, namespace, hooks, wanted)
    _place_scores(sites, editor, namespace, hooks, parents)
    _place_fits(sites, editor, hooks)
    _place_keys(sites, editor, hooks)
    _place_marks(sites, tree, editor, hooks)
    editor.visit(tree)
    return sites


class _Editor(ast.NodeTransformer):
    """Wraps expressions and adds statements, leaving function bodies and generators alone."""

    def __init__(self) -> None:
        self.wraps: dict[int, list[str]] = {}
        self.before: dict[int, list[ast.stmt]] = {}
        self.after: dict[int, list[ast.stmt]] = {}
        self.ticks: dict[int, str] = {}

    def visit(self, node: ast.AST) -> Any:
        key = id(node)
        if not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | ast.GeneratorExp
        ):
            self.generic_visit(node)
        if isinstance(node, ast.For | ast.AsyncFor | ast.While) and key in self.ticks:
            node.body.insert(0, _call_statement(self.ticks[key], node.body[0]))
        if isinstance(node, ast.expr):
            wrapped: ast.expr = node
            for name in self.wraps.get(key, ()):
                hook = ast.copy_location(ast.Name(name, ast.Load()), node)
                wrapped = ast.copy_location(ast.Call(hook, [wrapped], []), node)
            return wrapped
        if key in self.before or key in self.after:
            return [*self.before.get(key, ()), node, *self.after.get(key, ())]
        return node


def _call_statement(hook: str, place: ast.stmt, *names: str) -> ast.stmt:
    arguments: list[ast.expr] = [ast.Name(name, ast.Load()) for name in names]
    statement = ast.Expr(ast.Call(ast.Name(hook, ast.Load()), arguments, []))
    for node in ast.walk(statement):
        # At the end of the line it follows: a traceback never points at it, an interrupt may.
        ast.copy_location(node, place)
    return statement


def _place_series(
    sites: Sites, editor: _Editor, namespace: dict[str, Any], hooks: Hooks, wanted: Iterable[str]
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
                    editor.before.setdefault(id(binding.stmt), []).append(_call_statement(hook, binding.stmt))
            continue
        chosen = _last_bindings(looped)
        plain = all(not b.conditional and b.loop and not _skips(b.loop) for b in chosen)
        loop = chosen[0].loop
        assert loop is not None
        counter = None if plain else _counter(sites, loop)
        if counter is not None:
            # In an expression the value goes past the hook that may be exchanged for a quicker one.
            counter.readers += 1 + sum(isinstance(b.stmt, ast.expr) for b in chosen)
        observed = sites.series[name] = Observed(name, counter)
        observed.hook = hooks.lend(observed.observer())
        for binding in chosen:
            if isinstance(binding.stmt, ast.expr):
                walrus = binding.stmt
                assert isinstance(walrus, ast.NamedExpr)
                editor.wraps.setdefault(id(walrus), []).append(hooks.lend(_passing(observed)))
            else:
                statement = _call_statement(observed.hook, binding.stmt, name)
                editor.after.setdefault(id(binding.stmt), []).append(statement)
                if len(chosen) == 1:
                    sites.after[id(binding.stmt)] = observed
        if plain and loop.parent is not None:
            outer_loops[loop.parent.number] = (loop.parent, observed)
    for outer, observed in outer_loops.values():
        _counter(sites, outer).inner.append(observed)
    for number, made in sites.loops.items():
        made.hook = editor.ticks[id(analysis.loops[number].node)] = hooks.lend(made.ticker())


def _passing(observed: Observed) -> Callable[[Any], Any]:
    """Return an observer that gives its value back, as an expression must."""

    def observe(value: Any) -> Any:
        observed.add(value)
        return value

    return observe


def _counter(sites: Sites, loop: Loop) -> LoopCounter:
    return sites.loops.setdefault(loop.number, LoopCounter())


def _skips(loop: Loop) -> bool:
    """Return whether an iteration may end before its last statement and the loop go on."""
    return any(isinstance(node, ast.Continue | ast.Try) for node in ast.walk(loop.node))


def _last_bindings(bindings: list[Binding]) -> list[Binding]:
    """Return the bindings that leave the name's value at the end of an iteration.

    Within one outermost loop that is the first loop that binds the name (training comes before
    validation), or a loop around it that gives it another value afterwards.
    """
    loops: dict[int, Loop] = {}
    computed = [b for b in bindings if b.loop and not b.literal]
    for binding in computed:
        assert binding.loop is not None
        top = binding.loop.chain[-1].number
        held = loops.setdefault(top, binding.loop)
        if binding.loop in held.chain:
            loops[top] = binding.loop
    chosen: list[Binding] = []
    for loop in loops.values():
        for binding in reversed([b for b in computed if b.loop is loop]):
            chosen.append(binding)
            if not binding.conditional:
                break
    return chosen


def _place_scores(
    sites: Sites, editor: _Editor, namespace: dict[str, Any], hooks: Hooks, parents: dict[int, ast.AST]
) -> None:
    analysis = sites.analysis
    predicted = _predicted_by(analysis)
    shown = list(shown_expressions(analysis))
    labels = {id(node): label_name(text) for node, text, _ in shown}
    for call in analysis.calls:
        if call.role != "score" or call.kept or not call.hookable or call.context in {"plot", "io"}:
            continue
        node, suffix = _reduced(call.node, parents)
        subject, split = _subject(call, predicted)
        loop = _counter_of(sites, editor, hooks, call.loop)
        label = labels.get(id(node)) or labels.get(id(call.node))
        function = call.name.rpartition(".")[2]
        site = ScoreSite(function, subject, split, loop, suffix=suffix, label=label)
        sites.scores.append(site)
        editor.wraps.setdefault(id(node), []).append(hooks.lend(site.observer(namespace)))
    for attribute, context, kept in analysis.fitted_reads:
        if kept or context not in {"shown", "part"}:
            continue
        base = dotted(attribute.value).split(".")[0]
        site = ScoreSite(attribute.attr, base or None, whole=is_metric_name(attribute.attr))
        sites.scores.append(site)
        editor.wraps.setdefault(id(attribute), []).append(hooks.lend(site.observer(namespace)))
    for node_shown, text, around in shown:
        if isinstance(node_shown, ast.Call) and _is_own_function(node_shown, analysis, namespace):
            site = ScoreSite(
                dotted(node_shown.func),
                loop=_counter_of(sites, editor, hooks, around),
                label=label_name(text),
                whole=False,
            )
            sites.scores.append(site)
            editor.wraps.setdefault(id(node_shown), []).append(hooks.lend(site.observer(namespace)))
    tainted = tainted_names(analysis)
    for node_shown, text, around in shown:
        name = label_name(text)
        if isinstance(node_shown, ast.Attribute) and is_metric_name(node_shown.attr):
            name = name or node_shown.attr
        if name is None or id(node_shown) in editor.wraps:
            continue
        if is_name_in_disguise(node_shown) or is_bookkeeping_name(name):
            continue
        if is_metric_name(name) or evaluates(node_shown) or not tainted.isdisjoint(names_in(node_shown)):
            site = ScoreSite(name, loop=_counter_of(sites, editor, hooks, around), whole=False)
            sites.scores.append(site)
            editor.wraps.setdefault(id(node_shown), []).append(hooks.lend(site.observer(namespace)))


def _is_own_function(node: ast.Call, analysis: CellAnalysis, namespace: dict[str, Any]) -> bool:
    """Return whether a call that no vocabulary knows is of a function of the notebook's own."""
    if not isinstance(node.func, ast.Name) or call_role(node.func.id) != "other":
        return False
    name = node.func.id
    defined = any(isinstance(b.stmt, ast.FunctionDef) for b in analysis.bindings.get(name, ()))
    return defined or module_of(namespace.get(name)) == "__main__"


def _counter_of(sites: Sites, editor: _Editor, hooks: Hooks, loop: Loop | None) -> LoopCounter | None:
    if loop is None:
        return None
    fresh = loop.number not in sites.loops
    counter = _counter(sites, loop)
    counter.readers += 1
    if fresh:
        counter.hook = editor.ticks[id(loop.node)] = hooks.lend(counter.ticker())
    return counter


def _reduced(node: ast.Call, parents: dict[int, ast.AST]) -> tuple[ast.expr, str]:
    """Return the reduction around a call that gives several scores, and the name's ending for it."""
    parent = parents.get(id(node))
    if isinstance(parent, ast.Attribute) and parent.attr in REDUCTION_ENDINGS:
        outer = parents.get(id(parent))
        if isinstance(outer, ast.Call) and outer.func is parent:
            return outer, REDUCTION_ENDINGS[parent.attr]
    if isinstance(parent, ast.Call) and node in parent.args:
        root, _, last = dotted(parent.func).rpartition(".")
        if root in REDUCTION_ROOTS and last in REDUCTION_ENDINGS:
            return parent, REDUCTION_ENDINGS[last]
    return node, ""


def _predicted_by(analysis: CellAnalysis) -> dict[str, str]:
    """Return which estimator's variable each prediction of the cell came from."""
    return {
        name: dotted(b.value.func).split(".")[0]
        for name, bindings in analysis.bindings.items()
        for b in bindings
        if isinstance(b.value, ast.Call) and "predict" in dotted(b.value.func).rpartition(".")[2]
    }


def _subject(call: Call, predicted: dict[str, str]) -> tuple[str | None, str | None]:
    """Return what a scoring call scores, and on which part of the data."""
    arguments = [*call.node.args, *(k.value for k in call.node.keywords)]
    subject = None
    if isinstance(call.node.func, ast.Attribute) and call.name.endswith((".score", ".evaluate")):
        subject = call.root or None
    found: str | None = None
    for argument in arguments:
        for name in sorted(names_in(argument)):
            if subject is None and name in predicted:
                subject = predicted[name]
            for word in words(name):
                found = found or SPLITS.get(word)
        if subject is None and isinstance(argument, ast.Call) and "predict" in dotted(argument.func):
            first = dotted(argument.func).split(".")[0]
            subject = None if first in call.own else first
    if subject is None and arguments and isinstance(arguments[0], ast.Name) and "cross_val" in call.name:
        subject = arguments[0].id
    return subject, found


def _place_keys(sites: Sites, editor: _Editor, hooks: Hooks) -> None:
    """Watch the keys under which the cell puts something into a container of an earlier cell's."""
    for name, depth, node in sites.analysis.computed_keys:
        if name in sites.analysis.reads:
            site = KeySite(sites.keys.setdefault((name, depth), set()))
            editor.wraps.setdefault(id(node), []).append(hooks.lend(site.observer()))


def _place_marks(sites: Sites, tree: ast.Module, editor: _Editor, hooks: Hooks) -> None:
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
            editor.wraps.setdefault(id(twin.value), []).append(hooks.lend(hit))
        else:
            calls = editor.before if mark.where == "before" else editor.after
            calls.setdefault(id(twin), []).append(_call_statement(hooks.lend_once(hit), twin))


def _witness(sites: Sites, mark: Mark, twins: Mapping[int, ast.stmt]) -> Callable[[], bool] | None:
    """Return what tells of a mark where a hook is called there anyway: a loop must not pay for two."""
    if mark.where != "after":
        return None
    observed = sites.after.get(id(twins[id(mark.statement)]))
    if observed is not None:
        return lambda: observed.touched
    if mark.loop is not None and isinstance(mark.statement, ast.If):
        loop = twins[id(mark.loop)]
        for number, counter in sites.loops.items():
            if sites.analysis.loops[number].node is loop:
                # Whether the `if` was begun, which its test is all that is to be known of.
                return lambda counter=counter: counter.begun  # type: ignore[misc]
    return None


def _place_fits(sites: Sites, editor: _Editor, hooks: Hooks) -> None:
    for call in sites.analysis.calls:
        node = call.node
        if call.role != "fit" or not call.hookable or not isinstance(node.func, ast.Attribute):
            continue
        site = FitSite(call.root, lambda one: estimator_settings(one, type(one).__name__))
        sites.fits.append(site)
        editor.wraps.setdefault(id(node.func.value), []).append(hooks.lend(site.receiver()))
        editor.wraps.setdefault(id(node), []).append(hooks.lend(site.result()))
        positional = next((one for one in node.args[:1] if not isinstance(one, ast.Starred)), None)
        named = (keyword.value for keyword in node.keywords if keyword.arg in DATA_ARGUMENTS)
        if (data := positional or next(named, None)) is not None:
            editor.wraps.setdefault(id(data), []).append(hooks.lend(site.argument()))
