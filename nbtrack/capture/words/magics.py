"""Vocabulary of IPython: its magics, by what they do to a notebook's names."""

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
"""Magics that run their argument in the notebook's namespace."""
MEASURING_MAGICS = frozenset({"lprun", "memit", "mprun", "prun", "timeit"})
"""Magics that run their argument after their own options."""
TIMING_MAGICS = frozenset({"time", "track"})
"""Magics that run code unchanged, and report about it."""
PROCESS_MAGICS = frozenset({"cd", "env", "set_env", "dotenv"})
"""Magics that change the process: its folder, or its environment."""
BIND_UNSEEN_MAGICS = frozenset({"run", "pylab", "load", "loadpy", "store", "python", "py"})
"""Magics that may bind names that do not appear in the cell's source."""
NOTEBOOK_MAGICS = re.compile(
    r"autoreload .*|config InlineBackend\b.*|load_ext (?:autoreload|nbtrack)|matplotlib .*|pinfo2? .*|package .*|runs .*|track .*",
    re.DOTALL,
)
"""Line magics, with arguments, that a script does not need."""
