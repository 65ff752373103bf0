"""Where a store is found, and what may be one."""

import os

import pytest

from nbtrack.errors import NbtrackWarning, StoreError
from nbtrack.store import find_store, open_store


@pytest.fixture(autouse=True)
def _no_store_named(monkeypatch):
    monkeypatch.delenv("NBTRACK_STORE", raising=False)


def test_the_nearest_store_upwards_is_used_else_one_is_made_here(tmp_path, monkeypatch):
    deep = tmp_path / "project" / "notebooks" / "drafts"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert find_store() == deep / ".nbtrack"
    assert not (deep / ".nbtrack").exists()
    open_store(tmp_path / "project" / ".nbtrack").close()
    assert find_store() == tmp_path / "project" / ".nbtrack"
    assert find_store(tmp_path) == tmp_path / ".nbtrack"
    (deep.parent / ".nbtrack").mkdir()  # of something else's making: no store in it
    assert find_store() == tmp_path / "project" / ".nbtrack"
    monkeypatch.setenv("NBTRACK_STORE", str(tmp_path / "elsewhere"))
    assert find_store() == tmp_path / "elsewhere"


@pytest.mark.parametrize(
    ("root", "edge"),
    [(".git", "project"), (".hg", "project"), ("pyproject.toml", "project"), ("notebooks/pyproject.toml", "notebooks"),
     (".git notebooks/pyproject.toml", "project")],
)  # fmt: skip
def test_a_store_beyond_the_projects_root_is_not_looked_for(tmp_path, monkeypatch, root, edge):
    deep = tmp_path / "project" / "notebooks" / "drafts"
    deep.mkdir(parents=True)
    for marker in root.split():
        (tmp_path / "project" / marker).touch()
    monkeypatch.chdir(deep)
    open_store(tmp_path / ".nbtrack").close()
    assert find_store() == deep / ".nbtrack"
    inside = next(folder for folder in deep.parents if folder.name == edge)
    open_store(inside / ".nbtrack").close()
    assert find_store() == inside / ".nbtrack"


def test_a_store_beyond_the_home_folder_is_not_looked_for(tmp_path, monkeypatch):
    deep = tmp_path / "home" / "notebooks"
    deep.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    open_store(tmp_path / ".nbtrack").close()
    assert find_store(deep) == deep / ".nbtrack"
    open_store(tmp_path / "home" / ".nbtrack").close()
    assert find_store(deep) == tmp_path / "home" / ".nbtrack"


def test_a_folder_of_the_users_is_not_told_to_git_to_be_ignored(tmp_path):
    (tmp_path / "notebook.ipynb").write_text("{}")
    store = open_store(tmp_path)
    assert store.path == tmp_path / ".nbtrack"
    assert not (tmp_path / ".gitignore").exists()
    store.close()


def test_the_folder_itself_is_the_store_when_it_is_new_or_was_one(tmp_path):
    for _ in range(2):
        store = open_store(tmp_path / "runs")
        assert store.path == tmp_path / "runs"
        store.create_run(experiment="e").finish()
        store.close()


def test_names_that_sqlite_and_shells_mind(tmp_path):
    folder = tmp_path / "größe 50% ?a=b#c&mode=ro 'x' \"y\"" / ".nbtrack"
    if os.name == "nt":
        folder = tmp_path / "größe 50% #c&mode=ro 'x'" / ".nbtrack"
    store = open_store(folder)
    store.create_run(experiment="e", name="kept").finish()
    store.close()
    assert {file.name for file in folder.iterdir()} == {"nbtrack.db", ".gitignore"}
    assert open_store(folder, read_only=True).run("kept").status == "FINISHED"


@pytest.mark.parametrize("address", ["http://localhost:5000", "sqlite:///mlflow.db", "databricks://profile"])
def test_addresses_are_refused(address):
    with pytest.raises(StoreError, match="is an address; give the path of a folder"):
        open_store(address)


def test_a_file_is_no_store(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="is a file"):
        open_store(tmp_path / "file")
    with pytest.raises(StoreError, match="cannot be made"):
        open_store(tmp_path / "file" / ".nbtrack")


def test_two_folders_are_two_stores(tmp_path):
    a, b = open_store(tmp_path / "a"), open_store(tmp_path / "b")
    assert a is not b
    a.close()
    again = open_store(tmp_path / "a")
    assert again is not a
    again.close()
    b.close()


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a store away")
def test_a_store_of_another_user_is_used_only_when_it_is_named(tmp_path, monkeypatch):
    project = tmp_path / "project"
    store = open_store(project / ".nbtrack")
    store.create_run(experiment="default").finish()
    store.close()
    deep = project / "deep"
    deep.mkdir()
    assert find_store(deep) == project / ".nbtrack"
    os.chown(project / ".nbtrack", 12345, 12345)
    with pytest.warns(NbtrackWarning, match="belongs to another user and is not used"):
        assert find_store(deep) == deep / ".nbtrack"
    with pytest.raises(StoreError, match="belongs to another user"):
        find_store(project)
    monkeypatch.setenv("NBTRACK_STORE", str(project / ".nbtrack"))
    assert find_store(project) == project / ".nbtrack"
    monkeypatch.delenv("NBTRACK_STORE")
    os.chown(project / ".nbtrack", 0, 0)
    os.chown(project / ".nbtrack" / "nbtrack.db", 12345, 12345)
    with pytest.raises(StoreError, match="belongs to another user"):
        find_store(project)
