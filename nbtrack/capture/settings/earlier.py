"""What earlier cells have chosen: names that hold settings, and what the objects were made with that a later cell trains with."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving, module_of
from nbtrack.capture.settings.arguments import settings_of_calls
from nbtrack.capture.settings.bodies import definitions
from nbtrack.capture.settings.own import held_by
from nbtrack.capture.settings.setting import fields_of, is_settings
from nbtrack.capture.source.analysis import CellAnalysis
from nbtrack.capture.source.choices import is_chosen
from nbtrack.capture.source.evidence import counts, sums_up
from nbtrack.capture.source.literals import is_literal
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.words.calls import PARSERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.capture.settings.setting import Setting

__all__ = ["EarlierChoices", "is_parsed"]

_STEPPING = re.compile(r"\b(?:optim|optimizers?|lr_scheduler|optax)\b")
"""Modules of optimisers, and of plans of their rate."""


class EarlierChoices:
    r"""What the cells of a session have chosen so far.

    Examples
    --------
    >>> earlier = EarlierChoices()
    >>> earlier.remember(ast.parse("rate = 0.1\nsize = len(rows)\nlimit = rate * 2"), {})
    >>> sorted(earlier.names)
    ['limit', 'rate']
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        """Names that hold what follows from literals."""
        self.computed: set[str] = set()
        """Names that hold a summary of data: a mean, a range, a size."""
        self.parsed: set[str] = set()
        """Names that hold what a text in YAML, JSON or TOML says: settings or data."""
        self.made: dict[str, list[Setting]] = {}
        """By the name of an optimiser or a plan of its rate: the literal arguments that it was made with."""
        self.functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        """The definitions of functions."""

    @forgiving()
    def remember(self, tree: ast.Module, namespace: Mapping[str, Any]) -> None:
        """Note a cell that has run."""
        analysis = CellAnalysis(tree)
        self.functions |= definitions(tree)
        for name, bindings in analysis.bindings.items():
            last = bindings[-1]
            for known in (self.names, self.computed, self.parsed):
                known.discard(name)
            if last.value is not None and (sums_up(last.value) or counts(last.value)):
                self.computed.add(name)
            self.made.pop(name, None)
            if last.loop is None and is_parsed(last.value):
                self.parsed.add(name)
            whole = last.kind in {"assign", "unpack"} and last.loop is None
            if last.literal or (whole and self._is_chosen(last.value, namespace.get(name))):
                self.names.add(name)
        self._note_made(analysis, namespace)

    def _note_made(self, analysis: CellAnalysis, namespace: Mapping[str, Any]) -> None:
        """Note what optimisers and plans of their rate were made with; most cells make none."""
        held = (namespace.get(name) for name in analysis.bindings)
        if not any(_steps(one) or _steps(type(one)) for one in held if one is not None):
            return
        values = {
            name: namespace[name] for name in self.names if name in namespace and is_settings(namespace[name])
        }
        for one in settings_of_calls(analysis, namespace, {}, values):
            if one.owner in analysis.bindings and one.call.loop is None and _steps(one.callee):
                self.made.setdefault(str(one.owner), []).extend(
                    setting for passed in one.passed for setting in one.settings(passed)
                )

    def _is_chosen(self, node: ast.expr | None, value: Any) -> bool:
        if is_chosen(node, self.names):
            return not counts(node)
        # `Point(0.1, 4)` of one's own class, whatever its name looks like.
        made = isinstance(node, ast.Call) and (held_by(value) or fields_of(value)) is not None
        return made and all(map(is_literal, [*node.args, *(k.value for k in node.keywords)]))  # type: ignore[union-attr]


def _steps(callee: Any) -> bool:
    """Return whether what is called makes an optimiser, or a plan of its rate."""
    return _STEPPING.search(module_of(callee)) is not None


def is_parsed(node: ast.expr | None) -> bool:
    """Return whether an expression reads a text in a format that settings are written in.

    Examples
    --------
    >>> is_parsed(ast.parse("yaml.safe_load(open('a.yaml'))", mode="eval").body)
    True
    """
    return isinstance(node, ast.Call) and dotted(node.func) in PARSERS
