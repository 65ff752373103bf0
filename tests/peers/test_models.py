"""Models between nbtrack and the real MLflow: each loads what the other wrote, and answers the same."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import nbtrack
from nbtrack.errors import ModelError, TrustError
from tests.benchmarks import peers

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

ROOT = Path(__file__).resolve().parents[2]
WINE = ROOT / "notebooks" / "sklearn_elasticnet_wine" / "wine-quality.csv"
RECORDED = ROOT / "tests" / "unit" / "models" / "data" / "mlflow-3.17"


@pytest.fixture(scope="module")
def mlflow():
    """Return the interpreter of an environment with MLflow, made if need be."""
    peers.install("mlflow")
    return peers.python("mlflow")


def environment():
    """Return this process's variables without those by which MLflow's could find nbtrack, or another store."""
    ours = {"NBTRACK_STORE", "MLFLOW_TRACKING_URI", "PYTHONPATH"}
    return {n: v for n, v in os.environ.items() if n not in ours} | peers.QUIET


def run(python, folder, script, *arguments):
    done = subprocess.run(
        [str(python), "-c", script, *map(str, arguments)],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# As in a notebook: functions and classes are of `__main__`, so no module of theirs can be imported elsewhere.
WRITE = """
import json, sys
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import ElasticNet, LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
import nbtrack
from nbtrack.models import infer_signature

wine = pd.read_csv(sys.argv[1])
X, y = wine.drop(columns="quality"), wine["quality"]
told = {}

def keep(name, model, rows, params=None, **options):
    loaded = nbtrack.load_model(nbtrack.log_model(model, name, **options).model_uri)
    table = isinstance(rows, pd.DataFrame)
    example = loaded.input_example
    told[name] = {
        "folder": str(loaded.path),
        "rows": rows.to_dict(orient="split", index=False) if table else np.asarray(rows).tolist(),
        "dtypes": [str(t) for t in rows.dtypes] if table else str(rows.dtype),
        "params": params,
        "answers": np.asarray(loaded.predict(rows, params)).tolist(),
        "signature": loaded.signature and {k: v and json.loads(v) for k, v in loaded.signature.to_dict().items()},
        "example": example.to_json(orient="table", index=False, double_precision=15)
        if isinstance(example, pd.DataFrame) else repr(example),
        "example_answers": None if example is None else np.asarray(loaded.predict(example)).tolist(),
        "sklearn": hasattr(model, "fit"),
    }

def scaled(data, factor=2):
    return (data["alcohol"] * factor * scale).to_numpy()

def acid(data):
    return data["pH"].to_numpy()

def years(data):
    return data["day"].dt.year + data["x"]

class Rule:
    limit = 10

    def __init__(self, base):
        self.base = base

    def predict(self, model_input, params=None):
        return (model_input["alcohol"] > (params or {}).get("limit", self.limit)).to_numpy() + self.base

class Shifted(nbtrack.pyfunc.PythonModel):
    def load_context(self, context):
        self.by = float(open(context.artifacts["by"]).read())

    def predict(self, context, model_input, params=None):
        return (model_input["alcohol"] * context.model_config["factor"] + self.by).to_numpy()

CODE = '''
try:
    from mlflow.models import set_model
except ImportError:
    from nbtrack.models import set_model


class Scaled:
    def __call__(self, model_input):
        return self.predict(None, model_input)

    def load_context(self, context):
        self.factor = context.model_config["factor"]

    def predict(self, context, model_input):
        return (model_input["alcohol"] * self.factor).to_numpy()


set_model(Scaled())
'''

scale = 3
with nbtrack.start_run():
    net = ElasticNet(alpha=0.1).fit(X, y)
    keep("net", net, X[5:8], input_example=X.head(3))
    keep("bare", net, X[5:8])
    keep("array", ElasticNet(alpha=0.1).fit(X.to_numpy(), y), X[5:8].to_numpy(), input_example=X.head(3).to_numpy())
    numbered = X[["alcohol", "pH"]].set_axis([0, 1], axis=1)
    keep("numbered", ElasticNet(alpha=0.1).fit(numbered, y), numbered[5:8], input_example=numbered.head(3))
    keep("classes", RandomForestClassifier(n_estimators=3, random_state=0).fit(X, np.where(y > 6, "good", "plain")),
         X[5:30], input_example=X.head(2))
    keep("search", GridSearchCV(ElasticNet(), {"alpha": [0.1, 1]}, cv=2).fit(X, y), X[5:10], input_example=X.head(2))
    keep("clusters", KMeans(2, n_init=1, random_state=0).fit(X), X[5:10], input_example=X.head(2))
    keep("scaler", StandardScaler().fit(X), X[5:10], input_example=X.head(2))
    mixed = pd.DataFrame({"colour": ["red", "white", "white", "red"], "grape": ["a", "b", None, "a"],
                          "alcohol": [9.5, 12.0, 11.0, 10.0], "age": [1, 2, 3, 4], "dry": [True, False, True, True]})
    columns = ColumnTransformer([("text", OneHotEncoder(handle_unknown="ignore"), ["colour", "grape"]),
                                 ("number", StandardScaler(), ["alcohol"])], remainder="passthrough")
    keep("pipeline", make_pipeline(columns, LogisticRegression()).fit(mixed, ["bad", "good", "good", "bad"]),
         mixed, input_example=mixed.head(3))
    keep("function", scaled, X[5:8], {"factor": 5}, signature=infer_signature(X, None, {"factor": 2}),
         input_example=X.head(2))
    keep("another", acid, X[5:8], input_example=X.head(2))
    keep("object", Rule(1), X[5:8], {"limit": 9.0}, signature=infer_signature(X, np.array([1]), {"limit": 10.0}),
         input_example=X.head(2))
    short = pd.DataFrame({"i": np.array([1, 2], "int32"), "f": np.array([0.1, 0.2], "float32"), "b": [True, False]})
    keep("short", lambda data: data.sum(axis=1).to_numpy(), short, input_example=short)
    dates = pd.DataFrame({"day": pd.to_datetime(["2026-01-02", "2027-03-04"]).astype("datetime64[ns]"), "x": [1.0, 2.0]})
    told_dates = dates.assign(day=dates["day"].astype(str))
    keep("dates", years, dates, input_example=dates)
    told["dates"]["rows"] = told_dates.to_dict(orient="split", index=False)
    block = np.arange(24, dtype="float32").reshape(2, 3, 4)
    keep("tensor", lambda data: data.sum(axis=(1, 2)), block, input_example=block)
    keep("records", lambda data: data["a"] * 2, pd.DataFrame({"a": [1, 2]}), input_example=[{"a": 1}, {"a": 2}])
    wines = pd.DataFrame({"text": ["red wine", "white wine", "rose", "port"] * 3})
    bag = make_pipeline(CountVectorizer(), MultinomialNB())
    keep("texts", bag.fit(wines["text"], [0, 1, 2, 0] * 3), wines, input_example=wines["text"].tolist()[:3])
    told["texts"]["sklearn"] = False  # the estimator itself takes no table
    keep("categories", HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=1).fit(
         pd.DataFrame({"c": [1, 2] * 6}), [0, 1] * 6), pd.DataFrame({"c": [2, 1]}), input_example=pd.DataFrame({"c": [1, 2]}))
    open("by.txt", "w").write("10")
    keep("context", Shifted(), X[5:8], artifacts={"by": "by.txt"}, model_config={"factor": 2}, input_example=X.head(2))
    open("code.py", "w").write(CODE)
    keep("code", "code.py", X[5:8], input_example=X.head(2), model_config={"factor": 3})
json.dump(told, open("ours.json", "w"))
"""

# Everything that is asked of MLflow, in one process: importing it takes many seconds.
ASK = """
import importlib.util, json, os, sys, warnings
import mlflow, mlflow.pyfunc, mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import ElasticNet, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.simplefilter("ignore")
wine_file, recorded = sys.argv[1:]
told = {"nbtrack": importlib.util.find_spec("nbtrack") is not None, "ours": {}, "recorded": {}, "theirs": {}}

def shown(example):
    table = isinstance(example, pd.DataFrame)
    return example.to_json(orient="table", index=False, double_precision=15) if table else repr(example)

def table(split, dtypes=None):
    rows = pd.DataFrame(split["data"], columns=split["columns"])
    return rows if dtypes is None else rows.astype(dict(zip(rows.columns, dtypes)))

# What nbtrack wrote.
for name, ours in json.load(open("ours.json")).items():
    model = mlflow.pyfunc.load_model(ours["folder"])
    rows = ours["rows"]
    rows = table(rows, ours["dtypes"]) if isinstance(rows, dict) else np.array(rows, ours["dtypes"])
    signature, meta = model.metadata.signature, model.metadata
    example = meta.load_input_example(ours["folder"]) if meta.saved_input_example_info else None
    answer = told["ours"][name] = {
        "answers": np.asarray(model.predict(rows, params=ours["params"])).tolist(),
        "signature": signature and {k: v and json.loads(v) for k, v in signature.to_dict().items()},
        "example": shown(example),
        "example_answers": None if example is None else np.asarray(model.predict(example)).tolist(),
    }
    if ours["sklearn"]:
        native = mlflow.sklearn.load_model(ours["folder"])
        answer["native"] = np.asarray((native.predict if hasattr(native, "predict") else native.transform)(rows)).tolist()

# What is recorded of MLflow beside the unit tests.
for name, known in json.load(open(os.path.join(recorded, "expected.json"))).items():
    sys.modules.pop("rule", None)
    model = mlflow.pyfunc.load_model(os.path.join(recorded, name))
    told["recorded"][name] = np.asarray(model.predict(table(known["input"]))).tolist()

# What MLflow writes now.
def keep(name, save, rows, **options):
    folder = os.path.abspath(name)
    save(path=folder, **options)
    model = mlflow.pyfunc.load_model(folder)
    example = model.metadata.load_input_example(folder)
    told["theirs"][name] = {
        "folder": folder, "rows": rows.to_dict(orient="split", index=False), "dtypes": [str(t) for t in rows.dtypes],
        "answers": np.asarray(model.predict(rows)).tolist(), "example": shown(example),
        "columns": model.metadata.get_input_schema() and model.metadata.get_input_schema().to_dict(),
    }

wine = pd.read_csv(wine_file)
X, y = wine.drop(columns="quality"), wine["quality"]
mixed = pd.DataFrame({"colour": ["red", "white", "white", "red"], "grape": ["a", "b", None, "a"],
                      "alcohol": [9.5, 12.0, 11.0, 10.0], "age": [1, 2, 3, 4]})
columns = ColumnTransformer([("text", OneHotEncoder(handle_unknown="ignore"), ["colour", "grape"]),
                             ("number", StandardScaler(), ["alcohol"])], remainder="passthrough")
net = ElasticNet(alpha=0.1).fit(X, y)
pipeline = make_pipeline(columns, LogisticRegression()).fit(mixed, ["bad", "good", "good", "bad"])
for form in ("cloudpickle", "pickle", "skops"):
    keep(f"net-{form}", mlflow.sklearn.save_model, X[5:8], sk_model=net, serialization_format=form,
         input_example=X.head(2))
    keep(f"pipeline-{form}", mlflow.sklearn.save_model, mixed, sk_model=pipeline, serialization_format=form,
         input_example=mixed.head(3), signature=infer_signature(mixed, pipeline.predict(mixed)))
keep("chances", mlflow.sklearn.save_model, mixed, sk_model=pipeline, pyfunc_predict_fn="predict_proba",
     input_example=mixed.head(3))
short = pd.DataFrame({"i": np.array([1, 2, 3], "int32"), "f": np.array([0.1, 0.2, 0.3], "float32")})
keep("short", mlflow.sklearn.save_model, short, sk_model=ElasticNet().fit(short, [1, 2, 3]), input_example=short)
numbered = X[["alcohol", "pH"]].set_axis([0, 1], axis=1)
keep("numbered", mlflow.sklearn.save_model, numbered[5:8], sk_model=ElasticNet().fit(numbered, y),
     input_example=numbered.head(2))

class Doubled(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input["alcohol"] * 2

keep("python-model", mlflow.pyfunc.save_model, X[5:8], python_model=Doubled(), input_example=X.head(2))
json.dump(told, open("mlflow.json", "w"))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def ours(folder):
    """Return what nbtrack wrote, and says of it."""
    run(sys.executable, folder, WRITE, WINE)
    return json.loads((folder / "ours.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def told(mlflow, folder, ours):
    """Return what MLflow says of nbtrack's folders and of the recorded ones, and what it writes itself."""
    # Loading code leaves its bytecode beside it.
    recorded = shutil.copytree(RECORDED, folder / "recorded")
    run(mlflow, folder, ASK, WINE, recorded)
    return json.loads((folder / "mlflow.json").read_text(encoding="utf-8"))


def same(left, right):
    """Return whether answers are the same, numbers as far as two builds of NumPy may differ."""
    left, right = np.asarray(left), np.asarray(right)
    if left.dtype.kind == right.dtype.kind == "f":
        return np.allclose(left, right, rtol=1e-9, atol=1e-12)
    return left.tolist() == right.tolist()


def test_mlflow_answers_as_nbtrack_does(ours, told):
    assert not told["nbtrack"], "nothing of nbtrack's is needed"
    assert len(ours) == len(told["ours"]) == 20
    for name, one in ours.items():
        theirs = told["ours"][name]
        assert same(theirs["answers"], one["answers"]), name
        assert "native" not in theirs or same(theirs["native"], one["answers"]), name


def test_mlflow_reads_signature_and_example_as_nbtrack_does(ours, told):
    for name, one in ours.items():
        theirs = told["ours"][name]
        assert theirs["signature"] == one["signature"], name
        assert theirs["example"] == one["example"], name
        assert same(theirs["example_answers"], one["example_answers"]), name
    assert ours["net"]["signature"]["inputs"][0] == {
        "name": "fixed acidity",
        "type": "double",
        "required": True,
    }


def test_the_recorded_answers_are_what_mlflow_answers(told):
    expected = json.loads((RECORDED / "expected.json").read_text(encoding="utf-8"))
    assert set(told["recorded"]) == set(expected)
    for name, answers in told["recorded"].items():
        assert same(answers, expected[name]["predictions"]), name


@pytest.fixture
def store(tmp_path):
    """Return a store that has written none of the folders."""
    store = nbtrack.set_store(tmp_path / ".nbtrack")
    yield store
    store.close()


@pytest.mark.usefixtures("store")
def test_nbtrack_answers_as_mlflow_does(told):
    written = dict(told["theirs"])
    python_model = written.pop("python-model")
    for name, theirs in written.items():
        model = nbtrack.load_model(theirs["folder"], trust=True)
        split = theirs["rows"]
        rows = pd.DataFrame(split["data"], columns=split["columns"])
        rows = rows.astype(dict(zip(rows.columns, theirs["dtypes"], strict=True)))
        assert same(model.predict(rows), theirs["answers"]), name
        example = model.input_example
        assert example.to_json(orient="table", index=False, double_precision=15) == theirs["example"], name
        assert len(model.predict(example)) == len(example), name
        assert [column.name for column in model.signature.inputs] == [c["name"] for c in theirs["columns"]], (
            name
        )
        if "pickle" in name:
            with pytest.raises(TrustError):
                nbtrack.load_model(theirs["folder"])
    # Its class is MLflow's: without MLflow nothing can load it, and that is said.
    with pytest.raises(ModelError, match=r"'mlflow\.pyfunc\.model', which is not installed here"):
        nbtrack.load_model(python_model["folder"], trust=True)


@pytest.fixture
def served(mlflow, ours, tmp_path):
    """Serve the pipeline with `mlflow models serve`, and return the address."""
    if not hasattr(os, "killpg"):
        pytest.skip("the server starts children, which are ended by their group")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["models", "serve", "-m", ours["pipeline"]["folder"], "--env-manager", "local"]
    path = os.pathsep.join([str(mlflow.parent), os.environ.get("PATH", os.defpath)])
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [str(mlflow.parent / "mlflow"), *command, "-h", "127.0.0.1", "-p", str(port)],
            cwd=tmp_path,
            env=environment() | {"PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert server.poll() is None, (tmp_path / "server.log").read_text()
            try:
                with urllib.request.urlopen(f"{address}/ping", timeout=5):
                    break
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        else:
            pytest.fail((tmp_path / "server.log").read_text())
        yield address
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(30)


def test_mlflow_serves_what_nbtrack_wrote(served, ours):
    pipeline = ours["pipeline"]
    split = pipeline["rows"]
    records = [dict(zip(split["columns"], row, strict=True)) for row in split["data"]]
    example = (Path(pipeline["folder"]) / "serving_input_example.json").read_text(encoding="utf-8")
    for body, expected in (
        (json.dumps({"dataframe_split": split}), pipeline["answers"]),
        (json.dumps({"dataframe_records": records}), pipeline["answers"]),
        (example, pipeline["example_answers"]),
    ):
        request = urllib.request.Request(
            f"{served}/invocations", body.encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            assert json.load(response) == {"predictions": expected}
