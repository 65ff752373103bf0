"""xarray's and Dask's objects as data: described, and neither loaded nor computed."""

import ast
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from nbtrack.capture import CellCapture
from nbtrack.capture.data import describe
from nbtrack.capture.number import as_number

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
db = pytest.importorskip("dask.bag")


def _refuse(*_arguments, **_options):
    raise AssertionError("it was computed")


@pytest.fixture(autouse=True)
def _nothing_is_computed():
    with dask.config.set(scheduler=_refuse):
        yield


def frame():
    return dd.from_pandas(pd.DataFrame({"a": range(10), "b": [0.5] * 10}), npartitions=3)


def test_a_dask_array_has_shape_type_and_chunks():
    found = describe("x", da.zeros((1000, 10), chunks=(100, 10), dtype="float32"))
    assert (found.kind, found.shape) == ("dask Array, 10 chunks of 100 x 10", (1000, 10))
    assert found.dtypes == {"": "float32"}
    unknown = da.ones(10, chunks=5)
    assert describe("x", unknown[unknown > 0.5]).shape == ()


def test_a_dask_frame_has_columns_partitions_and_divisions():
    found = describe("x", frame())
    assert found.kind == "dask DataFrame, 3 partitions of known divisions"
    assert (found.shape, found.dtypes) == ((), {"a": "int64", "b": "float64"})
    assert describe("x", frame()["b"]).dtypes == {"b": "float64"}
    assert describe("x", frame().assign(c=1)).kind == "dask DataFrame, 3 partitions of known divisions"


def test_partitions_that_would_have_to_be_computed_are_not_told(tmp_path):
    assert describe("x", frame().set_index("b")).kind == "dask DataFrame"
    frame().compute(scheduler="sync").to_csv(tmp_path / "a.csv", index=False)
    read = dd.read_csv(tmp_path / "*.csv")
    found = describe("x", read)
    assert found.kind == "dask DataFrame, 1 partition"
    assert found.dtypes == {"a": "int64", "b": "float64"}


def test_parquet_files_are_not_read_for_their_partitions(tmp_path):
    pytest.importorskip("pyarrow")
    frame().compute(scheduler="sync").to_parquet(tmp_path / "a.parquet")
    read = dd.read_parquet(tmp_path / "a.parquet")
    assert describe("x", read).kind == "dask DataFrame"
    assert read.npartitions == 1
    assert describe("x", read).kind == "dask DataFrame, 1 partition"


def test_a_bag_has_partitions():
    assert describe("x", db.from_sequence(range(10), npartitions=2)).kind == "dask Bag, 2 partitions"


def test_the_same_work_has_the_same_fingerprint_and_another_another():
    def fingerprint(value):
        return describe("x", value).fingerprint

    assert fingerprint(frame()) == fingerprint(frame())
    assert fingerprint(frame()) != fingerprint(frame() + 1)
    ones = da.ones(10, chunks=5)
    assert fingerprint(ones) == fingerprint(da.ones(10, chunks=5)) != fingerprint(ones * 2)


def test_a_result_that_is_not_computed_is_no_number():
    assert as_number(da.ones(10, chunks=5).mean()) is None
    assert as_number(frame()["a"].sum()) is None


CELL = """
mean = array.mean()
score = table["b"].mean()
accuracy = array[:5]
rows = table.assign(c=table["a"] * 2)
losses = []
for i in range(3):
    loss = array[i] * 2
    losses.append(loss)
mse = array.sum()
"""


def test_a_cell_that_plans_is_captured_with_nothing_computed():
    computed = []

    def note(*_arguments, **_options):
        computed.append(True)
        raise AssertionError("it was computed")

    namespace = {"array": da.ones(10, chunks=5), "table": frame()}
    with dask.config.set(scheduler=note):
        capture = CellCapture(namespace)
        exec(compile(capture.transform(ast.parse(CELL)), "<cell>", "exec"), namespace)
        capture.stop()
        captured = capture.finish(None)
    assert not computed
    assert captured.metrics == {}
    assert {one.name: one.kind for one in captured.data} == {
        "array": "dask Array, 2 chunks of 5",
        "table": "dask DataFrame, 3 partitions of known divisions",
    }


def test_nothing_is_imported():
    code = "import sys, numpy, nbtrack.capture.data as d; d.describe('x', object()); d.describe('x', numpy.ones(3))"
    code += "; print([m for m in sys.modules if m in ('dask', 'xarray')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


class TestLabelled:
    @pytest.fixture(autouse=True)
    def _with_xarray(self):
        self.xr = pytest.importorskip("xarray")

    def dataset(self, value=0.0):
        return self.xr.Dataset(
            {"t": (("time", "lat"), np.full((3, 2), value, "float32"), {"units": "K"})},
            coords={"time": pd.date_range("2026-01-01", periods=3), "lat": [1.0, 2.0]},
            attrs={"title": "x", "source": "y"},
        )

    def test_a_dataset_has_its_dimensions_variables_and_attributes(self):
        found = describe("x", self.dataset())
        assert (found.kind, found.shape) == ("Dataset (time: 3, lat: 2)", (3, 2))
        assert found.dtypes["t"] == "float32 (time, lat)"
        assert found.dtypes["lat"] == "float64 (lat), coordinate"
        assert found.dtypes["attrs"] == "title, source"

    def test_an_array_too(self):
        found = describe("x", self.dataset()["t"])
        assert (found.kind, found.shape) == ("DataArray (time: 3, lat: 2)", (3, 2))
        assert found.dtypes["attrs"] == "units"
        assert describe("x", self.xr.DataArray([1, 2])).dtypes == {"": "int64 (dim_0)"}

    def test_what_is_in_memory_is_fingerprinted_by_its_content(self):
        first, same, other = (describe("x", self.dataset(value)) for value in (0, 0, 1))
        assert first.fingerprint == same.fingerprint != other.fingerprint
        later = self.dataset().assign_coords(time=pd.date_range("2027-01-01", periods=3))
        assert describe("x", later).fingerprint != first.fingerprint
        assert first.sampled is False

    def test_chunks_are_told_and_not_computed(self):
        chunked = self.dataset().chunk({"time": 2})
        assert describe("x", chunked).dtypes["t"] == "float32 (time, lat), chunks of 2 x 2"
        mean = chunked["t"].mean()
        assert as_number(mean) is None
        assert as_number(self.dataset(2)["t"].mean()) == 2

    def test_what_stands_in_a_file_is_not_loaded(self, tmp_path):
        pytest.importorskip("scipy")
        self.dataset().to_netcdf(tmp_path / "a.nc", engine="scipy")
        with self.xr.open_dataset(tmp_path / "a.nc", engine="scipy") as opened:
            found = describe("x", opened)
            assert found.dtypes["t"] == "float32 (time, lat)"
            assert found.sampled is True
            assert not opened["t"].variable._in_memory
            assert as_number(opened["t"][0, 0]) is None
            assert not opened["t"].variable._in_memory
