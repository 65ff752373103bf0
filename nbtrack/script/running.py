"""Run a script and capture it; what is nbtrack's own stays out of its way."""

from __future__ import annotations

import json
import os
import re
import sys

from nbtrack.projects import VALUES
from nbtrack.script.program import Program

__all__ = ["SILENT", "run"]

SILENT = "--silent"
"""Before the file: capture it only if it does not log for itself."""

_LOGS = re.compile(rb"^[ \t]*(?:import|from)[ \t][^\n#]*\b(?:mlflow|nbtrack|project_results)\b", re.MULTILINE)


def run(arguments: list[str]) -> int | str | None:
    """Run a script with its arguments, and return what the process has to end with."""
    silent = arguments[:1] == [SILENT]
    name, *rest = arguments[1:] if silent else arguments
    try:
        program = Program(name, rest, json.loads(os.environ.pop(VALUES, "{}")))
    except OSError as error:
        # In Python's own words.
        sys.stderr.write(
            f"{sys.executable}: can't open file {os.path.abspath(name)!r}: [Errno {error.errno}] {error.strerror}\n"  # noqa: PTH100
        )
        return 2
    logs = _LOGS.search(program.source) is not None
    if silent and (logs or "MLFLOW_RUN_ID" not in os.environ):
        program.run()
        program.report()
        return program.exit_code()
    # Its modules are needed by no script that logs for itself.
    from nbtrack.script.tracked import TrackedScript

    tracked = TrackedScript(program, logs=logs, silent=silent)
    program.run(tracked.transform)
    program.report()
    tracked.end()
    return program.exit_code()
