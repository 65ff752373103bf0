"""Lists of whole numbers that are results: the lengths of episodes, the coefficients that are left, misses a round."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

from nbtrack.capture.source.evidence import iterates
from nbtrack.capture.words.names import COUNT_WORDS, is_metric_name, is_prediction_name, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.capture.source.analysis import CellAnalysis, Loop

__all__ = ["is_list_of_counts", "may_count"]

_LENGTHS = frozenset({"durations", "lengths", "steps"})
"""Words of lists with how long each pass took, which mean sizes otherwise."""


def may_count(name: str) -> bool:
    """Return whether a list of this name may have a count of each pass: `lengths`, `n_features_used`."""
    return not _LENGTHS.isdisjoint(words(name)) or words(name)[0] in COUNT_WORDS


def is_list_of_counts(name: str, numbers: Sequence[float], analysis: CellAnalysis) -> bool:
    """Return whether a list of whole numbers has a result of each pass of a loop.

    It stands beside others in a loop that appends results, too, or that trains something; no item of it goes into
    something else; and it neither counts the passes nor repeats what the loop goes through.
    """
    if len(numbers) < 2 or not all(one.is_integer() for one in numbers) or is_prediction_name(name):
        return False
    if all(a < b for a, b in pairwise(numbers)) or len(set(numbers)) < 2:
        return False
    if _is_computed_with(name, analysis):
        return False
    appended = [
        call for call in analysis.calls if call.name == f"{name}.append" and call.loop and call.node.args
    ]
    if not appended or any(_is_variable(call.node.args[0], call.loop) for call in appended):
        return False
    loops = {call.loop for call in appended}
    beside = any(
        call.loop in loops and is_metric_name(call.root)
        for call in analysis.calls
        if call.name.endswith(".append")
    )
    return beside or analysis.trains or any(loop and iterates(loop, analysis) for loop in loops)


def _is_computed_with(name: str, analysis: CellAnalysis) -> bool:
    """Return whether an item of a list goes into something else: `sizes[-1] * width`; it may be shown."""
    shown = {id(part) for call in analysis.calls if call.role == "show" for part in ast.walk(call.node)}
    for node in ast.walk(analysis.tree):
        match node:
            case ast.Subscript(value=ast.Name(id=root), slice=place) if root == name:
                if not isinstance(place, ast.Slice) and id(node) not in shown:
                    return True
    return False


def _is_variable(node: ast.expr, loop: Loop | None) -> bool:
    """Return whether an expression is a variable of the loops around it."""
    return loop is not None and isinstance(node, ast.Name) and node.id in loop.variables
