"""The worked example of a model flavour in CONTRIBUTING.md, followed to the letter."""

import os
import subprocess
import sys
import tomllib

import pytest

from tests.worked_example import ROOT, blocks, named_files, worked_example

EXAMPLE = worked_example("a model flavour")

SAVES = """
import nbtrack
import pandas as pd
from numpy.polynomial import Polynomial

x = pd.DataFrame({"x": [0.0, 2.0]})
with nbtrack.start_run() as run:
    nbtrack.log_model(Polynomial([1.0, 0.5]), "curve", input_example=x)
"""
LOADS = """
import nbtrack
import pandas as pd

model = nbtrack.load_model(f"runs:/{nbtrack.runs()[0].id}/curve")
print(list(model.metadata.flavors), model.predict(pd.DataFrame({"x": [0.0, 2.0]})).tolist())
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs code where the example's package is installed."""
    entry = tomllib.loads(blocks(EXAMPLE, "toml")[0])["project"]["entry-points"]["nbtrack.flavours"]
    package = entry["polynomial"].partition(":")[0]
    (tmp_path / f"{package}.py").write_text(blocks(EXAMPLE, "python")[0], encoding="utf-8")
    info = tmp_path / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8"
    )
    lines = "\n".join(f"{name} = {value}" for name, value in entry.items())
    (info / "entry_points.txt").write_text(f"[nbtrack.flavours]\n{lines}\n", encoding="utf-8")

    def run(code):
        env = os.environ | {"PYTHONPATH": str(tmp_path), "NBTRACK_STORE": str(tmp_path / "store")}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def test_the_flavour_of_the_example_saves_and_loads(run, tmp_path):
    run(SAVES)
    assert run(LOADS) == "['polynomial'] [1.0, 2.0]"
    assert [file.read_text(encoding="utf-8") for file in tmp_path.rglob("coefficients.txt")] == ["1.0\n0.5"]


def test_the_files_that_it_names_are_there():
    names = named_files(EXAMPLE)
    assert len(names) >= 4
    assert not [name for name in names if not (ROOT / name).exists()]
