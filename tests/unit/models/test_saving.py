"""Models are saved, found again, loaded and asked; what is not this store's own is not loaded unasked."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import ElasticNet, LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nbtrack
from nbtrack.errors import (
    FilterError,
    InvalidValueError,
    ModelError,
    NbtrackWarning,
    NotFoundError,
    SchemaError,
    TrustError,
)
from nbtrack.models import MLmodel, infer_signature

X = pd.DataFrame({"acid": [0.1, 0.2, 0.3, 0.4], "free so2": [1, 2, 3, 4]})
y = pd.Series([1.0, 2.0, 3.0, 4.0])


@pytest.fixture
def run(store):
    with nbtrack.start_run() as run:
        yield run


def test_an_estimator_comes_back_with_its_signature_and_example(run):
    model = make_pipeline(StandardScaler(), ElasticNet(alpha=0.1)).fit(X, y)
    info = nbtrack.log_model(model, input_example=X.head(2))
    assert info.model_uri == f"runs:/{run.id}/model"
    for address in (info.model_uri, f"models:/{info.model_id}", run, run.artifacts.folder / "model"):
        loaded = nbtrack.load_model(address)
        assert loaded.predict(X[["free so2", "acid"]]).tolist() == model.predict(X).tolist()
    assert [(c.name, c.type) for c in loaded.signature.inputs] == [("acid", "double"), ("free so2", "long")]
    assert loaded.input_example.equals(X.head(2))


def test_the_folder_is_in_mlflows_format(run):
    nbtrack.log_model(ElasticNet().fit(X, y), "net", input_example=X.head(2))
    folder = run.artifacts.folder / "net"
    assert {file.name for file in folder.iterdir()} == {
        *("MLmodel", "model.pkl", "conda.yaml", "python_env.yaml", "requirements.txt"),
        *("input_example.json", "serving_input_example.json", ".nbtrack-signature"),
    }
    written = MLmodel.read(folder)
    assert written.flavors["python_function"]["loader_module"] == "mlflow.sklearn"
    assert written.flavors["sklearn"]["serialization_format"] == "cloudpickle"
    assert written.run_id == run.id
    needs = (folder / "requirements.txt").read_text().splitlines()
    assert needs[0] == "mlflow"
    names = {line.partition("==")[0] for line in needs[1:]}
    assert {"scikit-learn", "numpy", "pandas"} <= names
    assert all("==" in line for line in needs[1:])


def test_a_function_keeps_what_it_refers_to(run):
    scale = 3

    def predict(data, factor=2):
        return np.asarray(data)[:, 0] * factor * scale

    info = nbtrack.log_model(predict, signature=infer_signature(X, None, {"factor": 2}))
    loaded = nbtrack.load_model(info.model_uri)
    assert loaded.predict(X).tolist() == pytest.approx([0.6, 1.2, 1.8, 2.4])
    assert loaded.predict(X, {"factor": 1}).tolist() == pytest.approx([0.3, 0.6, 0.9, 1.2])
    with pytest.raises(SchemaError, match="factor"):
        loaded.predict(X, {"factor": "two"})


def test_other_libraries_models(run):
    import lightgbm
    import torch
    import xgboost

    boosted = xgboost.XGBRegressor(n_estimators=2).fit(X, y)
    assert np.array_equal(
        nbtrack.load_model(nbtrack.log_model(boosted, "x").model_uri).predict(X), boosted.predict(X)
    )
    light = lightgbm.LGBMRegressor(n_estimators=2, min_child_samples=1, verbose=-1).fit(X, y)
    assert np.array_equal(
        nbtrack.load_model(nbtrack.log_model(light, "l").model_uri).predict(X), light.predict(X)
    )
    net = torch.nn.Linear(2, 1)
    values = X.to_numpy("float32")
    loaded = nbtrack.load_model(nbtrack.log_model(net, "t", input_example=values).model_uri)
    expected = net(torch.from_numpy(values)).detach().numpy()
    assert np.allclose(loaded.predict(values), expected)
    unsigned = nbtrack.load_model(nbtrack.log_model(net, "u").model_uri)
    assert np.allclose(unsigned.predict(values.astype("float64")), expected), "as numbers of JSON arrive"


def test_input_is_held_against_the_signature(run):
    model = ElasticNet().fit(X, y)
    loaded = nbtrack.load_model(nbtrack.log_model(model, input_example=X).model_uri)
    with pytest.raises(SchemaError, match="lacks the column 'free so2'"):
        loaded.predict(X[["acid"]])
    with pytest.raises(SchemaError, match=r"column 'acid' holds .* such as 'much'"):
        loaded.predict(X.assign(acid="much"))
    with pytest.raises(SchemaError, match="column 'free so2' holds float64"):
        loaded.predict(X.assign(**{"free so2": 1.5}))
    with pytest.warns(NbtrackWarning, match="'more'"):
        assert loaded.predict(X.assign(more=1)).tolist() == model.predict(X).tolist()


def test_a_folder_from_elsewhere_is_loaded_only_when_it_is_trusted(run, tmp_path):
    nbtrack.save_model(ElasticNet().fit(X, y), tmp_path / "mine")
    # Whoever handed it over cannot sign for this user.
    (tmp_path / "mine" / ".nbtrack-signature").unlink()
    with pytest.raises(TrustError, match="trust=True"):
        nbtrack.load_model(tmp_path / "mine")
    assert len(nbtrack.load_model(tmp_path / "mine", trust=True).predict(X)) == 4
    # Copied into a run's artifacts it is as foreign as before.
    nbtrack.log_artifacts(tmp_path / "mine", "model")
    with pytest.raises(TrustError):
        nbtrack.load_model(f"runs:/{run.id}/model")
    nbtrack.register_model(str(tmp_path / "mine"), "foreign")
    with pytest.raises(TrustError):
        nbtrack.load_model("models:/foreign/1")


def test_a_model_that_was_changed_since_is_not_loaded(run):
    info = nbtrack.log_model(ElasticNet().fit(X, y))
    file = run.artifacts.folder / "model" / "model.pkl"
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(TrustError, match="changed since"):
        nbtrack.load_model(info.model_uri)


def test_what_cannot_be_saved_is_refused_and_leaves_nothing(run):
    for wrong in (3, open(__file__)):  # noqa: SIM115 - closed with the process
        with pytest.raises(ModelError, match="is not a model"):
            nbtrack.log_model(wrong)
    with pytest.raises(ModelError, match="cannot be pickled"):
        nbtrack.log_model(lambda data, held=(n for n in ()): data)
    assert not any(run.artifacts.folder.rglob("*"))


def test_versions_and_aliases(run):
    first = nbtrack.log_model(ElasticNet(alpha=0.1).fit(X, y), registered_model_name="wine")
    second = nbtrack.log_model(ElasticNet(alpha=9).fit(X, y), "other")
    assert first.registered_model_version == 1
    assert nbtrack.register_model(second.model_uri, "wine", tags={"by": "me"}).tags == {"by": "me"}
    run.store.models.set_alias("wine", "champion", 1)
    assert nbtrack.load_model("models:/wine@champion").native.alpha == 0.1
    assert nbtrack.load_model("models:/wine/latest").native.alpha == 9
    model = nbtrack.get_registered_model("wine")
    assert (model.versions, model.aliases) == ((1, 2), {"champion": 1})
    run.store.models.delete_version("wine", 2)
    assert nbtrack.register_model(second.model_uri, "wine").version == 3, "a number is never given twice"
    for wrong, error in (
        ("models:/wine/2", NotFoundError),
        ("models:/wine@best", NotFoundError),
        ("models:/vine/1", NotFoundError),
        ("models:/wine", InvalidValueError),
        ("s3://bucket/model", InvalidValueError),
        (f"runs:/{run.id}/none", NotFoundError),
    ):
        with pytest.raises(error):
            nbtrack.load_model(wrong)


def test_a_registered_models_run_is_not_cleared_away(store):
    with nbtrack.start_run() as run:
        nbtrack.log_model(ElasticNet().fit(X, y), registered_model_name="kept")
    run.delete()
    assert store.gc().runs == 0
    assert nbtrack.load_model("models:/kept/1").predict(X).shape == (4,)
    store.models.delete("kept")
    assert store.gc().runs == 1


def test_processes_that_register_at_once_get_versions_of_their_own(store):
    with nbtrack.start_run():
        uri = nbtrack.log_model(ElasticNet().fit(X, y)).model_uri
    code = f"import nbtrack\nfor _ in range(10):\n    nbtrack.register_model({uri!r}, 'wine')"
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [process.wait(120) for process in processes] == [0] * 4
    assert nbtrack.get_registered_model("wine").versions == tuple(range(1, 41))


def test_large_arrays_in_a_model(run):
    from sklearn.neighbors import KNeighborsRegressor

    values = np.random.default_rng(0).random((20_000, 10))
    model = KNeighborsRegressor().fit(values, values[:, 0])
    loaded = nbtrack.load_model(nbtrack.log_model(model).model_uri)
    assert np.array_equal(loaded.predict(values[:5]), model.predict(values[:5]))


def test_a_secret_that_was_seen_is_not_kept_in_tables_and_examples_and_told_in_models(store):
    secret = "zK4m9Qx2Lw8tRb6v"

    def predict(data):
        return [len(secret)] * len(data)

    rows = pd.DataFrame({"text": ["plain", f"Bearer {secret}"]})
    with nbtrack.start_run() as run:
        nbtrack.log_param("api_key", secret)
        nbtrack.log_table(rows, "rows.json")
        with pytest.warns(
            NbtrackWarning, match=r"model 'model' holds a secret, such as an API key, in model.pkl"
        ):
            info = nbtrack.log_model(predict, "model", input_example=rows)
    kept = [file for file in store.path.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]
    assert [file.name for file in kept] == ["model.pkl"]
    assert nbtrack.load_table("rows.json", [run.id])["text"].tolist() == ["plain", "Bearer ***"]
    loaded = nbtrack.load_model(info.model_uri)
    assert loaded.input_example["text"].tolist() == ["plain", "Bearer ***"]
    assert loaded.predict(rows) == [16, 16]


def test_an_artifact_of_a_models_is_kept_as_it_is_whatever_it_is_called(store, tmp_path):
    secret = "Tq7Wz2Lk9mRx4vB8"
    mine = tmp_path / "input_example.json"
    mine.write_bytes(f"\xff {secret}".encode("latin-1"))
    with nbtrack.start_run() as run:
        nbtrack.log_param("api_key", secret)
        with pytest.warns(NbtrackWarning, match=r"holds a secret, such as an API key, in input_example.json"):
            nbtrack.log_model(
                lambda rows: rows, "model", artifacts={"mine": str(mine), "none": str(empty(tmp_path))}
            )
    kept = store.artifact_folder(run.id) / "model" / "artifacts" / "input_example.json"
    assert kept.read_bytes() == mine.read_bytes()


def empty(folder):
    (folder / "empty.txt").touch()
    return folder / "empty.txt"


def test_registered_models_are_searched_as_mlflow_does(store):
    model = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])
    with nbtrack.start_run() as run:
        nbtrack.log_model(model, "model", input_example=[[0.0]])
    for name, tags in (("wine red", {}), ("beer", {"team": "b"}), ("wine", {"team": "w"})):
        nbtrack.register_model(f"runs:/{run.id}/model", name)
        for key, value in tags.items():
            store.models.set_tag(name, key, value)

    def found(**options):
        return [one.name for one in nbtrack.search_registered_models(**options)]

    assert found() == ["beer", "wine", "wine red"]
    assert found(filter_string="name LIKE 'wine%'") == ["wine", "wine red"]
    assert found(filter_string="tags.team = 'w' OR tags.team = 'b'", order_by=["name DESC"]) == [
        "wine",
        "beer",
    ]
    assert found(order_by=["creation_timestamp DESC"], max_results=1) == ["wine"]
    with pytest.raises(FilterError, match="unknown field 'nmae' of registered models"):
        found(filter_string="nmae = 'wine'")
