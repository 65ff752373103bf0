"""What the unit tests share: a store of their own, and no run left open."""

import pytest

import nbtrack
from nbtrack.tracking import current, destination


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Return a new store in the working folder, in use by the fluent API."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NBTRACK_STORE", raising=False)
    monkeypatch.setattr(destination, "_experiment", None)
    monkeypatch.setattr(destination, "_default_experiment", "default")
    monkeypatch.setattr(current, "_last", None)
    store = nbtrack.set_store(tmp_path / ".nbtrack")
    yield store
    for run in reversed(current.open_runs()):
        current.finish(run)
    store.close()
