"""The Open Inference Protocol, version 2."""

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
        ({"data": ["a"]}, "text"),
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
