"""What is lost when a process that logs is killed."""

from __future__ import annotations

import mmap
import random
import struct
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.harness import Bar, Group, Part, Row, Samples, Settings

GROUPS = (
    Group(
        (
            Row("kill", "kill -9 while logging as quickly as it can: lost", "ms", Bar("at most", 200)),
            Row("kill_1khz", "kill -9 while logging 1,000 points a second: lost", "ms", Bar("at most", 200)),
        ),
        (Part("durability:kills"),),
    ),
)

_LOGGED = struct.Struct("<dq")


def kills(settings: Settings) -> Samples:
    """Kill loggers at moments that fall anywhere between two flushes."""
    taken: dict[str, list[float]] = {"kill": [], "kill_1khz": []}
    for number in range(settings.repeats(8, 2)):
        for row, pause in (("kill", 0.0), ("kill_1khz", 0.001)):
            taken[row].append(_lost(Path(f"{row}-{number}").absolute(), pause))
    return {row: {"nbtrack": values} for row, values in taken.items()}


def _lost(folder: Path, pause: float) -> float:
    """Return the milliseconds between the last point logged and the last one kept."""
    import nbtrack

    told = folder.with_suffix(".told")
    told.write_bytes(bytes(_LOGGED.size))
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"from tests.benchmarks.durability import log_for_ever as log; log({str(folder)!r}, {str(told)!r}, {pause})",
        ]
    )
    while not _told(told)[1]:
        if process.poll() is not None:
            raise RuntimeError(f"the logger ended with exit code {process.returncode}")
        time.sleep(0.01)
    time.sleep(1 + random.random() / 2)
    process.kill()
    process.wait()
    moment, logged = _told(told)
    nbtrack.set_store(folder)
    (run,) = nbtrack.runs()
    kept = run.history("loss")["time"]
    if run.status != "CRASHED" or len(kept) > logged + 1:
        raise RuntimeError(f"a {run.status} run of {len(kept):,} points, where {logged:,} were logged")
    last = kept.iloc[-1]
    last = last.timestamp() if hasattr(last, "timestamp") else float(last)
    return max(0.0, moment - last) * 1e3


def _told(file: Path) -> tuple[float, int]:
    moment, count = _LOGGED.unpack(file.read_bytes())
    return float(moment), int(count)


def log_for_ever(folder: str, told: str, pause: float) -> None:
    """Log points until killed, and tell each one's moment and number through shared memory."""
    import nbtrack

    nbtrack.set_store(folder)
    nbtrack.start_run()
    with open(told, "r+b") as file:
        memory = mmap.mmap(file.fileno(), _LOGGED.size)
        step = 0
        while True:
            nbtrack.log_metric("loss", 0.5, step=step)
            step += 1
            # Not `pack_into`, which clears the bytes before it writes them.
            memory[:] = _LOGGED.pack(time.time(), step)
            if pause:
                time.sleep(pause)
