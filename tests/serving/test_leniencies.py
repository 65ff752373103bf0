"""What MLflow's server takes besides its four forms is taken, where nothing is lost by it."""

import numpy as np
import pandas as pd
import pytest

from nbtrack.models import Column, Param, Signature, Tensor, save
from tests.serving.http import served

BOM = b"\xef\xbb\xbf"


def test_one_named_tensor_is_sent_bare_or_in_flat_cells(tmp_path):
    def sums(arrays):
        return arrays["image"].sum(axis=(1, 2))

    save(sums, tmp_path / "m", signature=Signature((Tensor("float32", (-1, 2, 3), "image"),)))
    images = np.arange(12.0).reshape(2, 2, 3)
    expected = images.sum(axis=(1, 2)).tolist()
    flat = images.reshape(2, 6).tolist()
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        for body in (
            {"inputs": {"image": images.tolist()}},
            {"inputs": images.tolist()},
            {"instances": images.tolist()},
            {"dataframe_split": {"columns": ["image"], "data": [[cell] for cell in flat]}},
            {"dataframe_records": [{"image": cell} for cell in flat]},
        ):
            assert server.post(body).predictions == expected, body
        assert server.post({"inputs": flat}).status == 400


def test_a_column_of_values_and_a_byte_order_mark(tmp_path):
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    save(lambda data: (data["x"] * 2).tolist(), tmp_path / "m", input_example=frame)
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        assert server.post({"dataframe_split": {"columns": ["x"], "data": [1, 2]}}).predictions == [2.0, 4.0]
        assert server.post(BOM + b'{"inputs": [1, 2]}').predictions == [2.0, 4.0]
        assert server.post(BOM + b"x\n1\n2\n", kind="text/csv").predictions == [2.0, 4.0]


def chat(data, temperature=1.0):
    if not isinstance(data, dict):
        data = data.iloc[0].to_dict()
    (said,) = data["messages"]
    return {"content": said["content"].upper(), "temperature": temperature, "more": data.get("user")}


@pytest.mark.parametrize("told", [True, False], ids=["with a signature", "without"])
def test_a_body_of_messages_is_itself_the_input(tmp_path, told):
    message = {"properties": {"role": {"type": "string"}, "content": {"type": "string"}}}
    columns = (
        Column("array", "messages", detail={"items": {"type": "object", **message}}),
        Column("string", "user", required=False),
    )
    signature = Signature(columns, None, (Param("temperature", "double", 0.5),)) if told else None
    save(chat, tmp_path / "m", signature=signature)
    body = {"messages": [{"role": "user", "content": "hello"}], "user": "me"}
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        answer = server.post(body).json
        assert answer == {"content": "HELLO", "temperature": 0.5 if told else 1.0, "more": "me"}
        if told:
            assert server.post({**body, "temperature": 0.25}).json["temperature"] == 0.25
            assert "'content'" in server.post({"messages": [{"role": "user", "content": 3}]}).message


def test_bare_prompts_and_inputs(tmp_path):
    save(lambda body: [*body.values()] if isinstance(body, dict) else ["array"], tmp_path / "m")
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        assert server.post({"prompt": "a"}).json == ["a"]
        assert server.post({"input": ["a", "b"]}).json == [["a", "b"]]
        assert server.post({"inputs": [1], "input": 2}).status == 200, "MLflow's own forms come first"
        assert server.post({"text": "a"}).status == 400
