"""Parse code that somebody else runs, without its warnings, which IPython shows already."""

from __future__ import annotations

import ast
import re
import warnings

__all__ = ["compiles", "parse"]

_FILE = "<nbtrack>"
# Set once: each change of the filters makes Python repeat warnings that it shows only once.
warnings.filterwarnings("ignore", module=re.escape(_FILE))


def parse(source: str) -> ast.Module:
    """Return the syntax tree of `source`, as `ast.parse` does."""
    return ast.parse(source, _FILE)


def compiles(tree: ast.Module) -> bool:
    """Return whether a tree can be compiled: `return 1` alone can be parsed, but not compiled."""
    try:
        compile(tree, _FILE, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
