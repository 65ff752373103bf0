"""Which of many runs are flagged when a cell that they depend on is changed."""

import pytest

from nbtrack.capture.slice.history import Cell, History
from nbtrack.notebook.run_code import RunCode


class Writer:
    """Takes the place of a run's writer: keeps what is written of its code."""

    def __init__(self, run):
        self.id = run
        self.written = []

    def set_document(self, name, document):
        assert name == "source"
        self.written.append(document)

    @property
    def stale(self):
        return self.written[-1]["stale"]


class Session:
    """Executes cells as the notebook's session does: a tracked one is kept before it is history."""

    def __init__(self, *, ids):
        self.history = History()
        self.code = RunCode(self.history)
        self._ids = ids
        self._number = 0

    def run(self, source, cell):
        self._number += 1
        cell_id = cell if self._ids else None
        self.history.add(source, source, self._number, True, cell_id)
        self.code.flag_changed(Cell(source, source, self._number, True, cell_id))

    def track(self, source, cell, writer=None):
        writer = writer or Writer(f"run {self._number}")
        self.code.keep(writer, source, source, cell if self._ids else None)
        self.run(source, cell)
        return writer


@pytest.fixture(params=[True, False], ids=["with cell ids", "without"])
def session(request):
    return Session(ids=request.param)


def test_of_many_runs_those_are_flagged_that_depend_on_the_changed_cell(session):
    session.run("rate = 1", "rate")
    session.run("size = 1", "size")
    by_rate = [session.track("loss = rate * 2", "a") for _ in range(50)]
    by_size = [session.track("error = size * 2", "b") for _ in range(50)]
    both = [session.track("total = rate + size", "c") for _ in range(50)]
    session.run("rate = 1  # the same", "rate")
    session.run("other = 3", "other")
    assert not any(one.stale for one in [*by_rate, *by_size, *both])
    session.run("rate = 5", "rate")
    assert all(one.stale for one in [*by_rate, *both])
    assert not any(one.stale for one in by_size)
    written = [len(one.written) for one in by_rate]
    session.run("rate = 6", "rate")
    assert [len(one.written) for one in by_rate] == written, "what is flagged is not looked at again"
    session.run("size = 2", "size")
    assert all(one.stale for one in by_size)


def test_runs_by_an_edited_cell_are_flagged_one_edit_at_a_time(session):
    runs = []
    for rate in range(30):
        session.run(f"rate = {rate}", "rate")
        assert all(one.stale for one in runs)
        runs.append(session.track("loss = rate * 2", "a"))
        assert not runs[-1].stale


def test_a_cell_that_goes_on_from_its_own_result_does_not_make_its_run_stale(session):
    session.run("total = 0", "start")
    first = session.track("total = total + 1", "more")
    second = session.track("total = total + 1", "more")
    assert not first.stale
    assert not second.stale
    session.run("total = 7", "start")
    assert first.stale
    assert second.stale


def test_the_newest_runs_are_looked_after(session):
    session.run("rate = 1", "rate")
    runs = [session.track("loss = rate * 2", "a") for _ in range(230)]
    session.run("rate = 2", "rate")
    assert [one.stale for one in runs] == [False] * 30 + [True] * 200
    session.run("rate = 3", "rate")
    assert len(runs[0].written) == 1


def test_a_resumed_run_is_known_by_its_last_code(session):
    session.run("rate = 1", "rate")
    session.run("size = 1", "size")
    run = session.track("loss = rate * 2", "a")
    session.track("error = size * 2", "b", run)
    session.run("rate = 2", "rate")
    assert not run.stale
    session.run("size = 2", "size")
    assert run.stale


def test_another_name_bound_by_the_changed_cell_counts_only_where_cells_have_no_ids(session):
    session.run("rate = 1", "rate")
    run = session.track("loss = rate * 2", "a")
    session.run("rate = 2", "elsewhere")
    assert run.stale != session._ids
