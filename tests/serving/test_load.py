"""Many connections at once, for a while: every request is answered, and rightly."""

import json
import os

import numpy as np
import pytest

from nbtrack.models import save
from tests.benchmarks.load import load
from tests.serving.http import served


def wine_load(wine_folder, wine, elastic_net, folder, *, seconds, count):
    """Ask with 64 connections, each request for another one of so many rows."""
    rows = wine.drop(columns="quality").head(count)
    bodies = [
        json.dumps({"dataframe_split": {"columns": list(rows), "data": [row]}}).encode()
        for row in rows.to_numpy().tolist()
    ]
    expected = elastic_net.predict(rows)
    with served(wine_folder, "--trust", folder=folder) as server:
        outcome = load(server.port, bodies, connections=64, seconds=seconds)
        stats = server.ask(path="/stats").json
    assert outcome.failed == 0
    asked = sum(outcome.answers.values())
    assert asked > 64
    for place, _, answer in outcome.answers:
        (prediction,) = json.loads(answer)["predictions"]
        assert np.isclose(prediction, expected[place], rtol=1e-12, atol=0), place
    assert {place for place, _, _ in outcome.answers} == set(range(len(bodies)))
    assert (stats["requests"], stats["errors"], stats["restarts"]) == (asked, 0, 0)


def test_each_of_64_connections_gets_its_own_predictions(wine_folder, wine, elastic_net, tmp_path):
    # Each begins with a row of its own: all are asked for, however slow the machine is.
    wine_load(wine_folder, wine, elastic_net, tmp_path, seconds=3, count=64)


@pytest.mark.long
def test_each_of_64_connections_gets_its_own_predictions_for_a_minute(
    wine_folder, wine, elastic_net, tmp_path
):
    wine_load(wine_folder, wine, elastic_net, tmp_path, seconds=60, count=200)


@pytest.mark.long
def test_a_model_that_now_and_then_ends_its_process_costs_no_other_request(tmp_path):
    def deadly(array):
        import random

        # Of its own: seeded anew in each process, for the next would end at the same request otherwise.
        if random.SystemRandom().random() < 0.001:
            os._exit(5)
        return array[:, 0] * 2

    save(deadly, tmp_path / "m", input_example=np.ones((1, 2)))
    bodies = [json.dumps({"inputs": [[number, 1]]}).encode() for number in range(100)]
    with served(tmp_path / "m", "--trust", "--workers", "2", folder=tmp_path) as server:
        outcome = load(server.port, bodies, connections=16, seconds=60)
        stats = server.ask(path="/stats").json
    died = 0
    for (place, status, answer), count in outcome.answers.items():
        if status == 200:
            assert json.loads(answer) == {"predictions": [place * 2.0]}
        else:
            assert status == 500
            assert "exit code 5" in json.loads(answer)["message"]
            died += count
    assert outcome.lost == 0
    # One request each time, and the process is there again.
    assert stats["restarts"] == died >= 5
