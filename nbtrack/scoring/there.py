"""A job in the model's own environment: `python -m nbtrack.scoring.there` reads it, and prints what it came to.

What is asked is an argument, for standard input may be what is predicted for.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import warnings
from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import TYPE_CHECKING

from nbtrack.errors import NbtrackError
from nbtrack.scoring import files
from nbtrack.scoring.job import Scored
from nbtrack.scoring.progress import ProgressLine

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["main", "run_there"]


def run_there(python: Path, request: files.Request) -> Scored | int:
    """Do a job with another Python, and return what it came to; its exit code if it failed, which it has told."""
    done = subprocess.run(  # noqa: S603 (a list, no shell)
        [str(python), "-m", "nbtrack.scoring.there", b64encode(pickle.dumps(request)).decode()],
        stdout=subprocess.PIPE,
        check=False,
    )
    return done.returncode or Scored(**json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    """Do the job that is asked for."""
    request = pickle.loads(b64decode(sys.argv[1]))  # noqa: S301 (of the process that started this one)
    line = ProgressLine()
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_args, **_named: print(f"nbtrack: {message}", file=sys.stderr)  # noqa: T201
        try:
            scored = files.run(request, None, line)
        except (NbtrackError, ImportError) as error:
            line.end()
            print(f"nbtrack: {error}", file=sys.stderr)  # noqa: T201
            return 1
        except KeyboardInterrupt:
            return 130
    line.end()
    print(json.dumps(asdict(scored)))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
