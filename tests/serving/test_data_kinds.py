"""The server gives the model what it was fitted on, whatever kind of data that was: its own example gets the native predictions."""

import json
import tempfile
from pathlib import Path

import cloudpickle
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbtrack.models import save
from tests.serving.http import served
from tests.unit.models import kinds
from tests.unit.models.kinds import KINDS, Telling

cloudpickle.register_pickle_by_value(kinds)


def served_as_it_is(data):
    native = Telling().fit(data)
    expected = native.predict(list(data) if isinstance(data, range) else data)
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        save(native, folder / "m", fitted_on=data, input_example=data)
        body = (folder / "m" / "serving_input_example.json").read_text(encoding="utf-8")
        with served(folder / "m", "--trust", folder=folder) as server:
            assert server.post(body).predictions == expected


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=4, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_example_of_any_kind_gets_the_native_predictions(kind, data):
    served_as_it_is(data.draw(KINDS[kind]))


TEXTS = ["red wine", "white wine", "rosé"]
FRAME = pd.DataFrame(
    {
        "n": pd.Series([1, None, 3], dtype="Int64"),
        "c": pd.Categorical([3, 1, 3], [1, 2, 3]),
        "when": pd.to_datetime(["2026-01-01T10:00:00+01:00", None, "2026-06-01"], utc=True, format="ISO8601"),
    }
)


@pytest.mark.parametrize(
    "data",
    [FRAME, pd.concat([FRAME, FRAME], axis=1), [{"a": 1}, {"b": "x"}, {"a": 2}]],
    ids=["a table", "alike columns", "records"],
)
def test_the_example_gets_the_native_predictions(data):
    served_as_it_is(data)


@pytest.mark.parametrize(
    "data",
    [TEXTS, pd.Series(TEXTS, name="text"), pd.Series(TEXTS).to_numpy(dtype=object)],
    ids=["list", "series", "array"],
)
def test_each_form_of_json_becomes_the_texts_that_the_model_was_fitted_on(data, tmp_path):
    native = Telling().fit(data)
    expected = native.predict(data)
    save(native, tmp_path / "m", fitted_on=data)
    rows = [[text] for text in TEXTS]
    bodies = [
        {"inputs": TEXTS},
        {"instances": TEXTS},
        {"dataframe_split": {"columns": ["text"], "data": rows}},
        {"dataframe_records": [{"text": text} for text in TEXTS]},
        {"inputs": {"text": TEXTS}},
        {"inputs": [{"text": text} for text in TEXTS]},
        {"inputs": rows},
        {"columns": ["text"], "data": rows},
    ]
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        for body in bodies:
            answer = server.post(body).json
            assert (answer if "columns" in body else answer["predictions"]) == expected, body
        table = "text\n" + "\n".join(TEXTS) + "\n"
        assert server.post(table.encode(), kind="text/csv").predictions == expected
        inference = {"inputs": [{"name": "text", "shape": [3], "datatype": "BYTES", "data": TEXTS}]}
        answer = server.post(json.dumps(inference), path="/v2/models/m/infer").json
        assert answer["outputs"][0]["data"] == expected
