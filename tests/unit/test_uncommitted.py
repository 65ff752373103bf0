"""What is not committed, beside the commit of a run: real repositories, and `git apply` that brings it back."""

import os
import shutil
import subprocess
import sys
import textwrap
import time

import nbformat
import psutil
import pytest

import nbtrack
from nbtrack.capture.environment import EnvironmentProbe
from nbtrack.tracking.uncommitted import keep_uncommitted
from nbtrack.widgets.runpage.document import run_document
from tests.notebook.kernel import kernel_in
from tests.unit.capture.test_environment import git
from tests.waiting import eventually

PATCH = "git/diff.patch"


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository that the tests work in, with the store beside it."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NBTRACK_STORE", str(tmp_path / "store"))
    nbtrack.set_store(tmp_path / "store")
    git(folder, "init", "-q", "-b", "trunk")
    (folder / "model.py").write_text("rate = 0.1\n")
    (folder / "with blank.py").write_text("x = 1\n")
    (folder / "picture.bin").write_bytes(bytes(range(256)))
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def kept(folder, limit=1_000_000):
    """Return a run of a probe's look at a folder, when what is not committed is there."""
    store = nbtrack.get_store()
    writer = store.create_run(experiment="e")
    probe = EnvironmentProbe()
    probe.look(str(folder))
    keep_uncommitted(writer, probe.tree, limit)
    if probe.tree is not None and limit:
        eventually(lambda: store.document(store.run(writer.id).key, "uncommitted"))
    writer.finish()
    run = nbtrack.get_run(writer.id)
    return run, store.document(run.key, "uncommitted")


def test_the_patch_brings_the_tree_back(repository):
    (repository / "model.py").write_text("rate = 0.2\nläuft = True\n", encoding="utf-8")
    (repository / "with blank.py").unlink()
    (repository / "staged.py").write_text("new = 1\n")
    git(repository, "add", "staged.py")
    (repository / "sub").mkdir()
    (repository / "sub" / "unknown.py").write_text("x")
    run, told = kept(repository / "sub")
    assert told["files"] == 3
    assert told["untracked"] == ["sub/"]
    assert list(run.artifacts) == [PATCH]
    before = {file.name: file.read_bytes() for file in repository.glob("*.py")}
    git(repository, "stash")
    git(repository, "apply", str(run.artifacts[PATCH].path))
    assert {file.name: file.read_bytes() for file in repository.glob("*.py")} == before


def test_a_clean_tree_has_none_and_untracked_files_are_only_named(repository):
    run, told = kept(repository)
    assert told is None
    assert list(run.artifacts) == []
    (repository / "unknown.py").write_text("secret stuff")
    (repository / ".gitignore").write_text("*.log\n.gitignore\n")
    (repository / "a.log").write_text("x")
    run, told = kept(repository)
    assert told["untracked"] == ["unknown.py"]
    assert list(run.artifacts) == []


def test_what_is_too_large_or_no_text_is_left_out_and_told_of(repository):
    (repository / "model.py").write_text("rate = 0.2\n")
    (repository / "with blank.py").write_text("y = 2\n" * 100_000)
    (repository / "picture.bin").write_bytes(bytes(reversed(range(256))))
    run, told = kept(repository, 10_000)
    assert set(told["left_out"]) == {"with blank.py", "picture.bin"}
    assert told["left_out"]["with blank.py"] > 600_000
    assert told["files"] == 1
    git(repository, "stash")
    git(repository, "apply", str(run.artifacts[PATCH].path))
    assert (repository / "model.py").read_text() == "rate = 0.2\n"


def test_secrets_are_masked_as_in_code(repository, monkeypatch):
    monkeypatch.setenv("SERVICE_PASSWORD", "quaint-otter-77")
    from nbtrack.capture.secrets import SEEN

    SEEN.scan_environment()
    (repository / "model.py").write_text(
        'rate = 0.1\napi_key = "sk-live-8ff02bd1"\nlogin("quaint-otter-77")\n'
    )
    run, told = kept(repository)
    text = run.artifacts[PATCH].path.read_text()
    assert "+api_key = " in text
    assert "8ff02bd1" not in text
    assert "quaint" not in text
    assert told["masked"] is True


def test_secrets_in_a_notebooks_file_are_masked(repository):
    file = repository / "train.ipynb"

    def write(*lines):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("\n".join(lines))])
        notebook.cells[0].id = "cell"
        nbformat.write(notebook, file)

    write("rate = 0.1")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "a notebook")
    write("rate = 0.1", 'api_key = "sk-live-8ff02bd1"', 'db = connect(password="x7Qp")', 'print("läuft")')
    run, told = kept(repository)
    text = run.artifacts[PATCH].path.read_text(encoding="utf-8")
    assert r"api_key = \"***\"" in text
    assert "8ff02bd1" not in text
    assert "x7Qp" not in text
    assert r'+    "print(\"läuft\")"' in text
    assert told["masked"] is True


def test_a_users_settings_of_git_change_nothing(repository):
    git(repository, "config", "diff.noprefix", "true")
    git(repository, "config", "color.diff", "always")
    git(repository, "config", "diff.external", "false")
    (repository / "model.py").write_text("rate = 0.2\n")
    run, _ = kept(repository)
    git(repository, "stash")
    git(repository, "apply", "-p1", str(run.artifacts[PATCH].path))
    assert (repository / "model.py").read_text() == "rate = 0.2\n"


def test_a_repository_without_a_commit(tmp_path, repository):
    folder = tmp_path / "new"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "model.py").write_text("rate = 0.3\n")
    git(folder, "add", ".")
    run, told = kept(folder)
    assert told["files"] == 1
    assert "+rate = 0.3" in run.artifacts[PATCH].path.read_text()


def test_runs_of_one_tree_share_a_file_and_an_edit_makes_another(repository):
    (repository / "model.py").write_text("rate = 0.2\n")
    first, _ = kept(repository)
    second, _ = kept(repository)
    assert first.artifacts[PATCH].path.samefile(second.artifacts[PATCH].path)
    (repository / "model.py").write_text("rate = 0.9\n")
    third, _ = kept(repository)
    assert "+rate = 0.9" in third.artifacts[PATCH].path.read_text()
    assert "+rate = 0.2" in first.artifacts[PATCH].path.read_text()


def test_with_a_limit_of_nothing_there_is_none(repository):
    (repository / "model.py").write_text("rate = 0.2\n")
    run, told = kept(repository, 0)
    assert told is None
    assert list(run.artifacts) == []


@pytest.mark.skipif(sys.platform == "win32", reason="the slow git is a shell script")
def test_a_slow_git_is_waited_for_by_nobody_and_ends_with_the_process(repository, tmp_path, monkeypatch):
    (repository / "model.py").write_text("rate = 0.2\n")
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(
        f'#!/bin/sh\ncase "$*" in *" diff "*) exec sleep 61.5;; esac\nexec {shutil.which("git")} "$@"\n'
    )
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    code = "import nbtrack, time\nwith nbtrack.start_run():\n    nbtrack.log_metric('loss', 1)\ntime.sleep(1)"
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert time.monotonic() - began < 15
    (run,) = nbtrack.runs()
    assert (run.status, list(run.artifacts)) == ("FINISHED", [])
    assert not [one for one in psutil.process_iter(["cmdline"]) if "61.5" in (one.info["cmdline"] or ())]


SCRIPT = """
    import nbtrack
    for rate in (0.1, 0.2):
        with nbtrack.start_run():
            nbtrack.log_metric("loss", rate)
"""


def test_a_script_has_it_also_with_runs_that_are_short(repository):
    (repository / "train.py").write_text(textwrap.dedent(SCRIPT))
    (repository / "model.py").write_text("rate = 0.2\n")
    subprocess.run([sys.executable, "train.py"], check=True, timeout=60)
    runs = nbtrack.runs()
    assert [list(run.artifacts) for run in runs] == [[PATCH], [PATCH]]
    assert "untracked" in nbtrack.get_store().document(runs[0].key, "uncommitted")


def test_a_tracked_cell_and_a_run_inside_one_have_it(repository):
    (repository / "model.py").write_text("rate = 0.2\n")
    with kernel_in(repository) as kernel:
        run = kernel.run_of(kernel.ok("%%track\nacc = sum([0.5])"))
        eventually(lambda: list(run.artifacts))
        assert "+rate = 0.2" in run.artifacts[PATCH].path.read_text()
        (repository / "model.py").write_text("rate = 0.7\n")
        kernel.ok("import nbtrack\nwith nbtrack.start_run(run_name='own'):\n    nbtrack.log_metric('a', 1)")
        own = kernel.runs("run_name = 'own'")[0]
        eventually(lambda: list(own.artifacts))
        assert "+rate = 0.7" in own.artifacts[PATCH].path.read_text()
        git(repository, "commit", "-a", "-q", "-m", "second")
        run = kernel.run_of(kernel.ok("%%track\nacc = sum([0.6])"))
        eventually(lambda: kernel.runs(f"run_id = '{run.id}' and git_commit is not null"))
        assert list(run.artifacts) == []
        command = f"git apply {own.artifacts[PATCH].path}"
        eventually(
            lambda: command in dict(run_document(own)["environment"]["facts"]).get("uncommitted changes", "")
        )
