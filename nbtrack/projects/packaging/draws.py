"""Whether code may draw random numbers where it does not say so: a fit without a seed of its own does."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from nbtrack.capture.source.reads import dotted
from nbtrack.capture.source.syntax import parse
from nbtrack.capture.words.randomness import generator_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["may_draw"]

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
    modules, functions = _known(script)
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


def _known(
    script: str,
) -> tuple[Mapping[str, str], Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """Return by their names what a script imports, and what it defines."""
    modules: dict[str, str] = {}
    functions = {}
    for node in ast.walk(parse(script)):
        match node:
            case ast.Import(names=names):
                modules |= {
                    one.asname or one.name.partition(".")[0]: one.name
                    if one.asname
                    else one.name.partition(".")[0]
                    for one in names
                }
            case ast.ImportFrom(module=str(module), names=names):
                modules |= {one.asname or one.name: f"{module}.{one.name}" for one in names}
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                functions[node.name] = node
    return modules, functions
