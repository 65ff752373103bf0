"""The parts of tracking a cell that grow with what the session holds: its data, and its history."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Bar, Group, Part, Row, Samples, Settings

if TYPE_CHECKING:
    from nbtrack.capture.slice.history import History

GROUPS = (
    Group(
        (
            Row("frame", "a table of 1,000,000 rows and 9 columns described", "ms", Bar("at most", 5)),
            Row("array", "an array of 1 GB described", "ms", Bar("at most", 5)),
        ),
        (Part("parts:data"),),
    ),
    Group(
        (
            Row("slice", "the cells found that a cell depends on, of 500", "ms", Bar("at most", 10)),
            Row("remember", "a cell taken into a history of 500", "ms", Bar("at most", 5)),
        ),
        (Part("parts:history"),),
    ),
)


def data(settings: Settings) -> Samples:
    """Describe what is too large to be read whole."""
    import numpy as np
    import pandas as pd

    from nbtrack.capture.data import describe

    rows = 1_000_000
    frame = pd.DataFrame({f"f{i}": np.zeros(rows) for i in range(6)})
    frame["s"] = pd.Series([f"t{i % 1000}" for i in range(rows)])
    frame["o"] = frame.s.astype(object)
    frame["c"] = frame.s.astype("category")
    # Of which only what is read becomes real memory; seen across, and through a mask of steps.
    array = np.zeros(125_000_000)
    seen = [array, array.reshape(1000, -1).T, array.reshape(10, 100, -1, 5)[::2, :, ::3]]
    taken: dict[str, list[float]] = {"frame": [], "array": []}
    for _ in range(settings.repeats(15, 5)):
        for row, values in (("frame", [frame]), ("array", seen)):
            for value in values:
                start = perf_counter()
                describe("x", value)
                taken[row].append((perf_counter() - start) * 1e3)
    return {row: {"nbtrack": values} for row, values in taken.items()}


def history(settings: Settings) -> Samples:
    """Find dependencies in a long session, and go on with it."""
    session = _session(500)
    taken: dict[str, list[float]] = {"slice": [], "remember": []}
    for number in range(settings.repeats(15, 5)):
        start = perf_counter()
        found = session.slice("print(m3.coef_, df7, f3(1), xs2)")
        middle = perf_counter()
        session.add("", f"xs1 = [f3(j) for j in range({number})]\nm3.fit(df7, xs1)", 501 + number, ok=True)
        taken["slice"].append((middle - start) * 1e3)
        taken["remember"].append((perf_counter() - middle) * 1e3)
        if not found:
            raise RuntimeError("the cell depends on nothing")
    return {row: {"nbtrack": values} for row, values in taken.items()}


def _session(cells: int) -> History:
    from nbtrack.capture.slice.history import History

    session = History()
    imports = "import numpy as np\nimport pandas as pd\nfrom sklearn.linear_model import Ridge"
    session.add("", imports, 1, ok=True)
    for i in range(2, cells):
        source = (
            f"df{i % 40} = pd.DataFrame({{'a': np.arange({i})}})\n"
            f"df{i % 40}['b'] = df{(i - 1) % 40 if i > 2 else 2}.a\n"
            f"def f{i % 25}(x):\n    return x + k{i % 7}\nk{i % 7} = {i}\n"
            f"m{i % 9} = Ridge()\nm{i % 9}.fit(df{i % 40}, k{i % 7})\n"
            f"xs{i % 5} = []\nfor j in range(3):\n    xs{i % 5}.append(f{i % 25}(j))\nprint(xs{i % 5})"
        )
        session.add(source, source, i, ok=True)
    return session
