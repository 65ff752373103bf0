"""Which executions are runs of the same cell."""

from __future__ import annotations

import ast
import hashlib
from typing import TYPE_CHECKING

from nbtrack.capture.source.syntax import parse, walk
from nbtrack.query import parse as parse_filter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.store import Store

__all__ = ["CELL_TAG", "Lineages"]

CELL_TAG = "nbtrack.cell"


class Lineages:
    """Identifies the cells of a notebook that have had runs.

    A cell with an id from the front end keeps its lineage when its code changes, even in later sessions: its runs have a
    tag with the id. A cell without a run or an id is identified by its code.

    Parameters
    ----------
    notebook
        The notebook's path, if there is one.
    """

    def __init__(self, notebook: str | None) -> None:
        self._notebook = notebook
        self._known: dict[str, str] = {}

    def of(self, store: Store, cell_id: str | None, tree: ast.Module) -> tuple[str, dict[str, str]]:
        """Return the id that all runs of a cell share, and the tags for a run of it."""
        if not cell_id:
            return self._digest("".join(_shape(tree))), {}
        cell = self._digest(f"cell {cell_id}")
        if cell not in self._known:
            earlier = store.find_runs(parse_filter(f"tags.`{CELL_TAG}` = '{cell}'"), limit=1)
            known_lineage = earlier[0].lineage if earlier else None
            self._known[cell] = known_lineage or self._digest("".join(_shape(tree)))
        return self._known[cell], {CELL_TAG: cell}

    def _digest(self, text: str) -> str:
        return hashlib.blake2b(f"{self._notebook or ''}\n{text}".encode(), digest_size=12).hexdigest()


def _shape(tree: ast.AST) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, ast.Constant):
            yield type(node.value).__name__
        else:
            yield f"{type(node).__name__} {_name(node)};"
        match node:
            # The argument of a magic is a string in the tree, although it is code of the cell.
            case ast.Call(
                func=ast.Attribute(attr="run_cell_magic" | "run_line_magic" as kind),
                args=[ast.Constant(value=str(magic)), *_, ast.Constant(value=str(body))],
            ):
                yield f"%{magic};"
                try:
                    yield from _shape(parse(body))
                except (SyntaxError, ValueError):
                    # Another language; of a line magic only which script or command it runs.
                    yield body if kind == "run_cell_magic" else body.split(maxsplit=1)[0]


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)) | ast.alias(name=name):
            return name
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
            return name
    return ""
