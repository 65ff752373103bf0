"""Where a model that the tests serve waits, in the middle of a prediction, until the test lets it go on."""

from tests.waiting import eventually


class Gate:
    """A gate in a folder: the naughty model waits at it when it is told to do `gate.what`."""

    def __init__(self, folder, name="gate"):
        self._path = folder / name
        self.what = f"hold {self._path}"

    @property
    def is_reached(self):
        """Whether a prediction waits there, or has gone on."""
        return self._path.with_suffix(".reached").exists()

    def reached(self):
        """Return when a prediction waits there."""
        eventually(lambda: self.is_reached, lambda: f"no prediction came to {self._path}")

    def open(self):
        """Let it go on."""
        self._path.touch()
