"""`nbtrack.pyfunc.spark_udf` with models that have a Python and libraries of their own, on a real Spark."""

import subprocess

import pytest

from nbtrack import uv
from tests.peers.test_spark import told_by_spark

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

SCRIPT = """
import contextlib, io, json, os, sys, warnings
sys.path.insert(0, sys.argv[1])
import numpy as np
import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql.functions import struct
import nbtrack
from nbtrack.errors import NbtrackError
from nbtrack.models import Column, Signature

spark = (
    SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
told = {"here": [pd.__version__, np.__version__]}
rows = spark.createDataFrame(pd.DataFrame({"size": [1.5, 2.5, 4.0] * 100, "name": ["a", "b", "c"] * 100})).repartition(4)

class Old:
    def load_context(self, context):
        with open(os.environ["LOADS"], "a") as file:
            file.write(f"{os.getpid()}\\n")
    def predict(self, context, frame, params=None):
        import os, sys
        import numpy as np
        import pandas as pd
        if (frame["size"] > 99).any():
            raise RuntimeError("too large")
        print("a model that prints does no harm")
        n = len(frame)
        return pd.DataFrame({
            "double": frame["size"] * 2, "versions": [f"{pd.__version__} {np.__version__}"] * n, "name": list(frame["name"]) if "name" in frame else [None] * n,
            "prefix": [sys.prefix] * n, "both": [[1.0, 2.0]] * n, "from": [os.environ.get("FROM")] * n,
        })

pins = ["numpy==1.26.4", "pandas==2.1.4", "cloudpickle", "orjson", "pyyaml"]
signature = Signature((Column("double", "size"), Column("string", "name", required=False)))
nbtrack.save_model(Old(), "old", signature=signature, pip_requirements=pins)
udf = nbtrack.pyfunc.spark_udf
kind = "double double, versions string, name string, prefix string, both array<double>, from string"

def sorted_rows(predict, *columns, of=rows):
    found = of.select("size", predict(*columns).alias("p")).collect()
    return [list(row["p"]) for row in sorted(found, key=lambda row: row["size"])]

said = io.StringIO()
with contextlib.redirect_stderr(said):
    predict = udf(spark, "old", kind, env_manager=MANAGER, extra_env={"FROM": "the driver"})
told["said"] = said.getvalue()
open("loads", "w").close()
told["rows"] = [row for k, row in enumerate(sorted_rows(predict, "size", "name")) if k in (0, 100, 299)]
told["struct"] = sorted_rows(predict, struct("name", "size"))[0]
told["optional"] = sorted_rows(predict, "size")[0]
told["loads"] = open("loads").read().split()
said = io.StringIO()
with contextlib.redirect_stderr(said):
    udf(spark, "old", kind, env_manager="conda")
told["said again"] = said.getvalue()

prefix = told["rows"][0][3]
told["prebuilt"] = sorted_rows(udf(spark, "old", kind, prebuilt_env_uri=prefix), "size", "name")[0]
import tarfile
with tarfile.open("made.tar.gz", "w:gz") as archive:
    archive.add(prefix, "made")
told["archive"] = sorted_rows(udf(spark, "old", kind, prebuilt_env_uri="file:" + os.path.abspath("made.tar.gz")), "size")[0]

try:
    rows.select(predict(rows["size"] + 96, "name")).collect()
except Exception as error:
    told["row"] = str(error)
try:
    udf(spark, "old", kind, prebuilt_env_uri="nowhere")
except NbtrackError as error:
    told["nowhere"] = str(error)
os.environ["NBTRACK_SECRET_FILE"] = os.path.abspath("somebody-else")
try:
    udf(spark, "old", kind, env_manager="uv")
except NbtrackError as error:
    told["trust"] = f"{type(error).__name__}: {error}"
nbtrack.save_model(Old(), "none", signature=signature, pip_requirements=["numpy==0.0.1"])
try:
    udf(spark, "none", kind, env_manager="uv", trust=True)
except NbtrackError as error:
    told["none"] = str(error)
print("TOLD" + json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return what the script above found, with no environment built before."""
    program = uv.program()
    if program is None:
        pytest.skip("uv is not installed")
    downloads = subprocess.run([program, "cache", "dir"], capture_output=True, text=True, check=True)
    folder = tmp_path_factory.mktemp("spark")
    return told_by_spark(
        SCRIPT.replace("MANAGER", "'virtualenv'"), folder,
        UV=program, UV_CACHE_DIR=downloads.stdout.strip(), XDG_CACHE_HOME=str(folder / "cache"), LOADS=str(folder / "loads"),
    )  # fmt: skip


def test_a_model_predicts_with_the_versions_that_it_was_made_with(told):
    assert told["here"][0] != "2.1.4"
    assert [row[:3] for row in told["rows"]] == [
        [3.0, "2.1.4 1.26.4", "a"],
        [5.0, "2.1.4 1.26.4", "b"],
        [8.0, "2.1.4 1.26.4", "c"],
    ]
    assert told["rows"][0][4:] == [[1.0, 2.0], "the driver"]
    assert told["struct"] == told["rows"][0]
    assert told["optional"][:2] == [3.0, "2.1.4 1.26.4"]


def test_the_environment_is_built_once_and_each_worker_loads_the_model_once(told):
    assert "is built for the model" in told["said"]
    assert told["said again"] == ""
    assert 1 <= len(told["loads"]) == len(set(told["loads"])) <= 2


@pytest.mark.parametrize("how", ["prebuilt", "archive"])
def test_an_environment_may_be_built_before(told, how):
    assert told[how][:2] == [3.0, "2.1.4 1.26.4"]
    assert ("prebuilt-" in told[how][3]) == (how == "archive")


def test_what_fails_there_is_told(told):
    assert "the model raised RuntimeError: too large" in told["row"]
    assert "nowhere" in told["nowhere"]
    assert told["trust"].startswith("TrustError: ")
    assert "installing its requirements may run any code" in told["trust"]
    assert "numpy" in told["none"]
