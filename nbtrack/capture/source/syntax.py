"""Reading code that somebody else runs: without its warnings, which IPython tells already."""

from __future__ import annotations

import ast
import re
import warnings

__all__ = ["compiles", "parse"]

_FILE = "<nbtrack>"
# Once, not around each reading: a change of the filters makes Python tell warnings again that it tells once.
warnings.filterwarnings("ignore", module=re.escape(_FILE))


def parse(source: str) -> ast.Module:
    """Return the syntax tree of `source`, as `ast.parse` does."""
    return ast.parse(source, _FILE)


def compiles(tree: ast.Module) -> bool:
    """Return whether a tree is code that can run: `return 1` alone can be read, but does not."""
    try:
        compile(tree, _FILE, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
