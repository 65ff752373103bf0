"""What the panel hands to other programs, and how it is laid out and drawn; with a real store."""

import base64
import builtins
import io
import math
import tempfile
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import nbtrack
from nbtrack.entities import Runs
from nbtrack.errors import InvalidValueError, NbtrackError
from nbtrack.query import Query
from nbtrack.store import open_store
from nbtrack.widgets.panel.export import export, shown_frame
from nbtrack.widgets.panel.layout import SHADINGS, read_layout

QUERY = {"filter": "", "order_by": [], "experiments": None, "deleted": False}

NAMES = st.sampled_from(["alpha", "a b", "größe", "<b>"])
PARAMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
RUNS = st.lists(
    st.fixed_dictionaries(
        {
            "params": st.dictionaries(NAMES, PARAMS, max_size=4),
            "metrics": st.dictionaries(NAMES, st.floats(), max_size=2),
            "tags": st.dictionaries(NAMES, st.text(max_size=5), max_size=2),
        }
    ),
    min_size=1,
    max_size=5,
)


@given(RUNS, st.randoms(use_true_random=False))
@example([{"params": {"alpha": 2**70}, "metrics": {"alpha": math.nan}, "tags": {}}] * 2, None)
@settings(max_examples=25)
def test_parquet_and_the_frame_hold_what_all_of_runs_do(drawn, chance):
    """The columns that are shown are those of `Runs.to_parquet` and `Runs.to_pandas`, in the order that they have."""
    with tempfile.TemporaryDirectory() as folder, closing(open_store(Path(folder) / "store")) as store:
        for one in drawn:
            writer = store.create_run(experiment="e")
            for name, value in one["params"].items():
                writer.log_param(name, value)
            for name, value in one["metrics"].items():
                writer.log_metric(name, value, 0)
            for name, value in one["tags"].items():
                writer.set_tag(name, value)
            writer.finish()
        runs = Runs(store, Query())
        whole = Path(folder) / "runs.parquet"
        runs.to_parquet(whole)
        expected = pq.read_table(whole)
        columns = list(expected.column_names)
        if chance is not None:
            chance.shuffle(columns)
        text = export(store, runs.records, dict.fromkeys(columns), "parquet")
        made = pq.read_table(io.BytesIO(base64.b64decode(text)))
        assert made.schema == expected.select(columns).schema
        # NaN is not equal to itself, but to its text.
        assert str(made.to_pylist()) == str(expected.select(columns).to_pylist())
        frame = shown_frame(store, runs.records, columns)
        pd.testing.assert_frame_equal(frame, runs.to_pandas()[columns])


@pytest.fixture
def filled(store):
    """Return a store of twelve runs."""
    for number in range(12):
        with nbtrack.start_run(run_name=f"run-{number:02}"):
            nbtrack.log_params(
                {"seed": number % 3, "alpha": number / 10, "kind": "auto" if number % 2 else "svd"}
            )
            nbtrack.log_params({"same": 7, "depth": number // 3})
            for step in range(3):
                nbtrack.log_metric("epoch", step, step=step)
                nbtrack.log_metric("rmse", step + number, step=step)
    return store


def result(panel, kind, **parts):
    """Return what a request of the page comes to."""
    return panel._result({"id": "v-1", "kind": kind, **QUERY, **parts})


def test_the_columns_shown_of_the_chosen_runs_are_exported_as_parquet(filled):
    panel = nbtrack.panel()
    columns = ["name", "metrics.rmse.min", "duration", "params.kind", "start_time"]
    told = result(panel, "export", columns=columns, ids=[], format="parquet", order_by=["name"])
    table = pq.read_table(io.BytesIO(base64.b64decode(told["text"])))
    assert (told["count"], table.column_names) == (12, columns)
    assert table["name"].to_pylist()[:2] == ["run-00", "run-01"]
    assert [str(table.schema.field(name).type) for name in columns] == [
        "string",
        "double",
        "double",
        "string",
        "timestamp[us, tz=UTC]",
    ]
    ids = [run.id for run in panel.runs[:2]]
    assert result(panel, "export", columns=columns, ids=ids, format="parquet")["count"] == 2


def test_without_pyarrow_the_panel_says_what_to_install(filled, monkeypatch):
    real = builtins.__import__

    def lacking(name, *more, **options):
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
        return real(name, *more, **options)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(ImportError, match=r'python -m pip install "nbtrack\[parquet\]"'):
        result(nbtrack.panel(), "export", columns=["name"], ids=[], format="parquet")


def test_outside_a_notebook_no_frame_is_handed_over(filled):
    panel = nbtrack.panel()
    heard = []
    panel.send = heard.append
    panel._receive(panel, {"id": "v-1", "kind": "frame", **QUERY, "columns": ["name"], "ids": []}, [])
    assert heard[-1]["ok"] is False
    assert "no notebook" in heard[-1]["error"]["message"]
    assert "panel.runs.to_pandas()" in heard[-1]["error"]["message"]


def test_a_layout_is_kept_as_far_as_it_is_one(filled):
    panel = nbtrack.panel()
    assert panel._layout == {}
    told = {"widths": {"name": 200}, "pinned": ["name", "status"], "shading": {"*": "heat", "name": "none"}}
    panel._layout = told
    assert panel._layout == told
    panel._layout = {"pinned": []}
    assert panel._layout == {"pinned": []}
    panel._layout = {
        "widths": {
            "a": -1,
            "b": "wide",
            "c": math.nan,
            "d": 5,
            "e": 1e9,
            "f": True,
            "g": 99_999.6,
            "h": 60.4,
        },
        "pinned": ["a", 1, "a", None],
        "shading": {"a": "rainbow", "b": ["heat"], "c": "bars"},
        "more": 1,
    }
    assert panel._layout == {
        "widths": {"d": 48, "g": 900, "h": 60},
        "pinned": ["a"],
        "shading": {"c": "bars"},
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(SHADINGS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(JSON | st.fixed_dictionaries({}, optional={"widths": JSON, "pinned": JSON, "shading": JSON}))
def test_whatever_a_page_says_is_no_layout_but_one(told):
    layout = read_layout(told)
    assert read_layout(layout) == layout
    assert set(layout) <= {"widths", "pinned", "shading"}
    assert all(48 <= width <= 900 for width in layout.get("widths", {}).values())


FIGURES = [
    ("curves", {}, "rmse"),
    ("grouped", {}, "depth"),  # the seed only repeats a run: it comes last, though it is a column
    ("parallel", {}, "rmse"),
    ("scatter", {}, "alpha"),
    ("contour", {}, "alpha"),
    ("contour", {"y": "params.depth"}, "alpha"),
    ("box", {}, "depth"),
    ("importance", {}, "alpha"),
]


@pytest.mark.parametrize(("kind", "options", "holds"), FIGURES)
def test_a_figure_needs_no_options(filled, kind, options, holds):
    pytest.importorskip("plotly")
    panel = nbtrack.panel(columns=["name", "metrics.epoch", "metrics.rmse", "params.seed", "params.alpha"])
    figure = panel.figure(kind, **options)
    assert holds in figure.to_json()
    if kind != "importance":
        assert "same" not in figure.to_json(), "what all runs have alike says nothing"


def test_a_figure_is_of_the_chosen_runs_and_the_view(filled):
    pytest.importorskip("plotly")
    panel = nbtrack.panel("params.alpha < 0.5")
    assert len(panel.figure("box", by=None).data[0].y) == 5
    panel.selected = panel.runs[:2]
    assert len(panel.figure("box", by=None).data[0].y) == 2
    assert panel.figure().data[0].type == "parcoords"
    panel.view = "curves"
    assert {trace.type for trace in panel.figure().data} <= {"scatter", "scattergl"}
    assert len(nbtrack.runs("params.alpha < 0.5").figure("box", by=None).data[0].y) == 5
    panel.view, panel.selected = "table", panel.runs[:1]
    assert panel.figure().data[0].type != "parcoords", "one run differs in nothing"


def test_a_figure_of_nothing_says_what_to_do(store):
    pytest.importorskip("plotly")
    with pytest.raises(InvalidValueError, match=r"no run to draw; change panel\.filter"):
        nbtrack.panel().figure()
    with nbtrack.start_run():
        nbtrack.log_param("kind", "auto")
    panel = nbtrack.panel()
    with pytest.raises(InvalidValueError, match="has a metric to draw; log one with"):
        panel.figure("curves")
    with nbtrack.start_run():
        nbtrack.log_metric("rmse", 1)
    with pytest.raises(InvalidValueError, match="a contour is drawn over two params"):
        panel.figure("contour")
    with pytest.raises(InvalidValueError, match="there is no figure 'pie'; ask for one of curves"):
        panel.figure("pie")
    with pytest.raises(NbtrackError, match="options"):
        panel.figure("box", colour="red")
