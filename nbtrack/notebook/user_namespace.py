"""The notebook's namespace: how the panel assigns variables in it."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython

from nbtrack.errors import NbtrackError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["between_cells", "put"]


def between_cells(act: Callable[[], None]) -> None:
    """Call a function while no cell runs: at once if the kernel is idle, else when the cell has ended.

    While a cell runs, JupyterLab may have the messages of widgets handled in another thread.
    """
    loop = getattr(getattr(get_ipython(), "kernel", None), "io_loop", None)
    if loop is None or threading.current_thread() is threading.main_thread():
        act()
    else:
        loop.add_callback(act)


def put(value: Any, name: str, earlier: Any = None) -> str:
    """Assign a value to a name in the notebook, and return the name; a number is added if the user has it already.

    Parameters
    ----------
    name
        Such as `runs_df`; `runs_df_2` and so on if it is taken.
    earlier
        The value that was assigned before: its name is used again.

    Raises
    ------
    NbtrackError
        When there is no notebook.
    """
    shell = get_ipython()
    if shell is None:
        raise NbtrackError(
            f"there is no notebook to put {name!r} into; in a script write `frame = panel.runs.to_pandas()`"
        )
    names = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(2)))
    user_names = shell.user_ns
    free = next(
        one for one in names if one not in user_names or (earlier is not None and user_names[one] is earlier)
    )
    shell.push({free: value})
    return free
