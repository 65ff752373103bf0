"""The process of one part: `python -m tests.benchmarks.child MODULE:FUNCTION ANSWER SETTINGS`."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from tests.benchmarks.harness import Settings


def main(where: str, answer: str, settings: str) -> None:
    """Call the function, and leave its samples in the file `answer`."""
    module, _, function = where.partition(":")
    given = json.loads(settings)
    samples = getattr(importlib.import_module(f"tests.benchmarks.{module}"), function)(
        Settings(quick=given["quick"], peers=tuple(given["peers"]))
    )
    Path(answer).write_text(json.dumps(samples), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
