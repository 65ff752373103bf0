"""Files, folders and globs: read in batches, written whole, gone on with, and what in them cannot be predicted for."""

import gzip
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import nbtrack
from nbtrack.errors import InvalidValueError, ModelError, NotFoundError, SchemaError, StoreError
from tests.unit.scoring.conftest import doubled, table
from tests.waiting import eventually


def read(path):
    return pd.read_csv(path, dtype={"id": str}) if str(path).endswith(".csv") else pd.read_parquet(path)


def parts_beside(folder):
    return sorted(path.name for path in folder.iterdir() if ".part" in path.name)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("target", ["out.csv", "out.parquet"])
@pytest.mark.parametrize("source", ["in.csv", "in.parquet", "in.csv.gz"])
def test_a_file_becomes_a_file_with_its_rows_in_order(uri, tmp_path, source, target, workers):
    people = table(1000)
    people.to_parquet(source) if source.endswith("parquet") else people.to_csv(source, index=False)
    scored = nbtrack.predict(uri, source, output=target, keep="id", batch_rows=37, workers=workers)
    assert (scored.rows, scored.skipped, scored.output) == (1000, 0, target)
    written = read(target)
    assert written["id"].tolist() == people["id"].tolist()
    np.testing.assert_allclose(written["prediction"], doubled(people))
    assert parts_beside(tmp_path) == []


def test_whole_numbers_are_keys_in_parquet_too(uri):
    people = table(100).assign(id=range(100))
    people.to_csv("in.csv", index=False)
    nbtrack.predict(uri, "in.csv", output="out.parquet", keep="id", batch_rows=30)
    assert pd.read_parquet("out.parquet")["id"].dtype == "int64"


@pytest.mark.parametrize("late", ["00123", "1e3", "9007199254740993", "A12", "", " 7", "-0"])
@pytest.mark.parametrize("resumed", [False, True])
def test_a_key_of_csv_stays_what_it_is_whatever_came_before(uri, late, resumed):
    people = table(300).assign(id=[*map(str, range(299)), late])
    people.to_csv("in.csv", index=False)
    options = {"output": "out.parquet", "keep": "id", "batch_rows": 30}

    if resumed:
        with pytest.raises(KeyboardInterrupt):
            nbtrack.predict(uri, "in.csv", **options, progress=after(200))
    nbtrack.predict(uri, "in.csv", **options, resume=resumed)
    written = pd.read_parquet("out.parquet")["id"]
    assert written.astype(str).tolist() == people["id"].tolist()


def test_a_key_keeps_the_type_that_it_has(uri):
    people = table(40).assign(
        text=[str(k) for k in range(40)], number=np.arange(40.0), small=np.arange(40, dtype="int8")
    )
    people.to_parquet("in.parquet")
    nbtrack.predict(uri, "in.parquet", output="file.parquet", keep=["text", "number", "small"])
    nbtrack.predict(uri, people, output="table.parquet", keep=["text", "number", "small"])
    for name in ("file.parquet", "table.parquet"):
        kinds = [str(kind) for kind in pq.read_schema(name).types[:3]]
        assert kinds in (["string", "double", "int8"], ["large_string", "double", "int8"])


def test_a_column_that_is_there_twice_is_refused(uri):
    table(10).to_csv("in.csv", index=False)
    lines = (f"{line},7" for line in Path("in.csv").read_text().splitlines()[1:])
    Path("in.csv").write_text("\n".join(["id,size,age,age", *lines]))
    for options in ({}, {"keep": "id"}):
        with pytest.raises(InvalidValueError, match=r"in.csv: there are several columns 'age'"):
            nbtrack.predict(uri, "in.csv", output="out.csv", **options)
    assert nbtrack.predict(uri, "in.csv", output="out.csv", on_error="skip").skipped == 10
    Path("in.csv").write_text(Path("in.csv").read_text().replace("age,age", "age,id", 1))
    assert nbtrack.predict(uri, "in.csv", output="out.csv").rows == 10


def test_text_over_several_lines_is_one_row(uri):
    people = table(100).assign(note='two\nlines, and a "quote"\n\nor so')
    people.to_csv("in.csv", index=False)
    nbtrack.predict(uri, "in.csv", output="out.csv", keep=["id", "note"], batch_rows=7)
    assert read("out.csv")["note"].tolist() == people["note"].tolist()


def test_a_folder_becomes_a_folder_or_a_file(uri, tmp_path):
    parts = [table(50, seed=k) for k in range(3)]
    (tmp_path / "in" / "deep").mkdir(parents=True)
    parts[0].to_csv("in/a.csv", index=False)
    parts[1].to_parquet("in/b.parquet")
    parts[2].to_csv("in/deep/c.csv", index=False)
    (tmp_path / "in" / "_SUCCESS").touch()
    (tmp_path / "in" / "notes.txt").touch()
    assert nbtrack.predict(uri, "in", output="out", keep="id").rows == 150
    for part, name in zip(parts, ["a.csv", "b.parquet", "deep/c.csv"], strict=True):
        np.testing.assert_allclose(read(f"out/{name}")["prediction"], doubled(part))
    nbtrack.predict(uri, "in", output="all.parquet")
    np.testing.assert_allclose(read("all.parquet")["prediction"], pd.concat(map(doubled, parts)))
    some = nbtrack.predict(uri, "in/*.csv")
    np.testing.assert_allclose(some["prediction"], doubled(parts[0]))
    assert sorted(path.name for path in tmp_path.iterdir() if path.name not in (".nbtrack", "pyproject.toml")) == ["all.parquet", "in", "out"]  # fmt: skip


def test_a_file_without_rows_has_a_file_without_rows(uri):
    table(0).to_csv("in.csv", index=False)
    for name in ("out.csv", "out.parquet"):
        assert nbtrack.predict(uri, "in.csv", output=name, keep="id").rows == 0
        assert list(read(name)) == ["id", "prediction"]


def test_what_is_not_there_or_no_data_is_told(uri, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "in.txt").touch()
    table(3).to_csv("in.csv", index=False)
    for source, target, error in (
        ("no.csv", "out.csv", NotFoundError),
        ("no-*.csv", "out.csv", NotFoundError),
        ("empty", "out", NotFoundError),
        ("in.txt", "out.csv", InvalidValueError),
        ("in.csv", "out.xlsx", InvalidValueError),
        ("in.csv", "in.csv", InvalidValueError),
        ("in.csv", "no/out.csv", OSError),
    ):
        with pytest.raises(error, match=target.split(".")[0] + "|no|empty|in"):
            nbtrack.predict(uri, source, output=target)
    assert len(read("in.csv")) == 3
    assert parts_beside(tmp_path) == []


# What cannot be predicted for.


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("value", ["tall", ""])
def test_a_wrong_value_is_told_with_file_and_row(uri, tmp_path, value, workers):
    people = table(5000).astype({"age": "object"})
    people.loc[4321, "age"] = value
    people.to_csv("in.csv", index=False)
    with pytest.raises(SchemaError, match=r"^in\.csv, row 4322: column 'age'"):
        nbtrack.predict(uri, "in.csv", output="out.csv", batch_rows=1000, workers=workers)
    assert not (tmp_path / "out.csv").exists()
    scored = nbtrack.predict(
        uri, "in.csv", output="out.csv", keep="id", batch_rows=1000, on_error="skip", workers=workers
    )
    assert (scored.rows, scored.skipped) == (4999, 1)
    listed = read("out.csv.skipped.csv")
    assert listed[["file", "row"]].to_numpy().tolist() == [["in.csv", 4322]]
    assert "'age'" in listed["reason"][0]
    written = read("out.csv")
    right = people.drop(index=4321)
    assert written["id"].tolist() == right["id"].tolist()
    np.testing.assert_allclose(written["prediction"], doubled(right.astype({"age": "int64"})))


def test_missing_whole_numbers_of_parquet_are_rows_that_fail(uri):
    people = table(3000).astype({"age": "Int64"})
    people.loc[[5, 2500], "age"] = pd.NA
    people.to_parquet("in.parquet")
    with pytest.raises(SchemaError, match=r"in\.parquet, row 6: column 'age'.*integers cannot be missing"):
        nbtrack.predict(uri, "in.parquet", output="out.parquet")
    scored = nbtrack.predict(uri, "in.parquet", output="out.parquet", keep="id", on_error="skip")
    assert (scored.rows, scored.skipped) == (2998, 2)
    assert read("out.parquet.skipped.csv")["row"].tolist() == [6, 2501]


def test_a_row_that_the_model_fails_on_is_told(uri):
    people = table(2000)
    people.loc[1234, "age"] = -1
    people.to_parquet("in.parquet")
    with pytest.raises(ModelError, match=r"in\.parquet, row 1235: the model raised RuntimeError: nobody"):
        nbtrack.predict(uri, "in.parquet", output="out.parquet")


@pytest.mark.parametrize("text", ["7,1.5,3,4", '7,"1.5,3'])
def test_a_row_with_too_many_values_or_half_a_quote_is_told(uri, text):
    table(100).to_csv("in.csv", index=False)
    with open("in.csv", "a") as file:
        file.write(f"{text}\n")
    with pytest.raises(InvalidValueError, match=r"in\.csv, row 101: it is not CSV"):
        nbtrack.predict(uri, "in.csv", output="out.csv", batch_rows=40)


def test_a_missing_column_is_told_once_for_its_file(uri):
    table(100).drop(columns="age").to_csv("in.csv", index=False)
    with pytest.raises(SchemaError, match=r"^in\.csv: the input lacks the column 'age'"):
        nbtrack.predict(uri, "in.csv", output="out.csv")


def test_files_of_a_folder_that_cannot_be_read_are_told_or_left_out(uri, tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a", "c"):
        table(50).to_parquet(f"in/{name}.parquet")
    (tmp_path / "in" / "b.parquet").write_bytes(b"PAR1 no more")
    table(50).drop(columns="age").to_parquet("in/d.parquet")
    packed = gzip.compress(table(50_000).to_csv(index=False).encode())
    (tmp_path / "in" / "e.csv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InvalidValueError, match=r"b\.parquet: it cannot be read"):
        nbtrack.predict(uri, "in", output="out")
    scored = nbtrack.predict(uri, "in", output="out", on_error="skip", batch_rows=1000)
    listed = read("out.skipped.csv")
    assert listed["file"].unique().tolist() == ["b.parquet", "d.parquet", "e.csv.gz"]
    assert listed["row"].astype(str).iloc[-1].startswith("after ")
    assert sorted(os.listdir("out")) == ["a.parquet", "c.parquet", "d.parquet", "e.csv"]
    assert scored.rows == 100 + len(read("out/e.csv"))


# Interrupted, and gone on with.

JOB = """
import resource, sys, time, nbtrack
{before}
nbtrack.predict("model", "in.csv", output={target!r}, keep="id", batch_rows=100, {options})
"""


def job(target, options="", before=""):
    """Begin a job that predicts slowly, in a process of its own."""
    code = JOB.format(target=target, options=options, before=before)
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)


@pytest.fixture
def slow(store):
    """Save a model that takes its time, and 5,000 rows for it."""

    def slowly(frame):
        import time

        time.sleep(0.06)
        return frame["size"] * 2

    people = table(5000)
    nbtrack.save_model(slowly, "model", input_example=people[["size"]].head(2))
    people.to_csv("in.csv", index=False)
    return people


@pytest.mark.parametrize(("target", "signal_"), [("out.csv", signal.SIGKILL), ("out.csv", signal.SIGINT), ("out.parquet", signal.SIGINT)])  # fmt: skip
def test_a_job_that_was_killed_leaves_no_output_and_goes_on(slow, tmp_path, target, signal_):
    running = job(target)
    journal = tmp_path / f"{target}.part.json"
    part = tmp_path / f"{target}.part"
    eventually(journal.exists if signal_ == signal.SIGKILL else part.exists, seconds=60)
    time.sleep(0.5)  # for some more batches
    running.send_signal(signal_)
    running.communicate()
    assert not (tmp_path / target).exists()
    assert journal.exists()
    told = []
    scored = nbtrack.predict("model", "in.csv", output=target, keep="id", batch_rows=100, resume=True,
                             progress=lambda progress, total: told.append(progress.rows))  # fmt: skip
    assert told[0] > 100
    assert scored.rows == 5000
    written = read(target)
    assert written["id"].astype(int).tolist() == list(range(5000))
    np.testing.assert_allclose(written.iloc[:, 1], slow["size"] * 2)
    assert parts_beside(tmp_path) == []


@pytest.mark.parametrize("target", ["out.csv", "out.parquet"])
def test_an_output_that_was_begun_anew_is_not_taken_for_the_old_one(slow, tmp_path, target):
    journal = tmp_path / f"{target}.part.json"
    with pytest.raises(KeyboardInterrupt):
        nbtrack.predict("model", "in.csv", output=target, batch_rows=100, progress=after(2000))
    assert journal.exists()
    again = job(target)  # not resumed, and ended before it has written as much
    eventually(lambda: not journal.exists(), seconds=60)
    again.kill()
    again.communicate()
    scored = nbtrack.predict("model", "in.csv", output=target, batch_rows=100, keep="id", resume=True)
    assert scored.rows == 5000
    assert read(target)["id"].astype(int).tolist() == list(range(5000))
    with pytest.raises(KeyboardInterrupt):
        nbtrack.predict("model", "in.csv", output=target, batch_rows=100, progress=after(2000))
    part = tmp_path / f"{target}.part"
    part.write_bytes(part.read_bytes()[:1000]) if part.is_file() else (part / "000000").unlink()
    with pytest.raises(InvalidValueError, match="gone or was cut"):
        nbtrack.predict("model", "in.csv", output=target, batch_rows=100, resume=True)


def after(rows):
    """Return what ends a job as Ctrl-C does, once so many rows are done."""

    def stop(progress, total):
        if progress.rows >= rows:
            raise KeyboardInterrupt

    return stop


@pytest.mark.parametrize("target", ["out.csv", "out.parquet", "out"])
def test_two_jobs_do_not_write_one_output(slow, tmp_path, target):
    running = job(target)
    eventually((tmp_path / f"{target}.part.lock").exists, seconds=60)
    time.sleep(0.3)
    with pytest.raises(StoreError, match=f"another job is writing '{target}'"):
        nbtrack.predict("model", "in.csv", output=target)
    running.communicate()
    assert running.returncode == 0
    assert parts_beside(tmp_path) == []
    nbtrack.predict("model", "in.csv", output=target)


def test_another_job_does_not_go_on(slow, tmp_path):
    running = job("out.csv")
    eventually((tmp_path / "out.csv.part.json").exists, seconds=60)
    running.kill()
    running.communicate()
    options = {"output": "out.csv", "keep": "id", "batch_rows": 100, "resume": True}
    for changed, says in (({"keep": ["id", "age"]}, "columns to keep"), ({"batch_rows": 7}, "batch_rows")):
        with pytest.raises(InvalidValueError, match=says):
            nbtrack.predict("model", "in.csv", **options | changed)
    slow.head(10).to_csv("in.csv", index=False)
    with pytest.raises(InvalidValueError, match="input"):
        nbtrack.predict("model", "in.csv", **options)
    # Begun anew, it takes the place of the old one.
    assert nbtrack.predict("model", "in.csv", **options | {"resume": False}).rows == 10


@pytest.mark.parametrize("target", ["out.csv", "out.parquet"])
def test_a_full_disk_is_told_and_the_job_goes_on_when_there_is_space(uri, tmp_path, target):
    table(20_000).to_csv("in.csv", index=False)
    code = textwrap.dedent(f"""
        import resource, nbtrack
        from nbtrack.errors import StoreError
        nbtrack.predict({uri!r}, "in.csv")  # what is imported may write bytecode
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            nbtrack.predict({uri!r}, "in.csv", output={target!r}, keep="id", batch_rows=1000)
        except StoreError as error:
            print(error)
    """)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "cannot be written" in done.stdout, done.stderr
    assert target in done.stdout
    assert not (tmp_path / target).exists()
    scored = nbtrack.predict(uri, "in.csv", output=target, keep="id", batch_rows=1000, resume=True)
    assert scored.rows == 20_000
    assert read(target)["id"].astype(int).tolist() == list(range(20_000))


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a disk of 300 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root of Linux may mount a disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_disk_without_space_is_told_and_the_job_goes_on_when_there_is_some(uri, small_disk, name):
    people = table(40_000)
    people.to_csv("in.csv", index=False)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(200_000))
    options = {"output": small_disk / name, "keep": "id", "batch_rows": 1000}
    with pytest.raises(StoreError, match="No space left on device"):
        nbtrack.predict(uri, "in.csv", **options)
    assert not (small_disk / name).exists()
    ballast.unlink()
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    scored = nbtrack.predict(uri, "in.csv", **options, resume=True)
    assert scored.rows == 40_000
    np.testing.assert_allclose(read(small_disk / name)["prediction"], doubled(people))


@pytest.mark.long
@pytest.mark.parametrize("workers", [1, 2])
def test_a_wrong_type_in_row_1_000_000_is_told(uri, tmp_path, workers):
    people = table(1_100_000).astype({"age": "object"})
    people.loc[999_999, "age"] = "old"
    people.to_csv("in.csv", index=False)
    with pytest.raises(SchemaError, match=r"in\.csv.*row 1000000: .*'age'.*old"):
        nbtrack.predict(uri, "in.csv", output="out.csv", workers=workers)
    assert not (tmp_path / "out.csv").exists()
    scored = nbtrack.predict(uri, "in.csv", output="out.csv", keep="id", on_error="skip", workers=workers)
    assert (scored.rows, scored.skipped) == (1_099_999, 1)
    listed = pd.read_csv(scored.skipped_list)
    assert listed[["file", "row"]].to_numpy().tolist() == [["in.csv", 1_000_000]]
    written = read("out.csv")
    right = people.drop(index=999_999)
    assert written["id"].tolist() == right["id"].tolist()
    np.testing.assert_allclose(written["prediction"], doubled(right.astype({"age": "int64"})))


def test_a_worker_that_is_killed_is_told(store, tmp_path):
    def dying(frame):
        import os
        import signal

        os.kill(os.getpid(), signal.SIGKILL)

    nbtrack.save_model(dying, "dying", input_example=None)
    table(10).to_csv("in.csv", index=False)
    with pytest.raises(ModelError, match="worker process ended with -9"):
        nbtrack.predict("dying", "in.csv", output="out.csv", workers=2)


def test_each_worker_loads_the_model_once(store, tmp_path):
    class Counted:
        def load_context(self, context):
            import os
            import pathlib

            with pathlib.Path(os.environ["LOADS"]).open("a") as file:
                file.write(f"{os.getpid()}\n")

        def predict(self, context, model_input, params=None):
            return model_input["size"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOADS", str(tmp_path / "loads"))
        nbtrack.save_model(Counted(), "counted")
        (tmp_path / "loads").unlink(missing_ok=True)
        table(1000).to_csv("in.csv", index=False)
        nbtrack.predict("counted", "in.csv", output="out.csv", batch_rows=50, workers=2)
        loads = (tmp_path / "loads").read_text().split()
    others = [pid for pid in loads if int(pid) != os.getpid()]
    assert len(others) == len(set(others)) == 2


def test_a_job_is_a_run(uri, store):
    people = table(100)
    people.loc[7, "age"] = -1
    people.to_csv("in.csv", index=False)
    scored = nbtrack.predict(uri, "in.csv", output="out.csv", on_error="skip", track=True)
    run = nbtrack.get_run(scored.run_id)
    assert run.status == "FINISHED"
    assert run.metrics["rows"] == 99
    assert run.metrics["failures"] == 1
    assert run.metrics["rows_per_second"] > 0
    assert run.params["model"] == uri
    assert str(run.params["model_version"]) == "1"
    assert (run.params["input"], run.params["output"]) == ("in.csv", "out.csv")
    with pytest.raises(ModelError):
        nbtrack.predict(uri, "in.csv", output="out.csv", track=True)
    assert nbtrack.runs(order_by="start_time DESC")[0].status == "FAILED"


def test_keys_are_kept_letter_for_letter_also_where_the_model_takes_them(uri):
    people = table(6).assign(id=["NA", "", "007", "1e5", "None", "x,y"])
    people.to_csv("in.csv", index=False)
    nbtrack.predict(uri, "in.csv", output="out.csv", keep=["id", "age"])
    written = pd.read_csv("out.csv", dtype=str, keep_default_na=False)
    assert written["id"].tolist() == people["id"].tolist()
    assert written["age"].tolist() == people["age"].astype(str).tolist()
    np.testing.assert_allclose(written["prediction"].astype(float), doubled(people))


def test_standard_input_is_read_in_batches_as_it_comes(uri, tmp_path):
    """The first predictions are written while the rest has not been sent yet."""
    people = table(4000)
    header, *lines = people.to_csv(index=False).splitlines(keepends=True)
    command = [sys.executable, "-m", "nbtrack", "models", "predict", "-m", uri, "-i", "-", "-o", "out.csv"]
    with subprocess.Popen(
        [*command, "--keep", "id", "--batch-rows", "100"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as job:  # fmt: skip
        job.stdin.write(header + "".join(lines) * 10)
        job.stdin.flush()
        eventually(lambda: part_size(tmp_path / "out.csv.part") > 10_000, seconds=60)
        assert not (tmp_path / "out.csv").exists()
        _, said = job.communicate("".join(lines))
        assert job.returncode == 0, said
    written = read("out.csv")
    assert len(written) == 44_000
    np.testing.assert_allclose(written["prediction"].iloc[-4000:], doubled(people))
    done = subprocess.run([*command, "--resume"], input=header, capture_output=True, text=True, check=False)
    assert (done.returncode, "resumed" in done.stderr) == (1, True)


def part_size(path):
    return path.stat().st_size if path.exists() else 0
