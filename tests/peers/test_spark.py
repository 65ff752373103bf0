"""`nbtrack.pyfunc.spark_udf` on a real Spark, in an environment of its own, whose workers have no nbtrack of their own."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.benchmarks import peers

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import json, os, sys, warnings
sys.path.insert(0, sys.argv[1])  # the workers are not told of it
import numpy as np
import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql.functions import struct
from sklearn.linear_model import LinearRegression
import nbtrack
from nbtrack.errors import NbtrackError
from nbtrack.models import Column, Param, Signature

spark = (
    SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
told = {}
X = pd.DataFrame({"size": [1.5, 2.5, 4.0] * 100, "age": [1.0, 2.0, 3.0] * 100})
line = LinearRegression().fit(X, X["size"] * 2 + X["age"])
rows = spark.createDataFrame(X).repartition(4)

def values(udf, *columns, of=rows):
    found = of.select("size", udf(*columns).alias("p")).toPandas().sort_values("size")["p"]
    return json.loads(found.iloc[[0, -1]].to_json(orient="values"))

nbtrack.save_model(line, "line", input_example=X.head(2))
predict = nbtrack.pyfunc.spark_udf(spark, "line", result_type="double", env_manager="local")
told["nbtrack of workers"] = spark.sparkContext.parallelize([0]).map(lambda _: __import__("nbtrack").__file__).first()
told["expected"] = line.predict(X).tolist()[:3]
told["columns"] = values(predict, "size", "age")
told["struct"] = values(predict, struct("age", "size"))
told["none"] = values(predict)
told["inferred"] = nbtrack.pyfunc.spark_udf(spark, "line").returnType.simpleString()
told["string"] = values(nbtrack.pyfunc.spark_udf(spark, "line", "string"))
spark.udf.register("of_line", predict)
rows.createOrReplaceTempView("rows")
told["sql"] = spark.sql("SELECT max(of_line(size, age)) FROM rows").first()[0]

def several(frame, params=None):
    scale = (params or {}).get("scale", 1.0)
    return pd.DataFrame({"low": frame["size"] - scale, "count": np.arange(len(frame)) * 0 + 7, "name": ["é"] * len(frame)})

signature = Signature((Column("double", "size"),), None, (Param("scale", "double", 1.0),))
nbtrack.save_model(several, "several", signature=signature)
udf = nbtrack.pyfunc.spark_udf
told["first double"] = values(udf(spark, "several", "double"), "size")
told["long"] = values(udf(spark, "several", "long"), "size")
told["array"] = values(udf(spark, "several", "array<double>", params={"scale": 0.5}), "size")
told["texts"] = values(udf(spark, "several", "array<string>"), "size")
told["a struct"] = values(udf(spark, "several", "low double, name string"), "size")

def images(frame):
    return np.ones((len(frame), 2, 2)) * frame["size"].to_numpy()[:, None, None]

nbtrack.save_model(images, "images", signature=Signature((Column("double", "size"),)))
told["arrays of arrays"] = values(udf(spark, "images", "array<array<double>>"), "size")

log = os.path.abspath("loads")
class Counted:
    def load_context(self, context):
        with open(log, "a") as file:
            file.write(f"{os.getpid()}\\n")
    def predict(self, context, model_input, params=None):
        return model_input["size"]
nbtrack.save_model(Counted(), "counted", signature=Signature((Column("double", "size"),)))
counted = udf(spark, "counted", "double")
open(log, "w").close()
for _ in range(2):
    rows.select(counted("size")).collect()
told["loads"] = open(log).read().split()

def refused(name, udf, *columns, of=rows):
    try:
        of.select(udf(*columns)).collect()
        told[name] = None
    except Exception as error:
        told[name] = str(error)

def fussy(frame):
    if (frame["size"] > 3.9).any():
        raise RuntimeError("too large")
    return frame["size"]
nbtrack.save_model(fussy, "fussy", signature=Signature((Column("double", "size"),)))
refused("row", udf(spark, "fussy", "double"), "size", of=spark.createDataFrame(X.head(3)).coalesce(1))
nbtrack.save_model(several, "whole", signature=Signature((Column("long", "size"),)))
refused("column", udf(spark, "whole", "double"), "size")
refused("few", predict, "size")
refused("type", udf(spark, "several", "boolean"), "size")

for name, call in {
    "bad type": lambda: udf(spark, "line", "map<string,int>"),
    "no type": lambda: udf(spark, "line", "nonsense"),
    "environment": lambda: udf(spark, "line", env_manager="poetry"),
}.items():
    try:
        call()
    except NbtrackError as error:
        told[name] = str(error)
os.environ["NBTRACK_SECRET_FILE"] = os.path.abspath("somebody-else")
try:
    udf(spark, "line")
except NbtrackError as error:
    told["trust"] = type(error).__name__
told["trusted"] = values(udf(spark, "line", trust=True))
with open("line/requirements.txt", "a") as file:
    file.write("pandas==0.1\\n")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    udf(spark, "line", trust=True)
told["versions"] = " ".join(str(one.message) for one in caught)
print("TOLD" + json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return what the script above found."""
    return told_by_spark(SCRIPT, tmp_path_factory.mktemp("spark"))


def told_by_spark(script, folder, **variables):
    """Return what a script prints that is run in a folder, in Spark's environment."""
    peers.install("spark")
    # Each Python of the workers finds nbtrack only if it was sent there.
    environment = {n: v for n, v in os.environ.items() if n not in ("PYTHONPATH", "NBTRACK_STORE")}
    environment |= {"PYSPARK_PYTHON": str(peers.python("spark")), "SPARK_LOCAL_IP": "127.0.0.1"} | variables
    (folder / "script.py").write_text(script)
    done = subprocess.run(
        [str(peers.python("spark")), "script.py", str(ROOT)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = [line for line in done.stdout.splitlines() if line.startswith("TOLD")]
    assert found, done.stderr[-5000:]
    return json.loads(found[0].removeprefix("TOLD"))


@pytest.mark.parametrize("how", ["columns", "struct", "none", "trusted"])
def test_columns_are_given_in_each_way(told, how):
    first, _, last = told["expected"]
    assert told[how] == pytest.approx([first, last])
    assert told["sql"] == pytest.approx(last)
    assert told["inferred"] == "double"


def test_results_are_of_the_type_that_is_asked_for(told):
    assert [float(text) for text in told["string"]] == pytest.approx(
        [told["expected"][0], told["expected"][2]]
    )
    assert told["first double"] == [0.5, 3.0]
    assert told["long"] == [7, 7]
    assert told["array"] == [[1.0, 7.0], [3.5, 7.0]]
    assert told["texts"] == [["0.5", "7", "é"], ["3.0", "7", "é"]]
    assert [list(one.values()) if isinstance(one, dict) else one for one in told["a struct"]] == [
        [0.5, "é"],
        [3.0, "é"],
    ]
    assert told["arrays of arrays"] == [[[1.5, 1.5], [1.5, 1.5]], [[4.0, 4.0], [4.0, 4.0]]]


def test_each_worker_loads_the_model_once(told):
    assert 1 <= len(told["loads"]) == len(set(told["loads"])) <= 2


def test_workers_have_the_nbtrack_that_is_sent(told):
    assert told["nbtrack of workers"].replace("\\", "/").endswith("nbtrack.zip/nbtrack/__init__.py")


def test_errors_name_row_and_column(told):
    assert "batch 1, row 3: the model raised RuntimeError: too large" in told["row"]
    assert "batch 1: column 'size' holds float64 values" in told["column"]
    assert "the model takes the columns 'size', 'age', in this order, and 1 are given" in told["few"]
    assert "no column of the model's predictions is boolean" in told["type"]


def test_what_cannot_be_is_told_by_the_driver(told):
    assert "map<string,int>" in told["bad type"]
    assert "'nonsense'" in told["no type"]
    assert "'poetry'" in told["environment"]
    assert told["trust"] == "TrustError"
    assert "made with pandas 0.1, and 2." in told["versions"]
