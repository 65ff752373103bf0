"""Projects out of real git repositories."""

import subprocess

import pytest

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.projects.fetch import fetch, masked


def git(folder, *arguments):
    identity = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", "-C", folder, *identity, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A working tree of two commits and its bare clone."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tree = tmp_path / "tree"
    (tree / "sub" / "folder").mkdir(parents=True)
    git(tree, "init", "--quiet")
    for text in ("one", "two"):
        (tree / "sub" / "folder" / "a.txt").write_text(text)
        git(tree, "add", "-A")
        git(tree, "commit", "--quiet", "-m", text)
        if text == "one":
            git(tree, "tag", "v1")
            git(tree, "branch", "old")
    git(tmp_path, "clone", "--quiet", "--bare", "tree", "bare.git")
    return tree, tmp_path / "bare.git"


def text_of(source):
    return (source.folder / "a.txt").read_text()


def test_every_way_to_name_a_repository_and_a_version(repository, tmp_path, monkeypatch):
    tree, bare = repository
    first, second = git(tree, "rev-parse", "v1"), git(tree, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{tmp_path}/.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "git@example.org:")
    for address in (str(bare), bare.as_uri(), "git@example.org:bare.git"):
        newest = fetch(f"{address}#sub/folder")
        assert (text_of(newest), newest.commit, newest.branch) == ("two", second, None)
        for version in ("v1", "old", first, first[:8]):
            found = fetch(f"{address}#sub/folder", version)
            assert (text_of(found), found.commit) == ("one", first)
            assert found.branch == ("old" if version == "old" else None)
        with pytest.raises(NotFoundError, match="no version 'v9'"):
            fetch(address, "v9")


def test_a_branch_that_moved_is_fetched_again(repository):
    tree, bare = repository
    assert text_of(fetch(f"{bare}#sub/folder", "main")) == "two"
    (tree / "sub" / "folder" / "a.txt").write_text("three")
    git(tree, "commit", "--quiet", "-am", "three")
    git(tree, "push", "--quiet", bare, "main")
    assert text_of(fetch(f"{bare}#sub/folder", "main")) == "three"
    assert text_of(fetch(f"{bare}#sub/folder")) == "three"


def test_a_working_tree_is_run_where_it_is_and_never_changed(repository):
    tree, _ = repository
    (tree / "sub" / "folder" / "a.txt").write_text("mine")
    here = fetch(f"{tree}#sub/folder")
    assert (text_of(here), here.dirty, here.commit, here.exported) == (
        "mine",
        True,
        git(tree, "rev-parse", "HEAD"),
        None,
    )
    older = fetch(tree / "sub" / "folder", "v1")
    assert (text_of(older), older.dirty) == ("one", False)
    assert (tree / "sub" / "folder" / "a.txt").read_text() == "mine"
    assert git(tree, "symbolic-ref", "HEAD") == "refs/heads/main"
    assert git(tree, "remote") == ""


@pytest.mark.parametrize("wrong", ["nowhere", "--upload-pack=touch hit", "ext::sh -c touch% hit"])
def test_what_is_no_project_is_told(wrong):
    with pytest.raises((NotFoundError, InvalidValueError), match=r"no folder|dash"):
        fetch(wrong)


def test_a_folder_outside_the_repository_is_refused(repository):
    with pytest.raises(InvalidValueError, match="leaves the repository"):
        fetch(f"{repository[1]}#../tree")


def test_a_password_is_masked():
    assert masked("https://me:s3cret@host/a.git#b") == "https://me:***@host/a.git#b"
    assert masked("https://ghp_token@host/a.git") == "https://***@host/a.git"
    assert masked("ssh://git@host/a.git") == "ssh://git@host/a.git"
