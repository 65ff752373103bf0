"""Find the scores of a cell that are not assigned to a name: calls of scoring functions, and numbers that are shown."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import module_of
from nbtrack.capture.source.choices import is_chosen
from nbtrack.capture.source.evidence import evaluates, tainted_names
from nbtrack.capture.source.labels import is_name_in_disguise, label_name, shown_expressions
from nbtrack.capture.source.reads import dotted, names_in
from nbtrack.capture.watch.passes import function_called
from nbtrack.capture.watch.score_site import ScoreSite
from nbtrack.capture.words.calls import REDUCTION_ENDINGS, REDUCTION_ROOTS, call_role
from nbtrack.capture.words.names import SPLITS, is_bookkeeping_name, is_metric_name, words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FunctionType

    from nbtrack.capture.source.analysis import Call, CellAnalysis, Loop
    from nbtrack.capture.watch.editor import Editor
    from nbtrack.capture.watch.observe import Hooks, LoopCounter
    from nbtrack.capture.watch.sites import Sites

__all__ = ["place_scores"]


def place_scores(
    sites: Sites, editor: Editor, namespace: dict[str, Any], hooks: Hooks, parents: dict[int, ast.AST]
) -> None:
    """Watch the scores of a cell that are not assigned to a name.

    Parameters
    ----------
    sites, editor, hooks
        The existing sites, the editor that inserts hooks, and the hooks.
    namespace
        The user's namespace.
    parents
        By the `id` of a node of the tree: its parent node.
    """
    places = _Places(sites, editor, namespace, hooks)
    shown = list(shown_expressions(sites.analysis))
    _place_containers(places, shown)
    _place_calls(places, parents, {id(node): label_name(text) for node, text, _ in shown})
    _place_attributes(places)
    for node, text, around in shown:
        if isinstance(node, ast.Call) and _is_own_function(node, sites.analysis, namespace):
            called = places.function(node)
            places.put(node, dotted(node.func), around, label=label_name(text), whole=False, called=called)
    _place_dropped(places, parents, shown)
    _place_shown(places, shown)


class _Places:
    """Inserts the hooks of scores into the tree."""

    def __init__(self, sites: Sites, editor: Editor, namespace: dict[str, Any], hooks: Hooks) -> None:
        self.analysis = sites.analysis
        self.inside: set[int] = set()
        """The `id` of expressions in a dict that is shown: its keys are their names."""
        self._sites, self._editor, self._namespace, self._hooks = sites, editor, namespace, hooks

    def put(self, node: ast.expr, function: str, around: Loop | None = None, **site: Any) -> None:
        """Watch an expression; `site` are arguments of `ScoreSite`."""
        made = ScoreSite(function, loop=None if around is None else self._counter(around), **site)
        made.node = node
        self._sites.scores.append(made)
        made.hook = self._hooks.lend(made.observer(self._namespace))
        self._editor.wrap(node, made.hook)

    def function(self, call: ast.Call) -> FunctionType | ast.FunctionDef | None:
        """Return the notebook's function that is called."""
        return function_called(call, self.analysis, self._namespace)

    def is_put(self, node: ast.expr) -> bool:
        """Return whether an expression is watched already."""
        return id(node) in self._editor.wraps

    def _counter(self, loop: Loop) -> LoopCounter:
        fresh = loop.number not in self._sites.loops
        counter = self._sites.counter(loop)
        counter.readers += 1
        if fresh:
            counter.hook = self._editor.ticks[id(loop.node)] = self._hooks.lend(counter.ticker())
        return counter


def _place_calls(places: _Places, parents: dict[int, ast.AST], labels: dict[int, str | None]) -> None:
    """Watch the calls of scoring functions."""
    predicted = _predicted_by(places.analysis)
    for call in places.analysis.calls:
        if call.role != "score" or call.kept or not call.hookable or call.context in {"plot", "io"}:
            continue
        if id(call.node) in places.inside:
            continue
        node, suffix = _reduced(call.node, parents)
        subject, split = _subject(call, predicted)
        label = labels.get(id(node)) or labels.get(id(call.node))
        function = call.name.rpartition(".")[2]
        called = places.function(call.node)
        places.put(
            node, function, call.loop, subject=subject, split=split, suffix=suffix, label=label, called=called
        )


def _place_containers(places: _Places, shown: Iterable[tuple[ast.expr, str, Loop | None]]) -> None:
    """Watch the dicts that are written out where they are shown: `{"accuracy": accuracy_score(y, p), "kappa": kappa}`."""
    for node, _, around in shown:
        if isinstance(node, ast.Dict) and node.keys and all(isinstance(k, ast.Constant) for k in node.keys):
            # A name in it is a metric by itself.
            known = {
                str(key.value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and (is_chosen(value, ()) or _is_held(value))
            }
            places.put(node, "", around, whole=False, plain=False, given=frozenset(known))
            places.inside |= {id(one) for one in ast.walk(node)}


def _is_held(node: ast.expr) -> bool:
    """Return whether an expression shows the value of a name."""
    return is_name_in_disguise(node) and not (
        isinstance(node, ast.Call) and call_role(dotted(node.func)) == "score"
    )


def _place_dropped(
    places: _Places,
    parents: dict[int, ast.AST],
    shown: Iterable[tuple[ast.expr, str, Loop | None]],
) -> None:
    """Watch what the notebook's own functions return where nothing takes it, and the table or report that the cell shows."""
    last = {id(node) for node, text, _ in shown if not text}
    for call in places.analysis.calls:
        node = call.node
        if places.is_put(node) or not call.hookable or call.role not in {"other", "show"}:
            continue
        dropped = isinstance(parents.get(id(node)), ast.Expr)
        own = places.function(node) if dropped else None
        if own is not None or (id(node) in last and call.role == "other"):
            name = dotted(node.func).rpartition(".")[2]
            places.put(node, name, call.loop, whole=False, plain=False, called=own)


def _place_attributes(places: _Places) -> None:
    """Watch the fitted attributes that are shown, such as `search.best_score_`."""
    for attribute, context, kept in places.analysis.fitted_reads:
        if not kept and context in {"shown", "part"}:
            base = dotted(attribute.value).split(".")[0]
            places.put(attribute, attribute.attr, subject=base or None, whole=is_metric_name(attribute.attr))


def _place_shown(places: _Places, shown: Iterable[tuple[ast.expr, str, Loop | None]]) -> None:
    """Watch the numbers that are shown after a text that names them."""
    tainted = tainted_names(places.analysis)
    for node, text, around in shown:
        name = label_name(text)
        if isinstance(node, ast.Attribute) and is_metric_name(node.attr):
            name = name if name and is_metric_name(name) else node.attr
        if name is None or name in REDUCTION_ENDINGS:
            name = _reduced_name(node) or name
        if name is None or places.is_put(node):
            continue
        if is_name_in_disguise(node) or is_bookkeeping_name(name):
            continue
        reduced = _reduced_name(node) is not None
        if reduced or is_metric_name(name) or evaluates(node) or not tainted.isdisjoint(names_in(node)):
            places.put(node, name, around, whole=False)


def _reduced_name(node: ast.expr) -> str | None:
    """Return the name of a reduction of results that is shown without one: `np.std(scores)` is `scores_std`."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=root), attr=attr), args=[of, *_]):
            if root not in REDUCTION_ROOTS:
                return None
        case ast.Call(func=ast.Attribute(value=of, attr=attr), args=[]):
            pass
        case ast.Call(func=ast.Name(id="max" | "min" as attr), args=[of]):
            pass
        case _:
            return None
    name = dotted(of).rpartition(".")[2] if isinstance(of, ast.Name | ast.Attribute) else ""
    if attr not in REDUCTION_ENDINGS or not is_metric_name(name):
        return None
    return name + (REDUCTION_ENDINGS[attr] or "_mean")


def _is_own_function(node: ast.Call, analysis: CellAnalysis, namespace: dict[str, Any]) -> bool:
    """Return whether a call that is not in the vocabulary is of a notebook's function."""
    if not isinstance(node.func, ast.Name) or call_role(node.func.id) != "other":
        return False
    name = node.func.id
    defined = any(isinstance(b.stmt, ast.FunctionDef) for b in analysis.bindings.get(name, ()))
    return defined or module_of(namespace.get(name)) == "__main__"


def _reduced(node: ast.Call, parents: dict[int, ast.AST]) -> tuple[ast.expr, str]:
    """Return the reduction around a call that gives several scores, and its suffix for the name."""
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
    """Return the variable of the estimator that made each prediction of the cell."""
    return {
        name: dotted(b.value.func).split(".")[0]
        for name, bindings in analysis.bindings.items()
        for b in bindings
        if isinstance(b.value, ast.Call) and "predict" in dotted(b.value.func).rpartition(".")[2]
    }


def _subject(call: Call, predicted: dict[str, str]) -> tuple[str | None, str | None]:
    """Return the subject of a scoring call, and the part of the data."""
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
