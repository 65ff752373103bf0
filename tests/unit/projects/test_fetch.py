"""Projects out of real git repositories."""

import base64
import subprocess
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.projects.fetch import fetch
from nbtrack.projects.git import masked


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


def test_files_are_as_a_checkout_has_them_and_not_as_an_export(repository):
    tree, _ = repository
    (tree / ".gitattributes").write_text("sub/folder/a.txt export-ignore\nsub/folder/v.txt export-subst\n")
    (tree / "sub" / "folder" / "v.txt").write_text("$Format:%H$")
    (tree / "sub" / "folder" / "run.sh").write_text("#!/bin/sh\n")
    (tree / "sub" / "folder" / "run.sh").chmod(0o755)
    git(tree, "add", "-A")
    git(tree, "commit", "--quiet", "-m", "attributes")
    before = git(tree, "status", "--porcelain"), git(tree, "ls-files", "--stage")
    for source in (fetch(f"{tree}#sub/folder", "HEAD"), fetch(f"{tree}#sub/folder", "main")):
        assert text_of(source) == "two"
        assert (source.folder / "v.txt").read_text() == "$Format:%H$"
        assert (source.folder / "run.sh").stat().st_mode & 0o100
        assert source.exported is not None
    assert (git(tree, "status", "--porcelain"), git(tree, "ls-files", "--stage")) == before


@pytest.fixture
def nested(repository, tmp_path):
    """A repository with a submodule by a relative address, which has one itself."""
    for name, inner in (("deep", None), ("data", "deep"), ("model", "data")):
        folder = tmp_path / name
        folder.mkdir()
        git(folder, "init", "--quiet")
        (folder / f"{name}.txt").write_text(name)
        if inner:
            local = ("-c", "protocol.file.allow=always")
            git(folder, *local, "submodule", "--quiet", "add", f"../{inner}", f"parts/{inner}")
        git(folder, "add", "-A")
        git(folder, "commit", "--quiet", "-m", "first")
    return tmp_path / "model"


def test_submodules_are_there_as_the_commit_has_them(nested, tmp_path):
    git(tmp_path, "clone", "--quiet", "--bare", "model", "model.git")
    (tmp_path / "data" / "data.txt").write_text("newer")
    git(tmp_path / "data", "commit", "--quiet", "-am", "second")
    for address in (nested, tmp_path / "model.git"):
        source = fetch(address, "main")
        assert (source.folder / "parts" / "data" / "data.txt").read_text() == "data"
        assert (source.folder / "parts" / "data" / "parts" / "deep" / "deep.txt").read_text() == "deep"


def test_a_submodule_that_names_something_of_this_machine_from_afar_is_refused(nested, tmp_path, served):
    git(tmp_path, "clone", "--quiet", "--bare", "model", "served/model.git")
    for url in (str(tmp_path / "data"), "ext::sh -c touch%20hit", "--upload-pack=touch hit"):
        git(nested, "config", "--file", ".gitmodules", "submodule.parts/data.url", url)
        git(nested, "commit", "--quiet", "-am", "other address")
        git(nested, "push", "--quiet", "--force", tmp_path / "served" / "model.git", "main")
        git(tmp_path / "served" / "model.git", "update-server-info")
        with pytest.raises(InvalidValueError, match="submodule 'parts/data'"):
            fetch(f"{served}/model.git")
    assert not list(tmp_path.rglob("hit"))


@pytest.fixture
def served(tmp_path):
    """An HTTP server of a folder that asks for a password, as a host of repositories does."""
    (tmp_path / "served").mkdir()
    wanted = "Basic " + base64.b64encode(b"me:secret").decode()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self):
            if self.headers.get("Authorization") == wanted:
                return super().do_GET()
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
            return None

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=tmp_path / "served"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://me:secret@127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_http_address_with_a_password_that_is_shown_nowhere(repository, tmp_path, served):
    tree, bare = repository
    bare.rename(tmp_path / "served" / "bare.git")
    git(tmp_path / "served" / "bare.git", "update-server-info")
    source = fetch(f"{served}/bare.git#sub/folder", "v1")
    assert text_of(source) == "one"
    assert source.commit == git(tree, "rev-parse", "v1")
    assert "secret" not in f"{source.name} {source.repository}"
    assert "me:***@127.0.0.1" in source.repository
    with pytest.raises(NotFoundError) as refused:
        fetch(f"{served}/none.git")
    assert "secret" not in str(refused.value)
    for file in (tmp_path / "cache").rglob("*"):
        assert not file.is_file() or b"secret" not in file.read_bytes()
    with pytest.raises(NotFoundError, match="git fetch"):
        fetch(f"{served.replace('secret', 'wrong')}/bare.git")


def test_a_zip_file_is_unpacked_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("sub/a.txt", "zipped")
        archive.writestr("../../out.txt", "outside")
    for address in (tmp_path / "p.zip", (tmp_path / "p.zip").as_uri()):
        source = fetch(f"{address}#sub")
        assert text_of(source) == "zipped"
        assert source.exported.is_relative_to(tmp_path / "cache")
    assert not (tmp_path / "out.txt").exists()
    (tmp_path / "q.zip").write_text("no zip")
    with pytest.raises(InvalidValueError, match="no zip file"):
        fetch(tmp_path / "q.zip")


def test_pointers_of_lfs_are_told(repository):
    tree, _ = repository
    (tree / ".gitattributes").write_text("*.bin filter=lfs diff=lfs merge=lfs -text\n")
    (tree / "w.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    git(tree, "-c", "filter.lfs.required=false", "-c", "filter.lfs.clean=cat", "add", "-A")
    git(tree, "commit", "--quiet", "-m", "lfs")
    (remark,) = fetch(tree, "HEAD").remarks
    assert "w.bin" in remark


def test_a_file_address_is_one_of_git_and_not_of_what_is_worked_on(repository, tmp_path):
    tree, _ = repository
    (tree / "sub" / "folder" / "a.txt").write_text("mine")
    (tree / "untracked").mkdir()
    (tree / "untracked" / "a.txt").write_text("untracked")
    for address in (f"{tree.as_uri()}#sub/folder", (tree / "sub" / "folder").as_uri()):
        source = fetch(address)
        assert (text_of(source), source.commit, source.dirty) == (
            "two",
            git(tree, "rev-parse", "HEAD"),
            False,
        )
    assert text_of(fetch((tree / "untracked").as_uri())) == "untracked"
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.txt").write_text("plain")
    assert text_of(fetch((tmp_path / "plain").as_uri())) == "plain"
    with pytest.raises(NotFoundError, match="there is nothing at 'file:"):
        fetch((tmp_path / "nothing").as_uri())


def test_a_repository_without_a_commit_is_told(repository, tmp_path):
    for name, bare in (("empty", False), ("empty.git", True)):
        (tmp_path / name).mkdir()
        git(tmp_path / name, "init", "--quiet", *(["--bare"] if bare else []))
        for address, version in (((tmp_path / name).as_uri(), None), (tmp_path / name, "main")):
            with pytest.raises(NotFoundError, match="is empty: nothing has been committed to it yet"):
                fetch(address, version)


def test_branches_with_slashes_and_a_branch_that_is_also_a_tag(repository):
    tree, bare = repository
    git(tree, "branch", "feature/x", "v1")
    git(tree, "branch", "v1", "main")
    git(tree, "push", "--quiet", bare, "feature/x", "refs/heads/v1", "refs/tags/v1")
    for address in (f"{tree}#sub/folder", f"{bare}#sub/folder"):
        found = fetch(address, "feature/x")
        assert (text_of(found), found.branch) == ("one", "feature/x")
        found = fetch(address, "v1")
        assert text_of(found) == "two"
        assert found.remarks == (
            "'v1' is a branch and a tag of the repository: the branch is run; refs/tags/v1 is the tag",
        )
        assert text_of(fetch(address, "refs/tags/v1")) == "one"


def test_folders_of_any_name(repository, tmp_path, monkeypatch):
    tree, _ = repository
    odd = tree.rename(tmp_path / "a 'b\" $c; d")
    (tmp_path / "link").symlink_to(odd)
    monkeypatch.setenv("HOME", str(tmp_path))
    for address in (
        odd,
        tmp_path / "link",
        odd.as_uri(),
        (tmp_path / "link").as_uri(),
        "~/link",
        f"~/{odd.name}",
    ):
        for version in (None, "main"):
            assert text_of(fetch(f"{address}#sub/folder", version)) == "two"
    with pytest.raises(NotFoundError, match="no folder '~nobody-here/x'"):
        fetch("~nobody-here/x")
