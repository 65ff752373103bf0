"""The pool with processes that do what no honest model does, and with a system that has no room for another."""

import asyncio
import sys
import time

import pytest

from nbtrack.serving.pool import Pool
from nbtrack.serving.wire import Frame

WORKER = """
import json, os, sys, time
from pathlib import Path
from nbtrack.serving.wire import BATCH, HELLO, Frame, pack, read

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
        elif what.startswith("sleep"):
            time.sleep(float(what.split()[1]))
        elif what == "hello":
            say(hello)
        elif what == "another":
            say(Frame(4_000_000_000, 200, "json", b""))
        elif what == "large":
            from nbtrack.serving.wire import _HEAD
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


def use(folder, work, **options):
    """Run `work(pool, lines)` with a pool whose first process is ready."""

    async def run():
        lines = []
        pool = Pool([sys.executable, str(folder / "worker.py")], {}, log=lines.append, **options)
        await pool.start()
        await pool.up
        try:
            return await asyncio.wait_for(work(pool, lines), 60)
        finally:
            await pool.close()

    return asyncio.run(run())


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

    use(folder, work, timeout=5)


def test_one_that_hangs_takes_no_other_of_its_batch_with_it(folder):
    async def work(pool, lines):
        await asked(pool, "a")  # from here on it is known that requests may be asked together
        first = asyncio.ensure_future(asked(pool, "sleep 0.2"))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        answers = await asked(pool, "a", "hang", "b", "c")
        assert time.monotonic() - began < 2 * 4 + 0.5
        assert [status for status, _ in answers] == [200, 504, 200, 200]
        assert "4 s" in answers[1][1]
        assert (await first)[0][0] == 200

    use(folder, work, timeout=4)


def test_many_that_hang_wait_no_longer_than_twice_the_time(folder):
    async def work(pool, lines):
        began = time.monotonic()
        answers = await asked(pool, "sleep 0.2", *["hang"] * 20)
        assert time.monotonic() - began < 2 * 1.5 + 1
        assert {status for status, _ in answers} <= {200, 503, 504}
        await asyncio.sleep(0.5)
        assert await asked(pool, "a") == [(200, "did a")]

    use(folder, work, timeout=1.5)


def test_a_process_that_cannot_be_started_is_tried_again(folder):
    async def work(pool, lines):
        spawn = pool._spawn
        refusals = [OSError(24, "Too many open files"), BlockingIOError(11, "no more processes")]

        async def refused():
            if refusals:
                raise refusals.pop()
            await spawn()

        pool._spawn = refused
        assert (await asked(pool, "exit"))[0][0] == 500
        for _ in range(100):
            await asyncio.sleep(0.1)
            if pool.is_ready:
                break
        assert not refusals
        assert sum("can be started" in line for line in lines) == 2
        assert await asked(pool, "a") == [(200, "did a")]

    use(folder, work)


def test_a_model_that_cannot_be_loaded_again_is_said_at_once_until_it_can(folder):
    async def work(pool, lines):
        said = []
        pool.troubled = said.append
        (folder / "gone").touch()
        assert (await asked(pool, "exit"))[0][0] == 500
        began = time.monotonic()
        ((status, body),) = await asked(pool, "a")  # it waits for the process that is being started
        assert status == 503
        assert "the folder is gone" in body
        assert (await asked(pool, "a"))[0][0] == 503
        assert time.monotonic() - began < 5
        assert not pool.is_ready
        assert said[0] == "the folder is gone"
        (folder / "gone").unlink()
        for _ in range(200):
            if pool.is_ready:
                break
            await asyncio.sleep(0.1)
        assert said[-1] is None
        assert await asked(pool, "a") == [(200, "did a")]

    use(folder, work)


def test_what_nobody_waits_for_is_not_asked_and_takes_no_place(folder):
    async def work(pool, lines):
        busy = pool.ask("json", b"sleep 1")
        gone = [pool.ask("json", b"gone") for _ in range(10)]
        assert (await pool.ask("json", b"a")).status == 503
        for answer in gone:
            answer.set_result(Frame(0, 499, "json", b""))
        await asyncio.sleep(0.4)
        assert (await pool.ask("json", b"a")).status == 200
        await busy
        assert b"gone" not in (folder / "asked").read_bytes()

    use(folder, work, limit=10)
