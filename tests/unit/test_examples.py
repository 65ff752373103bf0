"""Every public name has an example in its docstring, and each example does what it says."""

import doctest
import inspect
import re
from operator import attrgetter
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

import nbtrack
from nbtrack.capture.secrets import SEEN
from nbtrack.serving import start
from nbtrack.store import processes
from nbtrack.tracking import current

SYSTEM_METRICS = [
    "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING",
    "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL",
    "MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING",
    "MLFLOW_SYSTEM_METRICS_NODE_ID",
]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
SECTION = re.compile(r"^Examples\n-{8}\n(.*)", re.MULTILINE | re.DOTALL)
ANOTHER_SECTION = re.compile(r"^\w[\w ]*\n-{3,}$", re.MULTILINE)

# Of a class's methods and properties those that users call most; its attributes are shown by its own example.
MEMBERS = {
    "Panel": "close figure runs",
    "Run": "artifacts children delete diff history models page rename set_note set_tag summary",
    "Runs": "best figure panel to_csv to_pandas to_parquet total",
}
NAMES = [
    *(
        name
        for name in nbtrack.__all__
        if inspect.isfunction(getattr(nbtrack, name))
        or (inspect.isclass(getattr(nbtrack, name)) and not issubclass(getattr(nbtrack, name), Exception))
    ),
    *(f"{owner}.{member}" for owner, members in MEMBERS.items() for member in members.split()),
]


@pytest.fixture
def prepared(store, tmp_path, monkeypatch):
    """Yield the names that examples use, in a folder with files and a store with the runs `ridge` and `lasso`."""
    plt.switch_backend("Agg")
    monkeypatch.setattr("nbtrack.direction._chosen", {})
    monkeypatch.setattr(SEEN, "_allowed", set())
    for variable in SYSTEM_METRICS:
        monkeypatch.setenv(variable, "")  # what the examples set is taken back
    X = pd.DataFrame({"alcohol": [9.0, 10.0, 11.0, 12.0]})
    y = [4, 5, 6, 7]
    model = Ridge(alpha=0.5).fit(X, y)
    Path("plots").mkdir()
    for file in ("report.md", "plots/loss.svg", "plots/rmse.svg"):
        Path(file).write_text("all is well", encoding="utf-8")
    nbtrack.set_experiment("wine")
    with nbtrack.start_run(run_name="ridge"):
        nbtrack.log_param("alpha", 0.5)
        nbtrack.log_metrics({"rmse": 0.82, "latency": 3.0})
        nbtrack.log_metric("rmse", 0.79)
        nbtrack.log_model(model, input_example=X.head(2))
    with nbtrack.start_run(run_name="lasso"):
        nbtrack.log_param("alpha", 0.1)
        nbtrack.log_metrics({"rmse": 0.71, "latency": 2.0})
        nbtrack.log_artifact("report.md")
    yield {"nbtrack": nbtrack, "model": model, "X": X, "y": y}
    plt.close("all")
    nbtrack.autolog(disable=True)
    start._stop_own()
    for run in reversed(current.open_runs()):
        current.finish(run)
    for opened in list(processes.opened):
        if opened.path.is_relative_to(tmp_path):
            opened.close()


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_has_an_example_that_runs(name, prepared):
    text = inspect.getdoc(attrgetter(name)(nbtrack)) or ""
    section = SECTION.search(text)
    assert section, f"the docstring of {name} has no section Examples"
    assert not ANOTHER_SECTION.search(section[1]), f"the section Examples of {name} comes last"
    test = doctest.DocTestParser().get_doctest(text, prepared, name, None, 0)
    assert not all(example.options.get(doctest.SKIP) for example in test.examples), f"{name}: nothing runs"
    said = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.append)
    assert not said, "".join(said)
