"""The functions in which a script does its work: those that its top level calls, or hands to a command line's library."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import module_of
from nbtrack.capture.source.analysis import CellAnalysis
from nbtrack.capture.source.evidence import counts, evaluates, tainted_names
from nbtrack.capture.source.grammar import parameters
from nbtrack.capture.source.reads import dotted, names_in
from nbtrack.capture.words.calls import STEP_METHODS
from nbtrack.capture.words.names import is_metric_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbtrack.capture.source.analysis import Call

__all__ = ["COMMAND_LINES", "Entries", "Function", "is_of_command_line"]

Function = ast.FunctionDef | ast.AsyncFunctionDef

_MAIN = frozenset("main run cli app train experiment start entry entrypoint".split())
_COMMANDS = frozenset("command group callback main default".split())
"""How the decorators are called that make a command of a function."""
_DEBUGGERS = frozenset({"breakpoint", "set_trace"})
COMMAND_LINES = frozenset(
    "click rich_click asyncclick typer fire hydra tyro cyclopts absl argh defopt plac clize simple_parsing jsonargparse".split()
)
"""The libraries that call a function with what they read from the command line, in this process."""


def is_of_command_line(value: Any) -> bool:
    """Return whether a module, or an object, is of a library that reads the command line."""
    module = value.__name__ if isinstance(value, type(ast)) else module_of(value) or module_of(type(value))
    return module.partition(".")[0] in COMMAND_LINES


class Entries:
    r"""The functions of a script that train or score something, themselves or through others of the script.

    Parameters
    ----------
    tree
        The script.

    Examples
    --------
    >>> text = "def load(): ...\ndef fit():\n    loss = f()\ndef main(): fit()"
    >>> sorted(Entries(ast.parse(text)).functions)
    ['fit', 'main']
    """

    def __init__(self, tree: ast.Module) -> None:
        every: dict[str, list[Function]] = {}
        for statement in _top_level(tree.body):
            if isinstance(statement, Function):
                every.setdefault(statement.name, []).append(statement)
        once = {name: found[0] for name, found in every.items() if len(found) == 1}
        analyses = {name: CellAnalysis(ast.Module(one.body, []), ast.Pass()) for name, one in once.items()}
        self.steps = any(
            call.name.rpartition(".")[2] in STEP_METHODS for one in analyses.values() for call in one.calls
        )
        """Whether a function of the script takes an optimiser's steps."""
        worth = {name for name, analysis in analyses.items() if name in _MAIN or _works(analysis)}
        grown = True
        while grown:
            through = {name for name, one in analyses.items() if not worth.isdisjoint(one.reads)} - worth
            worth |= through
            grown = bool(through)
        self.functions = {name: one for name, one in once.items() if name in worth and not _is_special(one)}
        """Those of them that can be watched: not generators, and not what a debugger is started in."""

    def called(self, analysis: CellAnalysis) -> Iterator[tuple[Call, Function]]:
        """Yield the calls of such functions that are made at most once where code begins."""
        for call in analysis.calls:
            function = self.functions.get(call.name)
            # Those in comprehensions have variables of their own.
            once = call.loop is None and call.hookable and not call.own
            plain = isinstance(call.node.func, ast.Name) and once
            if function is not None and plain and not function.decorator_list:
                yield call, function

    def handed(self, analysis: CellAnalysis) -> Iterator[tuple[str, ast.Name, Function]]:
        """Yield where such functions are handed to a call, with the name through which that is reached."""
        for call in analysis.calls:
            if call.loop is not None or call.own or not call.hookable or not call.root:
                continue
            if call.name in self.functions:
                continue
            for argument in [*call.node.args, *(keyword.value for keyword in call.node.keywords)]:
                for node in ast.walk(argument):
                    function = self.functions.get(node.id) if isinstance(node, ast.Name) else None
                    if function is not None and not function.decorator_list:
                        assert isinstance(node, ast.Name)
                        yield call.root, node, function

    def decorated(self, tree: ast.Module) -> Iterator[tuple[str, Function]]:
        """Yield such functions of a tree that are decorated, with the name through which a decorator makes commands of them."""
        for statement in _top_level(tree.body):
            if not isinstance(statement, Function) or statement.name not in self.functions:
                continue
            names = [dotted(decorator) for decorator in statement.decorator_list]
            commands = [name for name in names if name.rpartition(".")[2] in _COMMANDS]
            if names:
                yield commands[0].partition(".")[0] if commands else "", statement


def chosen_arguments(call: Call, function: Function, analysis: CellAnalysis) -> set[str]:
    """Return the parameters that a call gives a setting, or leaves to their default: no results, no counts."""
    taken = parameters(function.args)
    results: set[str] = set()
    tainted = tainted_names(analysis)
    plain = [*function.args.posonlyargs, *function.args.args]
    named: Mapping[str, ast.expr] = {
        **{one.arg: value for one, value in zip(plain, call.node.args, strict=False)},
        **{keyword.arg: keyword.value for keyword in call.node.keywords if keyword.arg},
    }
    for name, value in named.items():
        if counts(value) or evaluates(value) or not tainted.isdisjoint(names_in(value)):
            results.add(name)
    return {one.arg for one in taken if one.arg not in results and not is_metric_name(one.arg)}


def _top_level(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a block, and of the branches in it."""
    for statement in statements:
        yield statement
        if isinstance(statement, ast.If | ast.Try):
            yield from _top_level([*statement.body, *statement.orelse])


def _works(analysis: CellAnalysis) -> bool:
    return analysis.trains or any(
        is_metric_name(name)
        for name, bindings in analysis.bindings.items()
        if any(not b.literal for b in bindings)
    )


def _is_special(function: Function) -> bool:
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _DEBUGGERS:
            return True
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False
