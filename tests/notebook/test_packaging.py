"""Runs of notebooks of all kinds become projects that give the same metrics elsewhere."""

import os
import re
import subprocess
import sys

import pytest

import nbtrack
from nbtrack.projects.packaging.making import package
from nbtrack.store import open_store
from tests.notebook.kernel import kernel_in
from tests.waiting import HANGS

DATA = """
import numpy as np
from sklearn.datasets import make_regression
X, y = make_regression(200, 5, noise=20, random_state=1)
"""
SPLIT = """
from sklearn.model_selection import train_test_split
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
"""
RIDGE = "from sklearn.linear_model import Ridge"

NOTEBOOKS = {
    "data in earlier cells": [DATA, SPLIT, RIDGE, "%%track\nalpha = 0.5\nmodel = Ridge(alpha=alpha).fit(X_train, y_train)\nmodel.score(X_test, y_test)"],
    "functions": [DATA, SPLIT, RIDGE, "def fit(alpha, *, tol):\n    return Ridge(alpha=alpha, tol=tol).fit(X_train, y_train)\ndef score(model):\n    return model.score(X_test, y_test)",
                  "%%track\nmodel = fit(-0.0 + 2.5, tol=1e-3)\nr2 = score(model)"],
    "star import": [DATA, "from sklearn.linear_model import *\nfrom sklearn.metrics import *", '%%track\nmodel = Lasso(alpha=0.25, max_iter=500)\nmodel.fit(X, y)\nprint(f"r2 {r2_score(y, model.predict(X)):.3f}, mae: {mean_absolute_error(y, model.predict(X))}")'],
    "dataclass settings": [DATA, SPLIT, RIDGE, "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass Config:\n    alpha: float = 0.5\n    fit_intercept: bool = False\n    solver: str = 'it\\'s \"svd\"'[5:8]\n    seed: int | None = None",
                           "%%track\nconfig = Config(alpha=1.5)\nmodel = Ridge(alpha=config.alpha, fit_intercept=config.fit_intercept).fit(X_train, y_train)\nr2 = model.score(X_test, y_test)"],
    "installs": ["!pip install --quiet --no-index scikit-learn", DATA, RIDGE, "%%track\n%pip install --no-index -q pandas\nmodel = Ridge(alpha=3)\nmodel.fit(X, y)\ntrain_score = model.score(X, y)"],
    "timed": [DATA, "%%time\nfrom sklearn.linear_model import Ridge", "%%track\n%%time\nmodel = Ridge(alpha=0.75).fit(X, y)\n%time score = model.score(X, y)\nprint('r2:', score)"],
    "another folder": ["import os\nos.makedirs('deeper/down', exist_ok=True)\nopen('deeper/down/numbers.csv', 'w').write('a,b\\n' + '\\n'.join(f'{i},{i * i % 7}' for i in range(40)))", "%cd deeper", "import pandas as pd\ntable = pd.read_csv('down/numbers.csv')",
                       RIDGE, "%%track\nmodel = Ridge(alpha=2.0).fit(table[['a']], table['b'])\nscore = model.score(table[['a']], table['b'])"],
    "the shell": [DATA, RIDGE, "files = !echo one; echo two\n!echo $((1 + 1)) > /dev/null", "%%track\nmodel = Ridge(alpha=float(len(files))).fit(X, y)\nr2 = model.score(X, y)"],
    "plots": [DATA, RIDGE, "%matplotlib inline\nimport matplotlib.pyplot as plt", "%%track\nmodel = Ridge(alpha=0.5, solver='lsqr').fit(X, y)\nresiduals = y - model.predict(X)\nrmse = np.sqrt(np.mean(residuals**2))\nplt.hist(residuals, color='red')\nplt.show()"],
    "a loop with a history": [DATA, "%%track\nlr, epochs = 0.1, 30\nw = np.zeros(5)\nhistory = {'val': []}\nfor epoch in range(epochs):\n    gradient = X.T @ (X @ w - y) / len(y)\n    w -= lr * gradient  # a step\n    loss = float(np.mean((X @ w - y)**2))\n    if epoch % 10 == 0:\n        val_loss = loss * 2\n    history['val'].append(loss / 2)\nfinal_loss = loss"],
    "a grid search": [DATA, RIDGE, "from sklearn.model_selection import GridSearchCV", "%%track\nsearch = GridSearchCV(Ridge(), {'alpha': [0.1, 1.0, 10.0]}, cv=3)\nsearch.fit(X, y)\nprint(search.best_score_)\nbest_alpha = search.best_params_['alpha']"],
    "await at top level": [DATA, RIDGE, "import asyncio\nasync def load(n):\n    await asyncio.sleep(0)\n    return X[:n], y[:n]", "n = 100\na, b = await load(n)", "%%track\nalpha: float = 0.5\nc, d = await load(150)\nmodel = Ridge(alpha=alpha).fit(c, d)\nr2 = model.score(a, b)"],
    "relative data": ["import os, csv\nos.makedirs('data', exist_ok=True)\nwith open('data/t.csv', 'w') as f:\n    csv.writer(f).writerows([['x', 'y'], *[[i, 3 * i % 11] for i in range(50)]])", "import pandas as pd\nfrom pathlib import Path\nROOT = Path('data')", RIDGE,
                      "%%track\nframe = pd.read_csv(ROOT / 't.csv')\nmodel = Ridge(alpha=5.0).fit(frame[['x']], frame['y'])\nmae = abs(model.predict(frame[['x']]) - frame['y']).mean()\nframe.to_csv('out.csv')"],
    "names that clash": [DATA, RIDGE, "given = 0.5\nresults = {}\nargs = None\nparser = 'none'\ndisplay = print", "%%track\nalpha = given * 2\nbeta = -1.5\nmodel = Ridge(alpha=alpha).fit(X, y)\nresults['r2'] = model.score(X, y) + 0 * beta\nmlflow = 'mine'"],
    "two models": [DATA, SPLIT, "from sklearn.linear_model import Ridge, Lasso", "%%track\none = Ridge(alpha=0.5).fit(X_train, y_train)\nother = Lasso(alpha=0.125).fit(X_train, y_train)\nprint(one.score(X_test, y_test), other.score(X_test, y_test))\nfor name, each in {'a': one, 'b': other}.items():\n    each.score(X_train, y_train)"],
    "a running sum": [DATA, "%%track\nrate = 0.5\nfor epoch in range(4):\n    running_loss = 0.0\n    for i in range(5):\n        running_loss += rate * float(y[i]) ** 2 / (epoch + 1)\n    print(running_loss)"],
    "nothing but defaults": [DATA, "from sklearn.neural_network import MLPRegressor", "%%track\nmodel = MLPRegressor(hidden_layer_sizes=(8,), random_state=3, max_iter=20)\nmodel.fit(X, y)\nprint('score', model.score(X, y))"],
}  # fmt: skip


FIRST = "%%track first\nfrom sklearn.linear_model import Ridge\n"
SEVERAL = {
    "a fitted scaler": ([DATA, FIRST + "from sklearn.preprocessing import StandardScaler\nscaler = StandardScaler()\nscaler.fit(X)  # once\nmodel = Ridge(alpha=0.1).fit(scaler.transform(X), y)\nr2 = model.score(scaler.transform(X), y)", "%%track\nother = Ridge(alpha=0.5).fit(scaler.transform(X), y)\nr2 = other.score(scaler.transform(X), y)"],
                        "- the tracked cell first: `scaler`"),
    "under %track on": ([DATA, "%track on", "from sklearn.linear_model import Ridge\none = Ridge(alpha=0.1).fit(X, y)\nr2 = one.score(X, y)", "other = Ridge(alpha=0.5).fit(X, y)\nr2 = other.score(X, y)"], ""),
}  # fmt: skip


@pytest.mark.parametrize("name", SEVERAL)
def test_of_another_tracked_cell_only_what_is_read_of_it_goes_along(name, tmp_path):
    cells, said = SEVERAL[name]
    (tmp_path / "home").mkdir()
    run = tracked(tmp_path / "home", cells, several=True)
    made = package(run, tmp_path / "project")
    readme = (made.folder / "README.md").read_text()
    assert "alpha=0.1" not in (made.folder / "main.py").read_text()
    assert said in readme
    assert ("## Steps" in readme) == bool(said)
    again = nbtrack.run_project(made.folder, env_manager="local", store=tmp_path / "other").run
    assert again.metrics == run.metrics
    assert len(again.store.find_runs(nbtrack.query.parse(""))) == 1
    assert printed(made.folder).items() >= {m: repr(value) for m, value in run.metrics.items()}.items()
    run.store.close()


def tracked(folder, cells, *, several=False):
    """Run the cells of a notebook, and return its run, the last where there are several."""
    (folder / "pyproject.toml").touch()
    with kernel_in(folder) as kernel:
        for cell in cells:
            done = kernel.run(cell)
            assert done.reply["status"] == "ok", done.traceback
    store = open_store(folder / ".nbtrack")
    run, *others = nbtrack.entities.Runs(store, nbtrack.query.parse(""))
    assert bool(others) == several
    return run


def printed(folder, *options):
    """Run a project's script with nothing of nbtrack's there, and return what it prints as its results."""
    variables = {n: v for n, v in os.environ.items() if not n.startswith(("NBTRACK", "MLFLOW", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, folder / "main.py", *options], cwd="/", env=variables, capture_output=True, text=True,
        timeout=HANGS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(re.findall(r"^(\S+) (-?[\d.e+-]+|nan|inf)(?: \(\d+ points\))?$", done.stdout, re.MULTILINE))


# Those whose way of being packaged others of these, the quickstart or tests/unit/projects have, too.
LONG = {"await at top level", "a grid search", "a running sum", "data in earlier cells", "installs", "nothing but defaults", "the shell", "timed"}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] if name in LONG else []) for name in NOTEBOOKS]
)
def test_a_packaged_run_gives_the_same_metrics_elsewhere(name, tmp_path):
    (tmp_path / "home").mkdir()
    run = tracked(tmp_path / "home", NOTEBOOKS[name])
    assert run.metrics
    made = package(run, tmp_path / "project")
    moved = (tmp_path / "project").rename(tmp_path / "moved")
    (tmp_path / "home").rename(tmp_path / "gone")
    run = nbtrack.entities.Run(open_store(tmp_path / "gone" / ".nbtrack"), run.id)
    print(made, (moved / "main.py").read_text(), sep="\n")  # shown where it fails
    again = nbtrack.run_project(moved, env_manager="local", store=tmp_path / "other").run
    assert again.status == "FINISHED"
    assert again.metrics == run.metrics
    for metric in run.metrics:
        for column in ("step", "value"):
            assert again.history(metric)[column].tolist() == run.history(metric)[column].tolist()
    assert {model.path for model in again.models} == {model.path for model in run.models if model.uri}
    assert printed(moved).items() >= {metric: repr(value) for metric, value in run.metrics.items()}.items()
    left = [one for one in made.left_out if "parameter" not in one and not one.startswith("uv.lock: ")]
    assert left == []
    run.store.close()


def test_the_magic_packages_the_newest_run_a_variable_and_a_file(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    notebook = '{"cells": [{"cell_type": "code", "source": ["%%track one\\n", "n = 3\\n", "r2 = n / 4"]}]}'
    (tmp_path / "a b.ipynb").write_text(notebook)
    with kernel_in(tmp_path) as kernel:
        assert "there is no run yet" in kernel.run("%package -o made").stderr
        kernel.ok("%%track first\nalpha = 0.5\nrmse = alpha * 3")
        kernel.ok("import nbtrack\nfirst = nbtrack.runs()[0]")
        kernel.ok("%%track\nalpha = 0.25\nrmse = alpha * 3")
        said = kernel.ok("%package -o made").stdout
        assert "run it: nbtrack run made -P alpha=0.25" in said
        assert "is not empty" in kernel.run("%package -o made").stderr
        assert "alpha=0.5" in kernel.ok("%package first -o made --force").stdout
        assert "run it: nbtrack run made -P n=3" in kernel.ok("%package 'a b.ipynb' -o made --force").stdout
        assert "UsageError" in kernel.run("%package nothing -o other").stderr
        assert "Make a project of a run" in kernel.run("%package?").reply["payload"][0]["data"]["text/plain"]
    assert printed(tmp_path / "made", "--n=2") == {"r2": "0.5"}
