"""Find the names of a cell whose values over a loop are a metric's history."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from nbtrack.capture.source.evidence import (
    evaluates,
    gives_score,
    goes_over,
    is_temporary,
    iterates,
    reduces,
    reduces_into,
)
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.words.calls import NUMBER_FORMS, call_role
from nbtrack.capture.words.names import (
    SETTINGS_WORDS,
    is_best_name,
    is_bookkeeping_name,
    is_earlier_name,
    is_metric_name,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.capture.source.analysis import Binding, CellAnalysis, Loop

__all__ = ["Mode", "last_bindings", "series_names", "skips"]

Mode = Literal["each", "sum", "parts"]


def series_names(analysis: CellAnalysis, wanted: Iterable[str] = ()) -> dict[str, Mode]:
    """Return the names whose values over a loop are a metric's history.

    `each`: every assignment is a point. `sum`: a running sum that the loop resets is a point at
    each reset and one at the end. `parts`: what a function returns may be a container of results, of which each is a history.
    """
    chosen: dict[str, Mode] = {}
    wanted = set(wanted)
    for name, bindings in analysis.bindings.items():
        looped = [b for b in bindings if b.loop and b.kind in {"assign", "unpack", "aug", "walrus"}]
        computed = [b for b in looped if not b.literal]
        if not computed:
            continue
        if name not in wanted and not _is_interesting(analysis, name):
            if all(b.kind == "assign" and _may_be_results(name, b.value) for b in computed):
                chosen[name] = "parts"
            continue
        if any(b.kind != "aug" for b in computed):
            chosen[name] = "each"
        elif any(b.literal for b in looped) and (name in wanted or not _is_part(analysis, name, computed)):
            chosen[name] = "sum"
        elif name in wanted:
            chosen[name] = "each"
    return chosen


def _is_part(analysis: CellAnalysis, name: str, bindings: list[Binding]) -> bool:
    """Return whether a running sum is only used to compute another number, such as its mean."""
    uses = set(analysis.uses.get(name, ()))
    divided = any(isinstance(b.stmt, ast.AugAssign) and isinstance(b.stmt.op, ast.Div) for b in bindings)
    return not divided and not uses.isdisjoint({"compute", "part"}) and uses.isdisjoint({"shown", "kept"})


def _is_interesting(analysis: CellAnalysis, name: str) -> bool:
    best = is_best_name(name) and any(b.conditional or b.kind == "aug" for b in analysis.bindings[name])
    if best or is_earlier_name(name):
        return False
    uses = analysis.uses.get(name, ())
    looped = [b for b in analysis.bindings[name] if b.loop and not b.literal]
    scored = all(gives_score(b.value) for b in looped) or _is_minimised(analysis, name)
    scored = scored and not goes_over(analysis, name)
    if looped and all(_reads_rate(b.value) for b in looped):
        return True
    if is_metric_name(name) or scored:
        return not is_temporary(analysis.bindings[name], uses)
    reduced = all(b.value is not None and b.kind == "assign" and reduces(b.value) for b in looped)
    reduced = reduced or all(_is_output(b) for b in looped)
    unused = not uses and not is_bookkeeping_name(name) and all(b.kind == "unpack" for b in looped)
    goes_on = (reduced or unused) and any(b.loop and iterates(b.loop, analysis) for b in looped)
    if goes_on and ("shown" in uses or not uses):
        return True  # what a loop that goes on works out and only looks at
    if is_bookkeeping_name(name) or not (analysis.trains or reduces_into(analysis, name)):
        return False
    return "kept" in uses or ("shown" in uses and analysis.trains)


def _is_minimised(analysis: CellAnalysis, name: str) -> bool:
    """Return whether gradients are computed of it: a loss, whatever its name."""
    return any(call.name == f"{name}.backward" for call in analysis.calls)


def _reads_rate(value: ast.expr | None) -> bool:
    """Return whether a value is the rate that an optimiser or its plan has now: `optimizer.param_groups[0]["lr"]`."""
    while isinstance(value, ast.Call) and value.args and dotted(value.func) in NUMBER_FORMS:
        value = value.args[0]
    match value:
        case ast.Subscript(
            value=ast.Subscript(value=ast.Attribute(attr="param_groups")), slice=ast.Constant(value="lr")
        ):
            return True
        case ast.Subscript(value=ast.Call(func=ast.Attribute(attr="get_last_lr" | "get_lr"))):
            return True
    return False


def _is_output(binding: Binding) -> bool:
    """Return whether a name is what a step gives besides the state that it takes: `w, state, l = step(w, state)`."""
    match binding.stmt:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call(args=args)):
            state = {one.id for one in args if isinstance(one, ast.Name)}
            names = {one.id for one in targets if isinstance(one, ast.Name)}
            return not state.isdisjoint(names) and binding.name not in state
    return False


def _may_be_results(name: str, value: ast.expr | None) -> bool:
    """Return whether a value may be a container of results: what a function returns, or a dict of them."""
    if name.startswith("_") or not SETTINGS_WORDS.isdisjoint(words(name)):
        return False
    match value:
        case ast.Call(func=func):
            return call_role(dotted(func)) in {"other", "score"}
        case ast.Dict(keys=keys):
            return any(isinstance(k, ast.Constant) and is_metric_name(str(k.value)) for k in keys)
        case ast.DictComp(value=inner):
            return evaluates(inner)
    return False


def skips(loop: Loop) -> bool:
    """Return whether an iteration may end before its last statement while the loop continues."""
    return any(isinstance(node, ast.Continue | ast.Try) for node in ast.walk(loop.node))


def last_bindings(bindings: list[Binding]) -> list[Binding]:
    """Return the bindings that leave the name's value at the end of an iteration.

    Within one outermost loop that is the first loop that binds the name (training comes before
    validation), or a loop around it that gives it another value afterwards.
    """
    loops: dict[int, Loop] = {}
    computed = [b for b in bindings if b.loop and not b.literal]
    for binding in computed:
        assert binding.loop is not None
        top = binding.loop.chain[-1].number
        first_loop = loops.setdefault(top, binding.loop)
        if binding.loop in first_loop.chain:
            loops[top] = binding.loop
    chosen: list[Binding] = []
    for loop in loops.values():
        for binding in reversed([b for b in computed if b.loop is loop]):
            chosen.append(binding)
            if not binding.conditional:
                break
    return chosen
