"""The local store: one SQLite database and the artifacts beside it."""

from __future__ import annotations

from nbtrack.store.buffers import SeriesBuffer
from nbtrack.store.chunks import pack_point
from nbtrack.store.damage import Problem
from nbtrack.store.health import Health
from nbtrack.store.lifecycle import GcReport
from nbtrack.store.location import find_store, is_store, resolve
from nbtrack.store.processes import started_by
from nbtrack.store.reading import Changes, Window
from nbtrack.store.run_writer import RunWriter
from nbtrack.store.store import Store, inspect, open_store, process_is_read_only

__all__ = [
    "Changes",
    "GcReport",
    "Health",
    "Problem",
    "RunWriter",
    "SeriesBuffer",
    "Store",
    "Window",
    "find_store",
    "inspect",
    "is_store",
    "open_store",
    "pack_point",
    "process_is_read_only",
    "resolve",
    "started_by",
]
