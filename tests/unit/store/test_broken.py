"""Twenty kinds of broken stores: `nbtrack doctor` finds each and changes nothing; nothing ends in a traceback."""

import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import zlib

import pytest

import nbtrack
from nbtrack.store import inspect, open_store
from nbtrack.store.chunks import Columns, pack, pack_point, stride_of

FILLS = """
    import os, signal, sys
    import nbtrack
    from nbtrack.records import DataRecord

    class Model:
        def predict(self, data):
            return [1] * len(data)

    store = nbtrack.set_store(sys.argv[1])
    for number in range(30):
        with nbtrack.start_run(run_name=f"run-{number}") as run:
            nbtrack.log_params({"alpha": number, "solver": "lbfgs"})
            for step in range(200):
                nbtrack.log_metric("loss", 1.0 / (step + 1), step=step)
                nbtrack.log_metric("odd", float(step), step=step * step)
            nbtrack.set_tag("team", "red")
            run.writer.set_document("source", {"cell": f"x = {number}" * 20})
            run.writer.set_data(DataRecord("train", "frame", (3, 2), {"a": "int64"}, f"f{number}", False))
            if number < 2:
                nbtrack.log_model(Model(), "model")
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Return the folders of a store that was closed, and of one whose process was killed, to be copied."""
    root = tmp_path_factory.mktemp("stores")
    for kind in ("closed", "killed"):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(FILLS), root / kind, kind],
            check=False, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == (0 if kind == "closed" else -signal.SIGKILL), done.stderr
    assert (root / "killed" / "nbtrack.db-wal").stat().st_size > 100_000
    return root


def sql(folder, *statements):
    with sqlite3.connect(folder / "nbtrack.db") as connection:
        for statement in statements:
            connection.execute(*statement) if isinstance(statement, tuple) else connection.execute(statement)
    connection.close()


def rewrite(folder, name, change):
    file = folder / name
    file.write_bytes(bytes(change(bytearray(file.read_bytes()))))


def flip_points(folder):
    """One bit of one value."""
    connection = sqlite3.connect(folder / "nbtrack.db")
    row, data = connection.execute("SELECT id, data FROM points ORDER BY id LIMIT 1").fetchone()
    data = bytearray(data)
    data[-100] ^= 1
    connection.execute("UPDATE points SET data = ? WHERE id = ?", (bytes(data), row))
    connection.commit()
    connection.close()


def overwrite_page(content):
    content[8 * 4096 : 9 * 4096] = b"\xff" * 4096
    return content


def remove_model(folder):
    for place in (folder / "artifacts").glob("*/model"):
        shutil.rmtree(place)


def change_model(folder):
    next(iter((folder / "artifacts").glob("*/model"))).joinpath("MLmodel").write_text("flavors: {}\n")


def cut_gc(folder):
    """Rows are gone, artifacts are not yet."""
    with contextlib.closing(sqlite3.connect(folder / "nbtrack.db")) as connection:
        # Not run-0, which is looked at afterwards.
        (run,) = connection.execute("SELECT uuid FROM runs WHERE name = 'run-1'").fetchone()
    number = f"(SELECT id FROM runs WHERE uuid = '{run}')"
    tables = ("params", "tags", "metrics", "points", "data", "run_documents")
    sql(
        folder,
        *(f"DELETE FROM {table} WHERE run = {number}" for table in tables),
        f"DELETE FROM models WHERE run = '{run}'",
        f"DELETE FROM runs WHERE uuid = '{run}'",
        ("INSERT INTO meta VALUES ('gc', ?)", (json.dumps([run]),)),
    )


def leave_staged(folder):
    (folder / "artifacts" / ".staged" / "1-1.0-000000000000" / "m-x").mkdir(parents=True)
    os.utime(folder / "artifacts" / ".staged" / "1-1.0-000000000000", (0, 0))


# What is done to which store, what doctor says of it, and whether --repair makes it sound.
BROKEN = {
    "no database": ("closed", lambda f: (f / "nbtrack.db").unlink(), "no database", False),
    "empty database": ("closed", lambda f: (f / "nbtrack.db").write_bytes(b""), "is empty", False),
    "no database at all": ("closed", lambda f: (f / "nbtrack.db").write_text("x" * 9000), "no database", False),
    "cut database": ("closed", lambda f: rewrite(f, "nbtrack.db", lambda c: c[: len(c) // 2]), "", False),
    "zeroed head": (
        "closed", lambda f: rewrite(f, "nbtrack.db", lambda c: bytes(4096) + c[4096:]), "no database", False,
    ),
    "overwritten page": ("closed", lambda f: rewrite(f, "nbtrack.db", overwrite_page), "damaged|malformed", False),
    "flipped points": ("closed", flip_points, "points of .* are damaged", True),
    "cut points": (
        "closed", lambda f: sql(f, "UPDATE points SET data = substr(data, 1, 20) WHERE id % 7 = 0"), "damaged", True,
    ),
    "empty points": ("closed", lambda f: sql(f, "UPDATE points SET data = x'' WHERE id % 7 = 0"), "damaged", True),
    "removed points": ("closed", lambda f: sql(f, "DELETE FROM points WHERE id % 7 = 0"), "had 200 points, and 0", True),
    "removed summaries": ("closed", lambda f: sql(f, "DELETE FROM metrics WHERE run % 7 = 0"), "no summary", True),
    "damaged document": (
        "closed", lambda f: sql(f, "UPDATE documents SET body = x'789c00ff'"), "document source of .* damaged", True,
    ),
    "document that is no JSON": (
        "closed", lambda f: sql(f, ("UPDATE documents SET body = ?", (zlib.compress(b"{no"),))), "document", True,
    ),
    "missing document": ("closed", lambda f: sql(f, "DELETE FROM documents"), "document .* is not there", True),
    "cut log": ("killed", lambda f: rewrite(f, "nbtrack.db-wal", lambda c: c[: len(c) // 3]), "log .* cut short", None),
    "damaged log": (
        "killed",
        lambda f: rewrite(f, "nbtrack.db-wal", lambda c: c[:50_000] + bytes([c[50_000] ^ 1]) + c[50_001:]),
        "log .* damaged", None,
    ),
    "missing log": ("killed", lambda f: (f / "nbtrack.db-wal").unlink(), "log .* is missing", None),
    "dropped index": ("closed", lambda f: sql(f, "DROP INDEX points_by_run", "DROP INDEX models_by_run"), "index", True),
    "dropped table": ("closed", lambda f: sql(f, "DROP TABLE metrics"), "table metrics is missing", False),
    "missing artifacts": ("closed", lambda f: shutil.rmtree(f / "artifacts"), "folder of model .* missing", False),
    "missing model": ("closed", remove_model, "folder of model .* missing", False),
    "changed model": ("closed", change_model, "files of model .* not those", False),
    "cut gc": ("closed", cut_gc, "gc was cut short", True),
    "left folders": ("closed", leave_staged, "left by processes", True),
    "missing experiment": ("closed", lambda f: sql(f, "DELETE FROM experiments"), "experiment", True),
    "missing names": ("closed", lambda f: sql(f, "DELETE FROM names WHERE name = 'loss'"), "no name", True),
    "missing clock": ("closed", lambda f: sql(f, "DELETE FROM meta"), "clock", True),
    "rows of no run": ("closed", lambda f: sql(f, "DELETE FROM runs WHERE id = 5"), "belong to no run", True),
    "damaged params": (
        "closed", lambda f: sql(f, "UPDATE params SET text = 'x' WHERE kind = 2 AND run = 3"), "param .* damaged", True,
    ),
    "damaged data": ("closed", lambda f: sql(f, "UPDATE data SET shape = '[' WHERE run = 3"), "data .* damaged", True),
    "newer": ("closed", lambda f: sql(f, "PRAGMA user_version = 99"), "version 99", False),
    "a folder for a database": (
        "closed", lambda f: ((f / "nbtrack.db").unlink(), (f / "nbtrack.db").mkdir()), "is a folder", False,
    ),
}  # fmt: skip


def content(folder):
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


# Each command in a process of its own, forked from one that has imported nbtrack already.
COMMANDS = """
    import json, os, sys, tempfile
    from nbtrack.cli import main
    said = []
    for words in json.loads(sys.argv[1]):
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            pid = os.fork()
            if pid == 0:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                sys.argv = ["nbtrack", *words]
                main()
                sys.exit()
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            out.seek(0)
            err.seek(0)
            said.append([code, out.read(), err.read()])
    print(json.dumps(said))
"""


def commands(folder, *words):
    """Run nbtrack's commands on a store, and return what each said; a traceback fails the test."""
    given = json.dumps([[*some.split(), "--store", str(folder)] for some in words])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(COMMANDS), given],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    for some, (_, _, err) in zip(words, found, strict=True):
        assert "Traceback" not in err, (some, err)
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_store_is_told_with_what_to_do(stores, tmp_path, kind):
    which, break_, says, mends = BROKEN[kind]
    folder = tmp_path / ".nbtrack"
    shutil.copytree(stores / which, folder)
    assert inspect(folder).problems == []
    break_(folder)
    before = content(folder)
    problems = inspect(folder).problems
    assert content(folder) == before
    assert any(re.search(says, problem.what) for problem in problems), problems
    assert all(problem.advice for problem in problems)
    (code, _, err), *_ = commands(folder, "doctor")
    assert content(folder) == before, "doctor is read-only"
    assert code == 1
    assert "problem: " in err
    commands(folder, "runs", "show run-0", "show run-3", "experiments")
    # What is looked at so is not mended, or lost, by looking.
    assert any(re.search(says, problem.what) for problem in inspect(folder).problems) or "log" in kind

    shutil.rmtree(folder)
    shutil.copytree(stores / which, folder)
    break_(folder)
    (code, _, err), *rest = commands(folder, "doctor --repair", "doctor", "runs", "show run-0")
    if mends is not None:
        assert (code == 0) == mends, err
    if mends:
        assert "repaired: " in err
        assert [again for again, *_ in rest] == [0, 0, 0], rest


def test_damaged_points_are_never_numbers(stores, tmp_path):
    folder = tmp_path / ".nbtrack"
    shutil.copytree(stores / "closed", folder)
    connection = sqlite3.connect(folder / "nbtrack.db")
    for row, data in connection.execute("SELECT id, data FROM points WHERE id % 2 = 0").fetchall():
        place = (row * 7919) % len(data)
        damaged = data[:place] + bytes([data[place] ^ (1 << row % 8)]) + data[place + 1 :]
        connection.execute("UPDATE points SET data = ? WHERE id = ?", (damaged, row))
    connection.commit()
    connection.close()
    nbtrack.set_store(folder)
    whole = damaged = 0
    for run in nbtrack.runs():
        for name, value in (("loss", lambda step: 1.0 / (step + 1)), ("odd", lambda step: float(step**0.5))):
            with (
                pytest.warns(nbtrack.errors.NbtrackWarning)
                if _is_damaged(folder, run, name)
                else contextlib.nullcontext()
            ):
                history = run.history(name)
            damaged += len(history) < 200
            whole += len(history) == 200
            for step, number in zip(history["step"], history["value"], strict=True):
                assert number == value(step)
    assert whole > 5
    assert damaged > 5
    open_store(folder).close()


def _is_damaged(folder, run, name):
    from nbtrack.store.chunks import DamagedChunkError, unpack

    connection = sqlite3.connect(folder / "nbtrack.db")
    rows = connection.execute(
        "SELECT data FROM points WHERE run = ? AND key = (SELECT id FROM names WHERE name = ?)",
        (run.key, name),
    ).fetchall()
    connection.close()
    for (data,) in rows:
        try:
            unpack(data)
        except DamagedChunkError:
            return True
    return False


def test_chunks_of_stores_from_before_are_read_and_merged(store):
    """Without a checksum, as the versions up to 3 wrote them."""
    writer = store.create_run(experiment="e")
    writer.log_metric("loss", 0.5, 0)
    store.flush()
    columns = Columns.of([pack_point(step, 1.0, 0.5) for step in range(1, 9)])
    chunk = pack(columns, stride_of(columns.steps))
    old = bytes([chunk[0] - 2]) + chunk[1:-4]
    sql(store.path, ("INSERT INTO points (run, key, count, data) SELECT run, key, 8, ? FROM points", (old,)),
        "UPDATE metrics SET count = 9, last_step = 8")  # fmt: skip
    writer.log_metric("loss", 0.5, 9)
    writer.finish()
    key = store.run(writer.id).key
    assert store.history(key, "loss").steps == list(range(10))
    assert store.check().problems == []


@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(n, marks=pytest.mark.long) for n in range(6, 200))]
)
def test_bytes_changed_anywhere_end_in_no_traceback(stores, tmp_path, seed):
    """Also where SQLite itself sees nothing wrong: what is read is what was logged, or is told."""
    draw = random.Random(seed)
    which = draw.choice(["closed", "killed"])
    folder = tmp_path / ".nbtrack"
    shutil.copytree(stores / which, folder)
    name = draw.choice(["nbtrack.db", "nbtrack.db-wal"]) if which == "killed" else "nbtrack.db"

    def change(content):
        for _ in range(draw.choice([1, 5, 50])):
            place = draw.randrange(len(content))
            content[place] = draw.randrange(256)
        return content

    rewrite(folder, name, change)
    words = ["doctor", "runs", "show run-0", "show run-3", "experiments"]
    commands(folder, *words, "doctor --repair", *words)


LIVE = """
    import sys
    import nbtrack

    class Model:
        def predict(self, data):
            return [1] * len(data)

    nbtrack.set_store(sys.argv[1])
    print("ready", flush=True)
    while True:
        with nbtrack.start_run():
            for step in range(300):
                nbtrack.log_metric("loss", 1.0, step=step)
            for _ in range(2):
                nbtrack.log_model(Model(), "model")
"""


def test_a_store_that_others_write_to_is_sound(tmp_path, python):
    folder = tmp_path / ".nbtrack"
    writers = [python(LIVE, folder) for _ in range(2)]
    for writer in writers:
        writer.stdout.readline()
    for _ in range(4):
        assert inspect(folder).problems == []
    for writer in writers:
        writer.kill()
        writer.wait()
    # What a kill leaves may be swept; all else is whole.
    assert all("left by processes" in problem.what for problem in inspect(folder).problems)
