"""Flavours of a user's own, brought by an installed distribution, and what a broken one does to the others."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

FLAVOUR = '''
import json

from nbtrack.models import Flavour, Saved


class Scale:
    """Nothing that any other flavour would take: it has neither predict nor fit, and cannot be called."""

    def __init__(self, factor):
        self.factor = factor


class ScaleFlavour(Flavour):
    name = "scale"

    def handles(self, model):
        return isinstance(model, Scale)

    def save(self, model, folder):
        (folder / "scale.json").write_text(json.dumps(model.factor))
        return Saved({"file": "scale.json"}, "scaling", {"data": "scale.json"}, {"scaling"})

    def load(self, folder, conf, loading):
        return Scale(json.loads((folder / conf["file"]).read_text()))

    def predict(self, model, data, params):
        return [value * model.factor for value in data["x"]]


class Broken:
    def __init__(self):
        raise RuntimeError("out of order")


class Doubtful(ScaleFlavour):
    name = "doubtful"

    def handles(self, model):
        return model.there_is_no_such_thing
'''


@pytest.fixture
def install(tmp_path):
    """Return a function that installs a distribution with entry points, and then runs a script beside it."""

    def install(entry_points, script):
        site = tmp_path / "site"
        info = site / "scaling-1.2.dist-info"
        info.mkdir(parents=True)
        (site / "scaling.py").write_text(FLAVOUR, encoding="utf-8")
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: scaling\nVersion: 1.2\n", encoding="utf-8"
        )
        (info / "RECORD").write_text("scaling.py,,\nscaling-1.2.dist-info/METADATA,,\n", encoding="utf-8")
        lines = "".join(f"{name} = {value}\n" for name, value in entry_points.items())
        (info / "entry_points.txt").write_text(f"[nbtrack.flavours]\n{lines}", encoding="utf-8")
        variables = {name: value for name, value in os.environ.items() if name != "NBTRACK_STORE"}
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env=variables | {"PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return install


SAVED = """
import json
import pandas as pd
import nbtrack
from scaling import Scale

X = pd.DataFrame({"x": [1.0, 2.0]})
with nbtrack.start_run() as run:
    info = nbtrack.log_model(Scale(3), input_example=X)
model = nbtrack.load_model(info.model_uri)
print(json.dumps({
    "answer": model.predict(X[["x"]].assign(x=[1, 2])),
    "native": type(model.native).__name__,
    "listed": [[m.name, m.flavour, m.uri == info.model_uri] for m in run.models],
    "flavors": list(model.metadata.flavors),
    "needs": (model.path / "requirements.txt").read_text().split(),
    "loader": model.metadata.flavors["python_function"]["loader_module"],
}))
"""


def test_an_installed_flavour_saves_loads_and_predicts(install):
    told = install({"scale": "scaling:ScaleFlavour"}, SAVED)
    assert told["answer"] == [3.0, 6.0]
    assert told["native"] == "Scale"
    assert told["listed"] == [["model", "scale", True]]
    assert told["flavors"] == ["python_function", "scale"]
    assert "scaling==1.2" in told["needs"]
    assert told["loader"] == "scaling"


BESIDE = """
import json, warnings
import pandas as pd
from sklearn.linear_model import LinearRegression
import nbtrack
from scaling import Scale

X = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    with nbtrack.start_run():
        info = nbtrack.log_model(LinearRegression().fit(X, [2.0, 4.0, 6.0]), "line")
        answers = [nbtrack.load_model(info.model_uri).predict(X).round(6).tolist()]
        answers.append(nbtrack.load_model(nbtrack.log_model(Scale(2), "scale").model_uri).predict(X))
print(json.dumps({"answers": answers, "told": [[w.category.__name__, str(w.message)] for w in caught]}))
"""


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("gone", "no_such_module:Flavour", "No module named 'no_such_module'"),
        ("missing", "scaling:NoSuchClass", "NoSuchClass"),
        ("broken", "scaling:Broken", "RuntimeError: out of order"),
        ("other", "scaling:Scale", "Scale"),
        ("text", "builtins:str", "a str is no Flavour"),
    ],
)
def test_a_broken_entry_point_breaks_no_other_flavour(install, name, value, message):
    told = install({name: value, "scale": "scaling:ScaleFlavour"}, BESIDE)
    assert told["answers"] == [[2.0, 4.0, 6.0], [2.0, 4.0, 6.0]]
    ((category, text),) = told["told"]
    assert category == "NbtrackWarning"
    assert f"the flavour {name!r} of scaling ({value}) is left out" in text
    assert message in text


def test_a_flavour_that_fails_to_answer_is_passed_over(install):
    told = install({"doubtful": "scaling:Doubtful", "scale": "scaling:ScaleFlavour"}, BESIDE)
    assert told["answers"] == [[2.0, 4.0, 6.0], [2.0, 4.0, 6.0]]
    assert [category for category, _ in told["told"]] == ["NbtrackWarning"] * 2
    assert "'doubtful' cannot tell whether it is for a LinearRegression" in told["told"][0][1]
