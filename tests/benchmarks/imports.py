"""How long nbtrack keeps a user waiting before anything is tracked."""

from __future__ import annotations

import sys

from tests.benchmarks.harness import Bar, Group, Part, Row, Samples, Settings, alternate, python_of

GROUPS = (
    Group(
        (Row("import", "import nbtrack, whole process", "s", Bar("adds", 0.1), "python -c pass"),),
        (Part("imports:whole"),),
    ),
    Group(
        (
            Row(
                "load_ext",
                "%load_ext nbtrack in a running kernel",
                "s",
                Bar("at most", 0.3),
                "a cell with `pass` in the same kernel",
            ),
        ),
        (Part("imports:load_ext"),),
    ),
)


def whole(settings: Settings) -> Samples:
    """Time processes that import and end, with their bytecode there."""
    commands = {
        "nbtrack": [sys.executable, "-c", "import nbtrack"],
        "bare": [sys.executable, "-c", "pass"],
        **{peer: [python_of(peer), "-c", f"import {peer}"] for peer in settings.peers},
    }
    return {"import": alternate(commands, settings.repeats(20, 5), settings.repeats(5, 2))}


def load_ext(settings: Settings) -> Samples:
    """Time the cell that loads the extension, each in a kernel of its own."""
    from tests.benchmarks.kernel import kernel

    taken: dict[str, list[float]] = {"nbtrack": [], "bare": []}
    for number in range(-1, settings.repeats(7, 2)):
        with kernel() as execute:
            execute("1 + 1")
            bare = execute("pass")
            ours = execute("%load_ext nbtrack")
        if number >= 0:
            taken["bare"].append(bare)
            taken["nbtrack"].append(ours)
    return {"load_ext": taken}
