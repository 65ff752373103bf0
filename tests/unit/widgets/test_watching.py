"""Who looks at a store hears of its changes: of each after the one that was seen, and of no other."""

import time

import pytest

from nbtrack.store import open_store
from nbtrack.widgets import watching
from nbtrack.widgets.watching import follow
from tests.waiting import eventually

PAUSE = 0.02


class Follower:
    """Hears until the test is over."""

    def __init__(self):
        self.followed = True
        self.heard = []

    def changed(self, clock):
        self.heard.append(clock)

    def hears(self, clock):
        """Return when it has been told of a clock."""
        eventually(lambda: clock in self.heard)


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / ".nbtrack")
    yield store
    store.close()


@pytest.fixture
def followers(store, monkeypatch):
    """Return two followers of a store that is looked at often."""
    monkeypatch.setattr(watching, "POLL_INTERVAL", PAUSE)
    followers = Follower(), Follower()
    yield followers
    for one in followers:
        one.followed = False
    eventually(lambda: id(store) not in watching._changes)


def clock_of(store):
    return store.changes(2**62).clock


def change(store):
    store.create_run(experiment="one").finish()
    return clock_of(store)


def test_each_is_told_of_what_it_has_not_seen(store, followers):
    first, second = followers
    before = change(store)
    follow(store, first, before)
    time.sleep(10 * PAUSE)
    assert first.heard == [], "of what was seen nothing is told"
    after = change(store)
    first.hears(after)
    # Its rows were read before the change, of which the first one was told before this one followed.
    follow(store, second, before)
    second.hears(after)


def test_one_that_cannot_hear_keeps_no_other_from_it(store, followers):
    deaf, second = followers
    deaf.heard = None
    before = change(store)
    follow(store, deaf, before)
    follow(store, second, before)
    for _ in range(2):
        second.hears(change(store))
