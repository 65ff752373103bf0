"""What goes on until a test lets it go: no machine is so slow that it is over too soon."""

import time

from tests.browser.lab import PATIENCE

WAITS = """
import os, time
open({begun!r}, 'w').close()
while not os.path.exists({ended!r}):
    time.sleep(0.02)
"""

# What waits is a process of its own, in a call that lets no other thread of the kernel run.
FREEZES = """
import ctypes
ctypes.PyDLL(None).system(b": > '{begun}'; until [ -e '{ended}' ]; do sleep 0.05; done")
"""


class Held:
    """Code of a notebook that does not end before it is let go.

    Parameters
    ----------
    folder
        Where it says that it has begun, and is told to end.
    name
        Its name there.
    frozen
        Whether no thread of its process can do anything meanwhile.

    Attributes
    ----------
    source
        The code.
    """

    def __init__(self, folder, name, *, frozen=False):
        self._begun = folder / f"{name}.begun"
        self._ended = folder / f"{name}.ended"
        self.source = (FREEZES if frozen else WAITS).format(begun=str(self._begun), ended=str(self._ended))

    def wait_until_begun(self):
        """Wait until its process is at it: JupyterLab says so sooner."""
        deadline = time.monotonic() + PATIENCE / 1_000
        while not self._begun.exists():
            assert time.monotonic() < deadline, f"{self._begun} is not there"
            time.sleep(0.02)

    def let_go(self):
        """Have it end."""
        self._ended.touch()
