"""The serve panel's Python half, with a server that needs no process."""

import json
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nbtrack.errors import InvalidValueError, SchemaError
from nbtrack.models.mlmodel import MLmodel
from nbtrack.models.schema import Column, Tensor
from nbtrack.models.signature import Param, Signature, infer_signature
from nbtrack.widgets import ServePanel
from nbtrack.widgets.address import page_address
from nbtrack.widgets.predict_form import input_fields, param_fields
from nbtrack.widgets.rows import model_input, typed_params
from tests.waiting import HANGS, eventually

STATE = json.loads(Path(__file__).with_name("messages.json").read_text(encoding="utf-8"))["state"]


class Stand:
    """A server in this process."""

    uri, name, url, pid = "models:/wine@champion", "random-forest", "http://127.0.0.1:5001", 1

    def __init__(self, example=None, signature=None, status="ready"):
        self.input_example = example
        inferred = None if example is None else infer_signature(example)
        self.metadata = MLmodel({"sklearn": {}, "python_function": {}}, signature or inferred)
        self.status, self.error = status, None
        self.log = "\x1b[32mINFO\x1b[0m: loaded"
        self.body = "-d '{}'"
        self.asked = []
        self.gate = threading.Event()
        self.gate.set()

    @property
    def curl(self):
        return f"curl {self.url}/invocations {self.body}"

    def tail(self, lines=50):
        return "\n".join(self.log.splitlines()[-lines:])

    def stats(self):
        return SimpleNamespace(requests=len(self.asked), errors=0, p50=4.2, p99=float("nan"))

    def predict(self, data, params=None):
        assert self.gate.wait(HANGS)
        self.asked.append((data, params))
        if params and params.get("bad"):
            raise SchemaError("column 'alcohol' holds 'much', which is no double")
        return [float("nan"), np.float32(0.5)]

    def start(self):
        self.status, self.error = "ready", None

    def stop(self):
        self.status = "stopped"


@pytest.fixture
def shown():
    """Return a function that makes a panel whose messages to the page are kept in `panel.said`."""
    panels = []

    def make(server):
        panel = ServePanel(server)
        panels.append(panel)
        panel.said = []
        panel.send = panel.said.append
        return panel

    yield make
    for panel in panels:
        panel.close()


def ask(panel, **content):
    """Send what the page would send; return the final reply."""
    before = len(panel.said)
    panel._handle_custom_msg({"id": "a", **content}, [])
    eventually(lambda: any("ok" in one for one in panel.said[before:]))
    return next(one for one in panel.said[before:] if "ok" in one)


WINE = pd.DataFrame({"alcohol": [12.8], "colour": ["white"]})


def test_the_state_is_what_the_front_end_declares(shown):
    panel = shown(Stand(WINE))
    own = {name for name in panel.traits(sync=True) if not name.startswith("_")} - {
        "layout",
        "tooltip",
        "tabbable",
    }
    assert own == set(STATE)
    assert {name: type(getattr(panel, name)) for name in own} == {name: type(STATE[name]) for name in own}
    assert panel.title == "random-forest"
    assert panel.subtitle == "models:/wine@champion · sklearn"
    assert panel.tail == "INFO: loaded", "colours are for terminals"
    assert panel.counts == {"requests": 0, "errors": 0, "p50": 4.2, "p99": None}


def test_a_prediction_is_asked_of_the_server(shown):
    server = Stand(WINE)
    panel = shown(server)
    reply = ask(panel, kind="predict", row={"alcohol": 9.5, "colour": "red"}, params={})
    assert panel.said[0] == {"id": "a", "accepted": True}
    assert reply["ok"]
    assert reply["result"]["predictions"] == [None, 0.5], "JSON has no NaN"
    assert reply["result"]["ms"] >= 0
    ((data, params),) = server.asked
    pd.testing.assert_frame_equal(data, pd.DataFrame({"alcohol": [9.5], "colour": ["red"]}))
    assert params is None
    eventually(lambda: panel.counts["requests"] == 1)


def test_what_the_server_says_is_told(shown):
    signature = Signature((Column("double", "alcohol"),), None, (Param("bad", "boolean", False),))
    reply = ask(shown(Stand(WINE, signature)), kind="predict", row={"alcohol": "much"}, params={"bad": True})
    assert (reply["id"], reply["ok"]) == ("a", False)
    assert reply["error"]["type"] == "SchemaError"
    assert reply["error"]["message"] == "column 'alcohol' holds 'much', which is no double"


@pytest.mark.parametrize("content", [None, [], {"id": "b"}, {"id": "b", "kind": "drop"}, {"kind": "stop"}])
def test_no_message_is_met_with_silence(shown, content):
    panel = shown(Stand(WINE))
    panel._handle_custom_msg(content, [])
    (reply,) = panel.said
    assert reply["error"]["type"] == "InvalidValueError"
    assert reply["id"] == (content["id"] if isinstance(content, dict) and "id" in content else "")


def test_a_slow_model_holds_up_neither_the_kernel_nor_a_stop(shown):
    server = Stand(WINE)
    panel = shown(server)
    server.gate.clear()
    panel._handle_custom_msg({"id": "slow", "kind": "predict", "row": {"alcohol": 1.0}, "params": {}}, [])
    assert panel.said == [{"id": "slow", "accepted": True}]
    assert ask(panel, kind="stop") == {"id": "a", "ok": True, "result": {}}
    assert panel.state == "stopped"
    server.gate.set()
    eventually(lambda: panel.said[-1]["id"] == "slow")


def test_the_server_is_followed_to_its_end_and_after_a_new_start(shown):
    server = Stand(WINE, status="starting")
    panel = shown(server)
    assert panel.state == "starting"
    assert panel.counts is None
    server.log += "\nINFO: ready"
    server.status = "ready"
    eventually(lambda: panel.state == "ready" and panel.tail.endswith("INFO: ready"))
    server.error, server.status = "out of memory", "failed"
    eventually(lambda: panel.state == "failed" and not panel._watcher.running)
    assert panel.error == "out of memory"
    assert ask(panel, kind="start")["ok"]
    assert (panel.state, panel.error) == ("ready", "")
    eventually(lambda: panel._watcher.running)


def test_an_address_is_shown_once_there_is_one(shown):
    server = Stand(WINE, status="starting")
    server.url = ""
    panel = shown(server)
    assert (panel.address, panel.curl) == ("", "")
    server.url = "http://127.0.0.1:5002"
    eventually(lambda: panel.address == server.url)
    assert panel.curl == "curl http://127.0.0.1:5002/invocations -d '{}'"
    server.body = "0" * 100_000
    panel.refresh()
    assert panel.curl == "", "it is too long to paste"


def test_a_closed_panel_follows_nothing(shown):
    panel = shown(Stand(WINE))
    assert panel._watcher.running
    panel.close()
    eventually(lambda: not panel._watcher.running)
    panel.refresh()
    assert not panel._watcher.running


def test_the_output_can_be_read_without_a_widget(shown):
    server = Stand(WINE)
    server.name, server.error, server.status = "<b>wine</b>", "<script>", "failed"
    data, _ = shown(server)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "&lt;b&gt;wine&lt;/b&gt;" in data["text/html"]
    assert "<script>" not in data["text/html"]
    assert "failed" in data["text/plain"]
    assert "http://127.0.0.1:5001" in data["text/plain"]


def test_behind_a_hub_the_address_is_a_path_through_its_proxy(monkeypatch):
    url = "http://127.0.0.1:5001"
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    assert page_address(url) == url
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    monkeypatch.setattr("nbtrack.widgets.address.find_spec", lambda _: None)
    assert page_address(url) == url, "no proxy, no path"
    monkeypatch.setattr("nbtrack.widgets.address.find_spec", lambda name: name)
    assert page_address(url) == "/user/ada/proxy/5001/"
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/")
    assert page_address(url) == "/proxy/5001/"


def test_fields_come_from_the_signature_and_values_from_the_example():
    example = pd.DataFrame(
        {
            "alcohol": [12.8, 1.0],
            "bottles": [3, 4],
            "organic": [True, False],
            "at": pd.to_datetime(["2026-01-31 12:30", "2026-02-01 00:00"]),
            "pixels": [[1, 2], [3, 4]],
            "raw": [b"\x00\xff", b""],
        }
    )
    fields = input_fields(infer_signature(example), example)
    assert [(f["name"], f["type"], f["value"]) for f in fields] == [
        ("alcohol", "double", 12.8),
        ("bottles", "long", 3),
        ("organic", "boolean", True),
        ("at", "datetime", "2026-01-31T12:30:00"),
        ("pixels", "array", [1, 2]),
        ("raw", "binary", "AP8="),
    ]
    assert all(f["required"] for f in fields)
    json.dumps(fields, allow_nan=False)


def test_without_an_example_values_are_empty_ones():
    signature = Signature(
        (
            Column("double", "a"),
            Column("string", "b"),
            Column("boolean", "c"),
            Column("long", "d", required=False),
        )
    )
    assert [f["value"] for f in input_fields(signature, None)] == [0, "", False, None]
    missing = pd.DataFrame({"a": [np.nan], "d": [np.nan]})
    assert [f["value"] for f in input_fields(signature, missing)] == [0, "", False, None]


@pytest.mark.parametrize(
    ("example", "values"),
    [
        (np.array([[1.5, 2.0]]), [1.5, 2.0]),
        ([[1.5, 2.0]], [1.5, 2.0]),
        (pd.DataFrame([[1.5, 2.0]]), [1.5, 2.0]),
        ([], [0, 0]),
    ],
)
def test_columns_without_names_are_counted(example, values):
    signature = Signature((Column("double"), Column("double")))
    fields = input_fields(signature, example)
    assert [f["name"] for f in fields] == ["column 1", "column 2"]
    assert [f["value"] for f in fields] == values
    data = model_input(signature, {"column 1": 3.0, "column 2": 4.0})
    assert data.to_numpy().tolist() == [[3.0, 4.0]]


def test_arrays_are_typed_as_json():
    signature = Signature((Tensor("float32", (-1, 2, 2)),))
    (field,) = input_fields(signature, np.arange(8.0).reshape(2, 2, 2))
    assert field == {
        "name": "array",
        "type": "float32 (any, 2, 2)",
        "required": True,
        "value": [[[0, 1], [2, 3]]],
    }
    assert input_fields(signature, None)[0]["value"] == [[[0, 0], [0, 0]]]
    data = model_input(signature, {"array": [[[1, 2], [3, 4]]]})
    assert (data.dtype, data.shape) == (np.float32, (1, 2, 2))
    with pytest.raises(InvalidValueError, match="'array' is no array of float32"):
        model_input(signature, {"array": "much"})
    with pytest.raises(InvalidValueError, match="'array' is empty"):
        model_input(signature, {})
    large = Signature((Tensor("float32", (-1, 224, 224, 3)),))
    assert input_fields(large, None)[0]["value"] is None


def test_arrays_by_name():
    signature = Signature((Tensor("int64", (-1, 2), "ids"), Tensor("int64", (-1, 2), "mask")))
    example = {"ids": np.array([[5, 6]]), "mask": np.array([[1, 1]])}
    fields = input_fields(signature, example)
    assert {f["name"]: f["value"] for f in fields} == {"ids": [[5, 6]], "mask": [[1, 1]]}
    data = model_input(signature, {f["name"]: f["value"] for f in fields})
    assert set(data) == {"ids", "mask"}
    assert data["ids"].tolist() == [[5, 6]]


def test_a_model_that_does_not_say_what_it_takes_is_asked_in_json():
    (field,) = input_fields(None, WINE)
    body = {"dataframe_split": {"columns": ["alcohol", "colour"], "data": [[12.8, "white"]]}}
    assert field == {"name": "input", "type": "json", "required": True, "value": body}
    pd.testing.assert_frame_equal(model_input(None, {"input": body}), WINE)
    records = [{"alcohol": 12.8, "colour": "white"}]
    pd.testing.assert_frame_equal(model_input(None, {"input": {"dataframe_records": records}}), WINE)
    pd.testing.assert_frame_equal(model_input(None, {"input": records}), WINE)
    assert model_input(None, {"input": {"instances": [[1, 2]]}}) == [[1, 2]]
    assert input_fields(None, [[1, 2], [3, 4]])[0]["value"] == {"inputs": [[1, 2]]}
    assert input_fields(None, None)[0]["value"] is None
    with pytest.raises(InvalidValueError, match="holds no dataframe_split"):
        model_input(None, {"input": {"dataframe_split": {"rows": []}}})
    with pytest.raises(InvalidValueError, match="'input' is empty"):
        model_input(None, {})


def test_numbers_too_large_for_javascript_come_as_text():
    signature = Signature((Column("long", "id"), Column("double", "x"), Column("string", "s")))
    data = model_input(signature, {"id": "9007199254740993", "x": "1e400", "s": "12"})
    assert data.loc[0].tolist() == [9007199254740993, float("inf"), "12"]
    assert model_input(signature, {"id": "much"})["id"].tolist() == ["much"], "the server says what is wrong"
    params = param_fields(
        Signature(None, None, (Param("n", "long", 3), Param("stop", "string", ["a"], (-1,))))
    )
    assert [(f["type"], f["value"]) for f in params] == [("long", 3), ("list of string", ["a"])]
    assert typed_params(params, {"n": "9007199254740993"}) == {"n": 9007199254740993}
    assert typed_params(params, {}) is None


def test_a_row_may_leave_out_what_need_not_be_given():
    signature = Signature((Column("double", "a", required=False), Column("double", "b", required=False)))
    assert model_input(signature, {}).shape == (1, 0)
    assert list(model_input(signature, {"b": 1.0})) == ["b"]
