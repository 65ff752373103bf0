"""MLflow's filters find the same runs here.

`mlflow_filters.json` holds six runs, some 180 filters and 27 orders, each with what MLflow's SQLite store found.
"""

import json
from pathlib import Path

import pytest

from nbtrack.query import parse, parse_order
from nbtrack.query.tree import Query
from tests.unit.query.stored_runs import Database, StoredRun

CORPUS = json.loads((Path(__file__).parent / "mlflow_filters.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    runs = [
        StoredRun(
            run_id=run["id"],
            name=run["name"],
            status=run["status"],
            start_time=run["start"] / 1000,
            end_time=run["end"] and run["end"] / 1000,
            params=run["params"],
            metrics={name: [float(value)] for name, value in run["metrics"].items()},
            tags=run["tags"],
            data={name: digest for name, digest, _ in run["data"]},
        )
        for run in CORPUS["runs"]
    ]
    database = Database(tmp_path_factory.mktemp("mlflow") / "runs.db", runs)
    yield database
    database.close()


@pytest.mark.parametrize(("text", "found"), CORPUS["filters"], ids=[text for text, _ in CORPUS["filters"]])
def test_a_filter_finds_what_mlflow_finds(database, text, found):
    expected = {CORPUS["runs"][index]["id"] for index in found}
    query = parse(text)
    assert set(database.ids(query)) == expected
    assert set(database.ids(query, limit=100)) == expected
    assert database.count(query) == len(expected)


@pytest.mark.parametrize(
    ("order", "found"), CORPUS["orders"], ids=[str(order) for order, _ in CORPUS["orders"]]
)
def test_runs_come_in_the_order_of_mlflow(database, order, found):
    query = Query(order_by=parse_order(order))
    assert database.ids(query) == [CORPUS["runs"][index]["id"] for index in found]
    assert database.ids(query, offset=1, limit=3) == [CORPUS["runs"][index]["id"] for index in found[1:4]]
