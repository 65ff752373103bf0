"""What tracking adds to a cell, and to each assignment in a loop."""

from __future__ import annotations

import os
import sys
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tests.benchmarks.harness import Bar, Group, Part, Row, Samples, Settings
from tests.benchmarks.wine import WINE

if TYPE_CHECKING:
    from collections.abc import Callable

_SAME = "the same cell in a kernel without nbtrack"
_LOOP = "the same loop without %%track, in the same IPython"

GROUPS = (
    Group(
        (
            Row("cell", "%%track --no-model on the elastic net's cell, not first", "ms", Bar("adds", 10), _SAME),
            Row("cell_model", "the same with its model saved: %%track", "ms", Bar("adds", 60), _SAME),
            Row("cell_200", "%%track --no-model after 200 runs of the cell", "ms", Bar("adds", 10), _SAME),
        ),
        (Part("notebook:cells"),),
    ),
    Group(
        (
            Row(
                "loop", "an observed assignment, Python floats, 5,000,000 of them", "us", Bar("adds", 0.3), _LOOP
            ),
        ),
        (Part("notebook:loop_of_floats"),),
    ),
    Group(
        (Row("loop_numpy", "an observed assignment, NumPy floats", "us", Bar("adds", 0.3), _LOOP),),
        (Part("notebook:loop_of_numpy"),),
    ),
    Group(
        (Row("loop_if", "an observed assignment under an `if`", "us", Bar("adds", 0.3), _LOOP),),
        (Part("notebook:loop_with_if"),),
    ),
    Group(
        (
            Row(
                "memory", "memory at its peak in the loop of 5,000,000, a point", "B", Bar("adds", 24),
                _LOOP,
            ),
        ),
        (Part("notebook:memory_tracked"), Part("notebook:memory_plain")),
        rounds=2,
    ),
)  # fmt: skip

_SETUP = f"""
import pandas as pd
from sklearn.linear_model import ElasticNet
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

wine = pd.read_csv({str(WINE)!r})
X, y = wine.drop(columns="quality"), wine["quality"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=42)
"""

_CELL = """
alpha = 0.5
l1_ratio = 0.5

model = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, random_state=42)
model.fit(X_train, y_train)
predicted = model.predict(X_test)

rmse = root_mean_squared_error(y_test, predicted)
mae = mean_absolute_error(y_test, predicted)
r2 = r2_score(y_test, predicted)
"""

# What a cell adds is asked of models aside: it fits one, which takes its own time to save.
_MODEL_ASIDE = "%%track --no-model"

_FLOATS = """
for i in range({count}):
    loss = 1.0 / (i + 1)
"""

_NUMPY = """
scale = np.float64(0.5)
for i in range({count}):
    loss = scale / (i + 1)
"""

_IF = """
for i in range({count}):
    if i >= 0:
        loss = 1.0 / (i + 1)
"""


def cells(settings: Settings) -> Samples:
    """Run the cell tracked and, in a kernel of its own, untracked in turns, soon and after many runs of it.

    Where nbtrack is loaded, cells that are not tracked have their share of it as well: they are remembered.
    """
    from tests.benchmarks.kernel import kernel

    with kernel() as plain, kernel() as tracked:
        tracked("%load_ext nbtrack")
        for code in (_SETUP, _CELL, _CELL):
            plain(code)
            tracked(f"%%track{code}" if code is _CELL else code)
        repeats = settings.repeats(20, 5)
        early = _cells_in_turns(plain, tracked, _MODEL_ASIDE, repeats)
        saving = _cells_in_turns(plain, tracked, "%%track", repeats)
        _cells_in_turns(plain, tracked, _MODEL_ASIDE, settings.repeats(200, 20) - 2 * repeats)
        late = _cells_in_turns(plain, tracked, _MODEL_ASIDE, repeats)
        return {"cell": early, "cell_model": saving, "cell_200": late}


def _cells_in_turns(
    plain: Callable[[str], float], tracked: Callable[[str], float], line: str, repeats: int
) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {"nbtrack": [], "bare": []}
    for _ in range(repeats):
        taken["bare"].append(plain(_CELL) * 1e3)
        taken["nbtrack"].append(tracked(f"{line}{_CELL}") * 1e3)
    return taken


def loop_of_floats(settings: Settings) -> Samples:
    """Time the loop that the issue asks for."""
    return {"loop": _loops_in_turns(_FLOATS, settings.repeats(5_000_000, 500_000), settings.repeats(5, 2))}


def loop_of_numpy(settings: Settings) -> Samples:
    """Time a loop of NumPy's scalars, which keep their type."""
    return {
        "loop_numpy": _loops_in_turns(_NUMPY, settings.repeats(1_000_000, 200_000), settings.repeats(5, 2))
    }


def loop_with_if(settings: Settings) -> Samples:
    """Time a loop whose iterations need counting."""
    return {"loop_if": _loops_in_turns(_IF, settings.repeats(1_000_000, 200_000), settings.repeats(5, 2))}


def _loops_in_turns(text: str, count: int, repeats: int) -> dict[str, list[float]]:
    """Run a loop tracked and untracked in turns, in IPython's own shell."""
    import nbtrack

    run = _shell()
    run("import numpy as np")
    code = text.format(count=count)
    taken: dict[str, list[float]] = {"nbtrack": [], "bare": []}
    run(f"%%track{text.format(count=1_000)}")
    for _ in range(repeats):
        taken["bare"].append(run(code) / count * 1e6)
        taken["nbtrack"].append(run(f"%%track{code}") / count * 1e6)
        kept = nbtrack.runs()[0].summary("loss").count
        if kept != count:
            raise RuntimeError(f"{count:,} values were assigned, {kept:,} were kept")
    return taken


def memory_tracked(settings: Settings) -> Samples:
    """Return how far the process grows in a tracked loop."""
    return {"memory": {"nbtrack": [_growth("%%track", settings)]}}


def memory_plain(settings: Settings) -> Samples:
    """Return how far the process grows in the loop alone."""
    return {"memory": {"bare": [_growth("", settings)]}}


def _growth(line: str, settings: Settings) -> float:
    import psutil

    run = _shell()
    run(f"{line}{_FLOATS.format(count=1_000)}")
    before = psutil.Process().memory_info().rss
    count = settings.repeats(5_000_000, 1_000_000)
    run(f"{line}{_FLOATS.format(count=count)}")
    return (_peak() - before) / count


def _peak() -> int:
    """Return the most memory that this process has ever had, in bytes."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _shell() -> Callable[[str], float]:
    """Return a function that runs a cell in an IPython shell with nbtrack loaded, and its seconds."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    os.environ["NBTRACK_STORE"] = os.path.join(os.getcwd(), ".nbtrack")
    shell: Any = InteractiveShell.instance(config=Config(HistoryManager={"hist_file": ":memory:"}))
    shell.run_cell("%load_ext nbtrack").raise_error()

    def run(code: str) -> float:
        start = perf_counter()
        result = shell.run_cell(code, store_history=True)
        taken = perf_counter() - start
        result.raise_error()
        return taken

    return run
