"""Expressions that only carry what was there before a cell: an old score that it shows, a file of results that it reads."""

from __future__ import annotations

import ast
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from nbtrack.capture.source.grammar import HOOK
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.words.calls import call_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbtrack.capture.source.analysis import Binding, CellAnalysis

__all__ = ["Carried", "reads_text"]

_PARTS = frozenset(
    """
    as_text copy get getvalue head iloc item items keys loc nlargest nsmallest pop read readline readlines read_text
    render rstrip sort_values splitlines squeeze strip summary tail to_dict to_frame to_list to_string tolist values
    """.split()
)
"""Methods that give a part of an object, or another form of it."""
_FORMS = frozenset(
    """
    abs dict enumerate float format int iter list max min next repr reversed round set sorted str tuple zip
    """.split()
)
"""Functions that give what they are given, or a part of it."""
_LOADS = frozenset(
    """
    load loads open read_csv read_excel read_feather read_json read_parquet read_pickle read_table read_text
    safe_load
    """.split()
)
_TRACKERS = frozenset({"client", "mlflow", "nbtrack"})
_QUERIES = frozenset({"best", "get_run", "last", "run", "runs", "search_runs"})
_TEXTS = frozenset({"as_text", "read", "read_text", "summary", "to_string"})
_KEEPS = frozenset(
    "apply decision_function evaluate forward plot predict predict_proba score transform".split()
)
"""Methods that leave an object's own results as they were."""
_NO_VALUES = (ModuleType, FunctionType, BuiltinFunctionType, type)
_SCALARS = (bool, int, float, complex, str, bytes, type(None))


def reads_text(node: ast.expr) -> bool:
    """Return whether an expression gives a text that was written before: `open(path).read()`, `fitted.summary()`."""
    return isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _TEXTS


class Carried:
    """Which of a cell's expressions have values that were there before it ran.

    Parameters
    ----------
    analysis
        The cell, without what was not reached.
    namespace
        The user's namespace after it.
    begins
        Whether nothing was there before: the code is a script, or a function of one.
    """

    def __init__(self, analysis: CellAnalysis, namespace: Mapping[str, Any], *, begins: bool = False) -> None:
        self._analysis, self._namespace, self._begins = analysis, namespace, begins
        self._names: dict[str, bool | None] = {}

    def __call__(self, node: ast.expr | None) -> bool:
        """Return whether an expression has values, and all of them were there before."""
        return node is not None and self._of(node) is True

    def names(self) -> Iterator[str]:
        """Yield the names to which the cell gives nothing else."""
        for name, bindings in self._analysis.bindings.items():
            if all(self(binding.value) for binding in bindings):
                yield name

    def parts(self, node: ast.expr) -> Iterator[ast.expr]:
        """Yield the outermost parts of an expression that carry a value."""
        if self(node):
            yield node
            return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.keyword):
                yield from self.parts(child.value)
            elif isinstance(child, ast.expr):
                yield from self.parts(child)

    def _of(self, node: ast.expr) -> bool | None:
        """Return True for what was there before, False for what is new, None for what is no value of its own."""
        match node:
            case ast.Name(id=name):
                return self._name(name)
            case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
                return self._of(value)
            case ast.FormattedValue(value=value) | ast.UnaryOp(operand=value):
                return self._of(value)
            case ast.BinOp(left=left, right=right):
                # In percent, or in a text; of two old values a third is worked out.
                both = self._of(left), self._of(right)
                return True if set(both) == {True, None} else None if set(both) == {None} else False
            case ast.IfExp(body=body, orelse=orelse):
                return self._all([body, orelse])
            case (
                ast.JoinedStr(values=parts)
                | ast.List(elts=parts)
                | ast.Tuple(elts=parts)
                | ast.Set(elts=parts)
            ):
                return self._all(parts)
            case ast.Dict(values=parts):
                return self._all(parts)
            case ast.Call():
                return self._call(node)
            case ast.Constant():
                return None
        return False

    def _all(self, nodes: Iterable[ast.expr]) -> bool | None:
        found = {self._of(node) for node in nodes}
        return False if False in found else True if True in found else None

    def _call(self, node: ast.Call) -> bool | None:
        name = dotted(node.func)
        # The receiver of a method may be in a hook, too: `hook(model).predict(X)` is no hook.
        if isinstance(node.func, ast.Name) and name.startswith(HOOK) and node.args:
            return self._of(node.args[0])
        last = name.rpartition(".")[2]
        if last in _LOADS or (name.partition(".")[0] in _TRACKERS and last in _QUERIES):
            return True
        if isinstance(node.func, ast.Attribute):
            return self._of(node.func.value) if last in {*_PARTS, *_FORMS} else False
        if last in _FORMS:
            return self._all([*node.args, *(k.value for k in node.keywords if k.arg != "key")])
        return False

    def _name(self, name: str) -> bool | None:
        if name not in self._names:
            self._names[name] = False  # while it is looked at: it may be bound to what it was
            self._names[name] = self._known(name)
        return self._names[name]

    def _known(self, name: str) -> bool | None:
        analysis = self._analysis
        if name not in self._namespace or isinstance(self._namespace[name], _NO_VALUES):
            return None
        if name in analysis.mutations or name in analysis.contents_before or name in analysis.bound_inside:
            return False
        bindings = analysis.bindings.get(name)
        if bindings:
            return all(self(_origin(b)) for b in bindings)
        if self._begins:
            return False
        return isinstance(self._namespace[name], _SCALARS) or not self._may_change(name)

    def _may_change(self, name: str) -> bool:
        """Return whether a call of the cell may have changed an object: its own method, or a function that gets it."""
        for call in self._analysis.calls:
            method = call.name.rpartition(".")[2]
            if call.root == name and "." in call.name and method not in _PARTS | _FORMS | _KEEPS:
                return True
            if call.role not in {"show", "pass", "plot", "io"} and any(
                isinstance(one, ast.Name) and one.id == name
                for one in (*call.node.args, *(k.value for k in call.node.keywords))
            ):
                return call_role(call.name) != "score"
        return False


def _origin(binding: Binding) -> ast.expr | None:
    """Return what gives a name its value: of a loop's variable what the loop goes over."""
    if binding.kind == "loop" and isinstance(binding.stmt, ast.For | ast.AsyncFor):
        return binding.stmt.iter
    if isinstance(binding.stmt, ast.With | ast.AsyncWith):
        opened = (
            one.context_expr
            for one in binding.stmt.items
            if isinstance(one.optional_vars, ast.Name) and one.optional_vars.id == binding.name
        )
        return next(opened, None)
    return binding.value if binding.kind in {"assign", "unpack", "walrus"} else None
