"""What MLflow's clients send is answered as MLflow answers it."""

import json
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from nbtrack.models import Column, Param, Signature, Tensor, load, save
from tests.serving.http import WINE_BODY, served


@pytest.fixture
def rows(wine):
    return wine.drop(columns="quality").head(3)


@pytest.fixture
def expected(elastic_net, rows):
    return elastic_net.predict(rows).tolist()


def split(frame):
    return json.loads(frame.to_json(orient="split", index=False))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here; the next tests send the same")
def test_mlflow_1_curl_is_answered_with_the_bare_list(wine_server, elastic_net, wine):
    done = subprocess.run(
        ["curl", "-sS", "-X", "POST", "-H", "Content-Type:application/json; format=pandas-split", "--data", WINE_BODY,
         f"{wine_server.url}/invocations"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    body = json.loads(WINE_BODY)
    frame = pd.DataFrame(body["data"], columns=body["columns"])[wine.columns.drop("quality")]
    assert json.loads(done.stdout) == pytest.approx(elastic_net.predict(frame).tolist(), rel=1e-12)


def test_what_that_curl_sends_is_answered_with_the_bare_list(wine_server):
    (prediction,) = wine_server.post(WINE_BODY, kind="application/json; format=pandas-split").json
    assert 5 < prediction < 8


def test_mlflow_1_records_are_answered_with_the_bare_list(wine_server, rows, expected):
    body = rows.to_json(orient="records")
    answer = wine_server.post(body, kind="application/json; format=pandas-records")
    assert answer.json == pytest.approx(expected, rel=1e-12)


def test_a_split_table_without_its_name_is_mlflow_1(wine_server, rows, expected):
    assert wine_server.post(split(rows)).json == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "form", ["split", "records", "instances", "rows", "inputs", "columns", "shuffled", "extra"]
)
def test_each_form_of_mlflow_gets_the_models_own_predictions(wine_server, rows, expected, form):
    records = json.loads(rows.to_json(orient="records"))
    bodies = {
        "split": {"dataframe_split": split(rows)},
        "records": {"dataframe_records": records},
        "instances": {"instances": records},
        "rows": {"instances": rows.to_numpy().tolist()},
        "inputs": {"inputs": rows.to_numpy().tolist()},
        "columns": {"inputs": rows.to_dict(orient="list")},
        "shuffled": {"dataframe_split": split(rows[sorted(rows)])},
        "extra": {"dataframe_split": split(rows.assign(colour="white"))},
    }
    answer = wine_server.post(bodies[form])
    assert answer.predictions == pytest.approx(expected, rel=1e-12)
    assert answer.headers["content-type"] == "application/json"


def test_csv_and_charset(wine_server, rows, expected):
    text = rows.to_csv(index=False)
    assert wine_server.post(text, kind="text/csv").predictions == pytest.approx(expected, rel=1e-12)
    assert wine_server.post(text, kind="text/csv; charset=utf-8").predictions == pytest.approx(
        expected, rel=1e-12
    )


def test_parquet(wine_server, rows, expected):
    body = rows.to_parquet(index=False)
    answer = wine_server.post(body, kind="application/vnd.apache.parquet")
    assert answer.predictions == pytest.approx(expected, rel=1e-12)


def test_whole_numbers_stand_for_floats_and_null_for_a_missing_value(wine_server, rows):
    body = split(rows.round())
    body["data"] = [[int(value) for value in row] for row in body["data"]]
    assert len(wine_server.post({"dataframe_split": body}).predictions) == 3
    body["data"][0][0] = None
    answer = wine_server.post({"dataframe_split": body})
    assert answer.status == 400
    assert "NaN" in answer.message


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[1, 2]", "is a list"),
        ("null", "is a null"),
        ('"text"', "is a string"),
        ("[" * 100_000, "nested too deeply"),
        (b"\xff\xfe{}", "UTF-8"),
        ("{}", "exactly one of dataframe_split"),
        ('{"instances": [], "inputs": []}', "'instances', 'inputs'"),
        ('{"dataframe_split": {"data": 3}}', "send {'columns'"),
        ('{"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}', "row 0 has 2 values"),
        ('{"dataframe_records": [1]}', "records"),
        ('{"inputs": [[1, 2, 3]]}', "takes 11"),
        ('{"inputs": {"alcohol": [1.0]}}', "'fixed acidity'"),
        ('{"inputs": [], "params": [1]}', "params is a list"),
    ],
)
def test_a_body_that_is_none_is_said_to_be_so(wine_server, body, says):
    answer = wine_server.post(body)
    assert answer.status == 400
    assert says in answer.message


def test_a_wrong_value_and_a_missing_column_are_named(wine_server, rows):
    body = split(rows)
    body["data"][1][body["columns"].index("pH")] = "sour"
    answer = wine_server.post({"dataframe_split": body})
    assert answer.status == 400
    assert "'pH'" in answer.message
    answer = wine_server.post({"dataframe_split": split(rows.drop(columns=["pH", "alcohol"]))})
    assert answer.status == 400
    assert "'pH', 'alcohol'" in answer.message


def test_json_knows_nan_and_infinity_as_python_writes_them(wine_server):
    answer = wine_server.post('{"inputs": [[NaN, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]}')
    assert answer.status == 400
    assert "NaN" in answer.message


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/xml",
        "application/json; charset=latin-1",
        "application/json; format=odd",
    ],
)
def test_another_type_of_body_is_refused(wine_server, kind):
    answer = wine_server.post("{}", kind=kind)
    assert answer.status == 415
    assert answer.message


def test_other_methods_and_paths_are_refused_with_what_to_do(wine_server):
    answer = wine_server.ask("GET", "/invocations")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    answer = wine_server.ask("DELETE", "/ping")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    answer = wine_server.ask("GET", "/nothing")
    assert answer.status == 404
    assert "/docs" in answer.message


def test_the_small_endpoints(wine_server):
    import nbtrack

    assert wine_server.ask(path="/ping").status == 200
    assert wine_server.ask(path="/health").status == 200
    assert wine_server.ask("HEAD", "/ping").body == b""
    assert wine_server.ask(path="/version").body.decode() == nbtrack.__version__
    wine_server.post("{")
    text = wine_server.ask(path="/metrics").body.decode()
    assert 'nbtrack_requests_total{path="/invocations",status="400"}' in text
    assert "nbtrack_request_seconds_bucket" in text
    stats = wine_server.ask(path="/stats").json
    assert stats["ready"]
    assert stats["requests"] >= stats["errors"] >= 1
    assert stats["p50"] <= stats["p99"]


def test_the_page_tells_of_the_columns_and_nothing_of_it_is_code(tmp_path):
    evil = "<script>alert(1)</script>"
    from sklearn.linear_model import LinearRegression

    frame = pd.DataFrame({evil: [1.0, 2.0], "</textarea><img src=x onerror=alert(2)>": [1.0, 3.0]})
    save(LinearRegression().fit(frame, [1, 2]), tmp_path / "m", fitted_on=frame, input_example=frame)
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        page = server.ask(path="/")
        text = page.body.decode()
        assert "&lt;script&gt;alert(1)" in text
        assert evil not in text
        assert "<img" not in text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        document = server.ask(path="/openapi.json").json
        assert document["openapi"].startswith("3.1")
        assert evil in json.dumps(document)


def test_a_pipeline_that_picks_columns_by_name_gets_a_table(tmp_path):
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    frame = pd.DataFrame(
        {"size": [1.0, 2.0, 3.0, 4.0], "colour": ["red", "blue", "red", "blue"], "n": [1, 2, 3, 4]}
    )
    columns = make_column_transformer((OneHotEncoder(), ["colour"]), (StandardScaler(), ["size", "n"]))
    model = make_pipeline(columns, LogisticRegression()).fit(frame, ["no", "no", "yes", "yes"])
    save(model, tmp_path / "m", fitted_on=frame)
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        asked = {"dataframe_records": frame.to_dict(orient="records")}
        assert server.post(asked).predictions == model.predict(frame).tolist()
        asked["dataframe_records"][0]["n"] = 1.5
        assert "'n'" in server.post(asked).message
        asked["dataframe_records"][0]["n"] = 2.0
        assert len(server.post(asked).predictions) == 4
        text = frame.assign(colour=["red", "red", "blue", "blue"]).to_csv(index=False)
        assert len(server.post(text, kind="text/csv").predictions) == 4


def test_params_go_to_the_model_and_wrong_ones_are_named(tmp_path):
    def scaled(frame, params=None):
        return (frame["x"] * params["factor"]).tolist()

    signature = Signature((Column("double", "x"),), None, (Param("factor", "double", 2.0),))
    save(scaled, tmp_path / "m", signature=signature)
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        body = {"dataframe_split": {"columns": ["x"], "data": [[1.5]]}}
        assert server.post(body).predictions == [3.0]
        assert server.post({**body, "params": {"factor": 10}}).predictions == [15.0]
        answer = server.post({**body, "params": {"factor": "ten"}})
        assert answer.status == 400
        assert "'factor'" in answer.message


def test_dates_bytes_and_text(tmp_path):
    def told(frame):
        return [f"{row.day:%Y-%m-%d} {row.blob!r} {row.word}" for row in frame.itertuples()]

    signature = Signature((Column("datetime", "day"), Column("binary", "blob"), Column("string", "word")))
    save(told, tmp_path / "m", signature=signature)
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        row = {"day": "2026-11-25T10:00:00", "blob": "aGk=", "word": "a"}
        assert server.post({"dataframe_records": [row]}).predictions == ["2026-11-25 b'hi' a"]
        assert "'day'" in server.post({"dataframe_records": [{**row, "day": "never"}]}).message
        assert "'blob'" in server.post({"dataframe_records": [{**row, "blob": "§"}]}).message
        assert "'word'" in server.post({"dataframe_records": [{**row, "word": 3}]}).message


def test_arrays_and_predictions_of_many_kinds(tmp_path):
    def many(array):
        return pd.DataFrame({"sum": array.sum(axis=(1, 2)), "big": [2**40] * len(array), "text": "x"})

    save(many, tmp_path / "m", signature=Signature((Tensor("float32", (-1, 2, 2)),)))
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        asked = [[[1, 2], [3, 4]]]
        assert server.post({"inputs": asked}).predictions == [{"sum": 10.0, "big": 2**40, "text": "x"}]
        assert server.post({"instances": asked}).predictions == [{"sum": 10.0, "big": 2**40, "text": "x"}]
        assert server.post({"inputs": [[1, 2]]}).status == 400
        assert server.post({"inputs": [[[1], [2, 3]]]}).status == 400


def test_a_model_without_a_signature_gets_what_was_sent(tmp_path, rows, elastic_net, expected):
    save(elastic_net, tmp_path / "m")
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        assert server.post({"dataframe_split": split(rows)}).predictions == pytest.approx(expected, rel=1e-12)
        assert server.post({"inputs": rows.to_numpy().tolist()}).predictions == pytest.approx(
            expected, rel=1e-12
        )


def test_predictions_are_those_of_the_loaded_model_for_float32_and_integers(tmp_path):
    from sklearn.ensemble import RandomForestRegressor

    frame = pd.DataFrame({"a": np.arange(20, dtype="int64"), "b": np.linspace(0, 1, 20, dtype="float32")})
    model = RandomForestRegressor(n_estimators=5, random_state=0).fit(frame, np.arange(20) ** 2)
    save(model, tmp_path / "m", fitted_on=frame)
    loaded = load(tmp_path / "m", trust=True)
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        body = {"dataframe_split": split(frame)}
        assert server.post(body).predictions == loaded.predict(frame).tolist()
        body["dataframe_split"]["data"][3][0] = 3.5
        assert "'a'" in server.post(body).message
