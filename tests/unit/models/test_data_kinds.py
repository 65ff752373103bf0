"""A model takes the very data that it was fitted on, whatever they are: loaded, from its example, and through the server."""

import json
import tempfile
import warnings
from pathlib import Path

import cloudpickle
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbtrack.models import infer_signature, load, save
from nbtrack.models.enforcement import enforce
from nbtrack.serving.pipe import Frame
from nbtrack.serving.worker import RequestHandler
from tests.unit.models import kinds
from tests.unit.models.kinds import KINDS, Telling

cloudpickle.register_pickle_by_value(kinds)

QUICK = settings(max_examples=15, suppress_health_check=list(HealthCheck))
LONG = settings(QUICK, max_examples=1000)


def takes_its_own(data):
    """Fit, save, load and ask an estimator with the same data, and the worker with what stands in its example."""
    native = Telling().fit(data)
    expected = native.predict(data)
    signature = infer_signature(data)
    assert native.predict(enforce(data, signature)) == expected
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        save(native, Path(folder) / "m", fitted_on=data, input_example=data)
        model = load(Path(folder) / "m", trust=True)
        assert model.signature is not None
        assert model.predict(data) == expected
        example = json.loads((model.path / "serving_input_example.json").read_text(encoding="utf-8"))
        body = json.dumps(example).encode()
        (answer,) = RequestHandler(model, "m").answers([Frame(1, 0, "json", body)])
        assert answer.status == 200, answer.body
        # JSON makes a list of a range.
        served = native.predict(list(data)) if isinstance(data, range) else expected
        assert json.loads(answer.body)["predictions"] == served
        if not hasattr(data, "tocsr"):  # a dense array is kept of it
            assert native.predict(model.input_example) == served


@pytest.mark.parametrize("kind", KINDS)
@QUICK
@given(data=st.data())
def test_a_model_takes_what_it_was_fitted_on(kind, data):
    takes_its_own(data.draw(KINDS[kind]))


@pytest.mark.long
@pytest.mark.timeout(3600)
@LONG
@given(data=st.one_of(*KINDS.values()))
def test_a_model_takes_what_it_was_fitted_on_of_any_kind(data):
    takes_its_own(data)
