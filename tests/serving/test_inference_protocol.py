"""The Open Inference Protocol, version 2."""

import numpy as np
import pandas as pd
import pytest

from nbtrack.models import Signature, Tensor, save
from tests.serving.http import served


def test_metadata_and_health(wine_server):
    assert wine_server.ask(path="/v2").json["name"] == "nbtrack"
    assert wine_server.ask(path="/v2/health/live").json == {"live": True}
    assert wine_server.ask(path="/v2/health/ready").json["ready"] is True
    assert wine_server.ask(path="/v2/models/wine/ready").json == {"name": "wine", "ready": True}
    told = wine_server.ask(path="/v2/models/wine/versions/1").json
    assert told["platform"] == "nbtrack_sklearn"
    assert {"name": "alcohol", "datatype": "FP64", "shape": [-1, 1]} in told["inputs"]
    assert wine_server.ask(path="/v2/models/beer").status == 404


@pytest.mark.parametrize("form", ["columns", "flat", "whole", "shuffled"])
def test_a_table_by_columns_or_as_one_tensor(wine_server, wine, elastic_net, form):
    rows = wine.drop(columns="quality").head(4)

    def tensor(name, shape=(4, 1)):
        return {"name": name, "shape": list(shape), "datatype": "FP64", "data": rows[name].tolist()}

    whole = {"name": "all", "shape": [4, 11], "datatype": "FP64", "data": rows.to_numpy().ravel().tolist()}
    inputs = {
        "columns": [tensor(name) for name in rows],
        "flat": [tensor(name, (4,)) for name in rows],
        "whole": [whole],
        "shuffled": [tensor(name) for name in sorted(rows)],
    }[form]
    answer = wine_server.post({"id": "seven", "inputs": inputs}, path="/v2/models/wine/infer").json
    assert (answer["model_name"], answer["id"]) == ("wine", "seven")
    (output,) = answer["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("predict", "FP64", [4])
    assert output["data"] == pytest.approx(elastic_net.predict(rows).tolist(), rel=1e-12)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"datatype": "FP99"}, "FP99"),
        ({"shape": [3, 3]}, "shape"),
        ({"shape": "x"}, "list of sizes"),
        ({"data": ["a"]}, "'a', which is no FP64"),
        ({"data": [True]}, "True, which is no FP64"),
        ({"data": [1.9], "datatype": "INT64"}, "1.9, which is no INT64"),
        ({"data": [300], "datatype": "INT8"}, "300, which is no INT8"),
        ({"data": [1e300], "datatype": "FP32"}, "which is no FP32"),
        ({"data": [7.5], "datatype": "BOOL"}, "7.5, which is no BOOL"),
        ({"data": {"a": 1}}, "FP64"),
    ],
)
def test_a_tensor_that_is_none_is_named(wine_server, change, says):
    tensor = {"name": "alcohol", "shape": [1], "datatype": "FP64", "data": [1.0], **change}
    answer = wine_server.post({"inputs": [tensor]}, path="/v2/models/wine/infer")
    assert answer.status == 400
    assert "'alcohol'" in answer.message
    assert says in answer.message


@pytest.mark.parametrize(
    "body", ["{}", '{"inputs": []}', '{"inputs": [3]}', '{"inputs": [{"name": "a"}]}', "["]
)
def test_a_body_that_is_no_inference_request(wine_server, body):
    assert wine_server.post(body, path="/v2/models/wine/infer").status == 400


def test_text_in_and_out_and_several_outputs(tmp_path):
    def told(frame):
        return pd.DataFrame({"word": frame["word"].str.upper(), "length": frame["word"].str.len()})

    save(told, tmp_path / "m", input_example=pd.DataFrame({"word": ["a"]}))
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        word = {"name": "word", "shape": [2], "datatype": "BYTES", "data": ["ab", "cde"]}
        answer = server.post({"inputs": [word]}, path="/v2/models/m/infer").json
        word, length = answer["outputs"]
        assert word == {"name": "word", "datatype": "BYTES", "shape": [2], "data": ["AB", "CDE"]}
        assert length["data"] == [2, 3]


def test_a_model_of_arrays(tmp_path):
    save(lambda array: array.sum(axis=1), tmp_path / "m", signature=Signature((Tensor("float32", (-1, 3)),)))
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        tensor = {"name": "x", "shape": [2, 3], "datatype": "FP32", "data": [[1, 2, 3], [4, 5, 6]]}
        (output,) = server.post({"inputs": [tensor]}, path="/v2/models/m/infer").json["outputs"]
        assert (output["datatype"], output["data"]) == ("FP32", [6.0, 15.0])


def test_columns_without_a_name_go_by_their_places(tmp_path):
    from sklearn.linear_model import LinearRegression

    from nbtrack.models import Column

    values = np.arange(12.0).reshape(4, 3) ** 2
    model = LinearRegression().fit(values, values @ [1.0, 10.0, 100.0])
    save(model, tmp_path / "m", signature=Signature(tuple(Column("double") for _ in range(3))))
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        told = server.ask(path="/v2/models/m").json["inputs"]
        inputs = [
            {"name": part["name"], "shape": [1], "datatype": "FP64", "data": [float(number)]}
            for number, part in enumerate(told)
        ]
        for order in (inputs, inputs[::-1]):
            (output,) = server.post({"inputs": order}, path="/v2/models/m/infer").json["outputs"]
            assert output["data"] == pytest.approx(model.predict([[0.0, 1.0, 2.0]]).tolist())
        inputs[0]["name"] = "first"
        assert server.post({"inputs": inputs}, path="/v2/models/m/infer").status == 400
        assert server.post({"inputs": [inputs[1]] * 2}, path="/v2/models/m/infer").status == 400


def test_dates_missing_values_and_what_no_tensor_holds(tmp_path):
    def told(frame):
        what = frame["what"].iloc[0]
        return {
            "dates": pd.Series(pd.to_datetime(["2026-11-25", None])),
            "missing": pd.Series(["a", None]),
            "generator": (n for n in (1, 2)),
            "ragged": [[1], [2, 3]],
            "object": [object()],
            "twice": pd.DataFrame([[1, 2]], columns=["a", "a"]),
            "large": [10**30],
        }[what]

    save(told, tmp_path / "m", input_example=pd.DataFrame({"what": ["dates"]}))
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:

        def infer(what):
            word = {"name": "what", "shape": [1], "datatype": "BYTES", "data": [what]}
            return server.post({"inputs": [word]}, path="/v2/models/m/infer")

        def predict(what):
            return server.post({"dataframe_records": [{"what": what}]})

        assert predict("dates").predictions == [{"0": "2026-11-25T00:00:00"}, {"0": None}]
        assert infer("missing").json["outputs"][0]["data"] == ["a", None]
        assert infer("generator").json["outputs"][0]["data"] == [1, 2]
        assert predict("large").predictions == [10**30]
        for answer in (infer("ragged"), infer("object"), predict("object"), predict("twice")):
            assert answer.status == 500
            assert "cannot be sent" in answer.json.get("message", answer.json.get("error"))


def test_only_the_outputs_that_are_wanted(tmp_path):
    save(lambda frame: pd.DataFrame({"a": frame["x"], "b": frame["x"]}), tmp_path / "m",
         input_example=pd.DataFrame({"x": [1.0]}))  # fmt: skip
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        body = {
            "inputs": [{"name": "x", "shape": [1], "datatype": "FP64", "data": [2.0]}],
            "outputs": [{"name": "b"}],
        }
        assert [o["name"] for o in server.post(body, path="/v2/models/m/infer").json["outputs"]] == ["b"]
