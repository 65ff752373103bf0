"""Settings that have no name where they are written: `for epoch in range(12)`, `order.split(50)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbtrack.capture.settings.setting import Setting
from nbtrack.capture.source.literals import literal
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.words.calls import STEP_METHODS
from nbtrack.capture.words.names import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.capture.source.analysis import CellAnalysis

__all__ = ["unnamed_settings"]

_TRAININGS = frozenset({"epoch", "episode", "generation"})
"""Variables of loops that train, whatever is in them."""
_ITERATIONS = frozenset({"iteration", "iter", "step", "round", "trial"})
"""Variables of loops that train where something in the code does."""
_BATCHES = frozenset({"split", "batch"})
"""Methods that cut data into batches of one size."""
_SEEDS = frozenset({"manual_seed", "seed", "seed_everything", "set_random_seed", "set_seed", "set_seeds"})
"""Functions that seed the random numbers."""


def unnamed_settings(analysis: CellAnalysis) -> Iterator[Setting]:
    r"""Yield how often the loops of some code train, and with how much at once.

    Examples
    --------
    >>> from nbtrack.capture.source.analysis import CellAnalysis
    >>> code = "for epoch in tqdm(range(12)):\n    for part in order.split(50):\n        opt.step()"
    >>> [(one.name, one.value) for one in unnamed_settings(CellAnalysis(ast.parse(code)))]
    [('epochs', 12), ('batch_size', 50)]
    """
    steps = any(call.name.rpartition(".")[2] in STEP_METHODS for call in analysis.calls)
    wanted = _TRAININGS | (_ITERATIONS if steps or analysis.trains else frozenset())
    for loop in analysis.loops:
        node = loop.node
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            counted = words(node.target.id)[-1:]
            times = _times(_followed(node.iter, analysis))
            if times is not None and counted and counted[0] in wanted:
                yield Setting(f"{counted[0]}s", times, "loop", spare=True)
    for call in analysis.calls:
        last = call.name.rpartition(".")[2]
        if last in _SEEDS and call.node.args and type(seed := literal(call.node.args[0])) is int:
            yield Setting("seed", seed, last, spare=True)
        cut = steps and isinstance(call.node.func, ast.Attribute) and last in _BATCHES
        if cut and len(call.node.args) == 1:
            size = literal(call.node.args[0])
            if type(size) is int and size > 1:
                yield Setting("batch_size", size, "loop", spare=True)


def _followed(node: ast.expr, analysis: CellAnalysis) -> ast.expr:
    """Return what a name holds that is bound once, or the expression itself."""
    bindings = analysis.bindings.get(node.id, ()) if isinstance(node, ast.Name) else ()
    return bindings[0].value or node if len(bindings) == 1 else node


def _times(node: ast.expr) -> int | None:
    """Return how often a loop runs that goes over a `range` of literals, also inside of a bar that shows how far it is."""
    match node:
        case ast.Call(func=func, args=[first, *rest]):
            last = dotted(func).rpartition(".")[2]
            if last in {"range", "trange"}:
                bounds = [literal(one) for one in (first, *rest)]
                if all(type(one) is int for one in bounds) and len(bounds) <= 2:
                    return len(range(*bounds))
            elif "bar" in last or "tqdm" in last or last == "track":
                return _times(first)
    return None
