"""What all tests share: a place where they find nothing of the machine's, and nothing of one another's."""

import tempfile

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("nbtrack", deadline=None)
settings.load_profile("nbtrack")


@pytest.fixture(autouse=True, scope="session")
def _own_place(tmp_path_factory):
    """Keep what a test process writes outside `tmp_path` in there as well: each of several has one of its own.

    A store is looked for no further up than a project's root, so that one that lies beside the tests' folders
    takes none of their runs.
    """
    base = tmp_path_factory.getbasetemp()
    (base / "pyproject.toml").touch()
    folders = {
        "TMPDIR": "tmp",  # what `tempfile` makes, here and in the processes that the tests start
        "XDG_STATE_HOME": "state",  # nbtrack's records of servers
        "IPYTHONDIR": "ipython",  # the history that kernels share
        "JUPYTER_RUNTIME_DIR": "runtime",  # the servers that a notebook looks for its own among
    }
    with pytest.MonkeyPatch.context() as patch:
        for variable, name in folders.items():
            (base / name).mkdir()
            patch.setenv(variable, str(base / name))
        patch.setenv("NBTRACK_SECRET_FILE", str(base / "secret"))  # what signs models
        patch.setattr(tempfile, "tempdir", str(base / "tmp"))
        patch.delenv("NBTRACK_STORE", raising=False)
        yield
