"""Cells as one Python script: notebook-only code is rewritten so that `python` and `ipython` can run it."""

from __future__ import annotations

import ast
import itertools
import re
from typing import TYPE_CHECKING

from nbtrack.capture.slice.actions import LAST_SHOWN, bound
from nbtrack.capture.slice.steps import steps_of
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.source.syntax import parse
from nbtrack.capture.words.effects import NEED_LOOP
from nbtrack.capture.words.magics import NOTEBOOK_MAGICS, TIMING_MAGICS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.capture.slice.actions import Names
    from nbtrack.capture.slice.history import Cell

__all__ = ["DISPLAY", "IPYTHON", "script"]

IPYTHON = """\
from IPython import get_ipython

if get_ipython() is None:  # under plain Python
    from IPython.terminal.interactiveshell import TerminalInteractiveShell

    TerminalInteractiveShell.instance(user_ns=globals())
"""
DISPLAY = "from IPython.display import display\n"
"""What stands at the head of a script of which cells need IPython, or its `display`."""
_LOOP = """\
import asyncio

_loop = asyncio.new_event_loop()  # one for all cells, as in a notebook
asyncio.set_event_loop(_loop)
"""
_SHOW = '''\
_ = __ = ___ = ""
Out = {}


def _show(value, number=None):
    """Give a value that a cell shows the names that IPython gives it."""
    global _, __, ___
    if value is not None:
        _, __, ___ = value, _, __
        if number is not None:
            Out[number] = globals()[f"_{number}"] = value
'''
_MAY_WAIT = re.compile(rf"\b(?:async|await|{NEED_LOOP.pattern})\b")


def script(cells: Iterable[Cell]) -> str:
    r"""Return cells as one Python script, which runs under `python` as under `ipython`.

    Magics are replaced by IPython's calls for them, except for those that only matter in a notebook.
    Code that waits (`await`) is put in a coroutine, where its names are declared global. The value that a cell shows is
    kept where a later one reads it as `_`, `_3` or `Out[3]`. A cell that ended with an exception is
    allowed to do so again.

    Examples
    --------
    >>> from nbtrack.capture.slice.history import Cell
    >>> print(script([Cell("a = 1", "a = 1\n", 1), Cell("print(a)", "print(a)\n", 2)]))
    # %%
    a = 1
    <BLANKLINE>
    # %%
    print(a)
    <BLANKLINE>
    """
    cells = list(cells)
    sources = [_without_notebook(cell.source) for cell in cells]
    read = _read(sources)
    last_shown = bool(read & LAST_SHOWN)
    parts = []
    for cell, source in zip(cells, sources, strict=True):
        number = cell.number if read & {"Out", f"_{cell.number}"} else None
        kept = (last_shown or number is not None) and cell is not cells[-1]
        body = _showing(source, number) if kept else source
        # Where the notebook has names of its own for the last shown, IPython leaves them alone.
        last_shown = last_shown and LAST_SHOWN.isdisjoint(bound(steps_of(source)))
        body = _waiting(body)
        if not cell.ok:
            body = f"try:\n{_indented(body)}\nexcept Exception:\n    pass"
        # No execution numbers: the same code run again gives the same script.
        parts.append(f"# %%\n{body}\n")
    text = "\n".join(parts)
    needed = {
        IPYTHON: "get_ipython()" in text,
        DISPLAY: "display" in read,
        _LOOP: "_loop.run_until_complete(" in text,
        _SHOW: "_show(" in text,
    }
    return "\n".join([*(part for part, wanted in needed.items() if wanted), text])


def _read(sources: Iterable[str]) -> Names:
    """Return the names that cells read before any of them binds them, including IPython's."""
    read: set[str] = set()
    known: set[str] = set()
    for source in sources:
        for step in steps_of(source):
            codes = [bind.origin.code for bind in step.binds if bind.origin.code is not None]
            read |= step.reads.union(*(code.reads for code in codes)) - step.known - known
            known |= bound([step])
    return frozenset(read)


# -- magics


def _without_notebook(source: str) -> str:
    """Return a cell without the magics that only matter in a notebook."""
    if "get_ipython()" not in source:
        return source.strip("\n")
    edits: list[tuple[ast.expr, str]] = []
    for node in ast.walk(_parsed(source)):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=kind), args=[name, *given]) as call):
                pass
            case _:
                continue
        magic, text = _text(name), _text(given[-1]) if given else ""
        if kind == "run_line_magic" and NOTEBOOK_MAGICS.fullmatch(f"{magic} {text}"):
            edits.append((call, f"pass  # %{magic} {text}".rstrip()))
        elif kind in {"run_line_magic", "run_cell_magic"} and magic in TIMING_MAGICS and _is_code(text):
            edits.append((call, text.rstrip("\n")))
    return _edited(source, edits).strip("\n")


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_code(text: str) -> bool:
    return bool(_parsed(text).body)


# -- what cells show


def _showing(source: str, number: int | None) -> str:
    """Return a cell that keeps what it shows."""
    tree = _parsed(source)
    if not any(step.shows for step in steps_of(source)) or not isinstance(tree.body[-1], ast.Expr):
        return source
    value = tree.body[-1].value
    text = ast.get_source_segment(source, value) or ""
    if isinstance(value, ast.Tuple):
        text = f"({text})"
    return _edited(source, [(value, f"_show({text})" if number is None else f"_show({text}, {number})")])


# -- what waits


def _waiting(source: str) -> str:
    """Return a cell with the statements that wait, and those between them, in a coroutine."""
    if not _MAY_WAIT.search(source):
        return source  # without reading it
    tree = _parsed(source)
    places = [place for place, statement in enumerate(tree.body) if _waits(statement)]
    if not places:
        return source
    if _must_change(tree):
        tree.body.sort(key=lambda statement: not _is_star(statement))
        source = ast.unparse(ast.fix_missing_locations(_Local().visit(tree)))
        tree = parse(source)
        places = [place for place, statement in enumerate(tree.body) if _waits(statement)]
    lines = source.split("\n")
    first = tree.body[places[0] - 1].end_lineno or 0 if places[0] else 0
    last = tree.body[places[-1]].end_lineno
    inside = "\n".join(lines[first:last]).strip("\n")
    names = ", ".join(sorted(bound(steps_of(inside))))
    head = f"async def _cell():\n    global {names}\n" if names else "async def _cell():\n"
    cell = f"{head}{_indented(inside)}\n\n\n_loop.run_until_complete(_cell())"
    before, after = "\n".join(lines[:first]).rstrip("\n"), "\n".join(lines[last:])
    return "\n".join([*([f"{before}\n\n"] if before else []), cell, *([after] if after.strip() else [])])


def _waits(statement: ast.stmt) -> bool:
    """Return whether a statement waits, or needs a running event loop."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                continue
            case ast.Await() | ast.AsyncFor() | ast.AsyncWith() | ast.comprehension(is_async=1):
                return True
            case ast.Call(func=function) if NEED_LOOP.fullmatch(dotted(function, plain=True)):
                return True
        waiting += ast.iter_child_nodes(node)
    return False


def _must_change(tree: ast.Module) -> bool:
    """Return whether a cell has code that cannot be split by lines, or is not allowed in a function."""
    body = tree.body
    if any(one.end_lineno == other.lineno for one, other in itertools.pairwise(body)):
        return True
    return any(isinstance(n, ast.AnnAssign | ast.Global) or _is_star(n) for n in ast.walk(tree))


def _is_star(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


class _Local(ast.NodeTransformer):
    """Removes code that is not allowed for names that a function declares global."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node

    def visit_Global(self, _: ast.Global) -> ast.AST:
        return ast.Pass()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return ast.Pass()
        return ast.Assign([node.target], node.value)


# -- text


def _parsed(source: str) -> ast.Module:
    try:
        return parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])  # code that is not Python is not changed


def _edited(source: str, edits: Iterable[tuple[ast.expr, str]]) -> str:
    """Return code with nodes replaced by other text."""
    lines = source.encode().split(b"\n")
    # Last first, so that the positions of the others do not change.
    for node, text in sorted(edits, key=lambda edit: -edit[0].lineno):
        last = node.end_lineno or node.lineno
        head, tail = lines[node.lineno - 1][: node.col_offset], lines[last - 1][node.end_col_offset :]
        lines[node.lineno - 1 : last] = (head + text.encode() + tail).split(b"\n")
    return b"\n".join(lines).decode()


def _indented(source: str) -> str:
    """Indent code by one level, without changing multi-line strings."""
    inside: set[int] = set()
    for node in ast.walk(_parsed(source)):
        if isinstance(node, ast.Constant | ast.JoinedStr) and node.end_lineno:
            inside.update(range(node.lineno + 1, node.end_lineno + 1))
    lines = enumerate(source.split("\n"), start=1)
    return "\n".join(line if number in inside or not line else f"    {line}" for number, line in lines)
