"""The functions in which a script does its work: their metrics are logged where they arise, and when they end."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING, TypeGuard

from nbtrack.capture.source.analysis import CellAnalysis
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.watch.entries import COMMAND_LINES, Entries, Function
from nbtrack.projects.packaging.cell import ScriptCell
from nbtrack.projects.packaging.draws import imported
from nbtrack.projects.packaging.edits import quoted
from nbtrack.projects.packaging.logged import Logging

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbtrack.projects.packaging.edits import Edits

__all__ = ["log_in_functions"]


def log_in_functions(
    tree: ast.Module,
    edits: Edits,
    results: str,
    metrics: Mapping[str, float],
    models: Mapping[str, str],
    *,
    told: Mapping[str, str],
) -> tuple[set[str], set[str]]:
    """Write the calls into a script that log what its functions find, and return the metrics and models that these have.

    Parameters
    ----------
    tree, edits
        The script, and what takes the calls.
    results
        The name in it of what is called.
    metrics
        What the run recorded, and the script's top level does not give.
    models
        The paths of its models by their names, where no name of the top level holds them.
    told
        The metrics that a library has told of, with the code's own names for their values.
    """
    logged: set[str] = set()
    saved: set[str] = set()
    names = frozenset(one.name for one in ast.walk(tree) if isinstance(one, Function))
    for number, function in enumerate(_worked_in(tree)):
        body = ast.Module(function.body, [])
        cell = ScriptCell(body, CellAnalysis(body, ast.Pass()), names)
        # Loops are counted by numbers, each function's from another on.
        logging = Logging(cell, edits, results, metrics, tuple(models), function=1 + number, told=told)
        calls, missing = logging.ending()
        logged |= metrics.keys() - set(missing)
        for name in models.keys() - saved:
            variable = logging.variable(name)
            if variable is not None and variable in cell.analysis.bindings:
                calls.append(f"{results}.model({quoted(models[name])}, locals().get({quoted(variable)}))")
                saved.add(name)
        _at_its_ends(function, edits, "; ".join(calls))
    return logged, saved


def _at_its_ends(function: Function, edits: Edits, text: str) -> None:
    """Add statements wherever a function ends without an exception."""
    if not text:
        return
    for stmt in _own(function.body):
        if isinstance(stmt, ast.Return) or _leaves(stmt):
            edits.add_before(stmt, text)
    if not isinstance(function.body[-1], ast.Return | ast.Raise) and not _leaves(function.body[-1]):
        edits.add_after(function.body[-1], text)


def _leaves(node: ast.AST) -> TypeGuard[ast.stmt]:
    """Return whether a statement ends the program."""
    match node:
        case ast.Expr(value=ast.Call(func=func)) | ast.Raise(exc=ast.Call(func=func)):
            return dotted(func) in {"sys.exit", "exit", "quit", "SystemExit"}
    return False


def _own(body: list[ast.stmt]) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _worked_in(tree: ast.Module) -> list[Function]:
    """Return the functions that a script calls once, in the order of these calls."""
    entries = Entries(tree)
    counts = Counter(
        one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
    )
    modules = imported(tree)
    for stmt in tree.body:
        match stmt:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)):  # `app = typer.Typer()`
                modules[name] = modules.get(dotted(func).partition(".")[0], "")
    found: dict[str, Function] = {}

    def take(function: Function) -> None:
        if function.name in found or counts[function.name] > 1:
            return
        found[function.name] = function
        look(CellAnalysis(ast.Module(function.body, []), ast.Pass()))

    def look(analysis: CellAnalysis) -> None:
        for call, function in entries.called(analysis):
            if not call.loop:
                take(function)

    top = CellAnalysis(tree, ast.Pass())
    for root, function in entries.decorated(tree):
        if modules.get(root, "").partition(".")[0] in COMMAND_LINES:
            take(function)
    for root, _, function in entries.handed(top):
        if modules.get(root, "").partition(".")[0] in COMMAND_LINES:
            take(function)
    look(top)
    return list(found.values())
