"""`nbtrack models`, as real processes in a real folder: the registry, predictions for files, the server's errors."""

import json
import os
import re
import signal
import socket
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import nbtrack
from nbtrack.models import Column, Param, Signature, save
from tests.serving.http import served
from tests.unit.test_cli import nbtrack_command, printed, refused
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("store")

FRAME = pd.DataFrame({"size": [1.5, 2.5, 4.0], "age": [1.0, 2.0, 3.0]})


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    """Keep the records of servers, and environments, out of the user's own folders."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def model():
    from sklearn.linear_model import LinearRegression

    return LinearRegression().fit(FRAME, [1.0, 2.0, 3.5])


@pytest.fixture
def run(model):
    """Return a run that has saved the model."""
    with nbtrack.start_run(run_name="fine wine") as run:
        nbtrack.log_model(model, input_example=FRAME.head(2))
    return run


@pytest.fixture
def folder(model, tmp_path):
    """Return the folder of the model without a run, from a working folder without a store."""
    save(model, tmp_path / "elsewhere" / "net", fitted_on=FRAME, input_example=FRAME.head(1))
    return tmp_path / "elsewhere" / "net"


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """Make a folder the working folder that has no store, nor any above it."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    monkeypatch.setenv("NBTRACK_STORE", str(empty / "none"))
    return empty


@pytest.fixture
def registered(run):
    printed("models", "register", f"runs:/{run.id}/model", "wine", "--tag", "stage=red", "-t", "n=1")
    printed("models", "register", "runs:/fine wine/model", "wine", "--description", "the second")


def predicted(text):
    told = json.loads(text)
    assert list(told) == ["predictions"]
    return told["predictions"]


# The registry.


def test_registered_models_are_listed(registered):
    printed("models", "alias", "wine", "best", "1")
    lines = printed("models").splitlines()
    assert lines[0].split() == ["name", "newest", "aliases", "made", "description"]
    assert lines[2].split()[:4] == ["wine", "2", "best", "1"]
    assert len(lines) == 3


def test_without_registered_models_that_is_said():
    assert printed("models") == "No registered models.\n"


def test_the_versions_of_a_model_are_shown(run, registered):
    printed("models", "alias", "wine", "best", "2")
    lines = printed("models", "show", "wine").splitlines()[2:]
    first, second = sorted(lines)
    assert f"runs:/{run.id}/model" in first
    assert "n=1, stage=red" in first
    assert "the second" in second
    assert second.split()[:2] == ["2", "best"]
    assert "'beer'" in refused("models", "show", "beer")


def test_what_is_registered_can_be_used_from_python(run, registered):
    version = nbtrack.get_registered_model("wine")
    assert sorted(version.versions) == [1, 2]
    assert nbtrack.load_model("models:/wine/1").predict(FRAME).shape == (3,)


def test_what_cannot_be_registered_is_refused_and_leaves_nothing(run, tmp_path):
    (tmp_path / "nothing").mkdir()
    for uri in ("runs:/nobody/model", "runs:/fine wine/other", "nothing", "no/such/folder", "s3://bucket/m"):
        assert refused("models", "register", uri, "wine").count("\n") == 1
    assert "/ : @" in refused("models", "register", "runs:/fine wine/model", "a/b")
    assert "key=value" in refused("models", "register", "runs:/fine wine/model", "wine", "--tag", "red")
    assert printed("models") == "No registered models.\n"


def test_an_alias_is_set_moved_and_taken_away(registered):
    assert printed("models", "alias", "wine", "best", "1") == "wine@best stands for version 1\n"
    assert printed("models", "alias", "wine", "best", "2") == "wine@best stands for version 2\n"
    assert nbtrack.get_registered_model("wine").aliases == {"best": 2}
    assert printed("models", "alias", "wine", "best") == "wine@best stands for nothing now\n"
    assert nbtrack.get_registered_model("wine").aliases == {}
    assert "'best'" in refused("models", "alias", "wine", "best")
    assert "version 9" in refused("models", "alias", "wine", "best", "9")
    assert "'beer'" in refused("models", "alias", "beer", "best", "1")


def test_a_version_is_removed_and_a_model(run, registered):
    assert printed("models", "delete", "wine", "--version", "2") == "removed version 2 of wine\n"
    assert "version 2" in refused("models", "delete", "wine", "--version", "2")
    assert list(nbtrack.get_registered_model("wine").versions) == [1]
    assert printed("models", "delete", "wine") == "removed wine\n"
    assert "'wine'" in refused("models", "delete", "wine")
    assert printed("models") == "No registered models.\n"
    # The run has its model all the same.
    assert len(nbtrack.load_model(f"runs:/{run.id}/model").predict(FRAME)) == 3


def test_names_cannot_reach_the_terminal_as_codes(run, registered):
    printed("models", "register", "runs:/fine wine/model", "\x1b[31mred", "--description", "\x1b[2J")
    printed("models", "alias", "wine", "\x1b[0mbest", "1")
    assert "\x1b" not in printed("models") + printed("models", "show", "wine")


# Predictions for files.


@pytest.mark.parametrize("uri", ["runs:/fine wine/model", "models:/wine/1", "models:/wine@best", "models:/wine/latest"])  # fmt: skip
def test_each_address_of_a_model_predicts(registered, model, uri):
    printed("models", "alias", "wine", "best", "2")
    FRAME.to_csv("in.csv", index=False)
    said = printed("models", "predict", "-m", uri, "-i", "in.csv")
    assert predicted(said) == pytest.approx(model.predict(FRAME).tolist())


def test_csv_becomes_csv(run, model, tmp_path):
    FRAME.to_csv("in.csv", index=False)
    assert printed("models", "predict", "-m", "runs:/fine wine/model", "-i", "in.csv", "-o", "out.csv") == ""
    written = pd.read_csv(tmp_path / "out.csv")
    assert list(written) == ["prediction"]
    assert written["prediction"].tolist() == pytest.approx(model.predict(FRAME).tolist())


def test_parquet_becomes_parquet_or_json(run, model, tmp_path):
    FRAME.to_parquet("in.parquet")
    predict = ("models", "predict", "-m", "runs:/fine wine/model", "-i", "in.parquet")
    printed(*predict, "-o", "out.parquet")
    written = pd.read_parquet(tmp_path / "out.parquet")["prediction"]
    assert written.tolist() == pytest.approx(model.predict(FRAME).tolist())
    printed(*predict, "-o", "out.json")
    assert predicted((tmp_path / "out.json").read_text()) == pytest.approx(written.tolist())


@pytest.mark.parametrize("form", ["split", "records"])
def test_json_is_taken_as_the_server_takes_it(run, model, tmp_path, form):
    content = json.loads(FRAME.to_json(orient=form, **({"index": False} if form == "split" else {})))
    (tmp_path / "in.json").write_text(json.dumps({f"dataframe_{form}": content}))
    said = printed("models", "predict", "-m", "runs:/fine wine/model", "-i", "in.json")
    assert predicted(said) == pytest.approx(model.predict(FRAME).tolist())


@pytest.mark.parametrize("named", [[], ["-i", "-"]])
def test_standard_input_is_csv_unless_it_is_said(run, model, named):
    def piped(text, *options):
        command = [sys.executable, "-m", "nbtrack", "models", "predict", "-m", "runs:/fine wine/model"]
        done = subprocess.run([*command, *named, *options], input=text, capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return predicted(done.stdout)

    expected = pytest.approx(model.predict(FRAME).tolist())
    assert piped(FRAME.to_csv(index=False)) == expected
    assert piped(json.dumps({"inputs": FRAME.to_numpy().tolist()}), "-t", "json") == expected


def test_a_column_that_is_missing_or_too_many_is_named(run):
    FRAME[["size"]].to_csv("few.csv", index=False)
    assert "'age'" in (said := refused("models", "predict", "-m", "runs:/fine wine/model", "-i", "few.csv"))
    assert said.count("\n") == 1
    FRAME.assign(colour="red").to_csv("many.csv", index=False)
    done = nbtrack_command("models", "predict", "-m", "runs:/fine wine/model", "-i", "many.csv", check=False)
    assert len(predicted(done.stdout)) == 3
    assert re.fullmatch(r"nbtrack: [^\n]*'colour'[^\n]*\n", done.stderr)


def test_files_that_cannot_be_read_or_written_are_told_in_a_line(run, tmp_path):
    predict = ("models", "predict", "-m", "runs:/fine wine/model", "-i")
    FRAME.to_csv("in.csv", index=False)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "empty.csv").write_text("")
    for arguments, says in (
        (["no.csv"], "'no.csv'"),
        (["."], "'.'"),
        (["broken.parquet"], "PARQUET"),
        (["broken.json"], "JSON"),
        (["empty.csv"], "CSV"),
        (["in.csv", "-o", "no/out.csv"], "no/out.csv"),
        (["in.csv", "-o", "no/out.parquet"], "no/out.parquet"),
        (["in.csv", "-o", "no/out.json"], "no/out.json"),
    ):
        said = refused(*predict, *arguments)
        assert says in said
        assert said.count("\n") == 1
    assert not (tmp_path / "no").exists()


def test_models_that_are_not_there_are_told_in_a_line(registered, tmp_path):
    for uri in ("models:/beer/1", "models:/wine/9", "models:/wine@best", "models:/wine", "runs:/nobody/model",
                "runs:/fine wine/other", "nowhere", "s3://bucket/model"):  # fmt: skip
        for command in (["predict", "-i", "x.csv"], ["serve", "-p", "0"]):
            assert refused("models", *command, "-m", uri).count("\n") == 1, uri


def test_a_model_that_fails_is_told_in_a_line(tmp_path):
    def failing(frame):
        raise RuntimeError("out of cheese")

    with nbtrack.start_run(run_name="bad"):
        nbtrack.log_model(failing, signature=Signature((Column("double", "size"),)))
    FRAME[["size"]].to_csv("in.csv", index=False)
    said = refused("models", "predict", "-m", "runs:/bad/model", "-i", "in.csv")
    assert said == "nbtrack: the model raised RuntimeError: out of cheese\n"


def test_params_of_a_request_reach_the_model():
    def scaled(frame, params=None):
        return frame["size"] * params["factor"]

    signature = Signature((Column("double", "size"),), None, (Param("factor", "double", 2.0),))
    with nbtrack.start_run(run_name="scaled"):
        nbtrack.log_model(scaled, signature=signature)
    body = {"dataframe_split": {"columns": ["size"], "data": [[1.5]]}, "params": {"factor": 10}}
    with open("in.json", "w") as file:
        json.dump(body, file)
    # As MLflow answers a Series with a name: a record a row.
    assert predicted(printed("models", "predict", "-m", "runs:/scaled/model", "-i", "in.json")) == [{"size": 15.0}]  # fmt: skip


RETURNED = {
    "table": (lambda f: pd.DataFrame({"low": f["size"] - 1, "high": f["size"] + 1}), ["low", "high"]),
    "named": (lambda f: f["size"], ["size"]),
    "series": (lambda f: pd.Series(f["size"].tolist()), ["prediction"]),
    "matrix": (lambda f: np.stack([f["size"], f["age"]], axis=1), ["prediction_0", "prediction_1"]),
    "texts": (lambda f: ["é"] * len(f), ["prediction"]),
    "columns": (lambda f: {"a": f["size"].tolist(), "b": f["age"].tolist()}, ["a", "b"]),
    "number": (lambda f: float(f["size"].sum()), ["prediction"]),
}


@pytest.mark.parametrize("kind", RETURNED)
def test_whatever_a_model_returns_becomes_a_table(kind, tmp_path):
    function, columns = RETURNED[kind]
    with nbtrack.start_run(run_name="kind"):
        nbtrack.log_model(function, input_example=FRAME.head(1))
    FRAME.to_csv("in.csv", index=False)
    for name, read in (("out.csv", pd.read_csv), ("out.parquet", pd.read_parquet)):
        printed("models", "predict", "-m", "runs:/kind/model", "-i", "in.csv", "-o", name)
        written = read(tmp_path / name)
        assert list(written) == columns
        assert len(written) == (1 if kind == "number" else 3)


def test_an_untrusted_folder_is_refused_until_it_is_trusted(folder, empty, model):
    FRAME.to_csv("in.csv", index=False)
    predict = ("models", "predict", "-m", str(folder), "-i", "in.csv")
    assert "--trust" in refused(*predict)
    assert predicted(printed(*predict, "--trust")) == pytest.approx(model.predict(FRAME).tolist())
    # Installing what it asks for runs code, too.
    for command in (predict, ("models", "serve", "-m", str(folder), "-p", "0")):
        assert "--trust" in (said := refused(*command, "--env-manager", "uv"))
        assert "environment" not in said
    assert not (empty.parent / "cache").exists()
    assert [file.name for file in empty.iterdir()] == ["in.csv"]


# The server.


def test_a_folder_is_served_without_a_store(folder, empty, model):
    with served(folder, "--trust", folder=empty) as server:
        answer = server.post({"inputs": FRAME.to_numpy().tolist()})
        assert answer.predictions == pytest.approx(model.predict(FRAME).tolist())
        assert server.stop(signal.SIGINT) == 0
    assert list(empty.iterdir()) == []


def test_a_port_in_use_is_told_and_how_to_give_another(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("models", "serve", "-m", "runs:/fine wine/model", "-p", str(port))
    assert said.count("\n") == 1
    assert f"port {port}" in said
    assert "-p" in said


def test_an_untrusted_folder_is_not_served(folder, empty):
    said = refused("models", "serve", "-m", str(folder), "-p", "0")
    assert "--trust" in said
    assert not [line for line in said.splitlines() if line.startswith(" ")]
    assert list(empty.iterdir()) == []


def test_a_host_that_is_not_of_this_machine_is_told(run):
    said = refused("models", "serve", "-m", "runs:/fine wine/model", "-p", "0", "-h", "203.0.113.1")
    assert "203.0.113.1" in said
    assert said.count("\n") == 1


def test_options_that_make_no_sense_are_told_with_code_2(run):
    serve = ("models", "serve", "-m", "runs:/fine wine/model")
    assert "50MB" in refused(*serve, "--max-body", "lots", code=2)
    assert "--max-body" in refused(*serve, "--max-body", "-5MB", code=2)
    assert "65535" in refused(*serve, "-p", "70000", code=2)
    assert "--workers" in refused(*serve, "-w", "0", code=2)
    assert "--timeout" in refused(*serve, "-t", "0", code=2)
    assert "conda" in refused(*serve, "--env-manager", "conda", code=2)
    assert "--model-uri" in refused("models", "serve", code=2)


@pytest.mark.parametrize("size", ["1 kb", "0.001MB"])
def test_a_size_is_written_in_many_ways(run, size, tmp_path):
    with served("runs:/fine wine/model", "--max-body", size, folder=tmp_path) as server:
        assert server.post(b" " * 1001).status == 413
        assert server.post(b" " * 1000).status == 400


def test_help_tells_the_options():
    said = printed("models", "--help")
    for command in ("show", "register", "alias", "delete", "predict", "serve"):
        assert re.search(rf"^  {command} ", said, re.MULTILINE), command
    said = printed("models", "serve", "--help")
    for option in (
        "-p, --port",
        "-h, --host",
        "-w, --workers",
        "-t, --timeout",
        "--token",
        "--trust",
        "--max-body",
    ):
        assert option in said
    assert "--content-type" in printed("models", "predict", "--help")


def test_a_registered_model_is_served_by_its_name(registered, tmp_path):
    with served("models:/wine/2", folder=tmp_path) as server:
        told = server.ask(path="/v2/models/wine").json
        assert told["versions"] == ["2"]
        assert "trust" not in server.log


def test_models_that_somebody_else_saved_are_trusted_once(run, tmp_path, monkeypatch):
    monkeypatch.setenv("NBTRACK_SECRET_FILE", str(tmp_path / "somebody" / "else"))
    (tmp_path / "in.csv").write_text(FRAME.to_csv(index=False), encoding="utf-8")
    uri = f"runs:/{run.id}/model"
    predict = ("models", "predict", "-m", uri, "-i", "in.csv")
    assert "nbtrack trust" in refused(*predict)
    assert printed("trust", run.name) == f"trusted {uri}\n"
    assert predicted(printed(*predict)) == predicted(printed(*predict, "--trust"))
    assert printed("trust", str(run.store.path), uri).splitlines() == [f"trusted {uri}"] * 2
    assert "no run" in refused("trust", "nothing-of-the-kind")


# Predictions for many rows, in batches.


def test_many_files_are_predicted_for_with_keys_by_workers(run, model, tmp_path):
    (tmp_path / "in").mkdir()
    people = pd.concat([FRAME] * 100, ignore_index=True).assign(id=[f"{k:03d}" for k in range(300)])
    people.head(100).to_csv("in/a.csv", index=False)
    people.tail(200).to_parquet("in/b.parquet", index=False)
    predict = ("models", "predict", "-m", "runs:/fine wine/model", "-i", "in", "--keep", "id")
    done = nbtrack_command(*predict, "-o", "out.csv", "--workers", "2", "--batch-rows", "30")
    assert (done.stdout, done.stderr) == ("", "")  # the line with rows a second is for terminals
    written = pd.read_csv("out.csv", dtype={"id": str})
    assert written["id"].tolist() == people["id"].tolist()
    assert written["prediction"].tolist() == pytest.approx(model.predict(people[["size", "age"]]).tolist())
    printed(*predict, "-o", "out")
    assert len(pd.read_parquet("out/b.parquet")) == 200


def test_rows_that_fail_are_left_out_and_listed_and_the_job_is_a_run(run, tmp_path):
    people = FRAME.astype({"age": "object"})
    people.loc[1, "age"] = "old"
    people.to_csv("in.csv", index=False)
    predict = ("models", "predict", "-m", "runs:/fine wine/model", "-i", "in.csv", "-o", "out.csv", "--track")
    assert refused(*predict).startswith("nbtrack: in.csv, row 2: column 'age'")
    done = nbtrack_command(*predict, "--on-error", "skip", check=False)
    assert done.returncode == 0
    (run_id,) = re.findall(r"run ([0-9a-f]{32})", done.stderr)
    assert "1 left out, listed in 'out.csv.skipped.csv'" in done.stderr
    assert pd.read_csv("out.csv.skipped.csv")["row"].tolist() == [2]
    job = nbtrack.get_run(run_id)
    assert (job.metrics["rows"], job.metrics["failures"]) == (2, 1)
    assert job.params["model"] == "runs:/fine wine/model"


@pytest.mark.parametrize("target", ["out.csv.gz", "out.tsv", "out.txt", "out.jsonl"])
def test_an_output_of_an_unknown_format_is_refused(run, tmp_path, target):
    FRAME.to_csv("in.csv", index=False)
    assert "neither CSV, Parquet nor JSON" in refused(
        "models", "predict", "-m", "runs:/fine wine/model", "-i", "in.csv", "-o", target, code=2
    )
    assert not (tmp_path / target).exists()


def test_a_folder_is_a_folder_although_it_is_not_there_yet(run, tmp_path):
    FRAME.to_csv("in.csv", index=False)
    printed("models", "predict", "-m", "runs:/fine wine/model", "-i", "in.csv", "-o", "new/")
    assert len(pd.read_csv(tmp_path / "new" / "in.csv")) == len(FRAME)


def test_a_job_without_a_prediction_fails(run, tmp_path):
    FRAME.assign(age="old").to_csv("in.csv", index=False)
    predict = (
        "models",
        "predict",
        "-m",
        "runs:/fine wine/model",
        "-i",
        "in.csv",
        "-o",
        "out.csv",
        "--on-error",
        "skip",
    )
    done = nbtrack_command(*predict, check=False)
    assert (done.returncode, "3 left out" in done.stderr) == (1, True)


def test_what_is_answered_at_once_has_no_options_of_batches(run):
    FRAME.to_csv("in.csv", index=False)
    for options in (["--keep", "size"], ["--resume"], ["--workers", "2"], ["--track"]):
        command = ("models", "predict", "-m", "runs:/fine wine/model", "-i", "in.csv", *options)
        done = nbtrack_command(*command, check=False)
        assert done.returncode == 2
        assert "CSV and Parquet" in done.stderr


def test_a_job_that_is_interrupted_at_the_command_line_goes_on(tmp_path):
    def slowly(frame):
        import time

        time.sleep(0.05)
        return frame["size"]

    nbtrack.save_model(slowly, "slow", input_example=FRAME[["size"]])
    pd.concat([FRAME] * 500).to_csv("in.csv", index=False)
    command = ("models", "predict", "-m", "slow", "-i", "in.csv", "-o", "out.csv", "--batch-rows", "10")
    running = subprocess.Popen([sys.executable, "-m", "nbtrack", *command], stderr=subprocess.PIPE, text=True)  # fmt: skip
    eventually((tmp_path / "out.csv.part.json").exists, seconds=60)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said == "nbtrack: interrupted; what is done is kept, and --resume goes on\n"
    assert not (tmp_path / "out.csv").exists()
    printed(*command, "--resume")
    assert pd.read_csv("out.csv").iloc[:, 0].tolist() == [1.5, 2.5, 4.0] * 500


def test_a_terminal_shows_how_far_a_job_is(run):
    import pty

    pd.concat([FRAME] * 1000).to_csv("in.csv", index=False)
    parent, child = pty.openpty()
    command = ("models", "predict", "-m", "runs:/fine wine/model", "-i", "in.csv", "-o", "out.csv", "--batch-rows", "5")  # fmt: skip
    subprocess.run([sys.executable, "-m", "nbtrack", *command], stderr=child, check=True)
    os.close(child)
    said = os.read(parent, 100_000).decode()
    os.close(parent)
    assert re.search(r"\r[\d,]+ rows, [\d,]+ rows/s", said)
    assert re.search(r"\r3,000 rows in [\d.]+ s, [\d,]+ rows/s *\r\n$", said)
