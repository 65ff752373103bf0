"""Models of Keras, CatBoost, statsmodels, Lightning and ONNX: nbtrack and MLflow each load what the other wrote."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks import peers

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]

ROOT = Path(__file__).resolve().parents[2]

# In this order: what needs no training of its own comes last.
MODELS = """
import json, os, sys
import numpy as np
import pandas as pd
import keras, torch, lightning, catboost, onnx
import statsmodels.api as sm
import statsmodels.formula.api as smf
from onnx import TensorProto, helper
from statsmodels.tsa.arima.model import ARIMA

rng = np.random.default_rng(0)
table = pd.DataFrame(rng.normal(size=(60, 3)), columns=["a", "b", "c"])
y = table["a"] * 2 + table["b"] - table["c"]
array = table.to_numpy("float32")

net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])
net.compile("adam", "mse")
net.fit(array, y.to_numpy("float32"), epochs=2, verbose=0)

class Lit(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 1)

    def forward(self, x):
        return self.layer(x)

    def training_step(self, batch, _number):
        return ((self(batch[0]) - batch[1]) ** 2).mean()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.01)

lit = Lit()
rows = torch.utils.data.TensorDataset(torch.tensor(array), torch.tensor(y.to_numpy("float32"))[:, None])
lightning.Trainer(
    max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
    enable_model_summary=False,
).fit(lit, torch.utils.data.DataLoader(rows, 20))

boost = catboost.CatBoostRegressor(iterations=5, verbose=0, allow_writing_files=False).fit(table, y)
classes = catboost.CatBoostClassifier(iterations=5, verbose=0, allow_writing_files=False)
classes.fit(table, np.where(y > 0, "up", "down"))
formula = smf.ols("y ~ a + np.abs(b)", table.assign(y=y)).fit()
plain = sm.OLS(y, sm.add_constant(table)).fit()
series = ARIMA(y, order=(1, 0, 0)).fit()
given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 3])
doubled = helper.make_tensor_value_info("doubled", TensorProto.FLOAT, [None, 3])
node = helper.make_node("Add", ["x", "x"], ["doubled"])
graph = helper.make_model(
    helper.make_graph([node], "double", [given], [doubled]), opset_imports=[helper.make_opsetid("", 17)], ir_version=9
)

MODELS = {
    "keras": (net, array[:4]),
    "lightning": (lit, array[:4]),
    "catboost": (boost, table[:4]),
    "classes": (classes, table[:4]),
    "formula": (formula, table[:4]),
    "plain": (plain, sm.add_constant(table)[:4]),
    "series": (series, pd.DataFrame({"start": [60], "end": [63]})),
    "onnx": (graph, array[:4]),
}

def told(answer):
    if isinstance(answer, dict):
        (answer,) = answer.values()
    return np.asarray(answer).ravel().tolist()
"""

WRITE = (
    MODELS
    + """
import nbtrack

answers = {}
for name, (model, rows) in MODELS.items():
    saved = nbtrack.save_model(model, "ours/" + name)
    loaded = nbtrack.load_model("ours/" + name)
    answers[name] = {
        "answer": told(loaded.predict(rows)), "flavour": list(saved.flavors),
        "inputs": saved.signature and saved.signature.to_dict()["inputs"],
        "requirements": open("ours/" + name + "/requirements.txt").read(),
    }
json.dump(answers, open("ours.json", "w"))
"""
)

SERVE = (
    MODELS
    + """
import urllib.request
import nbtrack

answers = {}
for name, (model, rows) in MODELS.items():
    if isinstance(rows, pd.DataFrame):
        body = {"dataframe_split": rows.to_dict("split")}
    else:
        body = {"inputs": rows.tolist()}
    server = nbtrack.serve("ours/" + name).wait()
    request = urllib.request.Request(
        server.url + "/invocations", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        answer = json.load(urllib.request.urlopen(request))["predictions"]
    finally:
        server.stop()
    if isinstance(answer, list) and isinstance(answer[0], dict):
        answer = [value for row in answer for value in row.values()]
    answers[name] = told(answer)
json.dump(answers, open("served.json", "w"))
"""
)

ASK = (
    MODELS
    + """
import mlflow, mlflow.keras, mlflow.pytorch, mlflow.catboost, mlflow.statsmodels, mlflow.onnx

KINDS = {"lightning": "pytorch", "classes": "catboost", "formula": "statsmodels", "plain": "statsmodels",
         "series": "statsmodels"}
answers = {"ours": {}, "theirs": {}, "native": {}}
for name, (model, rows) in MODELS.items():
    kind = getattr(mlflow, KINDS.get(name, name))
    answers["ours"][name] = told(mlflow.pyfunc.load_model("ours/" + name).predict(rows))
    answers["native"][name] = type(kind.load_model(os.path.abspath("ours/" + name))).__name__
    options = {"serialization_format": "pickle"} if name == "lightning" else {}
    # Without these MLflow imports everything once more, to find out.
    kind.save_model(model, os.path.abspath("theirs/" + name), pip_requirements=["numpy"], **options)
    answers["theirs"][name] = told(mlflow.pyfunc.load_model("theirs/" + name).predict(rows))
answers["nbtrack"] = "nbtrack" in sys.modules
json.dump(answers, open("mlflow.json", "w"))
"""
)

READ = (
    MODELS
    + """
import nbtrack

answers = {}
for name, (model, rows) in MODELS.items():
    answers[name] = told(nbtrack.load_model("theirs/" + name, trust=True).predict(rows))
json.dump(answers, open("read.json", "w"))
"""
)


def run(folder, script, **variables):
    """Run a script in the libraries' environment; return what it wrote."""
    known = {"NBTRACK_STORE", "MLFLOW_TRACKING_URI", "PYTHONPATH"}
    own = {name: value for name, value in os.environ.items() if name not in known}
    done = subprocess.run(
        [str(peers.python("libraries")), "-c", script],
        cwd=folder,
        env=own
        | peers.QUIET
        | {"KERAS_BACKEND": "torch", "NBTRACK_STORE": str(folder / "store")}
        | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return what each says of what the other wrote."""
    peers.install("libraries")
    folder = tmp_path_factory.mktemp("libraries")
    run(folder, WRITE, PYTHONPATH=str(ROOT))
    run(folder, SERVE, PYTHONPATH=str(ROOT))
    run(folder, ASK)
    run(folder, READ, PYTHONPATH=str(ROOT))
    return {
        name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("ours", "served", "mlflow", "read")
    }


def same(left, right):
    left, right = np.asarray(left), np.asarray(right)
    if left.dtype.kind == right.dtype.kind == "f":
        return np.allclose(left, right, rtol=1e-5)
    return left.tolist() == right.tolist()


def test_mlflow_answers_as_nbtrack_does(told):
    assert not told["mlflow"]["nbtrack"], "nothing of nbtrack's is needed"
    assert len(told["ours"]) == 8
    for name, ours in told["ours"].items():
        assert same(ours["answer"], told["mlflow"]["ours"][name]), name


def test_each_is_served(told):
    for name, ours in told["ours"].items():
        assert same(ours["answer"], told["served"][name]), name


def test_each_is_of_mlflows_flavour(told):
    flavours = {name: one["flavour"][0] for name, one in told["ours"].items()}
    assert flavours == {
        "keras": "keras",
        "lightning": "pytorch",
        "catboost": "catboost",
        "classes": "catboost",
        "formula": "statsmodels",
        "plain": "statsmodels",
        "series": "statsmodels",
        "onnx": "onnx",
    }
    assert told["mlflow"]["native"]["keras"] == "Sequential"
    assert told["mlflow"]["native"]["classes"] == "CatBoostClassifier"
    assert told["mlflow"]["native"]["onnx"] == "ModelProto"


def test_nbtrack_answers_as_mlflow_does(told):
    for name, answer in told["mlflow"]["theirs"].items():
        assert same(told["read"][name], answer), name


def test_signatures_and_requirements_are_known_without_an_example(told):
    inputs = {name: json.loads(one["inputs"]) for name, one in told["ours"].items() if one["inputs"]}
    assert inputs["keras"] == inputs["onnx"]
    assert inputs["keras"][0]["tensor-spec"] == {"dtype": "float32", "shape": [-1, 3]}
    assert [column["name"] for column in inputs["formula"]] == ["a", "b"]
    assert [column["name"] for column in inputs["plain"]] == ["const", "a", "b", "c"]
    assert [column["type"] for column in inputs["catboost"]] == ["double"] * 3
    needs = {name: one["requirements"] for name, one in told["ours"].items()}
    assert "keras==" in needs["keras"]
    assert "torch==" in needs["keras"]
    assert "catboost==" in needs["classes"]
    assert "statsmodels==" in needs["series"]
    assert "onnxruntime==" in needs["onnx"]
    assert "lightning==" in needs["lightning"]


CELLS = """
import ast, json
import numpy as np
import pandas as pd
import catboost, keras, lightning, torch
import statsmodels.formula.api as smf
from nbtrack.capture import CellCapture

table = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 2)), columns=["a", "b"])
table["y"] = table["a"] - table["b"]
X, y = table[["a", "b"]].to_numpy("float32"), table["y"].to_numpy("float32")

def net():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model

def fit():
    model = net()
    return model, model.fit(X, y, epochs=1, verbose=0)

class Lit(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def training_step(self, batch, _number):
        return ((self.layer(batch[0])[:, 0] - batch[1]) ** 2).mean()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.01)

rows = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(y)), 20)
trainer = lightning.Trainer(
    max_epochs=1, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
    enable_model_summary=False,
)
earlier, lit = net(), Lit()

def boosted():
    return {"model": catboost.CatBoostRegressor(iterations=2, verbose=0, allow_writing_files=False).fit(X, y)}

CELLS = [
    "model, history = fit()",
    "earlier.fit(X, y, verbose=0)",
    "for _ in range(2):\\n    loss = earlier.train_on_batch(X, y)",
    "loss = earlier.evaluate(X, y, verbose=0)",
    "trainer.fit(lit, rows)",
    "result = boosted()",
    "fitted = smf.ols('y ~ a', table).fit()",
    "answers = fitted.predict(table)",
]
found = []
for cell in CELLS:
    capture = CellCapture(globals())
    exec(compile(capture.transform(ast.parse(cell)), "cell", "exec"), globals())
    found.append([one.name for one in capture.finish().fitted])
json.dump(found, open("found.json", "w"))
"""


def test_what_a_cell_trains_is_found(tmp_path):
    peers.install("libraries")
    run(tmp_path, CELLS, PYTHONPATH=str(ROOT))
    assert json.loads((tmp_path / "found.json").read_text(encoding="utf-8")) == [
        ["model"],
        ["earlier"],
        ["earlier"],
        [],
        ["lit"],
        ["result.model"],
        ["fitted"],
        [],
    ]
