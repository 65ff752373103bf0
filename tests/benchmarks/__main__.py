"""Speed and capture figures of nbtrack: `make bench`, or `python -m tests.benchmarks [ROW ...]`.

Each figure is the median of repeats in fresh processes, in turns with the bare baseline, so that a noisy
machine hits both. No figure makes this fail; a row that cannot be measured does. With `PEERS=1` in the
environment MLflow and trackio are installed in environments of their own and measured as well.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import (
    capture,
    durability,
    imports,
    models,
    notebook,
    panel,
    parts,
    peers,
    points,
    scripts,
    search,
    serving,
    wine,
)
from tests.benchmarks.harness import Figures, Group, PartError, Settings, measure
from tests.benchmarks.table import Table, legend

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUPS: tuple[Group, ...] = (
    *imports.GROUPS,
    *points.GROUPS,
    *search.GROUPS,
    *wine.GROUPS,
    *scripts.GROUPS,
    *models.GROUPS,
    *serving.GROUPS,
    *notebook.GROUPS,
    *panel.GROUPS,
    *parts.GROUPS,
    *durability.GROUPS,
    *capture.GROUPS,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return how many groups of rows could not be measured."""
    names = [row.name for group in GROUPS for row in group.rows]
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(names)}; default: all")
    parser.add_argument("--quick", action="store_true", help="fewer repeats of smaller work")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples there too")
    options = parser.parse_args(arguments)
    unknown = set(options.rows) - set(names)
    if unknown:
        parser.error(f"there is no row {', '.join(sorted(unknown))}; the rows are {', '.join(names)}")
    wanted = set(options.rows or names)
    measured = peers.install() if os.environ.get("PEERS") == "1" else ()
    settings = Settings(options.quick, measured)
    done, failures = run(wanted, settings)
    if options.json:
        text = json.dumps(
            {**machine(), "quick": settings.quick, "rows": [f.record() for f in done]}, indent=1
        )
        options.json.write_text(text, encoding="utf-8")
    return min(failures, 1)


def run(wanted: set[str], settings: Settings) -> tuple[list[Figures], int]:
    """Print the table of the wanted rows; return their figures, and how many groups failed."""
    start = time.perf_counter()
    table = Table(settings.peers)
    print(", ".join(f"{key} {value}" for key, value in machine().items()))
    print(table.head(), flush=True)
    done: list[Figures] = []
    failed: list[str] = []
    for group in GROUPS:
        rows = [row for row in group.rows if row.name in wanted]
        if not rows:
            continue
        try:
            figures = [one for one in measure(group, settings) if one.row in rows]
        except PartError as error:
            failed.append(str(error))
            print("\n".join(f"{row.title:<56}  ERROR" for row in rows), flush=True)
            continue
        done += figures
        print("\n".join(map(table.line, figures)), flush=True)
    missed = [one.row.name for one in done if one.met is False]
    judged = sum(one.met is not None for one in done)
    print(f"\n{judged - len(missed)} of {judged} bars met; {time.perf_counter() - start:.0f} s in all")
    if missed:
        print(f"missed: {', '.join(missed)}")
    print(legend([one.row for one in done]))
    for text in failed:
        print(f"\nERROR {text}")
    return done, len(failed)


def machine() -> dict[str, str | int]:
    """Return what the figures were measured with."""
    import nbtrack

    return {
        "nbtrack": nbtrack.__version__,
        "Python": platform.python_version(),
        "system": platform.system(),
        "cpus": os.cpu_count() or 1,
    }


if __name__ == "__main__":
    sys.exit(main())
