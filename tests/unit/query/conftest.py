import pytest

from tests.unit.query.stored_runs import Database


@pytest.fixture
def stored(tmp_path):
    """Return a function that keeps runs in a real SQLite file."""
    kept = []

    def keep(*runs, experiments=None):
        kept.append(Database(tmp_path / f"{len(kept)}.db", list(runs), experiments))
        return kept[-1]

    yield keep
    for database in kept:
        database.close()
