"""The tracked cell in a recorded script: the part after the last mark, as the notebook ran it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from nbtrack.capture.source.analysis import CellAnalysis
from nbtrack.capture.source.syntax import parse

__all__ = ["MARK", "ScriptCell", "tracked_cell"]

MARK = "# %%\n"


@dataclass(frozen=True)
class ScriptCell:
    """The last cell of a script, its nodes with their places in the whole."""

    tree: ast.Module
    analysis: CellAnalysis
    functions: frozenset[str]
    """The functions that the cells before it define."""


def tracked_cell(source: str) -> ScriptCell:
    """Return the tracked cell of a script."""
    whole = parse(source)
    start = source.count("\n", 0, source.rfind(MARK)) + 1 if MARK in source else 0
    body: list[ast.stmt] = []
    for stmt in whole.body:
        if stmt.lineno <= start:
            continue
        if isinstance(stmt, ast.AsyncFunctionDef) and stmt.name == "_cell":
            body += [one for one in stmt.body if not isinstance(one, ast.Global)]
        elif not _runs_loop(stmt):
            body.append(stmt)
    tree = ast.Module(body, [])
    functions = {
        one.name
        for stmt in whole.body
        for one in ast.walk(stmt)
        if isinstance(one, ast.FunctionDef) and stmt.lineno <= start
    }
    return ScriptCell(tree, CellAnalysis(tree), frozenset(functions))


def _runs_loop(stmt: ast.stmt) -> bool:
    return isinstance(stmt, ast.Expr) and ast.unparse(stmt).startswith("_loop.run_until_complete(_cell(")
