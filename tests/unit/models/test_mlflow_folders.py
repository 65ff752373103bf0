"""Folders that MLflow wrote are loaded, and answer as with MLflow; see data/mlflow-3.17/README.md."""

import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import nbtrack
from nbtrack.errors import ModelError, TrustError

FOLDERS = Path(__file__).parent / "data" / "mlflow-3.17"
EXPECTED = json.loads((FOLDERS / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture
def folder(store, tmp_path):
    """Return a copy of the folders: loading code leaves its bytecode beside it."""
    return Path(shutil.copytree(FOLDERS, tmp_path / "theirs"))


def asked(name):
    told = EXPECTED[name]
    return pd.DataFrame(told["input"]["data"], columns=told["input"]["columns"]), told["predictions"]


@pytest.mark.parametrize("name", EXPECTED)
def test_it_answers_as_with_mlflow(folder, name):
    rows, expected = asked(name)
    with warnings.catch_warnings():
        # A later scikit-learn says of a pickle that an earlier one wrote it: that is true, and its own affair.
        warnings.filterwarnings("ignore", "Trying to unpickle estimator")
        model = nbtrack.load_model(folder / name, trust=True)
    assert np.allclose(np.asarray(model.predict(rows), float), np.asarray(expected, float), rtol=1e-9)


@pytest.mark.parametrize("name", ["net-skops", "probabilities"])
def test_skops_asks_for_no_trust(folder, name):
    rows, expected = asked(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.allclose(nbtrack.load_model(folder / name).predict(rows), expected)


@pytest.mark.parametrize("name", ["net-cloudpickle", "numbered", "rule"])
def test_what_runs_code_is_refused_unless_it_is_trusted(folder, name):
    with pytest.raises(TrustError, match="trust=True"):
        nbtrack.load_model(folder / name)
    with pytest.raises(TrustError):
        nbtrack.load_model(folder / name, trust=["sklearn.linear_model.ElasticNet"])


def test_signature_and_example_are_read(folder):
    model = nbtrack.load_model(folder / "net-skops")
    wine = list(asked("net-skops")[0].columns)
    assert [(column.name, column.type) for column in model.signature.inputs] == [(n, "double") for n in wine]
    assert list(model.input_example.columns) == wine
    assert model.predict(model.input_example).shape == (len(model.input_example),)
    # MLflow leaves out columns that are counted, and keeps parameters beside the data.
    numbered = nbtrack.load_model(folder / "numbered", trust=True)
    assert numbered.input_example.equals(pd.DataFrame([[8.8, 3.0], [9.5, 3.3]]))
    assert list(nbtrack.load_model(folder / "rule", trust=True).input_example.columns) == ["alcohol", "pH"]


def test_numbered_columns_are_found_by_their_text(folder):
    rows, expected = asked("numbered")
    model = nbtrack.load_model(folder / "numbered", trust=True)
    assert np.allclose(model.predict(rows.rename(columns=str)[["1", "0"]]), expected)


def test_two_models_whose_code_has_the_same_name(folder):
    first, second = (nbtrack.load_model(folder / name, trust=True) for name in ("rule", "rule-too"))
    again = nbtrack.load_model(folder / "rule", trust=True)
    rows, expected = asked("rule")
    assert first.predict(rows) == again.predict(rows) == expected
    assert second.predict(rows) == asked("rule-too")[1] != expected


def test_a_method_that_predicts_nothing_is_not_called(folder):
    file = folder / "probabilities" / "MLmodel"
    text = file.read_text(encoding="utf-8")
    assert "predict_fn: predict_proba" in text
    file.write_text(text.replace("predict_fn: predict_proba", "predict_fn: __reduce_ex__"), encoding="utf-8")
    model = nbtrack.load_model(folder / "probabilities")
    with pytest.raises(ModelError, match="__reduce_ex__"):
        model.predict(asked("probabilities")[0])


def test_a_registered_folder_of_mlflows_stays_foreign(folder):
    nbtrack.register_model(str(folder / "net-cloudpickle"), "theirs")
    with pytest.raises(TrustError):
        nbtrack.load_model("models:/theirs/1")
    rows, expected = asked("net-cloudpickle")
    assert np.allclose(nbtrack.load_model("models:/theirs/1", trust=True).predict(rows), expected)
