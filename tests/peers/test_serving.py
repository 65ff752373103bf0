"""MLflow's scoring server and nbtrack's, asked the same: equal predictions, and the same kind of refusal."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import numpy as np
import pandas as pd
import pytest

from nbtrack.models import save
from tests.benchmarks import peers
from tests.peers.test_models import WINE, environment
from tests.serving.http import served

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

JSON = "application/json"
CSV = "text/csv"

X = pd.read_csv(WINE).drop(columns="quality").head(3)
RECORDS = X.to_dict(orient="records")
SPLIT = {"columns": list(X), "data": X.to_numpy().tolist()}
ROWS = X.to_numpy().tolist()
MIXED = pd.DataFrame(
    {"colour": ["red", "white", "white", "red"], "alcohol": [9.5, 12.0, 11.0, 10.0], "age": [1, 2, 3, 4]}
)


def table(**changes):
    return {"dataframe_split": {**SPLIT, **changes}}


WINE_ASKED = {
    # Every form in which MLflow's clients send a table.
    "split": table(),
    "split with an index": table(index=[7, 8, 9]),
    "records": {"dataframe_records": RECORDS},
    "instances of records": {"instances": RECORDS},
    "instances of rows": {"instances": ROWS},
    "inputs of rows": {"inputs": ROWS},
    "inputs of records": {"inputs": RECORDS},
    "inputs of columns": {"inputs": X.to_dict(orient="list")},
    "one record": {"inputs": {name: float(value) for name, value in RECORDS[0].items()}},
    "other order": {"dataframe_split": json.loads(X[sorted(X)].to_json(orient="split", index=False))},
    "a column too many": {"dataframe_records": [{**row, "colour": "red"} for row in RECORDS]},
    "whole numbers": {"dataframe_records": [{name: round(value) for name, value in row.items()} for row in RECORDS]},
    "params": {**table(), "params": {}},
    "params that the model has not": {**table(), "params": {"temperature": 1}},
    "csv": (X.to_csv(index=False), CSV),
    "csv with a charset": (X.to_csv(index=False), "text/csv; charset=utf-8"),
    "csv in another order": (X[sorted(X)].to_csv(index=False), CSV),
    "a charset": (json.dumps(table()), "application/json; charset=utf-8"),
    # What cannot be answered.
    "no json": ("{", JSON),
    "nothing": ("", JSON),
    "a list": ("[1, 2]", JSON),
    "a number": ("1", JSON),
    "no form": ({"data": ROWS}, JSON),
    "two forms": ({**table(), "inputs": ROWS}, JSON),
    "a form of null": ({"dataframe_split": None}, JSON),
    "a column is missing": ({"dataframe_records": [{k: v for k, v in row.items() if k != "pH"} for row in RECORDS]}, JSON),
    "csv without a column": (X.drop(columns="pH").to_csv(index=False), CSV),
    "rows that are too short": ({"inputs": [row[:-1] for row in ROWS]}, JSON),
    "rows of unequal length": (table(data=[ROWS[0], ROWS[1][:-1]]), JSON),
    "columns that are too few": (table(columns=list(X)[:-1]), JSON),
    "text among the numbers": (table(data=[["good", *ROWS[0][1:]]]), JSON),
    "an object among the numbers": (table(data=[[{}, *ROWS[0][1:]]]), JSON),
    "null among the numbers": (table(data=[[None, *ROWS[0][1:]]]), JSON),
    "records that are none": ({"dataframe_records": [1, 2]}, JSON),
    "params that are none": ({**table(), "params": [1]}, JSON),
    "another type": (json.dumps(table()), "text/plain"),
    "no type": (json.dumps(table()), ""),
    "a form of csv that is unknown": (X.to_csv(index=False), "text/csv; header=none"),
    "no csv": ("\x00\x01", CSV),
    "an empty csv": ("", CSV),
}  # fmt: skip

MIXED_ASKED = {
    "records": {"dataframe_records": MIXED.to_dict(orient="records")},
    "split": {"dataframe_split": json.loads(MIXED.to_json(orient="split", index=False))},
    "columns": {"inputs": MIXED.to_dict(orient="list")},
    "csv": (MIXED.to_csv(index=False), CSV),
    "text of digits": {"dataframe_records": [{"colour": "7", "alcohol": 1.0, "age": 1}]},
    "a number for text": {"dataframe_records": [{"colour": 7, "alcohol": 1.0, "age": 1}]},
    "text for a number": {"dataframe_records": [{"colour": "red", "alcohol": "strong", "age": 1}]},
    "a fraction for a whole number": {"dataframe_records": [{"colour": "red", "alcohol": 1.0, "age": 1.5}]},
    "a whole number for a fraction": {"dataframe_records": [{"colour": "red", "alcohol": 1, "age": 1}]},
}

STRICTER = {
    # MLflow would predict for 1, for "7", and leave the params out.
    ("mixed", "a fraction for a whole number"),
    ("mixed", "a number for text"),
    ("wine", "params that are none"),
}
"""What MLflow's server answers by changing what was sent, and nbtrack's refuses."""
LAXER = {
    # In the order of the signature's columns, as many as it has.
    ("wine", "instances of rows"),
    ("wine", "inputs of rows"),
    # Parameters of a type that say nothing here are left out.
    ("wine", "a form of csv that is unknown"),
}
"""What MLflow's server refuses, and nbtrack's answers."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Return the folders of two models: of numbers, and of text among them."""
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import ElasticNet, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    wine = pd.read_csv(WINE)
    rows = wine.drop(columns="quality")
    columns = ColumnTransformer([("text", OneHotEncoder(handle_unknown="ignore"), ["colour"]),
                                 ("number", StandardScaler(), ["alcohol", "age"])])  # fmt: skip
    pipeline = make_pipeline(columns, LogisticRegression()).fit(MIXED, ["bad", "good", "good", "bad"])
    folder = tmp_path_factory.mktemp("models")
    save(ElasticNet(alpha=0.01).fit(rows, wine["quality"]), folder / "wine", input_example=rows.head(2))
    save(pipeline, folder / "mixed", input_example=MIXED.head(2))
    return folder


@contextlib.contextmanager
def served_by_mlflow(model, folder):
    """Serve a model with `mlflow models serve` while the block runs, and yield the address."""
    if not hasattr(os, "killpg"):
        pytest.skip("the server starts children, which are ended by their group")
    peers.install("mlflow")
    scripts = peers.python("mlflow").parent
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / f"{model.name}.log"
    options = ["-m", str(model), "--env-manager", "local", "-h", "127.0.0.1", "-p", str(port)]
    with log.open("wb") as told:
        server = subprocess.Popen(
            [str(scripts / "mlflow"), "models", "serve", *options],
            cwd=folder,
            env=environment() | {"PATH": os.pathsep.join([str(scripts), os.environ.get("PATH", os.defpath)])},
            stdin=subprocess.DEVNULL, stdout=told, stderr=told, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert server.poll() is None, log.read_text()
            with contextlib.suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"{address}/ping", timeout=5).close()
                break
            time.sleep(0.2)
        else:
            pytest.fail(log.read_text())
        yield address
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(30)


@pytest.fixture(scope="module", params=["wine", "mixed"])
def answers(request, folders, tmp_path_factory):
    """Return, by the name of the request, what MLflow's server answered and what nbtrack's did."""
    asked = WINE_ASKED if request.param == "wine" else MIXED_ASKED
    folder = tmp_path_factory.mktemp("serving")
    told = {}
    with (
        served_by_mlflow(folders / request.param, folder) as theirs,
        served(folders / request.param, "--trust", folder=folder) as ours,
    ):
        for name, body in asked.items():
            text, kind = body if isinstance(body, tuple) else (body, JSON)
            data = (text if isinstance(text, str) else json.dumps(text)).encode()
            told[request.param, name] = post(theirs, data, kind), post(ours.url, data, kind)
    return told


def post(address, data, kind):
    """Return the status of an answer, and its JSON, or its text where MLflow sends that."""
    request = urllib.request.Request(f"{address}/invocations", data, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            text = error.read().decode()
            with contextlib.suppress(ValueError):
                return error.code, json.loads(text)
            return error.code, text


def kind(status):
    return f"{status // 100}xx"


def test_predictions_are_mlflows(answers):
    same = {n: a for n, a in answers.items() if kind(a[0][0]) == kind(a[1][0]) == "2xx"}
    assert len(same) >= 5
    for name, ((_, theirs), (_, ours)) in same.items():
        assert list(theirs) == list(ours) == ["predictions"], name
        one, other = np.asarray(theirs["predictions"]), np.asarray(ours["predictions"])
        assert one.shape == other.shape, name
        if one.dtype.kind == "f":
            assert np.allclose(one, other, rtol=1e-9), name
        else:
            assert one.tolist() == other.tolist(), name


def test_what_is_refused_is_refused_by_both_but_for_what_is_listed(answers):
    (model,) = {model for model, _ in answers}
    kinds = {name: (kind(theirs[0]), kind(ours[0])) for name, (theirs, ours) in answers.items()}
    assert {name for name, found in kinds.items() if found == ("2xx", "4xx")} == {
        name for name in STRICTER if name[0] == model
    }
    assert {name for name, found in kinds.items() if found == ("4xx", "2xx")} == {
        name for name in LAXER if name[0] == model
    }
    # Whatever MLflow's server fails at is the request's fault here.
    assert {pair for pair in kinds.values() if "5xx" in pair} <= {("5xx", "4xx")}


def test_refusals_have_mlflows_form(answers):
    for name, (_, (status, ours)) in answers.items():
        if status >= 400:
            assert {"error_code", "message"} == set(ours), name
            assert status < 500, name
