"""Messages on standard error."""

import sys
from typing import Any

__all__ = ["eprint"]


def eprint(*values: Any, **options: Any) -> None:
    """Print to standard error."""
    print(*values, file=sys.stderr, **options)  # noqa: T201 (it is what MLflow's does)
