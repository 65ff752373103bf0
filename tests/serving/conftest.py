"""What the serving tests share: models in folders, and a server of the wine data's ElasticNet."""

from pathlib import Path

import pandas as pd
import pytest

from nbtrack.models import save
from tests.serving.gate import Gate
from tests.serving.http import served

WINE = Path(__file__).resolve().parents[2] / "notebooks" / "sklearn_elasticnet_wine" / "wine-quality.csv"


@pytest.fixture(scope="session")
def wine():
    return pd.read_csv(WINE)


@pytest.fixture(scope="session")
def elastic_net(wine):
    from sklearn.linear_model import ElasticNet

    return ElasticNet(alpha=0.01, l1_ratio=0.5).fit(wine.drop(columns="quality"), wine["quality"])


@pytest.fixture(scope="session")
def wine_folder(wine, elastic_net, tmp_path_factory):
    """Return the folder of a model fitted on the wine data's named columns."""
    folder = tmp_path_factory.mktemp("models") / "wine"
    columns = wine.drop(columns="quality")
    save(elastic_net, folder, fitted_on=columns, input_example=columns.head(2))
    return folder


@pytest.fixture(scope="module")
def wine_server(wine_folder, tmp_path_factory):
    with served(wine_folder, "--trust", folder=tmp_path_factory.mktemp("serving")) as server:
        yield server


@pytest.fixture(scope="session")
def naughty_folder(tmp_path_factory):
    """Return the folder of a model that does what its column `what` says."""

    def naughty(frame):
        import ctypes
        import os
        import time
        from pathlib import Path

        what = frame["what"].iloc[0]
        if what == "hang":
            time.sleep(600)
        elif what == "hang in C":
            ctypes.PyDLL(None).sleep(600)
        elif what == "exit":
            os._exit(3)
        elif what == "crash":
            ctypes.string_at(0)
        elif what == "raise":
            raise RuntimeError("out of cheese")
        elif what == "refuse":
            raise ValueError("that is no cheese")
        elif what == "quit":
            raise SystemExit(4)
        elif what == "object":
            return object()
        elif what == "nan":
            return [float("nan"), float("inf")]
        elif what == "print":
            print("cheese on the log")
        elif what.startswith("hold "):
            gate = Path(what.removeprefix("hold "))
            gate.with_suffix(".reached").touch()
            while not gate.exists():
                time.sleep(0.01)
        elif what.startswith("sleep"):
            time.sleep(float(what.split()[1]))
        return [f"did {what}"]

    folder = tmp_path_factory.mktemp("models") / "naughty"
    save(naughty, folder, input_example=pd.DataFrame({"what": ["nothing"]}))
    return folder


@pytest.fixture
def gate(tmp_path):
    """Return a gate that the naughty model waits at; it is open at the latest when the test is over."""
    gate = Gate(tmp_path)
    yield gate
    gate.open()
