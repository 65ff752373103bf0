"""The environment of a run: real packages, real git repositories, real threads and processes."""

import json
import os
import platform
import shutil
import subprocess
import sys
import threading
from importlib import metadata
from pathlib import Path

import pytest

from nbtrack.capture import environment as module
from nbtrack.capture.environment import EnvironmentProbe, environment

ROOT = Path(__file__).parents[3]


def git(folder, *arguments):
    who = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | who, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    git(tmp_path, "init", "-q", "-b", "trunk")
    (tmp_path / "a.txt").write_text("one")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_it_says_what_ran_where():
    found = environment()
    assert found["python"] == {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
    }
    assert found["packages"]["pytest"] == metadata.version("pytest")
    assert found["cpus"] >= 1
    assert found["memory"] > 1 << 28
    assert found["platform"] == platform.platform()
    text = json.dumps(found)
    assert str(Path.home()) not in text
    assert sys.prefix not in text


def test_variables_that_change_results_are_kept_and_no_others(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    found = environment()["variables"]
    assert found["CUDA_VISIBLE_DEVICES"] == "1"
    assert "AWS_SECRET_ACCESS_KEY" not in found


PACKAGES = """
import json, sys
sys.path.insert(0, {root!r})
import numpy, sklearn, matplotlib, IPython, dateutil, PIL, scipy
from importlib import metadata
from nbtrack.capture.environment import environment
found = environment()["packages"]
told = metadata.packages_distributions()
tops = {{m.partition(".")[0] for m in sys.modules}} - sys.stdlib_module_names
tops = {{t for t in tops if not t.startswith("_") and t != "nbtrack"}}
found.pop("nbtrack", None)
print(json.dumps([found, {{d: metadata.version(d) for t in tops for d in told.get(t, ())}}]))
"""


def test_packages_are_those_that_the_standard_library_finds_more_slowly():
    done = subprocess.run(
        [sys.executable, "-c", PACKAGES.format(root=str(ROOT))], capture_output=True, text=True, check=True
    )
    found, expected = json.loads(done.stdout)
    assert found == expected
    assert {"scikit-learn", "python-dateutil", "pillow"} <= set(found)


def install(site, name, version, files, *, listed=None):
    info = site / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nText\n")
    (info / "RECORD").write_text("".join(f"{file},sha256=x,1\n" for file in files))
    if listed is not None:
        (info / "top_level.txt").write_text(listed)
    for file in files:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text("")


NAMESPACES = """
import sys
sys.path[:0] = [{root!r}, {site!r}]
from nbtrack.capture.environment import EnvironmentProbe
probe = EnvironmentProbe()
def ours():
    return {{k: v for k, v in probe.get().items() if k == "packages"}}["packages"]
import space.one
print({{k: v for k, v in ours().items() if k.startswith("nbt-")}})
import single, listed_module
from space import two
print({{k: v for k, v in ours().items() if k.startswith("nbt-")}})
sys.path.insert(0, {late!r})
import later
print({{k: v for k, v in ours().items() if k.startswith("nbt-")}})
"""


def test_namespaces_single_files_and_packages_installed_later(tmp_path):
    site, late = tmp_path / "site", tmp_path / "late"
    install(site, "nbt-one", "1.0", ["space/one/__init__.py"])
    install(site, "nbt-two", "2.0", ["space/two.py"])
    install(site, "nbt-three", "3.0", ["space/three/deep.py"])
    install(site, "nbt-single", "0.1", ["single.py"])
    install(site, "nbt-listed", "0.2", ["listed_module/__init__.py"], listed="listed_module\n")
    install(late, "nbt-later", "9", ["later.py"])
    install(late, "nbt-single", "0.5", ["single.py"])  # not the one that was imported
    program = NAMESPACES.format(root=str(ROOT), site=str(site), late=str(late))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, second, third = map(eval, done.stdout.splitlines())
    assert first == {"nbt-one": "1.0"}
    assert second == {"nbt-one": "1.0", "nbt-two": "2.0", "nbt-single": "0.1", "nbt-listed": "0.2"}
    assert third == second | {"nbt-later": "9"}


NEW_FILES = """
import pathlib, sys
sys.path[:0] = [{root!r}, {site!r}, ""]
from nbtrack import installed
reads = []
read = installed._distributions
installed._distributions = lambda: reads.append(1) or read()
def look():
    return [found.name for found in installed.distributions_of("nbt_new")], len(reads)
print(look())
pathlib.Path("notes.txt").write_text("x")
pathlib.Path({site!r}, "module.py").write_text("x")
print(look())
info = pathlib.Path("nbt_new-1.dist-info")
info.mkdir()
(info / "METADATA").write_text("Name: nbt-new\\nVersion: 1\\n")
print(look())
"""


def test_only_what_tells_of_distributions_has_them_read_again(tmp_path):
    site = tmp_path / "site"
    install(site, "nbt-one", "1.0", ["one.py"])
    program = NEW_FILES.format(root=str(ROOT), site=str(site))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert list(map(eval, done.stdout.splitlines())) == [([], 1), ([], 1), (["nbt-new"], 2)]


def test_git_tells_commit_branch_and_whether_it_is_dirty(repository):
    commit = git(repository, "rev-parse", "HEAD")
    clean = {"commit": commit, "branch": "trunk", "dirty": False, "remote": None}
    assert environment(str(repository))["git"] == clean
    (repository / "untracked.txt").write_text("x")
    assert environment(str(repository))["git"] == clean
    (repository / "a.txt").write_text("two")
    assert environment(str(repository))["git"] == clean | {"dirty": True}
    git(repository, "add", ".")
    assert environment(str(repository))["git"]["dirty"] is True
    git(repository, "commit", "-q", "-m", "second")
    git(repository, "checkout", "-q", "--detach")
    (repository / "deeper").mkdir()
    found = environment(str(repository / "deeper"))["git"]
    assert found == {
        "commit": git(repository, "rev-parse", "HEAD"),
        "branch": None,
        "dirty": False,
        "remote": None,
    }


def test_outside_a_repository_git_is_not_started(tmp_path_factory, repository, monkeypatch):
    asked = []
    outside = tmp_path_factory.mktemp("outside")
    monkeypatch.setattr(module, "_status", lambda git, folder: asked.append(folder))
    monkeypatch.delenv("GIT_DIR", raising=False)
    assert environment(str(outside))["git"] is None
    assert not asked
    (repository / "deep" / "er").mkdir(parents=True)
    (outside / "link").symlink_to(repository / "deep")
    (outside / "worktree").mkdir()
    (outside / "worktree" / ".git").write_text("gitdir: elsewhere")
    for folder in (repository, repository / "deep" / "er", outside / "link", outside / "worktree"):
        environment(str(folder))
        assert asked.pop() == str(folder)
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    environment(str(outside))
    assert asked == [str(outside)]


def test_a_repository_without_a_commit_and_no_repository(tmp_path):
    assert environment(str(tmp_path))["git"] is None
    git(tmp_path, "init", "-q", "-b", "trunk")
    assert environment(str(tmp_path))["git"] == {
        "commit": None,
        "branch": "trunk",
        "dirty": False,
        "remote": None,
    }


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://ann:s3cr3t@example.org/a/b.git", "https://example.org/a/b.git"),
        ("https://ghp_0123456789@example.org/a/b", "https://example.org/a/b"),
        ("https://example.org/a/b", "https://example.org/a/b"),
        ("ssh://git@example.org:22/a/b", "ssh://example.org:22/a/b"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("/home/ann/b.git", None),
        ("file:///home/ann/b.git", None),
        ("C:\\work\\b.git", None),
    ],
)
def test_the_remote_is_kept_without_credentials_and_without_folders(repository, address, kept):
    git(repository, "remote", "add", "other", "https://other.example.org")
    git(repository, "remote", "add", "origin", address)
    assert environment(str(repository))["git"]["remote"] == kept


def test_without_git_there_is_no_state(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert environment(str(repository))["git"] is None


@pytest.mark.skipif(sys.platform == "win32", reason="the slow git is a shell script")
def test_a_repository_that_takes_long_is_asked_less(repository, tmp_path_factory, monkeypatch):
    slow = tmp_path_factory.mktemp("bin") / "git"
    slow.write_text(
        f'#!/bin/sh\ncase "$*" in *status*) echo x >> {slow}.log; exec sleep 30;; esac\nexec {shutil.which("git")} "$@"\n'
    )
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(module, "GIT_TIMEOUT", 0.3)
    probe = EnvironmentProbe()
    for _ in range(3):
        probe.look(str(repository))
    commit = git(repository, "rev-parse", "HEAD")
    assert probe.get()["git"] == {"commit": commit, "branch": "trunk", "dirty": None, "remote": None}
    assert Path(f"{slow}.log").read_text() == "x\n"
    assert left_behind() == []


def left_behind():
    import psutil

    return [child.name() for child in psutil.Process().children() if child.name() in ("git", "sleep", "sh")]


def test_a_caller_that_fails_does_not_end_the_looking(repository, monkeypatch):
    monkeypatch.chdir(repository)
    told = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(str(args.exc_value)))
    probe = EnvironmentProbe()
    probe.refresh(lambda found: found["no such key"])
    probe.get(wait=30)
    assert told == ["'no such key'"]
    git(repository, "checkout", "-q", "-b", "other")
    probe.refresh()
    assert probe.get(wait=30)["git"]["branch"] == "other"


def test_the_probe_looks_on_its_own_thread(repository, monkeypatch):
    monkeypatch.chdir(repository)
    probe = EnvironmentProbe()
    calls = []
    probe.refresh(lambda found: calls.append((threading.current_thread(), found["git"]["commit"])))
    first = git(repository, "rev-parse", "HEAD")
    assert probe.get(wait=30)["git"]["commit"] == first
    git(repository, "commit", "-q", "--allow-empty", "-m", "second")
    assert probe.get(wait=30)["git"]["commit"] == first
    for _ in range(50):
        probe.refresh(lambda found: calls.append((threading.current_thread(), found["git"]["commit"])))
    second = git(repository, "rev-parse", "HEAD")
    assert probe.get(wait=30)["git"]["commit"] == second
    assert [commit for _, commit in calls] == [first] + [second] * 50
    assert threading.current_thread() not in {thread for thread, _ in calls}
    assert left_behind() == []


def test_what_a_caller_does_with_the_answer_does_not_matter(repository):
    probe = EnvironmentProbe()
    probe.look(str(repository))
    found = probe.get()
    found["packages"].clear()
    found["git"].clear()
    assert probe.get()["packages"]
    assert probe.get()["git"]["branch"] == "trunk"


def test_the_caller_does_not_wait_for_a_look_under_way(repository, monkeypatch):
    monkeypatch.chdir(repository)
    probe = EnvironmentProbe()
    probe.refresh()
    first = probe.get(wait=30)
    begun, go_on = threading.Event(), threading.Event()
    look = probe.look

    def slow(folder):
        begun.set()
        go_on.wait(60)
        look(folder)

    monkeypatch.setattr(probe, "look", slow)
    git(repository, "checkout", "-q", "-b", "other")
    probe.refresh()
    assert begun.wait(30)
    for _ in range(20):
        probe.refresh()
        assert probe.get() == first
    go_on.set()
    assert probe.get(wait=30)["git"]["branch"] == "other"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_looks_for_itself(repository):
    program = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
os.chdir({str(repository)!r})
from nbtrack.capture.environment import EnvironmentProbe
probe = EnvironmentProbe()
for _ in range(20):
    probe.refresh()
    child = os.fork()
    if not child:
        probe.get(wait=1)
        probe.refresh()
        os._exit(0 if probe.get(wait=20)["git"]["branch"] == "trunk" else 1)
    assert os.waitpid(child, 0)[1] == 0
print("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "done\n"


def test_a_gpu_is_asked_for_only_where_torch_uses_one():
    program = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from nbtrack.capture.environment import environment
found = environment()
assert "torch" not in sys.modules and "gpus" not in found
import torch
torch.cuda.init() if torch.cuda.is_available() else None
print(environment().get("gpus", []) == [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
