"""Models as classes and as code, with what goes with them: files, settings, modules."""

import datetime as dt
import importlib.util
import py_compile
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import nbtrack
from nbtrack.errors import InvalidValueError, ModelError, NotFoundError, TrustError
from nbtrack.models import infer_signature, set_model

X = pd.DataFrame({"x": [1.0, 2.0]})


@pytest.fixture
def run(store):
    with nbtrack.start_run() as run:
        yield run


def with_context():
    """Return a class as a notebook defines it: it is pickled by value."""

    class Shifted(nbtrack.pyfunc.PythonModel):
        def load_context(self, context):
            self.by = float(Path(context.artifacts["by"]).read_text())

        def predict(self, context, model_input, params=None):
            return model_input["x"] * context.model_config["factor"] + self.by + (params or {}).get("more", 0)

    Shifted.__module__ = "__main__"
    return Shifted


def test_a_class_gets_its_context_its_files_and_its_settings(run, tmp_path):
    (tmp_path / "by.txt").write_text("10")
    model = with_context()()
    signature = infer_signature(X, None, {"more": 1.0})
    info = nbtrack.pyfunc.log_model(
        "m", python_model=model, artifacts={"by": str(tmp_path / "by.txt")}, model_config={"factor": 2},
        signature=signature, input_example=X,
    )  # fmt: skip
    (tmp_path / "by.txt").unlink()
    loaded = nbtrack.load_model(info.model_uri)
    assert loaded.predict(X).tolist() == [13.0, 15.0]
    assert loaded.predict(X, {"more": 0}).tolist() == [12.0, 14.0]
    assert nbtrack.pyfunc.load_model(info.model_uri, model_config={"factor": 3}).predict(X).tolist() == [
        14.0,
        17.0,
    ]
    told = loaded.metadata.flavors["python_function"]
    assert told["artifacts"]["by"]["path"] == "artifacts/by.txt"
    assert told["config"] == {"factor": 2}
    assert not hasattr(model, "by"), "saving asks a copy"


def test_it_needs_nothing_but_cloudpickle_to_be_loaded(run, tmp_path):
    (tmp_path / "by.txt").write_text("10")
    info = nbtrack.log_model(
        with_context()(), artifacts={"by": tmp_path / "by.txt"}, model_config={"factor": 2}, input_example=X
    )
    model = nbtrack.load_model(info.model_uri)
    assert model.signature is not None
    told = model.metadata.flavors["python_function"]
    code = f"""
import sys
class Refuse:
    def find_spec(self, name, *rest):
        assert name.partition(".")[0] != "nbtrack", name
sys.meta_path.insert(0, Refuse())
sys.path.insert(0, {str(model.path / told["code"])!r})
import importlib, pandas
loader = importlib.import_module({told["loader_module"]!r})
print(loader._load_pyfunc({str(model.path)!r}).predict(pandas.DataFrame({{"x": [1.0]}})).tolist())
print(loader._load_pyfunc({str(model.path)!r}, {{"factor": 3}}).predict(pandas.DataFrame({{"x": [1.0]}})).tolist())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.stdout.split("\n")[:2] == ["[12.0]", "[13.0]"], done.stderr


def test_a_model_without_a_context_is_asked_as_before(run):
    class Plain:
        def predict(self, model_input, params=None):
            return model_input["x"] * (params or {}).get("by", 2)

    info = nbtrack.log_model(Plain(), input_example=X)
    assert nbtrack.load_model(info.model_uri).predict(X).tolist() == [2.0, 4.0]


def test_modules_come_along_and_do_not_mix(run, tmp_path, monkeypatch):
    def saved(name, factor):
        folder = tmp_path / name
        folder.mkdir()
        module = folder / "our_scale.py"
        module.write_text(f"factor = {factor}\n\ndef scaled(data):\n    return data['x'] * factor\n")
        with monkeypatch.context() as patch:
            patch.syspath_prepend(str(folder))
            import our_scale

            info = nbtrack.log_model(our_scale.scaled, name, code_paths=[module], input_example=X)
        del sys.modules["our_scale"]
        return info.model_uri

    one, two = saved("one", 2), saved("two", 3)
    for uri, expected in ((one, [2.0, 4.0]), (two, [3.0, 6.0]), (one, [2.0, 4.0])):
        assert nbtrack.load_model(uri).predict(X).tolist() == expected


def test_bytecode_that_somebody_puts_into_a_model_is_not_run(run, tmp_path, monkeypatch):
    (tmp_path / "our_scale.py").write_text("def scaled(data):\n    return data['x'] * 2\n")
    (tmp_path / "evil.py").write_text("raise SystemExit('was run')\n")
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        import our_scale

        info = nbtrack.log_model(
            our_scale.scaled, "m", code_paths=[tmp_path / "our_scale.py"], input_example=X
        )
    del sys.modules["our_scale"]
    (code,) = (run.artifacts.folder / "m").rglob("our_scale.py")
    planted = importlib.util.cache_from_source(str(code))
    py_compile.compile(
        str(tmp_path / "evil.py"), planted, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    assert nbtrack.load_model(info.model_uri).predict(X).tolist() == [2.0, 4.0]


SCRIPT = """
import nbtrack

class Doubled:
    def load_context(self, context):
        self.by = context.model_config["by"]

    def predict(self, context, model_input, params=None):
        return model_input["x"] * self.by

nbtrack.models.set_model(Doubled())
"""


def test_a_model_as_code(run, tmp_path):
    (tmp_path / "doubled.py").write_text(SCRIPT)
    (tmp_path / "config.yaml").write_text("by: 2\n")
    info = nbtrack.pyfunc.log_model(
        "m",
        python_model=str(tmp_path / "doubled.py"),
        model_config=str(tmp_path / "config.yaml"),
        input_example=X,
    )
    (tmp_path / "doubled.py").unlink()
    loaded = nbtrack.load_model(info.model_uri)
    assert loaded.predict(X).tolist() == [2.0, 4.0]
    assert not list(loaded.path.glob("*.pkl"))
    with pytest.raises(TrustError):
        nbtrack.models.load(loaded.path)


def test_what_makes_no_model_is_told(run, tmp_path):
    (tmp_path / "none.py").write_text("x = 1\n")
    with pytest.raises(ModelError, match="set_model"):
        nbtrack.log_model(tmp_path / "none.py", input_example=X)
    with pytest.raises(ModelError, match="no script"):
        nbtrack.log_model(str(tmp_path / "gone.py"))
    with pytest.raises(NotFoundError, match="'by'"):
        nbtrack.log_model(lambda data: data, artifacts={"by": tmp_path / "gone.txt"})
    with pytest.raises(InvalidValueError, match="this machine"):
        nbtrack.log_model(lambda data: data, artifacts={"by": "s3://bucket/file"})
    with pytest.raises(InvalidValueError, match="model_config"):
        nbtrack.log_model(lambda data: data, model_config=[1])
    set_model(None)


def test_an_estimator_gets_the_params_that_it_takes(run):
    from sklearn.gaussian_process import GaussianProcessRegressor

    model = GaussianProcessRegressor().fit(X, [1.0, 2.0])
    signature = infer_signature(X, None, {"return_std": False, "threshold": 0.5})
    loaded = nbtrack.load_model(nbtrack.log_model(model, signature=signature).model_uri)
    assert np.allclose(loaded.predict(X), [1.0, 2.0])
    values, spread = loaded.predict(X, {"return_std": True, "threshold": 0.1})
    assert values.shape == spread.shape == (2,)


def test_a_date_is_a_parameter(run):
    def since(data, day):
        return (data["day"] >= day).tolist()

    days = pd.DataFrame({"day": pd.to_datetime(["2026-01-01", "2026-06-01"])})
    signature = infer_signature(days, None, {"day": dt.datetime(2026, 3, 1)})
    assert signature.params[0].type == "datetime"
    loaded = nbtrack.load_model(nbtrack.log_model(since, signature=signature).model_uri)
    assert loaded.predict(days) == [False, True]
    assert loaded.predict(days, {"day": "2025-01-01"}) == [True, True]


def test_what_was_fitted_on_no_table_is_made_of_mlflows_table_by_the_loader_beside_it(run):
    import importlib

    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    texts = pd.Series(["red", "white", "rose", "red"], name="text")
    model = make_pipeline(CountVectorizer(), MultinomialNB()).fit(texts, [0, 1, 1, 0])
    loaded = nbtrack.load_model(nbtrack.log_model(model, input_example=texts).model_uri)
    told = loaded.metadata.flavors["python_function"]
    assert not told["loader_module"].startswith("mlflow")
    sys.path.insert(0, str(loaded.path / told["code"]))
    try:
        loader = importlib.import_module(told["loader_module"])
    finally:
        sys.path.pop(0)
    asked = loader._load_pyfunc(str(loaded.path))
    assert asked.predict(pd.DataFrame({"text": texts})).tolist() == model.predict(texts).tolist()
    assert loaded.predict(pd.DataFrame({"text": texts})).tolist() == model.predict(texts).tolist()
