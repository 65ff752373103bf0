"""A file larger than the memory that a job may take."""

import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import nbtrack

JOB = """
import json, sys
import nbtrack
scored = nbtrack.predict("model", sys.argv[1], output=sys.argv[2], keep="id")
# Not resource's ru_maxrss: in a process that another started that is the other's where it was larger.
(line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
peak = int(line.split()[1]) * 1024
print(json.dumps({"rows": scored.rows, "speed": scored.rows_per_second, "peak": peak}))
"""
GROUP = 1_000_000


def written(path, groups, columns):
    """Write a Parquet file of numbers that cannot be packed."""
    random = np.random.default_rng(0)
    names = [f"f{k:02d}" for k in range(columns)]
    with pq.ParquetWriter(
        path, pa.schema([("id", pa.int64()), *((name, pa.float64()) for name in names)])
    ) as writer:
        for group in range(groups):
            rows = {"id": np.arange(group * GROUP, (group + 1) * GROUP)}
            writer.write_table(
                pa.table(rows | {name: random.random(GROUP) for name in names}), row_group_size=GROUP
            )


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's peak since it began")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("target", ["out.parquet", "out.csv"])
def test_two_gigabytes_are_scored_in_half_of_one(store, tmp_path, target):
    from sklearn.linear_model import LinearRegression

    written("in.parquet", 16, 16)
    assert (tmp_path / "in.parquet").stat().st_size > 2e9
    few = pq.ParquetFile("in.parquet").read_row_group(0).to_pandas().head(100).drop(columns="id")
    line = LinearRegression().fit(few, few.sum(axis=1))
    nbtrack.save_model(line, "model", input_example=few.head(2))
    done = subprocess.run(
        [sys.executable, "-c", JOB, "in.parquet", target], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    print(told)
    (tmp_path / "in.parquet").unlink()
    assert told["rows"] == 16 * GROUP
    assert told["peak"] < 500e6
