"""What is known of libraries by name: the calls that set one up, those that change nothing, what `*` imports.

A library's settings stand among the names as `<settings sklearn>`.
"""

from __future__ import annotations

import re
import sys

from nbtrack.capture.slice.names import Bind, Origin

__all__ = ["QUIET", "SETS_UP", "set_up_by", "settings_of", "star_of"]

SETS_UP = re.compile(
    r"set(?:_\w+|err\w*|up\w*|bufsize|locale|recursionlimit)?|reset_\w+|use(?:_\w+)?|style|enable\w*|disable\w*"
    r"|config(?:ure(?:_\w+)?)?|basicConfig|register(?:_\w+)?|init|initialize|filterwarnings|simplefilter"
)
"""The functions that change their library, by their names."""
QUIET = frozenset(
    """IPython builtins bokeh gc json joblib logging matplotlib mlflow nbtrack os pathlib pickle plotly pprint
    seaborn shutil sys time tqdm wandb warnings altair""".split()
)
"""Modules whose functions leave their arguments alone."""
_CONFIGURATION = re.compile(r".*\.(?:config|settings|options)\.(?:update|set)")
_PLOTS = frozenset("IPython altair bokeh matplotlib plotly pylab seaborn".split())
"""What only plots: how it does that makes no other result."""


def settings_of(module: str) -> str:
    """Return the settings that a module's functions go by; empty for one that only plots.

    Examples
    --------
    >>> settings_of("sklearn.linear_model")
    '<settings sklearn>'
    """
    library = module.partition(".")[0]
    return "" if library in _PLOTS or not library else f"<settings {library}>"


def set_up_by(function: str) -> set[str]:
    """Return the settings that a call changes, by the function's full name.

    Examples
    --------
    >>> set_up_by("numpy.seterr"), set_up_by("numpy.zeros")
    ({'<settings numpy>'}, set())
    """
    if SETS_UP.fullmatch(function.rpartition(".")[2]) or _CONFIGURATION.fullmatch(function):
        return {settings_of(function)} - {""}
    return set()


def star_of(module: str) -> list[Bind]:
    """Return what `from module import *` bound, if the module is loaded."""
    loaded = sys.modules.get(module) if module else None
    if loaded is None:
        return []
    names = getattr(loaded, "__all__", None) or [n for n in vars(loaded) if not n.startswith("_")]
    return [Bind(name, Origin(module=f"{module}.{name}"), certain=True) for name in names]
