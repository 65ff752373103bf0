"""Models of another Python, or of other versions of their libraries: refused, warned of, or given their own."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nbtrack.models.versions import differences, requirements
from nbtrack.serving.model_description import find_served
from tests.serving.http import Served, served, together


@pytest.fixture
def folder(wine_folder, tmp_path):
    """Return a copy of the model's folder, to be changed."""
    return Path(shutil.copytree(wine_folder, tmp_path / "wine"))


def change(file, *pairs):
    text = file.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def made_with(folder, python):
    change(folder / "MLmodel", (platform.python_version(), python))


def as_skops(folder, model):
    """Save a model as MLflow does with `serialization_format="skops"`."""
    from skops.io import dump

    dump(model, folder / "model.skops")
    (folder / "model.pkl").unlink()
    change(folder / "MLmodel", ("model.pkl", "model.skops"), ("cloudpickle", "skops"))


def refused(folder, *options):
    """Serve what cannot be served, and predict with it; return what is said, which is the same."""
    said = set()
    for command in (["serve", "-p", "0"], ["predict", "-i", os.devnull]):
        done = subprocess.run(
            [sys.executable, "-m", "nbtrack", "models", *command, "-m", str(folder), *options],
            capture_output=True, text=True, cwd=folder, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        said.add(done.stderr)
    (one,) = said
    return one


@pytest.mark.parametrize("python", ["3.9.1", "2.7.18", "4.0.0"])
def test_a_pickle_of_another_python_is_refused(folder, python):
    made_with(folder, python)
    said = refused(folder, "--trust")
    for part in (python, platform.python_version(), "--env-manager uv", "skops"):
        assert part in said
    assert said.count("\n") == 1


def test_another_patch_of_the_same_python_is_served(folder, tmp_path):
    made_with(folder, ".".join([*platform.python_version().split(".")[:2], "99"]))
    with served(folder, "--trust", folder=tmp_path) as server:
        assert "Python" not in server.log


def test_what_is_no_pickle_is_served_by_any_python(folder, elastic_net, wine, tmp_path):
    as_skops(folder, elastic_net)
    made_with(folder, "3.9.1")
    rows = wine.drop(columns="quality").head(3)
    # Nothing in it runs code, so that nobody need trust it.
    with served(folder, folder=tmp_path) as server:
        answer = server.post({"inputs": rows.to_numpy().tolist()})
        assert answer.predictions == pytest.approx(elastic_net.predict(rows).tolist(), rel=1e-12)
        assert "Python" not in server.log


def test_other_versions_of_libraries_are_told_at_the_start(folder, tmp_path):
    from sklearn import __version__

    change(
        folder / "requirements.txt",
        (f"scikit-learn=={__version__}", "scikit-learn==0.24.2\nnosuchthing==1.0"),
    )
    with served(folder, "--trust", folder=tmp_path) as server:
        (line,) = [line for line in server.lines if "scikit-learn" in line]
    for part in ("0.24.2", __version__, "nosuchthing 1.0", "--env-manager uv"):
        assert part in line
    assert "pandas" not in line


def test_a_model_of_the_same_versions_starts_without_a_word_of_them(folder, tmp_path):
    with served(folder, "--trust", folder=tmp_path) as server:
        assert len(server.lines) == 2


def test_lines_of_requirements_are_read_as_pip_reads_them(folder):
    (folder / "requirements.txt").write_text(
        "mlflow==3.17.0\nMLflow-skinny\nmlflow-export-import==1.2\n# a comment\nnumpy==0.1 # old\n"
        "own @ https://example.org/own.whl#sha256=12\n-c constraints.txt\nscikit-learn[x] \\\n  == 0.2\n",
        encoding="utf-8",
    )
    model, _ = find_served(folder, True)
    assert [re.sub(r"\s+", " ", line) for line in requirements(model)] == [
        "mlflow-export-import==1.2",
        "numpy==0.1",
        "own @ https://example.org/own.whl#sha256=12",
        "-c constraints.txt",
        "scikit-learn[x] == 0.2",
    ]
    assert [text.split(",")[0] for text in differences(model)] == [
        "it was made with mlflow-export-import 1.2", "it was made with numpy 0.1", "it was made with scikit-learn 0.2",
    ]  # fmt: skip


@pytest.mark.parametrize("pin", ["=={0}", "==  {0}", "=={0}.0", "=={0}+local", "=={1}.*", ">=0", "==0.1; python_version<'3'"])  # fmt: skip
def test_a_pin_that_is_met_is_no_difference(folder, pin):
    version = np.__version__
    (folder / "requirements.txt").write_text(f"numpy{pin.format(version, version.split('.')[0])}\n")
    assert differences(find_served(folder, True)[0]) == []


# Environments of their own.


def uv():
    found = shutil.which(
        "uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    )
    if found is None:
        pytest.skip("uv is not installed")
    return found


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Return a folder for environments, where there are none yet; what uv downloaded before is used."""
    downloads = subprocess.run([uv(), "cache", "dir"], capture_output=True, text=True, check=True)
    monkeypatch.setenv("UV_CACHE_DIR", downloads.stdout.strip())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def environments(cache):
    return sorted(file.name for file in cache.glob("nbtrack/environments/*"))


BUILT = "is built for the model"
UV = ("--trust", "--env-manager", "uv")


@pytest.mark.long
@pytest.mark.skipif(
    sys.platform != "linux", reason="where the environments are kept is told by XDG_CACHE_HOME"
)
class TestUv:
    def test_a_model_is_served_from_its_own_environment_which_is_kept(
        self, folder, cache, elastic_net, wine, tmp_path
    ):
        # Not what is installed here, so that it is seen whose the libraries are.
        (folder / "constraints.txt").write_text("cloudpickle<3.1\n")
        change(folder / "requirements.txt", ("mlflow\n", "mlflow\n-c constraints.txt  # ours\n"))
        text = (folder / "requirements.txt").read_text()
        (folder / "requirements.txt").write_text(re.sub(r"cloudpickle==.*", "cloudpickle", text))
        rows = wine.drop(columns="quality").head(5)
        body = {"dataframe_split": json.loads(rows.to_json(orient="split", index=False))}
        expected = pytest.approx(elastic_net.predict(rows).tolist(), rel=1e-9)
        for number in range(2):
            with served(folder, *UV, folder=tmp_path, ready=False) as server:
                server.wait(seconds=280)
                assert server.post(body).predictions == expected
                assert (BUILT in server.log) == (number == 0)
        (name,) = environments(cache)
        there = cache / "nbtrack" / "environments" / name
        versions = [found.name for found in there.rglob("cloudpickle-*.dist-info")]
        assert versions
        assert all(version.startswith("cloudpickle-3.0") for version in versions)
        assert not list(there.rglob("mlflow-*"))
        rows.to_csv(tmp_path / "in.csv", index=False)
        done = subprocess.run(
            [sys.executable, "-m", "nbtrack", "models", "predict", "-m", str(folder), *UV, "-i", "in.csv"],
            capture_output=True, text=True, cwd=tmp_path, check=True,
        )  # fmt: skip
        assert json.loads(done.stdout)["predictions"] == expected
        assert done.stderr == ""
        # In batches too, by workers of that environment.
        batches = ["-o", "out.csv", "--keep", "alcohol", "--workers", "2", "--batch-rows", "2"]
        done = subprocess.run(
            [sys.executable, "-m", "nbtrack", "models", "predict", "-m", str(folder), *UV, "-i", "in.csv", *batches],
            capture_output=True, text=True, cwd=tmp_path, check=True,
        )  # fmt: skip
        assert (done.stdout, done.stderr) == ("", "")
        assert pd.read_csv(tmp_path / "out.csv")["prediction"].tolist() == expected
        # And from standard input; Parquet needs a package that the model does not.
        command = [sys.executable, "-m", "nbtrack", "models", "predict", "-m", str(folder), *UV]
        text = (tmp_path / "in.csv").read_text()
        done = subprocess.run(
            [*command, "-i", "-", "-o", "out.parquet"],
            input=text, capture_output=True, text=True, cwd=tmp_path, check=True,
        )  # fmt: skip
        assert pd.read_parquet(tmp_path / "out.parquet")["prediction"].tolist() == expected

    def test_two_may_build_at_once(self, folder, cache, tmp_path):
        servers = [Served(folder, *UV, folder=tmp_path) for _ in range(2)]
        try:
            answers = together(
                lambda n: servers[n].wait(seconds=280).post({"inputs": [[1.0] * 11]}).status, 2
            )
        finally:
            for server in servers:
                server.stop()
        assert answers == [200, 200]
        assert len(environments(cache)) == 1

    def test_what_cannot_be_installed_is_told_and_nothing_is_left(self, folder, cache):
        with (folder / "requirements.txt").open("a") as file:
            file.write("numpy==0.0.1\n")
        said = refused(folder, *UV)
        assert "cannot be built" in said
        assert "numpy" in said
        assert environments(cache) == []

    def test_functions_of_a_python_that_is_too_old_are_refused(self, cache, naughty_folder, tmp_path):
        folder = Path(shutil.copytree(naughty_folder, tmp_path / "naughty"))
        made_with(folder, "3.9.1")
        said = refused(folder, *UV)
        assert "3.9.1" in said
        assert "later Python" in said
        assert not cache.exists()

    @pytest.mark.parametrize("minor", ["3.9", "3.12", "3.13"])
    def test_a_model_of_another_python_is_served(self, minor, cache, folder, tmp_path, monkeypatch):
        if platform.python_version().startswith(f"{minor}."):
            pytest.skip("it is this one")
        python = other_python(minor)
        path = [str(python.parent)]
        if minor == "3.9":  # of a Python that nbtrack does not run on, it gets the first that it does
            path.append(str(other_python("3.10").parent))
        monkeypatch.setenv("PATH", os.pathsep.join([*path, os.environ["PATH"]]))
        theirs = tmp_path / "theirs"
        subprocess.run([uv(), "venv", "-q", "--python", str(python), str(theirs)], check=True)
        libraries = ["scikit-learn", "pandas", "cloudpickle"]
        subprocess.run(
            [uv(), "pip", "install", "-q", "--python", str(theirs / "bin/python"), *libraries], check=True
        )
        done = subprocess.run(
            [str(theirs / "bin/python"), "-c", MAKE, str(folder / "model.pkl")], capture_output=True, text=True, check=True,
        )  # fmt: skip
        told = json.loads(done.stdout)
        made_with(folder, told["python"])
        (folder / "requirements.txt").write_text("\n".join(["mlflow", *told["requirements"]]))
        with served(folder, *UV, folder=tmp_path, ready=False) as server:
            server.wait(seconds=280)
            answer = server.post({"inputs": [[1.0] * 11, [2.0] * 11]})
            assert answer.predictions == pytest.approx(told["predictions"], rel=1e-9)
            assert ("does not run on" in server.log) == (minor == "3.9")
            assert "InconsistentVersion" not in server.log


MAKE = """
import json, platform, sys
from importlib.metadata import version
import cloudpickle, numpy as np, pandas as pd
from sklearn.linear_model import ElasticNet
X = pd.DataFrame(np.random.default_rng(0).random((50, 11)))
model = ElasticNet(alpha=0.01).fit(X.to_numpy(), X.sum(axis=1))
with open(sys.argv[1], "wb") as file:
    cloudpickle.dump(model, file)
print(json.dumps({
    "python": platform.python_version(),
    "requirements": [f"{name}=={version(name)}" for name in ("cloudpickle", "numpy", "pandas", "scikit-learn")],
    "predictions": model.predict([[1.0] * 11, [2.0] * 11]).tolist(),
}))
"""


def other_python(minor):
    """Return an interpreter of another Python that is installed, on the path or by pyenv."""
    found = [shutil.which(f"python{minor}")]
    if shutil.which("pyenv"):
        listed = subprocess.run(["pyenv", "versions", "--bare"], capture_output=True, text=True, check=True)
        for version in listed.stdout.split():
            if version.startswith(f"{minor}."):
                prefix = subprocess.run(
                    ["pyenv", "prefix", version], capture_output=True, text=True, check=True
                )
                found.append(f"{prefix.stdout.strip()}/bin/python{minor}")
    for python in filter(None, found):
        done = subprocess.run([python, "-c", "pass"], capture_output=True, check=False)
        if done.returncode == 0:
            return Path(python)
    pytest.skip(f"there is no Python {minor} here")
