"""Rows of figures, and the fresh processes that they are measured in."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.benchmarks import peers

ROOT = Path(__file__).resolve().parents[2]
SIDES = ("nbtrack", "bare", *peers.PEERS)

Samples = dict[str, dict[str, list[float]]]
"""By row, then by side (`nbtrack`, `bare`, a peer): one figure a repeat."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a row should come to; `adds` bounds what nbtrack takes beyond the bare baseline."""

    sense: Literal["at most", "at least", "adds"]
    limit: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    title: str
    unit: str
    bar: Bar | None = None
    bare: str = ""
    """What the bare baseline is."""


@dataclass(frozen=True, slots=True)
class Part:
    """A function of a module here, `module:function`, that a fresh process calls with the settings.

    It alternates its sides, and returns their samples. `peer` names whose environment it needs.
    """

    where: str
    peer: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are measured together: `rounds` times every part in turn."""

    rows: tuple[Row, ...]
    parts: tuple[Part, ...]
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class Settings:
    """How to measure; what a part is called with."""

    quick: bool = False
    peers: tuple[str, ...] = ()

    def repeats(self, full: int, quick: int) -> int:
        """Return one of the two."""
        return quick if self.quick else full


@dataclass(slots=True)
class Figures:
    """What a row came to."""

    row: Row
    samples: dict[str, list[float]] = field(default_factory=dict)

    def median(self, side: str) -> float | None:
        """Return a side's median, None when it was not measured."""
        return statistics.median(self.samples[side]) if self.samples.get(side) else None

    @property
    def added(self) -> float | None:
        """The median of what nbtrack took beyond the bare baseline beside it."""
        ours, bare = self.samples.get("nbtrack"), self.samples.get("bare")
        if not ours or not bare:
            return None
        return statistics.median(mine - plain for mine, plain in zip(ours, bare, strict=False))

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None where there is nothing to say."""
        bar, value = self.row.bar, self.median("nbtrack")
        if bar is None or value is None:
            return None
        if bar.sense == "at least":
            return value >= bar.limit
        if bar.sense == "adds":
            return None if self.added is None else self.added <= bar.limit
        return value <= bar.limit

    def record(self) -> dict[str, Any]:
        """Return all of it for JSON."""
        sides = {
            side: {
                "median": statistics.median(values),
                "min": min(values),
                "max": max(values),
                "samples": values,
            }
            for side, values in self.samples.items()
        }
        return {**asdict(self.row), "sides": sides, "added": self.added, "met": self.met}


class PartError(Exception):
    """A part's process failed; the message ends with what it wrote."""


def measure(group: Group, settings: Settings) -> list[Figures]:
    """Run a group's parts and return what its rows came to."""
    collected: Samples = {}
    for _ in range(1 if settings.quick else group.rounds):
        for part in group.parts:
            if part.peer is None or part.peer in settings.peers:
                merge(collected, run_part(part, settings))
    return [Figures(row, collected.get(row.name, {})) for row in group.rows]


def merge(into: Samples, more: Mapping[str, Mapping[str, Iterable[float]]]) -> None:
    """Add samples to samples."""
    for row, sides in more.items():
        for side, values in sides.items():
            into.setdefault(row, {}).setdefault(side, []).extend(values)


def run_part(part: Part, settings: Settings) -> Samples:
    """Call a part in a fresh process and a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="nbtrack-bench-", ignore_cleanup_errors=True) as folder:
        # A project's root: no store is looked for further up.
        Path(folder, "pyproject.toml").touch()
        answer = Path(folder, "answer.json")
        command = [python_of(part.peer), "-m", "tests.benchmarks.child", part.where, str(answer)]
        ended = subprocess.run(
            [*command, json.dumps(asdict(settings))],
            cwd=folder,
            env=environment(Path(folder)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if ended.returncode or not answer.exists():
            said = "\n".join(ended.stdout.strip().splitlines()[-12:])
            raise PartError(f"{part.where} ended with exit code {ended.returncode}:\n{said}")
        samples: Samples = json.loads(answer.read_text(encoding="utf-8"))
        return samples


def python_of(peer: str | None) -> str:
    """Return the interpreter that has nbtrack, or the peer."""
    return sys.executable if peer is None else str(peers.python(peer))


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of what is measured: the user's, but with bytecode kept and no one else's store."""
    variables = dict(os.environ)
    # With these, Python compiles every module at each start, which no user's does.
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "NBTRACK_STORE", "MLFLOW_TRACKING_URI"):
        variables.pop(name, None)
    paths = [str(ROOT), *filter(None, [variables.get("PYTHONPATH")])]
    return variables | {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "jupyter"),
        "MPLBACKEND": "Agg",
        **peers.QUIET,
    }


def alternate(commands: Mapping[str, Sequence[str]], repeats: int, few: int) -> dict[str, list[float]]:
    """Return how many seconds each command takes as a whole process, in turns.

    Each runs once before, so that its bytecode is there. Peers, which take seconds, run `few` times. Every
    other round goes backwards: what runs after a given process is not always the same one.
    """
    from time import perf_counter

    taken: dict[str, list[float]] = {side: [] for side in commands}
    for number in range(-1, repeats):
        for side in sorted(commands, reverse=number % 2 == 0):
            if number >= few and side in peers.PEERS:
                continue
            start = perf_counter()
            subprocess.run(commands[side], check=True, stdout=subprocess.DEVNULL)
            if number >= 0:
                taken[side].append(perf_counter() - start)
    return taken
