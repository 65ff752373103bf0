"""MLflow's tutorial from end to end, as a reader walks it: in real processes, with the files of `notebooks/`."""

import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TUTORIAL = "notebooks/sklearn_elasticnet_wine"
ROW = {
    "columns": [
        *("fixed acidity", "volatile acidity", "citric acid", "residual sugar", "chlorides"),
        *("free sulfur dioxide", "total sulfur dioxide", "density", "pH", "sulphates", "alcohol"),
    ],
    "data": [[6.2, 0.66, 0.48, 1.2, 0.029, 29, 75, 0.98, 3.33, 0.39, 12.8]],
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A copy of the checkout's tutorial, with a folder in which the reader types, and its store."""
    shutil.copytree(ROOT / TUTORIAL, tmp_path / TUTORIAL)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NBTRACK_STORE", str(tmp_path / ".nbtrack"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    return tmp_path


def typed(place, *arguments):
    done = subprocess.run(arguments, cwd=place, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def nbtrack(place, *arguments):
    return typed(place, sys.executable, "-m", "nbtrack", *arguments)


def rows(place, *arguments):
    return list(csv.DictReader(io.StringIO(nbtrack(place, "runs", *arguments, "--csv", "-"))))


def bare_repository(place):
    """Return a bare repository of the tutorial, as somebody else would have it on a server."""
    identity = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    typed(place, "git", "init", "--quiet", TUTORIAL)
    typed(place, "git", "-C", TUTORIAL, "add", "-A")
    typed(place, "git", "-C", TUTORIAL, *identity, "commit", "--quiet", "-m", "tutorial")
    typed(place, "git", "clone", "--quiet", "--bare", TUTORIAL, "tutorial.git")
    commit = typed(place, "git", "-C", TUTORIAL, "rev-parse", "HEAD").strip()
    return (place / "tutorial.git").as_uri(), commit


@contextmanager
def served(place, folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "nbtrack", "models", "serve", "-m", str(folder), "-p", str(port)],
        cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}/invocations"
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=60)


def asked(address):
    """Return the server's answer to the tutorial's curl, once it is up."""
    request = urllib.request.Request(
        address, json.dumps(ROW).encode(), {"Content-Type": "application/json; format=pandas-split"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except ConnectionError:
        return None
    except OSError as error:
        if isinstance(getattr(error, "reason", None), ConnectionError):
            return None
        raise


def test_the_tutorial(place):
    address, commit = bare_repository(place)
    for command in re.findall(r"^```sh\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)[0].splitlines():
        typed(place, "bash", "-c", command)
    every = rows(place)
    assert sorted(float(row["params.alpha"]) for row in every) == [0.4, 0.42, 0.42, 0.5, 0.6]
    assert (place / "runs.csv").read_text().count("FINISHED") == 3
    below = {row["run_id"] for row in every if float(row["metrics.rmse"]) < 0.8}
    assert {row["run_id"] for row in rows(place, "metrics.rmse<0.8")} == below

    nbtrack(place, "run", address, "-P", "alpha=0.42")
    from_git, from_version, from_folder = rows(place, "params.alpha = 0.42", "--order-by", "start_time DESC")
    assert (from_version["experiment"], from_version["name"]) == ("wine", "again")
    for row in (from_git, from_version, from_folder):
        assert (row["status"], row["params.l1_ratio"]) == ("FINISHED", "0.1")
    for metric in ("metrics.rmse", "metrics.mae", "metrics.r2"):
        assert from_git[metric] == from_version[metric] == from_folder[metric]
    assert from_git["tags.mlflow.source.git.commit"] == commit
    assert not os.listdir(place / "cache" / "nbtrack" / "projects" / "work")

    model = place / ".nbtrack" / "artifacts" / from_git["run_id"] / "model"
    with served(place, model) as invocations:
        answer = eventually(lambda: asked(invocations))
    assert isinstance(answer, list)
    (quality,) = answer
    assert 3 < quality < 9


def test_the_plain_script_runs_too(place):
    """Without a word to a tracker, as an entry point of the same project and by itself: the same is found."""
    said = typed(place, sys.executable, f"{TUTORIAL}/plain.py", "0.42", "0.1")
    assert said == typed(place, sys.executable, f"{TUTORIAL}/train.py", "0.42", "0.1")
    nbtrack(place, "run", TUTORIAL, "-e", "plain", "-P", "alpha=0.42", "--env-manager", "local")
    nbtrack(place, "run", TUTORIAL, "-P", "alpha=0.42", "--env-manager", "local")
    by_hand, captured, _ = rows(place, "--order-by", "start_time DESC")
    assert captured["tags.mlflow.project.entryPoint"] == "plain"
    for column in ("alpha", "l1_ratio"):
        assert captured[f"params.{column}"] == by_hand[f"params.{column}"]
    for column in ("rmse", "mae", "r2"):
        assert captured[f"metrics.{column}"] == by_hand[f"metrics.{column}"]
    # The seeds are what a person may log or not.
    more = {name for name, value in captured.items() if value and not by_hand[name]}
    assert more == {"params.model.random_state", "params.train_test_split.random_state"}
    for run in (captured, by_hand):
        assert (place / ".nbtrack" / "artifacts" / run["run_id"] / "model" / "MLmodel").exists()

    done = nbtrack(place, "run", f"{TUTORIAL}/plain.py", "0.42", "0.1")
    assert done == said
    last, *_ = rows(place, "--order-by", "start_time DESC")
    assert (last["params.alpha"], last["metrics.rmse"]) == ("0.42", by_hand["metrics.rmse"])
