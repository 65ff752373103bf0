"""`nbtrack.predict` on a real cluster of Dask's: two worker processes, one of which is killed in the middle."""

import os
import signal
from collections import Counter

import dask.dataframe as dd
import distributed
import numpy as np
import pandas as pd
import pytest

import nbtrack
from nbtrack.errors import InvalidValueError, ModelError, SchemaError
from tests.unit.scoring.conftest import doubled, table
from tests.waiting import eventually


@pytest.fixture(scope="module")
def cluster():
    """Return a client of two worker processes."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_it_is_lazy_and_its_columns_are_known(uri, cluster):
    people = table(200)
    predicted = nbtrack.predict(uri, dd.from_pandas(people, npartitions=5), keep="id")
    assert isinstance(predicted, dd.DataFrame)
    assert list(predicted.columns) == ["id", "prediction"]
    assert predicted.npartitions == 5
    computed = predicted.compute()
    assert computed["id"].tolist() == people["id"].tolist()
    np.testing.assert_allclose(computed["prediction"], doubled(people))
    assert computed.index.equals(people.index)
    assert len(predicted[predicted["prediction"] > 50].compute()) == (doubled(people) > 50).sum()


def test_all_rows_are_there_once_when_a_worker_is_killed(store, cluster, tmp_path):
    log = str(tmp_path / "loads")

    class Slow:
        def load_context(self, context):
            import os

            with open(log, "a") as file:
                file.write(f"load {os.getpid()}\n")

        def predict(self, context, model_input, params=None):
            import os
            import time

            with open(log, "a") as file:
                file.write(f"predict {os.getpid()}\n")
            time.sleep(0.1)
            return model_input["size"] * 2

    people = table(4000)
    nbtrack.save_model(Slow(), "slow", input_example=people[["size"]].head(2))
    frame = dd.from_pandas(people, npartitions=60)
    predicted = nbtrack.predict("slow", frame, keep="id")
    open(log, "w").close()
    future = cluster.compute(predicted)
    pids = set(cluster.run(os.getpid).values())

    def predicted_by():
        return Counter(int(line.split()[1]) for line in open(log) if line.startswith("predict"))

    eventually(lambda: len(predicted_by()) == 2 and min(predicted_by().values()) > 3, seconds=60)
    victim = min(pids)
    os.kill(victim, signal.SIGKILL)
    computed = future.result(timeout=120)
    assert sorted(computed["id"]) == people["id"].tolist()
    np.testing.assert_allclose(computed.sort_values("id").iloc[:, 1], people["size"] * 2)
    loads = Counter(
        line.split()[1] for line in (tmp_path / "loads").read_text().splitlines() if line.startswith("load")
    )
    assert set(loads.values()) == {1}
    assert victim in predicted_by()


def test_a_row_that_fails_is_told_with_its_partition(uri, cluster):
    people = table(100)
    people.loc[57, "age"] = -1
    predicted = nbtrack.predict(uri, dd.from_pandas(people, npartitions=4))
    with pytest.raises(ModelError, match="partition 2, row 8: the model raised RuntimeError: nobody"):
        predicted.compute()
    rest = nbtrack.predict(uri, dd.from_pandas(people, npartitions=4), on_error="skip").compute()
    assert rest.index.tolist() == [k for k in range(100) if k != 57]


def test_what_cannot_be_is_told_before_anything_is_computed(uri, cluster):
    frame = dd.from_pandas(table(10), npartitions=2)
    with pytest.raises(SchemaError, match="'age'"):
        nbtrack.predict(uri, frame.drop(columns="age"))
    with pytest.raises(InvalidValueError, match="to_parquet"):
        nbtrack.predict(uri, frame, output="out.csv")
    with pytest.raises(InvalidValueError, match="only with output"):
        nbtrack.predict(uri, frame, track=True)


def test_workers_write_parts_of_a_folder_and_what_they_skip_is_listed(uri, cluster, tmp_path):
    people = table(100)
    people.loc[[31, 57], "age"] = -1
    frame = dd.from_pandas(people, npartitions=4)
    out = tmp_path / "scored"
    with pytest.raises(ModelError, match=r"partition (1, row 7|2, row 8): the model raised RuntimeError"):
        nbtrack.predict(uri, frame, output=out)
    assert not list(tmp_path.glob("scored*"))
    for _ in range(2):  # the second job takes the place of the first
        done = nbtrack.predict(uri, frame, output=out, keep="id", on_error="skip", track=True)
        assert (done.rows, done.skipped, done.output) == (98, 2, str(out))
    assert sorted(file.name for file in out.iterdir()) == [f"part-0000{k}.parquet" for k in range(4)]
    rest = people.drop([31, 57])
    written = pd.read_parquet(out)
    assert written["id"].tolist() == rest["id"].tolist()
    np.testing.assert_allclose(written["prediction"], doubled(rest))
    listed = pd.read_csv(done.skipped_list)
    assert list(zip(listed["file"], listed["row"], strict=True)) == [("partition 1", 7), ("partition 2", 8)]
    assert listed["reason"].str.contains("nobody is that young").all()
    assert nbtrack.get_run(done.run_id).metrics["failures"] == 2
    (out / "mine.txt").write_text("kept")
    with pytest.raises(InvalidValueError, match=r"mine\.txt"):
        nbtrack.predict(uri, frame, output=out)


def test_one_column_of_a_frame_is_a_table_of_it(store, cluster):
    people = table(20)
    nbtrack.save_model(
        lambda frame: frame["size"].to_numpy() * 2, "model", input_example=people[["size"]].head(2)
    )
    predicted = nbtrack.predict("model", dd.from_pandas(people, npartitions=2)["size"]).compute()
    np.testing.assert_allclose(predicted["prediction"], people["size"] * 2)
