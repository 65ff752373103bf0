"""The notebook's names: what the panel puts among them when it is asked to."""

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
    """Do something while no cell runs: at once where the kernel has time, else when the cell has ended.

    JupyterLab may have messages of widgets handled in a thread of their own while a cell runs.
    """
    loop = getattr(getattr(get_ipython(), "kernel", None), "io_loop", None)
    if loop is None or threading.current_thread() is threading.main_thread():
        act()
    else:
        loop.add_callback(act)


def put(value: Any, name: str, earlier: Any = None) -> str:
    """Give a value a name in the notebook, and return that name: a number is added where the name is the user's.

    Parameters
    ----------
    name
        Such as `runs_df`; `runs_df_2` and so on where it is taken.
    earlier
        What was put there before: its name is taken again.

    Raises
    ------
    NbtrackError
        Where there is no notebook.
    """
    shell = get_ipython()
    if shell is None:
        raise NbtrackError(
            f"there is no notebook to put {name!r} into; in a script write `frame = panel.runs.to_pandas()`"
        )
    names = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(2)))
    held = shell.user_ns
    free = next(one for one in names if one not in held or (earlier is not None and held[one] is earlier))
    shell.push({free: value})
    return free
