"""Vocabulary of libraries: which train and which do not, and the calls that configure one.

In the code slice, a library's settings are represented by the name `<settings sklearn>`.
"""

from __future__ import annotations

import re

__all__ = [
    "FOREIGN",
    "FOREIGN_PARTS",
    "LAYER_LIBRARIES",
    "LOSS_LIBRARIES",
    "OPTIMISER_LIBRARIES",
    "QUIET",
    "SETS_UP",
    "TENSOR_LIBRARIES",
    "set_up_by",
    "settings_of",
]

FOREIGN = frozenset(
    """
    builtins numpy pandas polars pyarrow duckdb xarray dask datasets matplotlib seaborn plotly altair bokeh argparse IPython ipywidgets os sys io json pathlib time
    datetime random math re itertools functools collections warnings logging pickle joblib tqdm string
    copy csv glob shutil subprocess typing textwrap statistics PIL cv2 requests urllib dataclasses nbtrack mlflow
    wandb scipy.stats scipy.special scipy.sparse scipy.linalg contextlib pprint tabulate threading types
    """.split()
)
"""Libraries whose calls do not configure training."""
FOREIGN_PARTS = ("sklearn.metrics", "sklearn.utils", "sklearn.datasets._base", "torch.functional")
"""Parts of other libraries whose calls do not configure training either."""
TENSOR_LIBRARIES = ("torch", "tensorflow", "jax")
"""Libraries whose functions compute, and whose optimisers train."""
LAYER_LIBRARIES = ("torch", "tensorflow", "keras", "jax", "flax")
"""Libraries whose layers are given their shapes by position."""
LOSS_LIBRARIES = ("torch.nn.functional", "optax.")
"""Libraries whose scoring functions are losses, by which is trained."""
OPTIMISER_LIBRARIES = ("optax.",)
"""Libraries whose functions make optimisers, and take their settings by position too."""

SETS_UP = re.compile(
    r"set(?:_\w+|err\w*|up\w*|bufsize|locale|recursionlimit)?|reset_\w+|use(?:_\w+)?|style|enable\w*|disable\w*"
    r"|config(?:ure(?:_\w+)?)?|basicConfig|register(?:_\w+)?|init|initialize|filterwarnings|simplefilter"
)
"""The functions that change their library, by their names."""
QUIET = frozenset(
    """IPython builtins bokeh gc json joblib logging matplotlib mlflow nbtrack os pathlib pickle plotly pprint
    seaborn shutil sys time tqdm wandb warnings altair""".split()
)
"""Modules whose functions do not change their arguments."""
_CONFIGURATION = re.compile(r".*\.(?:config|settings|options)\.(?:update|set)")
_PLOTS = frozenset("IPython altair bokeh matplotlib plotly pylab seaborn".split())
"""Libraries that only plot: their settings do not change results."""


def settings_of(module: str) -> str:
    """Return the settings that a module's functions depend on; empty for one that only plots.

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
