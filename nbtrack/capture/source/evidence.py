"""Evidence in a cell's source that a value is a result: where it comes from, and how it is computed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbtrack.capture.source.reads import dotted, names_in
from nbtrack.capture.source.syntax import walk
from nbtrack.capture.words.calls import CLOCKS, COUNTING, NUMBER_FORMS, REDUCTIONS, UNWRAPPING, call_role
from nbtrack.capture.words.names import is_best_name, is_loss_function, is_metric_name, is_prediction_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.capture.source.analysis import Binding, CellAnalysis, Loop

__all__ = [
    "counts",
    "evaluates",
    "gives_score",
    "goes_over",
    "is_temporary",
    "iterates",
    "reduces",
    "reduces_into",
    "scores_in",
    "sums_up",
    "tainted_names",
]


def tainted_names(analysis: CellAnalysis) -> set[str]:
    """Return the names that come from predictions, fits, scores and other results."""
    tainted = {n for n in [*analysis.uses, *analysis.bindings] if is_prediction_name(n) or is_metric_name(n)}
    in_order = [b for bindings in analysis.bindings.values() for b in bindings if b.value is not None]
    in_order.sort(key=lambda b: (b.stmt.lineno, b.stmt.col_offset))
    for binding in in_order:
        assert binding.value is not None
        if not tainted.isdisjoint(names_in(binding.value)) or evaluates(binding.value):
            tainted.add(binding.name)
    return tainted


def evaluates(node: ast.expr) -> bool:
    """Return whether an expression predicts, scores, or reads a fitted attribute."""
    for part in walk(node):
        if isinstance(part, ast.Call):
            name = dotted(part.func)
            if call_role(name) in {"score", "fit"} or "predict" in name or name.endswith("decision_function"):
                return True
        if isinstance(part, ast.Attribute) and part.attr.endswith("_") and not part.attr.startswith("_"):
            return True
    return False


def reduces_into(analysis: CellAnalysis, name: str) -> bool:
    """Return whether a name, or a list of this name, receives a summary of other values: a mean, a ratio."""
    taken = [b.value for b in analysis.bindings.get(name, ()) if b.value is not None]
    for call in analysis.calls:
        if call.name in {f"{name}.append", f"{name}.extend"}:
            taken += call.node.args
            for used in [n for argument in call.node.args for n in names_in(argument)]:
                taken += [b.value for b in analysis.bindings.get(used, ()) if b.value is not None]
    return any(reduces(node) for node in taken)


def sums_up(node: ast.expr) -> bool:
    """Return whether an expression sums several values up in one."""
    return any(
        isinstance(part, ast.Call) and dotted(part.func).rpartition(".")[2] in REDUCTIONS
        for part in walk(node)
    )


def reduces(node: ast.expr) -> bool:
    """Return whether an expression sums several values up in one, or is a ratio."""
    return sums_up(node) or any(
        isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div) for part in walk(node)
    )


def is_temporary(bindings: list[Binding], uses: Iterable[str]) -> bool:
    """Return whether a name is only used to compute other numbers, possibly in an inner loop."""
    inner = all(b.conditional and b.loop is not None and b.loop.parent is not None for b in bindings)
    return inner and {"compute", "part"}.issuperset(uses)


def counts(value: ast.expr | None) -> bool:
    """Return whether an expression only counts, finds a position or reads the time."""
    match value:
        case ast.Call(func=func):
            last = dotted(func).rpartition(".")[2]
            return last in COUNTING
        case ast.Subscript(value=ast.Attribute(attr="shape")) | ast.Attribute(attr="shape" | "size" | "ndim"):
            return True
        case ast.BinOp(op=ast.Sub(), left=ast.Call(func=func)):
            return dotted(func).rpartition(".")[2] in CLOCKS
    return False


def scores_in(node: ast.expr) -> bool:
    """Return whether an expression calls a scoring function."""
    return any(isinstance(part, ast.Call) and call_role(dotted(part.func)) == "score" for part in walk(node))


def goes_over(analysis: CellAnalysis, name: str) -> bool:
    """Return whether a metric of the cell has the same value: `loss = output.item()`."""
    return any(
        isinstance(value := _unwrapped(b.value), ast.Name) and value.id == name
        for other, bindings in analysis.bindings.items()
        if other != name and is_metric_name(other) and not is_best_name(other)
        for b in bindings
    )


def _unwrapped(node: ast.expr | None) -> ast.expr | None:
    """Return what an expression only gives another form: the `output` of `float(output.detach())`."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in UNWRAPPING:
            return _unwrapped(value)
        case ast.Call(func=func, args=[value]) if dotted(func).rpartition(".")[2] in NUMBER_FORMS:
            return _unwrapped(value)
    return node


def gives_score(node: ast.expr | None) -> bool:
    """Return whether a value is what a function of losses or scores gives, possibly reduced: `loss(net(X), y).mean()`."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in REDUCTIONS | UNWRAPPING:
            return gives_score(value)
        case ast.Call(func=func, args=[value]) if (
            dotted(func).rpartition(".")[2] in REDUCTIONS | NUMBER_FORMS
        ):
            return gives_score(value)
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return call_role(name) == "score" or is_loss_function(name)
    return False


def iterates(loop: Loop, analysis: CellAnalysis) -> bool:
    """Return whether a loop goes on from what it had before, as training does: `w -= lr * g`, `state = step(state)`, `q[s] += d`.

    A counter and a sum do as well, but only by adding something.
    """
    for name, bindings in analysis.bindings.items():
        for binding in bindings:
            if binding.loop is not None and loop in binding.loop.chain and _goes_on(name, binding):
                return True
    return any(
        isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Subscript) for node in walk(loop.node)
    )


def _goes_on(name: str, binding: Binding) -> bool:
    stmt = binding.stmt
    if isinstance(stmt, ast.AugAssign):
        return not isinstance(stmt.op, ast.Add)
    match binding.value:
        case ast.Call(args=args):
            return any(isinstance(one, ast.Name) and one.id == name for one in args)
        case ast.BinOp(left=ast.Name(id=left), op=ast.Sub()):
            return left == name
    return False
