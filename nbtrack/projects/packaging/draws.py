"""What a script imports, and whether a piece of it may draw random numbers: a fit without a seed of its own does."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nbtrack.capture.source.reads import dotted
from nbtrack.capture.source.syntax import parse
from nbtrack.capture.words.randomness import generator_of

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["imported", "may_draw"]

_SEEDED = frozenset({"random_state", "seed", "rng"})
_STEADY = re.compile(
    r"(?:numpy|pandas|scipy|sklearn\.(?:metrics|preprocessing|pipeline|compose|impute|neighbors|naive_bayes|svm"
    r"|discriminant_analysis|linear_model))(?:\..*)?"
)
"""The modules whose functions and classes, as they are by default, draw nothing that they do not say."""
_DRAWS = re.compile(
    r".*\.(?:SGD\w*|Perceptron|PassiveAggressive\w*|RANSAC\w*|random\.\w+)|sample|shuffle|permut\w*"
)


def may_draw(tree: ast.Module, generators: Collection[str], script: str) -> bool:
    """Return whether a piece of a script may draw from one of these generators.

    Parameters
    ----------
    tree
        The piece.
    generators
        Such as `<random numpy>`.
    script
        The whole, with the imports and functions.
    """
    whole = parse(script)
    modules = imported(whole)
    functions = {
        one.name: one
        for one in ast.walk(whole)
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    of_networks = not {"<random torch>", "<random tensorflow>"}.isdisjoint(generators)
    waiting: list[ast.AST] = list(tree.body)
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue  # it draws where it is called
        waiting += ast.iter_child_nodes(node)
        if not isinstance(node, ast.Call) or _SEEDED & {word.arg for word in node.keywords}:
            continue
        name = dotted(node.func)
        root, _, rest = name.partition(".")
        if root in functions:
            waiting += [] if root in seen else functions[root].body
            seen.add(root)
        elif root in modules:
            full = f"{modules[root]}.{rest}".rstrip(".")
            if generator_of(full) in generators and (not _STEADY.fullmatch(full) or _DRAWS.fullmatch(full)):
                return True
        elif _DRAWS.fullmatch(name.rpartition(".")[2]) or of_networks:
            return True  # a method; that of a network may be anything
    return False


def imported(tree: ast.Module) -> dict[str, str]:
    """Return what a script imports: by the names in it, the full ones."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for one in names:
                    first = one.name.partition(".")[0]
                    found[one.asname or first] = one.name if one.asname else first
            case ast.ImportFrom(module=str(module), names=names):
                found |= {one.asname or one.name: f"{module}.{one.name}" for one in names}
    return found
