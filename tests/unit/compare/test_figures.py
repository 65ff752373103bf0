"""The charts as Plotly figures."""

import json

import numpy as np
import pytest

from nbtrack.compare import figure
from nbtrack.entities import Runs
from nbtrack.errors import InvalidValueError
from nbtrack.query import parse

pytest.importorskip("plotly")


@pytest.fixture
def runs(store):
    random = np.random.default_rng(0)
    for place in range(30):
        writer = store.create_run(experiment="e", name=f"<b>{place}</b>")
        writer.log_param("alpha", 10.0 ** -(place % 5))
        writer.log_param("seed", place % 3)
        writer.log_param("solver", "sag" if place % 2 else "<i>lbfgs</i>")
        for step in range(50):
            writer.log_metric("loss", 1 / (1 + step) + float(random.random()), step)
            writer.log_metric("<i>rmse</i>", 1 / (2 + step), step)
        writer.finish()
    return Runs(store, parse("params.seed >= 0"))


@pytest.mark.parametrize(
    ("kind", "options", "traces"),
    [
        ("curves", {"metric": "loss"}, 30),
        ("curves", {"metric": "loss", "points": 10, "x": "time"}, 90),
        ("curves", {"metric": "loss", "points": 10, "x": "metrics.<i>rmse</i>"}, 30),
        ("grouped", {"metric": "loss", "by": ["params.alpha"]}, 15),
        ("parallel", {"fields": ["params.alpha", "params.solver", "metrics.loss"]}, 1),
        ("scatter", {"x": "params.alpha", "y": "metrics.loss", "colour": "params.seed"}, 1),
        ("scatter", {"x": "start_time", "y": "params.solver"}, 1),
        ("contour", {"x": "params.alpha", "y": "params.seed", "z": "metrics.loss"}, 2),
        ("box", {"field": "metrics.loss", "by": "params.solver"}, 2),
        ("importance", {"metric": "loss"}, 2),
    ],
)
def test_each_chart_is_a_figure(runs, kind, options, traces):
    drawn = figure(kind, runs, **options)
    assert len(drawn.data) == traces
    # What Plotly shows of names is read as HTML.
    assert "<b>" not in drawn.to_json().replace("\\u003c", "<")
    assert json.loads(drawn.to_json())["data"]


def test_a_figure_says_what_it_cannot_do(runs):
    with pytest.raises(InvalidValueError, match="options"):
        figure("scatter", runs, x="params.alpha")
    with pytest.raises(InvalidValueError, match="not a number"):
        figure("contour", runs, x="params.alpha", y="params.solver", z="metrics.loss")
