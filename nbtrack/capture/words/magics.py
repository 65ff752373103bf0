"""The words of IPython: its magics, by what they do to a notebook's names."""

from __future__ import annotations

import re

__all__ = [
    "BIND_UNSEEN_MAGICS",
    "MEASURING_MAGICS",
    "NAMESPACE_MAGICS",
    "NOTEBOOK_MAGICS",
    "PROCESS_MAGICS",
    "TIMING_MAGICS",
]

NAMESPACE_MAGICS = frozenset({"capture", "memit", "mprun", "prun", "time", "track"})
"""Those that run what they are given in the notebook's namespace."""
MEASURING_MAGICS = frozenset({"lprun", "memit", "mprun", "prun", "timeit"})
"""Those that run what they are given after options of their own."""
TIMING_MAGICS = frozenset({"time", "track"})
"""Those that run code as it is, and tell about it."""
PROCESS_MAGICS = frozenset({"cd", "env", "set_env", "dotenv"})
"""Those that change the process: its folder, or its environment."""
BIND_UNSEEN_MAGICS = frozenset({"run", "pylab", "load", "loadpy", "store", "python", "py"})
"""Those that may bind names that the cell's source does not tell."""
NOTEBOOK_MAGICS = re.compile(
    r"autoreload .*|config InlineBackend\b.*|load_ext (?:autoreload|nbtrack)|matplotlib .*|pinfo2? .*|runs .*|track .*",
    re.DOTALL,
)
"""Line magics, with what they are given, that a script can do without."""
