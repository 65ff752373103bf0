"""The pool with processes that do what no honest model does, and with a system that has no room for another."""

import asyncio
import sys
import time
from types import SimpleNamespace

import pytest

from nbtrack.serving.pipe import Frame
from nbtrack.serving.pool import Pool
from tests.waiting import HANGS

WORKER = """
import json, os, sys, time
from pathlib import Path
from nbtrack.serving.pipe import BATCH, HELLO, Frame, pack, read

def say(*frames):
    sys.stdout.buffer.write(b"".join(map(pack, frames)))
    sys.stdout.buffer.flush()

folder = Path(__file__).parent
if (folder / "gone").exists():
    say(Frame(HELLO, 0, "json", b'{"ok": false, "message": "the folder is gone"}'))
    sys.exit(1)
hello = Frame(HELLO, 0, "json", json.dumps({"ok": True, "rowwise": True, "seconds": 0}).encode())
say(hello)
batch = []
while (request := read(sys.stdin.buffer)) is not None:
    with open(folder / "asked", "ab") as asked:
        asked.write(request.body + b"\\n")
    batch.append(request)
    if request.status == BATCH:
        continue
    answers = []
    for request in batch:
        what = request.body.decode()
        if what == "hang":
            time.sleep(600)
        elif what == "exit":
            os._exit(3)
        elif what == "hold":
            while not (folder / "gate").exists():
                time.sleep(0.01)
        elif what == "hello":
            say(hello)
        elif what == "another":
            say(Frame(4_000_000_000, 200, "json", b""))
        elif what == "large":
            from nbtrack.serving.pipe import _HEAD
            sys.stdout.buffer.write(_HEAD.pack(request.number, 200, 0, 1 << 40))
            sys.stdout.buffer.flush()
            time.sleep(600)
        elif what == "status":
            say(Frame(request.number, 7, "json", b""))
        elif what == "text":
            sys.stdout.buffer.write(_HEAD.pack(request.number, 200, 1, 0) + b"\\xff")
        answers.append(Frame(request.number, 200, "json", f"did {what}".encode()))
    say(*answers)
    batch = []
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "worker.py").write_text(WORKER)
    return tmp_path


class Clock:
    """The time of the pool and of its loop, which a test moves on: no machine is too busy for what is then due."""

    def __init__(self, monkeypatch):
        self._ahead = 0.0
        for module in ("pool", "worker_process"):
            monkeypatch.setattr(f"nbtrack.serving.{module}.time", SimpleNamespace(monotonic=self.now))

    def now(self):
        return time.monotonic() + self._ahead

    def loop(self):
        loop = asyncio.new_event_loop()
        loop.time = self.now
        return loop

    def move(self, seconds):
        self._ahead += seconds


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def use(folder, work, clock=None, **options):
    """Run `work(pool, lines)` with a pool whose first process is ready."""

    async def run():
        lines = []
        pool = Pool([sys.executable, str(folder / "worker.py")], {}, log=lines.append, **options)
        await pool.start()
        await pool.first_hello
        try:
            return await work(pool, lines)
        finally:
            (folder / "gate").touch()
            await pool.close()

    with asyncio.Runner(loop_factory=clock and clock.loop) as runner:
        return runner.run(run())


async def eventually(condition):
    """Wait until a condition holds."""
    deadline = time.monotonic() + HANGS
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.01)


def told(folder):
    """Return all that the processes were asked, in its order."""
    file = folder / "asked"
    return file.read_text().split() if file.exists() else []


async def asked(pool, *whats):
    answers = await asyncio.gather(*(pool.ask("json", what.encode()) for what in whats))
    return [(answer.status, answer.body.decode()) for answer in answers]


@pytest.mark.parametrize("what", ["hello", "another", "large", "status"])
def test_a_process_that_says_what_it_should_not_is_ended(folder, what):
    async def work(pool, lines):
        ((status, body),) = await asked(pool, what)
        assert status == 500
        assert "it sent" in body
        assert await asked(pool, "a", "b") == [(200, "did a"), (200, "did b")]
        assert pool.restarts == 1
        assert len(pool._workers) == 1
        assert not pool._idle or list(pool._idle) == list(pool._workers)
        assert any("is ended" in line for line in lines)

    use(folder, work)


def test_one_that_hangs_takes_no_other_of_its_batch_with_it(folder, clock):
    async def work(pool, lines):
        first = pool.ask("json", b"hold")
        answers = asyncio.ensure_future(asked(pool, "a", "hang", "b", "c"))
        await asyncio.sleep(0)  # they wait, and go together when the first is answered
        (folder / "gate").touch()
        await eventually(lambda: told(folder) == ["hold", "a", "hang", "b", "c"])
        clock.move(60)
        # One of them has hung: each is asked alone, and may take a quarter of the time.
        await eventually(lambda: told(folder)[5:] == ["a", "hang"])
        clock.move(15)
        answers = await answers
        assert [status for status, _ in answers] == [200, 504, 200, 200]
        assert "60 s" in answers[1][1]
        assert (await first).status == 200

    use(folder, work, clock, timeout=60)


def test_many_that_hang_wait_no_longer_than_twice_the_time(folder, clock):
    async def work(pool, lines):
        answers = asyncio.ensure_future(asked(pool, "a", *["hang"] * 20))
        await eventually(lambda: told(folder) == ["a", *["hang"] * 20])
        clock.move(60)
        await eventually(lambda: len(told(folder)) == 22)
        assert not answers.done()
        clock.move(60)
        assert {status for status, _ in await answers} <= {200, 503, 504}
        assert await asked(pool, "a") == [(200, "did a")]

    use(folder, work, clock, timeout=60)


def test_a_process_that_cannot_be_started_is_tried_again(folder):
    async def work(pool, lines):
        spawn = pool._spawn
        refusals = [OSError(24, "Too many open files"), BlockingIOError(11, "no more processes")]

        async def refused():
            if refusals:
                raise refusals.pop()
            await spawn()

        pool._spawn = refused
        await asked(pool, "a")  # one that has answered is replaced without a pause
        assert (await asked(pool, "exit"))[0][0] == 500
        await eventually(lambda: not refusals and pool.is_ready)
        assert sum("can be started" in line for line in lines) == 2
        assert await asked(pool, "a") == [(200, "did a")]

    use(folder, work)


def test_a_model_that_cannot_be_loaded_again_is_said_at_once_until_it_can(folder):
    async def work(pool, lines):
        said = []
        pool.on_trouble = said.append
        (folder / "gone").touch()
        await asked(pool, "a")  # one that has answered is replaced without a pause
        assert (await asked(pool, "exit"))[0][0] == 500
        ((status, body),) = await asked(pool, "a")  # it waits for the process that is being started
        assert status == 503
        # After the time that it may wait for one it would be told that none was free.
        assert "the folder is gone" in body
        answer = pool.ask("json", b"a")
        assert answer.done(), "at once"
        assert answer.result().status == 503
        assert not pool.is_ready
        assert said[0] == "the folder is gone"
        (folder / "gone").unlink()
        await eventually(lambda: pool.is_ready)
        assert said[-1] is None
        assert await asked(pool, "a") == [(200, "did a")]

    use(folder, work)


def test_what_nobody_waits_for_is_not_asked_and_takes_no_place(folder):
    async def work(pool, lines):
        busy = pool.ask("json", b"hold")
        gone = [pool.ask("json", b"gone") for _ in range(10)]
        assert (await pool.ask("json", b"a")).status == 503
        for answer in gone:
            answer.set_result(Frame(0, 499, "json", b""))
        waiting = []

        def is_taken():
            waiting.append(pool.ask("json", b"a"))
            return not waiting[-1].done()

        await eventually(is_taken)
        (folder / "gate").touch()
        assert (await waiting[-1]).status == 200
        assert (await busy).status == 200
        assert "gone" not in told(folder)

    use(folder, work, limit=10)
