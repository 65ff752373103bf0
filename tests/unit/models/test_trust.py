"""What somebody else saved, or was changed, is not loaded unasked; what one saved or trusted oneself is."""

import dataclasses
import os
import shutil
import stat
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import ElasticNet

import nbtrack
from nbtrack.errors import NbtrackWarning, TrustError
from nbtrack.models import digest
from nbtrack.models.trust import SIGNATURE, VARIABLE
from nbtrack.records import ModelRecord
from nbtrack.tracking.model_trust import trust_models

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
    (staged / SIGNATURE).write_text(f"{'0' * 64}\n", encoding="ascii")  # somebody else's
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
        assert refused(uri, "neither saved nor trusted").native.alpha == 0.1


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


@pytest.fixture
def somebody(monkeypatch, tmp_path):
    """Return a function after which another person uses the account, by the name of the secret."""

    def become(name):
        monkeypatch.setenv(VARIABLE, str(tmp_path / "people" / name))

    become("ann")
    return become


def saved(run, alpha=0.1):
    return nbtrack.log_model(ElasticNet(alpha=alpha).fit(X, y)).model_uri


def test_a_store_that_somebody_hands_over_runs_none_of_its_pickles(somebody, run):
    uri = saved(run)
    assert nbtrack.load_model(uri).native.alpha == 0.1
    somebody("bob")
    for one in (uri, run, run.artifacts.folder / "model"):
        assert refused(one, "neither saved nor trusted").native.alpha == 0.1
    assert refused(uri, f"nbtrack trust .*{run.id}").native.alpha == 0.1, "the error tells what to do"
    somebody("ann")
    assert nbtrack.load_model(uri).native.alpha == 0.1


def test_rows_and_files_copied_into_one_s_own_store_are_refused(somebody, run, store):
    somebody("mallory")
    saved(run)
    somebody("ann")
    theirs = store.models.of_run(run.id)[0]
    with nbtrack.start_run() as own:
        copied = dataclasses.replace(theirs, id=f"m-{'1' * 32}", run=own.id)
        staged = store.models.stage(copied.id)
        shutil.copytree(run.artifacts.folder / "model", staged)
        store.models.add(copied, staged, own.artifacts.folder / "model")
    refused(f"runs:/{own.id}/model", "neither saved nor trusted")
    refused(f"models:/m-{'1' * 32}", "neither saved nor trusted")


def test_what_is_trusted_loads_and_what_comes_later_asks(somebody, run, store):
    uri = saved(run)
    somebody("bob")
    assert trust_models(run.id) == [(uri, run.artifacts.folder / "model")]
    assert nbtrack.load_model(uri).native.alpha == 0.1
    somebody("ann")
    with nbtrack.start_run() as later:
        other = saved(later)
    somebody("bob")
    refused(other, "neither saved nor trusted")
    assert {uri for uri, _ in trust_models(store.path)} == {uri, other}
    assert nbtrack.load_model(other).native.alpha == 0.1
    # Changed files are others, until they are trusted as they are now.
    file = later.artifacts.folder / "model" / "MLmodel"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    refused(other, "changed since")
    trust_models(other)
    assert nbtrack.load_model(other).native.alpha == 0.1


def test_a_folder_of_one_s_own_loads_and_one_from_elsewhere_asks(somebody, store, tmp_path):
    nbtrack.save_model(ElasticNet(alpha=0.1).fit(X, y), tmp_path / "mine")
    assert nbtrack.load_model(tmp_path / "mine").native.alpha == 0.1
    somebody("bob")
    refused(tmp_path / "mine", "neither saved nor trusted")
    trust_models(tmp_path / "mine")
    assert nbtrack.load_model(tmp_path / "mine").native.alpha == 0.1


def test_a_model_of_a_store_from_before_asks_once(run):
    uri = saved(run)
    (run.artifacts.folder / "model" / SIGNATURE).unlink()
    refused(uri, "neither saved nor trusted")
    trust_models(uri)
    assert nbtrack.load_model(uri).native.alpha == 0.1


def test_saying_so_once_is_no_lasting_trust(somebody, run):
    uri = saved(run)
    somebody("bob")
    refused(uri, "neither saved nor trusted")
    refused(uri, "neither saved nor trusted")


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_the_secret_is_the_user_s_alone_and_lies_in_his_data_folder(monkeypatch, tmp_path, run):
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    uri = saved(run)
    secret = next(tmp_path.rglob("secret"))
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700
    trust_models(uri)
    assert [path.name for path in secret.parent.iterdir() if path.name.startswith(".")] == []
    # Another process is the same person.
    code = f"import nbtrack; nbtrack.set_store({str(run.store.path)!r}); print(nbtrack.load_model({uri!r}).native.alpha)"
    run.store.flush()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0.1"


def test_where_no_secret_can_be_kept_what_this_session_saved_loads(monkeypatch, tmp_path, run):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "secret"))
    with pytest.warns(NbtrackWarning, match="load in this session, and ask later"):
        uri = saved(run)
    assert nbtrack.load_model(uri).native.alpha == 0.1
    code = f"import nbtrack; nbtrack.set_store({str(run.store.path)!r}); nbtrack.load_model({uri!r})"
    run.store.flush()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "neither saved nor trusted" in done.stderr


def test_two_processes_make_one_secret(tmp_path):
    code = "from nbtrack.models import trust; print(trust._signature('x'))"
    environment = os.environ | {VARIABLE: str(tmp_path / "new" / "secret")}
    several = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(4)
    ]
    assert len({one.communicate()[0] for one in several}) == 1
