"""`nbtrack[all]` in an empty environment has all that a reader of README.md may ask for."""

import json
import re

import pytest

from tests.installs.environments import programs_with, run

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

ASK = """
import json
from importlib.metadata import version

import nbtrack
from sklearn.linear_model import Ridge

for alpha in (0.1, 0.2, 0.3):
    with nbtrack.start_run():
        nbtrack.log_param("alpha", alpha)
        nbtrack.log_metric("rmse", alpha * 2)
runs = nbtrack.runs()
runs.to_parquet("runs.parquet")
import pyarrow.parquet
from nbtrack.widgets.dashboard.voila import dashboard_notebook
from skops.io import get_untrusted_types, dump

dump(Ridge(), "ridge.skops")
figure = runs.figure("scatter", x="params.alpha", y="metrics.rmse")
print(json.dumps({
    "from": nbtrack.__file__,
    "figure": f"{type(figure).__module__.partition('.')[0]}.{type(figure).__name__}",
    "points": len(figure.data[0].x),
    "panel": type(nbtrack.panel()).__name__,
    "rows": pyarrow.parquet.read_table("runs.parquet").num_rows,
    "skops": get_untrusted_types(file="ridge.skops"),
    "voila": bool(version("voila")),
    "dashboard": dashboard_notebook().parts[-2:],
}))
"""


@pytest.fixture(scope="module")
def programs(wheel, tmp_path_factory):
    return programs_with(tmp_path_factory.mktemp("all") / "environment", f"nbtrack[all] @ {wheel.as_uri()}")


def test_figures_panels_parquet_and_skops_are_there(programs, tmp_path):
    told = json.loads(run(programs / "python", "-c", ASK, folder=tmp_path).splitlines()[-1])
    assert str(programs.parent) in told.pop("from")
    assert told == {
        "figure": "plotly.Figure",
        "points": 3,
        "panel": "Panel",
        "rows": 3,
        "skops": [],
        "voila": True,
        "dashboard": ["dashboard", "dashboard.ipynb"],
    }


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("labextension", r"nbtrack v[\d.]+ enabled OK "),
        ("server extension", r"nbtrack\.widgets\.server +OK\n"),
    ],
)
def test_jupyter_finds_its_extensions(programs, tmp_path, command, line):
    listed = run(programs / "jupyter", *command.split(), "list", folder=tmp_path)
    assert re.search(line, re.sub(r"\x1b\[\d+m", "", listed)), listed
