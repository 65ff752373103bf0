"""Environments of projects, built by uv from the package index of this machine."""

import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nbtrack import uv
from nbtrack.errors import EnvironmentBuildError, InvalidValueError, NotFoundError
from nbtrack.projects.environment import environment_for
from nbtrack.projects.resolving import lower_bound

pytestmark = [
    pytest.mark.skipif(uv.program() is None, reason="uv is not installed"),
    pytest.mark.skipif(
        sys.platform != "linux", reason="where environments are kept is told by XDG_CACHE_HOME"
    ),
]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Keep environments out of the user's own; what uv downloaded before is used."""
    downloads = subprocess.run([uv.program(), "cache", "dir"], capture_output=True, text=True, check=True)
    monkeypatch.setenv("UV_CACHE_DIR", downloads.stdout.strip())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "nbtrack" / "environments"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


class Said(list):
    def __call__(self, line):
        self.append(line)

    def __contains__(self, part):
        return any(part in line for line in self)


def version_of(package, environment):
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run(
        [environment.python, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_first_call_builds_and_says_so_and_the_second_takes_no_time(project):
    (project / "requirements.txt").write_text("six==1.16.0  # pinned\niniconfig\n")
    said, again = Said(), Said()
    first = environment_for(project, tell=said)
    assert version_of("six", first) == "1.16.0"
    assert "six==1.16.0" in first.lock
    assert "iniconfig==" in first.lock
    assert "is built" in said
    assert "Installed" in said
    (project / "requirements.txt").write_text("# other words, other order\n\niniconfig\nsix == 1.16.0\n")
    began = time.perf_counter()
    assert environment_for(project, tell=again) == first
    assert time.perf_counter() - began < 0.05
    assert again == []
    assert os.listdir(project) == ["requirements.txt"]


def test_another_content_is_another_environment(project):
    (project / "requirements.txt").write_text("six==1.16.0\n")
    first = environment_for(project, tell=Said())
    (project / "requirements.txt").write_text("six==1.15.0\n")
    second = environment_for(project, tell=Said())
    assert (version_of("six", first), version_of("six", second)) == ("1.16.0", "1.15.0")


def test_a_package_of_the_projects_own_folder_is_that_of_this_folder(project, tmp_path):
    (project / "requirements.txt").write_text("-e .\nsix\n")
    (project / "pyproject.toml").write_text("[project]\nname = 'ours'\nversion = '1'\n")
    (project / "ours").mkdir()
    (project / "ours" / "__init__.py").write_text("")
    copy = Path(shutil.copytree(project, tmp_path / "copy"))
    for folder in (project, copy):
        python = environment_for(folder, tell=Said()).python
        code = "import ours; print(ours.__file__)"
        told = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, cwd="/")
        assert Path(told.stdout.strip()).is_relative_to(folder)


def test_the_files_that_requirements_name_count(project):
    (project / "python_env.yaml").write_text("dependencies: ['-r more/needs.txt']\n")
    (project / "more").mkdir()
    (project / "more" / "needs.txt").write_text("six\n-c limits.txt\n")
    (project / "more" / "limits.txt").write_text("six<1.16\n")
    assert "six==1.15.0" in environment_for(project, tell=Said()).lock
    (project / "more" / "limits.txt").write_text("six<1.15\n")
    assert "six==1.14.0" in environment_for(project, tell=Said()).lock


def test_a_build_that_was_cut_off_is_begun_again(project, cache):
    (project / "requirements.txt").write_text("six\n")
    built = environment_for(project, tell=Said())
    (mark,) = cache.rglob("nbtrack-complete.json")
    mark.unlink()
    shutil.rmtree(next(built.python.parents[1].rglob("six-*.dist-info")))
    assert version_of("six", environment_for(project, tell=Said()))


def test_two_that_build_at_once_share_one(project, cache):
    (project / "requirements.txt").write_text("six\n")
    code = (
        "from pathlib import Path; from nbtrack.projects.environment import environment_for\n"
        f"print(environment_for(Path({str(project)!r}), tell=lambda line: None).python)"
    )
    root = Path(__file__).parents[3]
    both = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root)
        for _ in range(2)
    ]
    answers = {process.communicate(timeout=120)[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(answers) == 1
    assert len([place for place in cache.iterdir() if place.is_dir()]) == 1


def test_both_sections_of_a_conda_file_are_there_and_the_rest_is_said(project):
    lines = ["python>=3.11", "iniconfig=2.0.0=pyhd8ed1ab_0", "cudatoolkit=11.8", "no-such-thing-of-conda=1"]
    (project / "conda.yaml").write_text(
        "dependencies:\n" + "".join(f"- {line}\n" for line in lines) + "- pip:\n  - six==1.16.0\n"
    )
    said = Said()
    found = environment_for(project, tell=said)
    assert (version_of("six", found), version_of("iniconfig", found)) == ("1.16.0", "2.0.0")
    assert found.left_out == ("cudatoolkit=11.8", "no-such-thing-of-conda==1.*")
    assert "cudatoolkit=11.8 is left out" in said
    assert "no-such-thing-of-conda" in said
    assert "pyhd8ed1ab_0" in said


def test_what_cannot_be_had_is_listed_and_relaxed_only_when_asked(project, cache):
    (project / "requirements.txt").write_text("six==1.4.0\niniconfig==0.0.1\npluggy==1.5.0\n")
    with pytest.raises(EnvironmentBuildError) as caught:
        environment_for(project, tell=Said())
    text = str(caught.value)
    assert "six==1.4.0: " in text
    assert "iniconfig==0.0.1: " in text
    assert "pluggy" not in text
    assert "relax=True" in text
    said = Said()
    found = environment_for(project, relax=True, tell=said)
    assert found.relaxed == ("six==1.4.0 -> six>=1.4.0", "iniconfig==0.0.1 -> iniconfig>=0.0.1")
    assert version_of("pluggy", found) == "1.5.0"
    assert "relaxed: six==1.4.0 -> six>=1.4.0" in said


@pytest.mark.parametrize("line", ["no-such-package-of-anybody==1.0", "six<0.1", "six!=1.16.0,<0.2"])
def test_relaxing_is_offered_only_where_it_can_help(project, line):
    (project / "requirements.txt").write_text(f"{line}\n")
    with pytest.raises(EnvironmentBuildError, match="cannot be had") as caught:
        environment_for(project, tell=Said())
    could = lower_bound(line) != line and "no-such" not in line
    assert ("--relax" in str(caught.value)) == could
    if could:
        assert environment_for(project, relax=True, tell=Said()).relaxed


def test_of_pins_that_exclude_each_other_one_is_relaxed(project):
    (project / "requirements.txt").write_text("iniconfig==2.0.0\npytest==8.0.0\npluggy==1.0.0\n")
    with pytest.raises(EnvironmentBuildError, match=r"pluggy>=1\.3"):
        environment_for(project, tell=Said())
    found = environment_for(project, relax=True, tell=Said())
    assert found.relaxed == ("pluggy==1.0.0 -> pluggy>=1.0.0",)
    assert version_of("pytest", found) == "8.0.0"


@pytest.mark.long
def test_pins_of_2018_run_on_this_python_when_relaxed(project):
    lines = ["numpy=1.14.3", "pandas=0.22.0", "scikit-learn=0.19.1"]
    (project / "conda.yaml").write_text("dependencies:\n" + "".join(f"- {line}\n" for line in lines))
    with pytest.raises(EnvironmentBuildError) as caught:
        environment_for(project, tell=Said())
    assert all(line.replace("=", "==") in str(caught.value) for line in lines)
    found = environment_for(project, relax=True, tell=Said())
    assert len(found.relaxed) == 3
    subprocess.run([found.python, "-c", "import pandas, sklearn.linear_model"], check=True)


def test_neighbours_of_a_pin_are_as_old_as_the_commit(project):
    (project / "requirements.txt").write_text("six==1.15.0\niniconfig\n")
    said = Said()
    found = environment_for(project, exclude_newer=datetime(2023, 6, 1, tzinfo=UTC), tell=said)
    assert "iniconfig==2.0.0" in found.lock
    assert "as of 2023-06-01" in said
    (project / "requirements.txt").write_text("iniconfig\n")
    newest = environment_for(project, exclude_newer=datetime(2020, 1, 1, tzinfo=UTC), tell=Said())
    assert newest.lock == environment_for(project, tell=Said()).lock


def test_a_script_has_a_block_of_its_own(project):
    block = "# /// script\n# requires-python = '>=3.11'\n# dependencies = [\n#   'six==1.16.0',\n# ]\n# ///\n"
    (project / "train.py").write_text(f"{block}import six\n")
    assert "six==1.16.0" in environment_for(project, script=Path("train.py"), tell=Said()).lock
    assert os.listdir(project) == ["train.py"]


def test_a_uv_lock_counts_as_it_is_and_a_stale_one_is_told(project):
    head = "[project]\nname = 'p'\nversion = '1'\nrequires-python = '>=3.11'\ndependencies = "
    (project / "pyproject.toml").write_text(f"{head}['six<1.16']\n")
    subprocess.run([uv.program(), "lock", "-q"], cwd=project, env=uv.variables(), check=True)
    assert "six==1.15.0" in environment_for(project, tell=Said()).lock
    (project / "pyproject.toml").write_text(f"{head}['six<1.15']\n")
    with pytest.raises(EnvironmentBuildError, match="does not fit"):
        environment_for(project, tell=Said())
    said = Said()
    assert "six==1.15.0" in environment_for(project, relax=True, tell=said).lock
    assert "as it is" in said
    assert sorted(os.listdir(project)) == ["pyproject.toml", "uv.lock"]


def test_an_index_that_is_not_reached_is_said_with_what_helps(project, monkeypatch):
    (project / "requirements.txt").write_text("six\n")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://me:secret@127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(EnvironmentBuildError, match="UV_OFFLINE=1") as caught:
        environment_for(project, tell=Said())
    assert "secret" not in str(caught.value)


def test_the_index_of_pip_is_the_one_of_uv(project, tmp_path, monkeypatch):
    (project / "requirements.txt").write_text("six\n")
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_INDEX", "UV_DEFAULT_INDEX"))]:
        monkeypatch.delenv(name)
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:9/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(EnvironmentBuildError, match="cannot be reached"):
        environment_for(project, tell=Said())
    assert uv.index_settings()["UV_DEFAULT_INDEX"] == "http://127.0.0.1:9/simple"


def test_a_project_that_says_nothing_runs_where_its_caller_runs(project, cache):
    found = environment_for(project, tell=Said())
    assert (found.python, found.lock) == (Path(sys.executable), "")
    assert not cache.exists()


def test_what_is_wrong_with_a_file_is_told(project):
    with pytest.raises(NotFoundError, match=r"env\.yaml"):
        environment_for(project, conda_env=Path("env.yaml"))
    (project / "env.yaml").write_text("dependencies: 3\n")
    with pytest.raises(InvalidValueError, match="dependencies"):
        environment_for(project, conda_env=Path("env.yaml"))
    (project / "env.yaml").write_text("python: three\n")
    with pytest.raises(InvalidValueError, match="three"):
        environment_for(project, python_env=Path("env.yaml"))


def test_a_python_that_nobody_has_is_told_and_relaxed_to_this_one(project, monkeypatch):
    monkeypatch.setenv("UV_OFFLINE", "1")
    (project / "python_env.yaml").write_text("python: 3.99\ndependencies: []\n")
    with pytest.raises(EnvironmentBuildError, match=r"Python 3\.99"):
        environment_for(project, tell=Said())
    found = environment_for(project, relax=True, tell=Said())
    assert found.relaxed[0].startswith("Python 3.99 -> ")


def test_a_python_of_pyenv_is_found_behind_its_shims(project, tmp_path, monkeypatch):
    """A folder laid out as pyenv's, whose Python is a real one."""
    other = next(
        (one for one in uv.interpreters() if one.version[:2] not in ((2, 7), sys.version_info[:2])), None
    )
    if other is None:
        pytest.skip("this machine has one Python only")
    shims = tmp_path / "pyenv" / "shims"
    shims.mkdir(parents=True)
    minor = ".".join(map(str, other.version[:2]))
    (shims / f"python{minor}").write_text("#!/bin/sh\nexit 127\n")
    (shims / f"python{minor}").chmod(0o755)
    (tmp_path / "pyenv" / "versions").mkdir()
    (tmp_path / "pyenv" / "versions" / f"{minor}.1").symlink_to(other.program.parents[1])
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", str(shims))
    (project / "python_env.yaml").write_text(f"python: {minor}\ndependencies: []\n")
    found = environment_for(project, tell=Said())
    told = subprocess.run([found.python, "--version"], capture_output=True, text=True, check=True).stdout
    assert told.startswith(f"Python {minor}.")


def test_what_comes_with_mlflow_is_there_if_the_project_imports_it(project):
    (project / "python_env.yaml").write_text("dependencies: [mlflow==3.17.0, six]\n")
    (project / "train.py").write_text("import mlflow\nfrom yaml import safe_load\nimport click\nimport six\n")
    (project / ".venv").mkdir()
    (project / ".venv" / "pandas.py").write_text("import numpy\n")
    said = Said()
    found = environment_for(project, real_mlflow=False, tell=said)
    names = {line.partition("==")[0] for line in found.lock.splitlines() if not line.startswith("#")}
    assert names == {"click", "pyyaml", "six"}
    assert "mlflow is not installed" in said


def test_a_python_that_is_too_old_for_nbtrack_is_this_one_when_relaxed(project):
    (project / "python_env.yaml").write_text("python: 3.8.18\ndependencies: []\n")
    with pytest.raises(EnvironmentBuildError, match=r"(?s)3\.8\.18.*--relax"):
        environment_for(project, real_mlflow=False, tell=Said())
    found = environment_for(project, real_mlflow=False, relax=True, tell=Said())
    assert found.relaxed[0].startswith("Python 3.8.18 -> 3.")
    assert environment_for(project, real_mlflow=False, relax=True, tell=Said()) == found


def test_hashes_are_checked(project, cache):
    wrong = "0" * 64
    (project / "requirements.txt").write_text(f"--require-hashes\nsix==1.16.0 --hash=sha256:{wrong}\n")
    with pytest.raises(EnvironmentBuildError, match=r"(?i)hash"):
        environment_for(project, tell=Said())
    right = "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"
    (project / "requirements.txt").write_text(
        f"--require-hashes\nsix==1.16.0 \\\n    --hash=sha256:{wrong} \\\n    --hash=sha256:{right}\n"
    )
    assert version_of("six", environment_for(project, tell=Said())) == "1.16.0"
