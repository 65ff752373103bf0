"""What was brought in, swapped or changed is not loaded unasked; what a run saved is, wherever it is asked from."""

import shutil
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import ElasticNet

import nbtrack
from nbtrack.errors import TrustError
from nbtrack.models import digest
from nbtrack.records import ModelRecord

X = pd.DataFrame({"acid": [0.1, 0.2, 0.3, 0.4]})
y = pd.Series([1.0, 2.0, 3.0, 4.0])


@pytest.fixture
def run(store):
    with nbtrack.start_run() as run:
        yield run


def refused(uri, match):
    """Assert that a model is loaded only when it is trusted, and return it then."""
    with pytest.raises(TrustError, match=match):
        nbtrack.load_model(uri)
    return nbtrack.load_model(uri, trust=True)


def test_a_model_copied_over_another_is_refused(run, store, tmp_path):
    mine = nbtrack.log_model(ElasticNet(alpha=0.1).fit(X, y), "mine", registered_model_name="wine")
    folder = run.artifacts.folder / "mine"
    # Also one that a run of this store saved: it is not what was registered here.
    for name, source in (("another", run.artifacts.folder / "another"), ("foreign", tmp_path / "foreign")):
        if name == "another":
            nbtrack.log_model(ElasticNet(alpha=5).fit(X, y), "another")
        else:
            nbtrack.save_model(ElasticNet(alpha=5).fit(X, y), source)
        shutil.rmtree(folder)
        shutil.copytree(source, folder)
        for uri in (mine.model_uri, f"models:/{mine.model_id}", "models:/wine/1", folder):
            assert refused(uri, "changed since").native.alpha == 5


@pytest.mark.parametrize("change", ["edited", "added", "removed", "renamed"])
def test_a_model_whose_files_were_changed_is_refused(run, change):
    info = nbtrack.log_model(ElasticNet(alpha=0.1).fit(X, y), input_example=X)
    folder = run.artifacts.folder / "model"
    if change == "edited":
        file = folder / "MLmodel"
        file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    elif change == "added":
        (folder / "sitecustomize.py").write_text("", encoding="utf-8")
    elif change == "removed":
        (folder / "conda.yaml").unlink()
    else:
        (folder / "conda.yaml").rename(folder / "conda.yml")
    assert refused(info.model_uri, "changed since").native.alpha == 0.1


def test_a_model_that_was_brought_in_keeps_its_origin(run, store, tmp_path):
    nbtrack.save_model(ElasticNet(alpha=0.1).fit(X, y), tmp_path / "theirs")
    folder = run.artifacts.folder / "theirs"
    model_id = f"m-{'0' * 32}"
    staged = store.models.stage(model_id)
    shutil.copytree(tmp_path / "theirs", staged)
    record = ModelRecord(
        model_id,
        run.id,
        "theirs",
        "sklearn",
        1,
        time.time(),
        digest(staged),
        "file:///elsewhere/mlruns",
    )
    store.models.add(record, staged, folder)
    nbtrack.register_model(f"runs:/{run.id}/theirs", "theirs")
    for uri in (f"runs:/{run.id}/theirs", f"models:/{record.id}", "models:/theirs/latest", run, folder):
        assert refused(uri, "was not written by a run of this store").native.alpha == 0.1


def test_what_a_run_saved_is_loaded_by_a_later_process_and_after_a_move(run, store, tmp_path):
    info = nbtrack.log_model(ElasticNet(alpha=0.1).fit(X, y))
    nbtrack.end_run()
    store.close()
    (tmp_path / ".nbtrack").rename(tmp_path / "moved")
    moved = nbtrack.set_store(tmp_path / "moved")
    try:
        assert np.shape(nbtrack.load_model(info.model_uri).predict(X)) == (4,)
    finally:
        moved.close()
