"""What a user holds: runs found by a filter, a run and all that is kept of it, the difference between two."""

import csv
import datetime as dt
import math
import sys
from dataclasses import asdict

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nbtrack
from nbtrack.entities import Run, RunModel, Runs, Source, ViewType
from nbtrack.entities.runs import remarks_on
from nbtrack.entities.text import (
    duration_text,
    one_line,
    pairs_text,
    runs_text,
    size_text,
    table_text,
    value_text,
)
from nbtrack.errors import FilterError, InvalidValueError, NbtrackError, NotFoundError, StoreError
from nbtrack.fields import MISSING
from nbtrack.query import patterns
from nbtrack.records import FOLDS_TAG, DataRecord, EstimatorRecord

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def three():
    """Keep three runs, of which the second is best; return their names from the oldest on."""
    for name, alpha, rmse in [("one", 0.1, 0.9), ("two", 0.2, 0.7), ("three", 0.3, 0.8)]:
        with nbtrack.start_run(run_name=name):
            nbtrack.log_param("alpha", alpha)
            nbtrack.log_metric("rmse", rmse)
            nbtrack.log_metric("r2", 1 - rmse)
            nbtrack.set_tag("team", name[0])
    return ["one", "two", "three"]


def names(runs):
    return [run.name for run in runs]


# --- the sequence


def test_runs_come_newest_first_unless_ordered(three):
    assert names(nbtrack.runs()) == three[::-1]
    assert names(nbtrack.runs(order_by="metrics.rmse")) == ["two", "three", "one"]
    assert names(nbtrack.runs(order_by=["metrics.rmse DESC"])) == ["one", "three", "two"]
    assert names(nbtrack.runs("metrics.rmse < 0.85 order by params.alpha")) == ["two", "three"]
    assert names(nbtrack.runs("order by metrics.rmse limit 2", limit=1)) == ["two"]
    assert names(nbtrack.runs(limit=2)) == ["three", "two"]


def test_a_sequence_does_what_sequences_do(three):
    runs = nbtrack.runs()
    assert isinstance(runs, Runs)
    assert len(runs) == 3
    assert runs
    assert runs[0].name == "three"
    assert runs[-1].name == "one"
    assert names(reversed(runs)) == three
    assert runs[1] in runs
    assert runs.index(runs[1]) == 1
    assert runs == nbtrack.runs()
    assert not nbtrack.runs("metrics.rmse < 0")
    for index in (3, -4):
        with pytest.raises(IndexError, match="the filter finds 3"):
            nbtrack.runs()[index]


@pytest.mark.parametrize("looked", [False, True], ids=["lazy", "read"])
@pytest.mark.parametrize(
    "part",
    [
        slice(1),
        slice(1, None),
        slice(1, 2),
        slice(-1, None),
        slice(None, None, -1),
        slice(5, 9),
        slice(2, 1),
        slice(0, 0),
    ],
    ids=str,
)
def test_slices_are_runs(three, looked, part):
    runs = nbtrack.runs()
    if looked:
        len(runs)
    assert isinstance(runs[part], Runs)
    assert names(runs[part]) == three[::-1][part]
    assert names(runs[1:][part]) == three[::-1][1:][part]
    assert names(nbtrack.runs(limit=2)[part]) == three[::-1][:2][part]
    assert [run.name for run in runs[:2][:5]] == ["three", "two"]


def test_what_was_found_stays_found():
    with nbtrack.start_run(run_name="first"):
        pass
    runs = nbtrack.runs()
    assert names(runs) == ["first"]
    with nbtrack.start_run(run_name="second"):
        pass
    assert names(runs) == ["first"]
    assert names(nbtrack.runs()) == ["second", "first"]


def test_runs_are_gone_through_while_they_are_removed(three, store):
    runs = nbtrack.runs()
    assert len(runs) == 3
    runs[1].delete()
    assert names(runs[number] for number in range(len(runs))) == three[::-1]
    store.gc()
    assert names(runs) == ["three", "one"]
    assert names(reversed(runs)) == ["one", "three"]
    assert names(runs[1:]) == ["one"]
    assert runs[-1].name == "one"
    assert len(runs) == 3
    with pytest.raises(NotFoundError, match=r"run 1 of these has been removed for good"):
        _ = runs[1]
    assert runs.best("rmse").name == "three"
    assert [row["name"] for _, row in runs.to_pandas().iterrows()] == ["three", "one"]


def test_runs_of_a_store_that_was_replaced_are_not_mixed_up_with_others(three, store):
    runs = nbtrack.runs()
    assert len(runs) == 3
    store.close()
    (store.path / "nbtrack.db").rename(store.path / "before.db")
    nbtrack.set_store(store.path)
    with nbtrack.start_run(run_name="another"):
        pass
    with pytest.raises(StoreError, match="is another one since these runs were looked for; look again"):
        _ = runs[0]


def test_experiments_and_deleted_runs_are_looked_in_when_asked(three):
    with nbtrack.start_run(experiment_id=nbtrack.create_experiment("other"), run_name="elsewhere"):
        pass
    assert names(nbtrack.runs(experiment="other")) == ["elsewhere"]
    assert len(nbtrack.runs(experiment=["other", "default"])) == 4
    nbtrack.runs("name = 'two'")[0].delete()
    assert names(nbtrack.runs(experiment="default")) == ["three", "one"]
    assert names(nbtrack.runs(deleted=True)) == ["two"]
    with pytest.raises(NotFoundError, match="no experiment 'othr'; did you mean 'other'"):
        nbtrack.runs(experiment="othr")


def test_a_wrong_question_is_told(three):
    with pytest.raises(FilterError, match=r"did you mean 'metrics?'\?\n  metrik.rmse < 1\n  \^"):
        nbtrack.runs("metrik.rmse < 1")
    with pytest.raises(FilterError, match="ends where"):
        nbtrack.runs("metrics.rmse <")
    for bad in ({"limit": -1}, {"limit": 2.5}, {"filter": 3}):
        with pytest.raises(InvalidValueError):
            nbtrack.runs(**bad)
    with pytest.raises(FilterError, match=r"did you mean 'metrics\.rmse'"):
        nbtrack.runs(order_by="rsme, name")


def test_an_experiment_is_given_by_name_or_id(three):
    made = int(nbtrack.create_experiment("other"))
    with nbtrack.start_run(experiment_id=made, run_name="elsewhere"):
        pass
    assert names(nbtrack.runs(experiment=made)) == ["elsewhere"]
    assert names(nbtrack.runs(experiment=str(made))) == ["elsewhere"]
    assert len(nbtrack.runs(experiment=[made, "default"])) == 4
    assert names(nbtrack.search_runs(made, output_format="list")) == ["elsewhere"]
    with pytest.raises(NotFoundError, match="no experiment 77"):
        nbtrack.runs(experiment=77)
    for wrong in (1.5, True, nbtrack.get_experiment(made)):
        with pytest.raises(InvalidValueError, match=r"give a name, an id, or a list of them"):
            nbtrack.runs(experiment=wrong)


def test_names_that_no_run_has_are_told_where_nothing_is_found(three):
    assert repr(nbtrack.runs("metrics.rsme < 1")) == (
        "No runs.\n"
        "no run has the metric 'rsme'; did you mean 'metrics.rmse'?\n"
        "  metrics.rsme < 1\n"
        "  ^^^^^^^^^^^^"
    )
    assert "summaries of 'rmse'" in repr(nbtrack.runs("metrics.rmse.std < 1"))
    assert repr(nbtrack.runs("metrics.rmse > 7")) == "No runs."
    assert "no run has" not in repr(nbtrack.runs("metrics.rsme < 1 or status = 'FINISHED'"))
    assert remarks_on(nbtrack.runs("metrics.rsme < 1")[:5])[0].suggestion == "metrics.rmse"


def test_an_order_by_a_name_that_no_run_has_is_told_beside_the_runs(three):
    lines = repr(nbtrack.runs(order_by=["status", "metrics.rsme DESC"])).splitlines()
    assert len(lines) == 2 + 3 + 3
    assert lines[-3:] == [
        "no run has the metric 'rsme'; did you mean 'metrics.rmse'?",
        "  metrics.rsme DESC",
        "  ^^^^^^^^^^^^",
    ]
    assert lines[-3:] == repr(nbtrack.runs("order by metrics.rsme DESC")).splitlines()[-3:-2] + lines[-2:]
    looked = nbtrack.runs("order by metrics.rsme")
    assert len(looked) == 3
    assert "no run has the metric" in repr(looked)


# --- the best


def test_the_best_run_is_known_from_the_metrics_name(three):
    assert nbtrack.runs().best("rmse").name == "two"
    assert nbtrack.runs().best("r2").name == "two"
    assert nbtrack.runs().best("rmse", mode="max").name == "one"
    assert nbtrack.runs("metrics.rmse > 0.75").best("rmse").name == "three"
    assert nbtrack.runs()[:1].best("rmse").name == "three"


def test_a_metric_without_a_known_direction_needs_a_mode(three):
    nbtrack.log_metric("temperature", 3)
    nbtrack.end_run()
    with pytest.raises(InvalidValueError, match=r"best\('temperature', mode='min'\) or mode='max'"):
        nbtrack.runs().best("temperature")
    assert nbtrack.runs().best("temperature", mode="min").metrics == {"temperature": 3.0}
    nbtrack.set_direction("temperature", "up")
    assert nbtrack.runs().best("temperature").metrics == {"temperature": 3.0}
    nbtrack.set_direction("temperature", None)


def test_nan_is_never_the_best_and_of_equals_the_first_is(three):
    for value in (math.nan, 0.7):
        nbtrack.start_run(run_name=f"later {value}")
        nbtrack.log_metric("rmse", value)
    nbtrack.end_run()
    assert nbtrack.runs().best("rmse").name == "later 0.7"
    assert nbtrack.runs(order_by="start_time").best("rmse").name == "two"


SUMMARIES = ("last", "first", "min", "max", "mean", "count")


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from([0.0, -0.0, 1.0, 2.5, math.nan, math.inf, -math.inf]), max_size=3),
            st.sampled_from(["FINISHED", "FAILED", "KILLED"]),
        ),
        max_size=8,
    ),
    st.tuples(st.sampled_from(SUMMARIES), st.sampled_from(["min", "max"])),
    st.tuples(
        st.sampled_from(["", "params.number >= 2", "status != 'KILLED'"]),
        st.sampled_from([None, "params.number", "metrics.loss DESC"]),
        st.sampled_from([slice(None), slice(1, None), slice(None, None, 2), slice(-3, None)]),
    ),
)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_best_is_the_first_of_those_with_the_least_or_greatest(tmp_path_factory, logged, asked, among):
    (summary, mode), (where, order, part) = asked, among
    nbtrack.set_store(tmp_path_factory.mktemp("best") / ".nbtrack")
    for number, (values, status) in enumerate(logged):
        nbtrack.start_run(run_name=str(number))
        nbtrack.log_param("number", number)
        for step, value in enumerate(values):
            nbtrack.log_metric("loss", value, step)
        nbtrack.end_run(status)
    runs = nbtrack.runs(where, order_by=order)[part]
    numbered = [
        (value, run.name)
        for run in list(runs)
        if run.status != "FAILED" and "loss" in run.metrics
        if not math.isnan(value := getattr(run.summary("loss"), summary))
    ]
    try:
        best = runs.best(f"loss.{summary}", mode).name
    except NotFoundError:
        best = None
    extreme = (min if mode == "min" else max)((value for value, _ in numbered), default=None)
    assert best == next((name for value, name in numbered if value == extreme), None)
    nbtrack.runs().store.close()


def test_a_best_that_there_is_none_of_is_told(three):
    for mode in ("min", None):
        with pytest.raises(NotFoundError, match=r"^no run has a metric 'rmsee'; did you mean 'rmse'"):
            nbtrack.runs().best("rmsee", mode=mode)
    with pytest.raises(NotFoundError, match=r"no run has a metric 'temperature'$"):
        nbtrack.runs().best("temperature")
    with pytest.raises(NotFoundError, match=r"none of these runs has a value of the metric 'rmse'"):
        nbtrack.runs("metrics.rmse > 7").best("rmse")
    for wrong in ("minimum", "", 1):
        with pytest.raises(InvalidValueError, match=rf"mode {wrong!r} is not known; give 'min' or 'max'"):
            nbtrack.runs().best("rmse", wrong)


# --- scores of folds


@pytest.fixture
def folds(store):
    """Keep two cross validations, of which the one with the worse last fold is better, and a plain run."""

    def keep(name, scores, **tags):
        with nbtrack.start_run(run_name=name) as run:
            for score in scores:
                nbtrack.log_metric("scores", score)
                nbtrack.log_metric("loss", 1 - score)
            nbtrack.set_tags(tags)
        return run

    keep("plain", [0.6])
    keep("steady", [0.9, 0.9, 0.6], **{FOLDS_TAG: '["scores"]'})
    return keep("lucky", [0.5, 0.3, 0.8], **{FOLDS_TAG: '["scores"]'})


def test_scores_of_folds_are_compared_by_their_mean(folds):
    runs = nbtrack.runs()
    assert runs.best("scores").name == runs.best("scores.mean").name == "steady"
    assert runs.best("scores", "min").name == "lucky"
    assert runs.best("scores.last").name == "lucky"
    assert runs.best("scores.max").name == "steady"
    assert runs.best("scores.min", "min").name == "lucky"
    assert runs.best("loss").name == "lucky"
    assert runs.best("loss.first").name == "steady"
    assert nbtrack.runs("name = 'plain'").best("scores").name == "plain"
    assert nbtrack.runs(order_by="metrics.scores.mean DESC")[0] == runs.best("scores")


def test_a_summary_that_there_is_none_of_is_told(folds):
    with pytest.raises(NotFoundError, match=r"no run has a metric 'scores\.std'; did you mean 'scores'"):
        nbtrack.runs().best("scores.std")
    with pytest.raises(NotFoundError, match=r"none of these runs has a value of the metric 'scores\.max'"):
        nbtrack.runs("name = 'nobody'").best("scores.max")


def test_a_summary_is_better_where_its_metric_is(folds):
    with nbtrack.start_run(run_name="warm"):
        nbtrack.log_metric("temperature", 3)
    nbtrack.set_direction("temperature", "up")
    assert nbtrack.runs().best("temperature.max").name == "warm"
    nbtrack.set_direction("temperature", None)
    with pytest.raises(InvalidValueError, match=r"whether 'temperature\.max' is better low or high"):
        nbtrack.runs().best("temperature.max")


def test_a_param_or_metric_called_like_the_mean_takes_nothing_away(folds):
    nbtrack.log_param("loss.max", 3)
    nbtrack.log_metric("scores.mean", 5)
    nbtrack.end_run()
    runs = nbtrack.runs("metrics.scores is not null")
    assert runs.best("loss.max").name == "steady"
    assert runs.best("scores").name == "steady"
    assert list(runs.to_pandas()["metrics.scores.mean"]) == pytest.approx([1.6 / 3, 0.8, 0.6])
    assert nbtrack.runs().best("scores.mean").metrics == {"scores.mean": 5}


@pytest.mark.parametrize("others", [0, 20], ids=["of all runs", "of few of the store's"])
def test_tables_have_the_mean_of_folds(folds, others):
    for _ in range(others):
        nbtrack.start_run()
    nbtrack.end_run()
    runs = nbtrack.runs("metrics.scores is not null", order_by="metrics.scores.mean DESC")
    frame = runs.to_pandas()
    assert list(frame.columns[6:]) == [
        "metrics.loss",
        "metrics.scores",
        "metrics.scores.mean",
        f"tags.{FOLDS_TAG}",
    ]
    assert list(frame["metrics.scores"]) == [0.6, 0.6, 0.8]
    assert list(frame["metrics.scores.mean"]) == pytest.approx([0.8, 0.6, 1.6 / 3])
    lines = repr(runs).splitlines()
    assert lines[0].split()[5:] == ["loss", "scores.mean"]
    assert [line.split()[-1] for line in lines[2:]] == ["0.8", "0.6", "0.53333"]
    assert "scores.mean" not in nbtrack.runs("name = 'plain'").to_pandas()
    assert repr(nbtrack.runs("name = 'plain'")).split()[5:7] == ["loss", "scores"]


def test_a_run_of_folds_is_told_by_their_mean(folds):
    steady = nbtrack.runs("name = 'steady'")[0]
    assert repr(steady).endswith("FINISHED loss=0.4 scores.mean=0.8>")
    assert "scores  0.8  (mean of 3 folds, min 0.6, max 0.9)" in steady.describe()
    assert (steady.metrics["scores"], steady.data.metrics["scores"]) == (0.6, 0.6)
    assert steady.summary("scores").mean == pytest.approx(0.8)
    assert steady.diff(folds).metrics["scores.mean"] == pytest.approx((0.8, 1.6 / 3))
    assert steady.diff("plain").metrics == {"scores.mean": (pytest.approx(0.8), 0.6)}


@pytest.mark.parametrize("text", ["", "scores", '{"scores": 1}', "3", '[1, null, ["scores"]]', "[" * 100_000])
def test_a_tag_that_lists_no_metrics_makes_none_of_folds(folds, text):
    for run in nbtrack.runs():
        run.set_tag(FOLDS_TAG, text)
    assert nbtrack.runs().best("scores").name == "lucky"
    assert "scores.mean" not in repr(nbtrack.runs())


# --- tables


def test_a_dataframe_has_mlflows_columns(three):
    with nbtrack.start_run(run_name="bare"):
        pass
    frame = nbtrack.runs(order_by="start_time").to_pandas()
    assert list(frame.columns) == [
        "run_id",
        "name",
        "experiment",
        "status",
        "start_time",
        "end_time",
        "metrics.r2",
        "metrics.rmse",
        "params.alpha",
        "tags.team",
    ]
    assert list(frame["name"]) == [*three, "bare"]
    assert list(frame["metrics.rmse"][:3]) == [0.9, 0.7, 0.8]
    assert frame["metrics.rmse"].isna().tolist() == [False, False, False, True]
    assert frame["params.alpha"].dtype == "float64"
    assert str(frame["start_time"].dt.tz) == "UTC"
    first = nbtrack.runs(order_by="start_time")[0]
    assert frame["start_time"][0] == first.start_time
    assert frame["end_time"][0] == first.end_time
    assert frame["tags.team"][3] is None or pd.isna(frame["tags.team"][3])


def test_a_running_run_has_no_end_in_a_table():
    with nbtrack.start_run():
        frame = nbtrack.runs().to_pandas()
    assert frame["end_time"].isna().all()
    assert str(frame["end_time"].dt.tz) == "UTC"


def test_no_runs_make_an_empty_table(tmp_path):
    frame = nbtrack.runs().to_pandas()
    assert list(frame.columns) == ["run_id", "name", "experiment", "status", "start_time", "end_time"]
    assert len(frame) == 0
    assert len(nbtrack.search_runs()) == 0
    nbtrack.runs().to_csv(tmp_path / "empty.csv")
    assert len(pd.read_csv(tmp_path / "empty.csv")) == 0


def test_params_keep_their_types_in_a_table():
    values = {
        "whole": [1, 2],
        "half": [1, 0.5],
        "gap": [1, None],
        "flag": [True, False],
        "mixed": [1, "auto"],
        "huge": [2**70, 1],
        "text": ["a", "b"],
        "flag or number": [True, 1],
    }
    for row in range(2):
        with nbtrack.start_run():
            nbtrack.log_params({name: pair[row] for name, pair in values.items() if pair[row] is not None})
    frame = nbtrack.runs(order_by="start_time").to_pandas()
    for name, pair in values.items():
        kept = [None if value is None or value != value else value for value in frame[f"params.{name}"]]  # noqa: PLR0124
        assert kept == pair, name
    assert frame["params.whole"].dtype == "int64"
    assert frame["params.flag"].dtype == "bool"
    assert [type(value) for value in frame["params.flag or number"]] == [bool, int]
    assert [type(value) for value in frame["params.mixed"]] == [int, str]


def test_csv_has_the_same_columns(three, tmp_path):
    with nbtrack.start_run(run_name='tricky, "name"\nsecond line'):
        pass
    runs = nbtrack.runs(order_by="start_time")
    runs.to_csv(tmp_path / "runs.csv")
    with open(tmp_path / "runs.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(runs.to_pandas().columns)
    assert [row["name"] for row in rows] == [*three, 'tricky, "name"\nsecond line']
    assert [row["metrics.rmse"] for row in rows] == ["0.9", "0.7", "0.8", ""]
    assert dt.datetime.fromisoformat(rows[0]["start_time"]) == runs[0].start_time
    assert [file.name for file in tmp_path.iterdir() if "part" in file.name] == []


def test_parquet_has_the_same_columns(three, tmp_path):
    pytest.importorskip("pyarrow")
    with nbtrack.start_run():
        nbtrack.log_params({"alpha": "auto", "huge": 2**70, "flag": True})
    runs = nbtrack.runs(order_by="start_time")
    runs.to_parquet(tmp_path / "runs.parquet")
    frame = pd.read_parquet(tmp_path / "runs.parquet")
    assert list(frame.columns) == list(runs.to_pandas().columns)
    assert list(frame["params.alpha"]) == ["0.1", "0.2", "0.3", "auto"]
    assert frame["params.huge"][3] == str(2**70)
    assert frame["start_time"][0] == runs[0].start_time
    assert frame["metrics.rmse"][1] == 0.7


def test_parquet_without_pyarrow_says_what_to_install(three, tmp_path, monkeypatch):
    # None in sys.modules is how Python itself says that a module cannot be imported.
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"nbtrack\[parquet\]"):
        nbtrack.runs().to_parquet(tmp_path / "runs.parquet")
    assert list(tmp_path.glob("*.parquet")) == []


def test_arrow_takes_runs_as_a_table_with_the_same_columns(three, tmp_path):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    with nbtrack.start_run():
        nbtrack.log_params({"alpha": "auto", "huge": 2**70, "flag": True, "layers": 3})
    runs = nbtrack.runs(order_by="start_time")
    table = pa.table(runs)
    frame = runs.to_pandas()
    assert table.column_names == list(frame.columns)
    types = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert {types[name] for name in ("run_id", "name", "experiment", "status", "tags.team")} == {"string"}
    assert types["start_time"] == types["end_time"] == "timestamp[us, tz=UTC]"
    assert types["metrics.rmse"] == types["metrics.r2"] == "double"
    assert (types["params.flag"], types["params.layers"], types["params.alpha"]) == (
        "bool",
        "int64",
        "string",
    )
    assert table["params.alpha"].to_pylist() == ["0.1", "0.2", "0.3", "auto"]
    assert table["metrics.rmse"].to_pylist() == [0.9, 0.7, 0.8, None]
    assert table["params.layers"].to_pylist() == [None, None, None, 3]
    assert table["start_time"].to_pylist() == list(frame["start_time"])
    runs.to_parquet(tmp_path / "runs.parquet")
    assert pq.read_table(tmp_path / "runs.parquet").equals(table)


def test_arrow_casts_runs_to_the_types_that_are_asked_for(three):
    pa = pytest.importorskip("pyarrow")
    schema = pa.schema(
        [
            pa.field(field.name, pa.large_string() if field.type == pa.string() else field.type)
            for field in pa.table(nbtrack.runs()).schema
        ]
    )
    reader = pa.RecordBatchReader.from_stream(nbtrack.runs(), schema)
    assert reader.schema == schema
    assert reader.read_all()["name"].to_pylist() == three[::-1]


def test_no_runs_have_the_types_of_runs_in_arrow(three):
    pa = pytest.importorskip("pyarrow")
    none, some = pa.table(nbtrack.runs("name = 'nobody'")), pa.table(nbtrack.runs())
    assert none.num_rows == 0
    assert none.schema.equals(some.select(none.column_names).schema)


def test_data_frames_are_made_of_runs_by_arrow(three):
    pa = pytest.importorskip("pyarrow")
    runs = nbtrack.runs(order_by="start_time")
    if hasattr(pd.DataFrame, "from_arrow"):  # since pandas 3
        frame = pd.DataFrame.from_arrow(runs)
        assert list(frame.columns) == list(runs.to_pandas().columns)
        assert list(frame["name"]) == three
        assert list(frame["params.alpha"]) == [0.1, 0.2, 0.3]
    pl = pytest.importorskip("polars")
    # Polars looks whether something is a sequence before it asks for Arrow's interface, and runs are one.
    frame = pl.DataFrame(pa.table(runs))
    assert frame.columns == list(runs.to_pandas().columns)
    assert frame.filter(pl.col("metrics.rmse") < 0.85)["name"].to_list() == ["two", "three"]


def test_arrow_without_pyarrow_says_what_to_install(three, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NbtrackError, match=r"nbtrack\[parquet\]") as raised:
        nbtrack.runs().__arrow_c_stream__()
    assert isinstance(raised.value, ImportError)


# --- text


def test_a_table_shows_what_differs(three, monkeypatch):
    # How long the runs took decides how wide the columns are, and so how many there are.
    monkeypatch.setenv("COLUMNS", "200")
    with nbtrack.start_run(run_name="evil \x1b[31mred\nline 損失"):
        nbtrack.log_param("solver", "cd")
    text = repr(nbtrack.runs(order_by="start_time"))
    lines = text.splitlines()
    assert sorted(lines[0].split()) == sorted("id name status started time alpha solver rmse r2".split())
    assert lines[2].split()[0] == nbtrack.runs(order_by="start_time")[0].id[:8]
    assert len(lines) == 6
    assert "0.7" in lines[3]
    assert "FINISHED" in lines[2]
    assert "\x1b" not in text
    assert "evil \\x1b[31mred\\nline 損失" in lines[5]


def test_a_table_fits_the_width(three):
    with nbtrack.start_run():
        nbtrack.log_params({f"setting number {n}": n for n in range(50)})
    runs = nbtrack.runs()
    for width in (60, 80, 120, 200):
        text = runs_text(runs.records, runs.store.table(runs.records, MISSING), len(runs), width)
        assert max(len(line) for line in text.splitlines()) <= max(width, 62)
        assert "more columns" in text.splitlines()[-1]


def test_a_long_table_is_cut_and_says_so():
    for _ in range(25):
        nbtrack.start_run()
    nbtrack.end_run()
    lines = repr(nbtrack.runs()).splitlines()
    assert len(lines) == 2 + 20 + 1
    assert lines[-1] == "and 5 more runs"
    assert repr(nbtrack.runs("name = 'nobody'")) == "No runs."


def test_text_is_short_and_plain():
    assert [value_text(v) for v in (0.123456789, 1e-9, 3, None, "a\tb", math.nan)] == [
        "0.12346",
        "1e-09",
        "3",
        "None",
        "a\\tb",
        "nan",
    ]
    assert [duration_text(s) for s in (0.0004, 0.5, 3.21, 59.99, 61, 3600, 200_000, None)] == [
        "0 ms",
        "500 ms",
        "3.2 s",
        "1 min 0 s",
        "1 min 1 s",
        "1 h 0 min",
        "2 d 7 h",
        "",
    ]
    assert [size_text(n) for n in (0, 999, 1000, 999_999, 5 * 10**12)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "1.0 MB",
        "5.0 TB",
    ]
    assert one_line("a" * 50, 10) == "a" * 9 + "…"
    assert one_line("損" * 10, 9) == "損損損損…"
    assert (
        table_text(["a", "b"], [["損", "1"], ["x", "22"]], [False, True]) == "a    b\n--  --\n損   1\nx   22"
    )
    assert pairs_text({"a": "1", "longer": "2"}) == "  a       1\n  longer  2"


# --- one run


def test_a_run_has_all_that_was_kept_of_it(store):
    estimator = EstimatorRecord(
        "model", "sklearn.ElasticNet", {"alpha": 0.5}, {"x": "float64"}, (10, 1), ((1.0,), (2.0,))
    )
    data = DataRecord("wine", "DataFrame", (10, 2), {"x": "float64"}, "abc", sampled=True)
    writer = store.create_run(
        experiment="notes", name="cell", lineage="L1", notebook="wine.ipynb", git_commit="c0ffee"
    )
    writer.set_document("source", {"cell": "fit(x)", "earlier": ["import a", "x = 1"], "stale": True})
    writer.set_document("environment", {"python": "3.11", "packages": {"numpy": "2.0"}})
    writer.set_document("outcome", {"wall_seconds": 1.5})
    writer.set_document("estimators", [asdict(estimator)])
    writer.set_data(data)
    writer.set_note("good")
    writer.finish()
    run = nbtrack.get_run(writer.id)
    assert (run.experiment, run.notebook, run.git_commit, run.note) == (
        "notes",
        "wine.ipynb",
        "c0ffee",
        "good",
    )
    assert str(run.source) == "import a\n\nx = 1\n\nfit(x)"
    assert run.source == Source("fit(x)", ("import a", "x = 1"), stale=True)
    assert run.environment["packages"] == {"numpy": "2.0"}
    assert run.outcome == {"wall_seconds": 1.5}
    assert run.models == [RunModel(**asdict(estimator))]
    assert dict(run.data) == {"wine": data}
    assert run.traceback is None
    assert names(run.lineage) == ["cell"]
    store.create_run(experiment="notes", name="bare").finish()
    bare = nbtrack.runs()[0]
    assert bare.source is None
    assert (bare.environment, bare.models, list(bare.lineage), dict(bare.data)) == ({}, [], [], {})


def test_lineage_and_children_are_runs(store):
    for number in range(3):
        store.create_run(experiment="default", name=f"cell {number}", lineage="L1").finish()
    assert names(nbtrack.runs()[1].lineage) == ["cell 2", "cell 1", "cell 0"]
    with nbtrack.start_run() as parent:
        for number in range(2):
            with nbtrack.start_run(run_name=f"child {number}"):
                nbtrack.log_metric("rmse", number)
    assert isinstance(parent.children, Runs)
    assert parent.children.best("rmse").name == "child 0"


def test_a_run_can_be_edited_later():
    with nbtrack.start_run(run_name="old") as run:
        pass
    other = nbtrack.runs()[0]
    run.rename("new")
    run.set_note("note")
    run.set_tag("team", "red")
    assert (other.name, other.note, other.tags, other.status) == ("new", "note", {"team": "red"}, "FINISHED")
    run.delete_tag("team")
    assert other.tags == {}
    with pytest.raises(NotFoundError, match="no tag 'team'"):
        run.delete_tag("team")
    for call in (run.rename, run.set_note):
        with pytest.raises(InvalidValueError, match="NUL"):
            call("a\0b")
    assert (other.name, other.note) == ("new", "note")
    run.name, run.note = "newer", "longer note"
    assert (other.name, other.note) == ("newer", "longer note")
    with pytest.raises(InvalidValueError, match="give a string"):
        run.name = None
    run.note = None
    assert other.note == ""
    assert names(nbtrack.runs("note is null")) == ["newer"]
    run.set_note("again")
    run.set_note(None)
    assert other.note == ""


def test_deleted_runs_come_back_until_they_are_removed(store):
    with nbtrack.start_run() as parent, nbtrack.start_run() as child:
        nbtrack.log_text("x", "a.txt")
    parent.delete()
    assert len(nbtrack.runs()) == 0
    assert len(nbtrack.runs(deleted=True)) == 2
    nbtrack.restore_run(parent.id)
    assert len(nbtrack.runs()) == 2
    nbtrack.delete_run(child.id)
    store.gc()
    assert names(nbtrack.runs()) == [parent.name]
    assert repr(child) == f"<Run {child.id} removed>"
    assert list(child.artifacts) == []
    with pytest.raises(NotFoundError):
        _ = child.params


def test_a_child_of_a_removed_parent_has_none(store):
    with nbtrack.start_run() as parent:
        pass
    with nbtrack.start_run(parent_run_id=parent.id) as child:
        pass
    parent.delete()
    child.restore()
    store.gc()
    assert child.parent is None


def test_an_unknown_metric_names_the_nearest(three):
    run = nbtrack.runs()[0]
    with pytest.raises(NotFoundError, match="has no metric 'rmes'; did you mean 'rmse'"):
        run.history("rmes")
    with pytest.raises(NotFoundError, match="has no metric 'nothing like it'"):
        run.summary("nothing like it")


def test_history_is_a_dataframe():
    with nbtrack.start_run() as run:
        for value in (1.0, math.nan, math.inf):
            nbtrack.log_metric("loss", value)
    history = run.history("loss")
    assert list(history.columns) == ["step", "time", "value"]
    assert history["step"].tolist() == [0, 1, 2]
    assert history["step"].dtype == "int64"
    assert str(history["time"].dt.tz) == "UTC"
    assert history["time"].is_monotonic_increasing
    assert repr(history["value"].tolist()) == "[1.0, nan, inf]"
    assert repr(run.summary("loss").last) == "inf"


def test_runs_are_the_same_by_their_id(three):
    first, again = nbtrack.runs()[0], nbtrack.runs()[0]
    assert first == again
    assert first is not again
    assert len({first, again, nbtrack.runs()[1]}) == 2
    assert first != first.id


def test_mlflows_words_are_there(store):
    with nbtrack.start_run(run_name="m", description="note") as run:
        nbtrack.log_param("alpha", 0.5)
        nbtrack.log_metric("rmse", 0.7)
        nbtrack.set_tag("team", "red")
    info = nbtrack.get_run(run.id).info
    assert (info.run_id, info.run_name, info.status, info.lifecycle_stage) == (
        run.id,
        "m",
        "FINISHED",
        "active",
    )
    assert info.experiment_id == nbtrack.get_experiment_by_name("default").experiment_id
    assert isinstance(info.experiment_id, str)
    assert info.start_time == pytest.approx(run.start_time.timestamp() * 1000, abs=1)
    assert info.end_time - info.start_time == pytest.approx(run.duration * 1000, abs=2)
    assert info.artifact_uri == (store.path / "artifacts" / run.id).as_uri()
    assert run.data.params == {"alpha": "0.5"}
    assert run.data.metrics == {"rmse": 0.7}
    tags = {name: text for name, text in run.data.tags.items() if name != "mlflow.source.git.commit"}
    assert tags == {"team": "red", "mlflow.runName": "m", "mlflow.note.content": "note"}
    run.delete()
    assert run.info.lifecycle_stage == "deleted"


def test_a_run_is_told_in_a_line_and_described_in_full(store):
    with (  # noqa: PT012
        pytest.raises(ZeroDivisionError),
        nbtrack.start_run(run_name="long\nname", description="note") as run,
    ):
        nbtrack.log_params({"alpha": 0.5, "solver": "cd"})
        for value in (3.0, 1.0, 2.0):
            nbtrack.log_metric("loss", value)
        nbtrack.log_text("x" * 2000, "a.txt")
        nbtrack.set_tag("team", "red")
        _ = 1 / 0
    assert repr(run) == f"<Run long\\nname {run.id[:8]} FAILED loss=2>"
    text = run.describe()
    for part in (
        "long\\nname",
        run.id,
        "FAILED",
        "note",
        "alpha   0.5",
        "loss  2  (min 1, max 3, 3 points)",
        "2.0 kB",
    ):
        assert part in text, part
    assert text.splitlines()[-1] == "ZeroDivisionError: division by zero"


def test_a_description_tells_data_code_environment_and_deletion(store):
    writer = store.create_run(experiment="notes", name="cell", notebook="wine.ipynb", git_commit="c0ffee")
    writer.set_document("source", {"cell": "fit(x)", "earlier": ["import a", "x = 1"], "script": "a\nb\nc\n"})
    writer.set_document(
        "environment",
        {
            "python": {"version": "3.11.4", "implementation": "CPython"},
            "platform": "Linux-6.1",
            "packages": {"numpy": "2.0", "pandas": "3"},
            "git": {"commit": "c0ffee", "branch": "main", "dirty": True},
        },
    )
    writer.set_data(DataRecord("wine\x1b", "DataFrame", (1599, 12), {}, "abc"))
    writer.finish()
    run = nbtrack.get_run(writer.id)
    text = run.describe()
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line]
    for pair in (
        ["notebook", "wine.ipynb"],
        ["commit", "c0ffee with changes"],
        ["code", f"3 lines (nbtrack show {run.id[:8]} --code)"],
        ["wine\\x1b", "DataFrame 1,599 x 12"],
        ["python", "CPython 3.11.4"],
        ["platform", "Linux-6.1"],
        ["packages", "2"],
    ):
        assert pair in lines, pair
    assert "deleted" not in text
    run.delete()
    assert any(line.startswith("  deleted ") for line in run.describe().splitlines())


def test_a_description_takes_what_little_was_recorded(store):
    writer = store.create_run(experiment="notes", name="cell", git_commit="c0ffee")
    writer.set_document("environment", {"python": "3.11", "git": None})
    writer.finish()
    text = nbtrack.get_run(writer.id).describe()
    assert "  commit      c0ffee\n" in text
    assert "python  3.11" in text


# --- the difference


def test_a_diff_names_what_is_different(store):
    def make(name, params, metric, *, cell, numpy, fingerprint):
        writer = store.create_run(experiment="default", name=name)
        for key, value in params.items():
            writer.log_param(key, value)
        writer.log_metric("rmse", metric, 0)
        writer.log_metric("same", 1.0, 0)
        writer.log_metric("nan", math.nan, 0)
        writer.set_document("source", {"cell": cell, "earlier": ["import numpy"], "stale": False})
        writer.set_document("environment", {"python": "3.11", "packages": {"numpy": numpy, "pandas": "3"}})
        writer.set_data(DataRecord("wine", "DataFrame", (10, 2), {}, fingerprint))
        writer.finish()
        return nbtrack.get_run(writer.id)

    left = make(
        "left",
        {"alpha": 0.5, "same": 1, "on": True, "only": "x"},
        0.7,
        cell="fit(0.5)",
        numpy="1.0",
        fingerprint="aaaa",
    )
    right = make(
        "right", {"alpha": 0.4, "same": 1.0, "on": 1}, 0.8, cell="fit(0.4)", numpy="2.0", fingerprint="bbbb"
    )
    right.set_tag("team", "red")
    diff = left.diff(right)
    assert diff
    assert diff.params == {"alpha": (0.5, 0.4), "on": (True, 1), "only": ("x", None)}
    assert diff.metrics == {"rmse": (0.7, 0.8)}
    assert diff.tags == {"team": (None, "red")}
    assert diff.environment == {"packages.numpy": ("1.0", "2.0")}
    assert [pair[0].fingerprint for pair in diff.data.values()] == ["aaaa"]
    assert diff.code.splitlines()[2:] == ["@@ -1,3 +1,3 @@", " import numpy", " ", "-fit(0.5)", "+fit(0.4)"]
    text = repr(diff)
    assert text.splitlines()[:3] == ["params  left  right", "------  ----  -----", "alpha   0.5   0.4"]
    assert "packages.numpy  1.0   2.0" in text
    assert "DataFrame 10 x 2 aaaa" in text
    assert "+fit(0.4)" in text
    assert left.diff("right").params == diff.params
    same = left.diff(left)
    assert not same
    assert repr(same).startswith("No difference between left")


# --- MLflow's search


def test_search_runs_answers_as_mlflow_does(three):
    frame = nbtrack.search_runs(filter_string="metrics.rmse < 0.85", order_by=["metrics.rmse ASC"])
    # Where the tests run in a repository, its commit is among the tags.
    assert [name for name in frame.columns if name != "tags.mlflow.source.git.commit"] == [
        "run_id",
        "experiment_id",
        "status",
        "artifact_uri",
        "start_time",
        "end_time",
        "metrics.r2",
        "metrics.rmse",
        "params.alpha",
        "tags.mlflow.runName",
        "tags.team",
    ]
    assert list(frame["tags.mlflow.runName"]) == ["two", "three"]
    assert list(frame["params.alpha"]) == ["0.2", "0.3"]
    assert frame["start_time"].dt.tz is not None
    found = nbtrack.search_runs(output_format="list", max_results=2)
    assert all(isinstance(run, Run) for run in found)
    assert names(found) == ["three", "two"]


def test_search_runs_looks_where_it_is_told(three):
    with nbtrack.start_run(experiment_id=nbtrack.create_experiment("other"), run_name="elsewhere"):
        pass
    other = nbtrack.get_experiment_by_name("other").experiment_id
    listed = {"output_format": "list"}
    assert len(nbtrack.search_runs(**listed)) == 3
    assert names(nbtrack.search_runs([other], **listed)) == ["elsewhere"]
    assert names(nbtrack.search_runs(experiment_names=["other", "nowhere"], **listed)) == ["elsewhere"]
    assert len(nbtrack.search_runs(experiment_names=["nowhere"])) == 0
    assert len(nbtrack.search_runs(["0"], **listed)) == 3
    assert len(nbtrack.search_runs(search_all_experiments=True, **listed)) == 4
    nbtrack.set_experiment("other")
    assert names(nbtrack.search_runs(**listed)) == ["elsewhere"]
    nbtrack.delete_run(nbtrack.search_runs(**listed)[0].info.run_id)
    assert nbtrack.search_runs(**listed) == []
    assert names(nbtrack.search_runs(run_view_type=ViewType.DELETED_ONLY, **listed)) == ["elsewhere"]
    assert len(nbtrack.search_runs(run_view_type=ViewType.ALL, search_all_experiments=True, **listed)) == 4
    for view in ("ALL", "all", 3, ViewType.ALL):
        assert len(nbtrack.search_runs(run_view_type=view, search_all_experiments=True, **listed)) == 4
    assert names(nbtrack.search_runs(run_view_type="deleted_only", **listed)) == ["elsewhere"]
    for wrong in ("EVERYTHING", 4, None, []):
        with pytest.raises(
            InvalidValueError, match=r"give 'ACTIVE_ONLY' \(1\), 'DELETED_ONLY' \(2\) or 'ALL'"
        ):
            nbtrack.search_runs(run_view_type=wrong)
    with pytest.raises(NbtrackError, match="not both"):
        nbtrack.search_runs(["1"], experiment_names=["other"])
    with pytest.raises(NbtrackError, match="'polars' is not known"):
        nbtrack.search_runs(output_format="polars")


def test_mlflows_names_for_attributes_work_in_filters(three):
    with nbtrack.start_run(run_name="parent") as parent, nbtrack.start_run(run_name="child"):
        pass
    listed = {"output_format": "list"}
    found = nbtrack.search_runs(filter_string=f"tags.mlflow.parentRunId = '{parent.id}'", **listed)
    assert names(found) == ["child"]
    for text in (
        "tags.mlflow.runName = 'two'",
        "tags.`mlflow.runName` = 'two'",
        "attributes.run_name = 'two'",
    ):
        assert names(nbtrack.search_runs(filter_string=text, **listed)) == ["two"]


# --- experiments


def test_experiments_live_and_die():
    made = nbtrack.create_experiment("wine")
    assert isinstance(made, str)
    experiment = nbtrack.get_experiment(made)
    assert (experiment.name, experiment.experiment_id, experiment.lifecycle_stage) == ("wine", made, "active")
    assert nbtrack.get_experiment_by_name("wine") == experiment
    assert nbtrack.get_experiment_by_name("beer") is None
    assert nbtrack.set_experiment("wine").experiment_id == made
    with nbtrack.start_run() as run:
        pass
    assert run.experiment == "wine"
    with pytest.raises(InvalidValueError, match="exists"):
        nbtrack.create_experiment("wine")
    nbtrack.rename_experiment(made, "white wine")
    assert run.experiment == "white wine"
    with nbtrack.start_run() as later:
        pass
    assert later.experiment == "white wine"
    later.delete()
    assert [held.name for held in nbtrack.search_experiments()] == ["white wine"]
    nbtrack.delete_experiment(made)
    assert len(nbtrack.runs()) == 0
    assert nbtrack.search_experiments() == []
    assert [held.name for held in nbtrack.search_experiments(ViewType.DELETED_ONLY)] == ["white wine"]
    with pytest.raises(NbtrackError, match="deleted"):
        nbtrack.set_experiment("white wine")
    nbtrack.restore_experiment("white wine")
    assert names(nbtrack.runs()) == [run.name]
    assert nbtrack.set_experiment(experiment_id=made).name == "white wine"
    for wrong in ({}, {"experiment_name": "a", "experiment_id": "1"}):
        with pytest.raises(InvalidValueError, match="one of them"):
            nbtrack.set_experiment(**wrong)
    with pytest.raises(NotFoundError, match="no experiment 'white wyne'; did you mean 'white wine'"):
        nbtrack.get_experiment("white wyne")


@pytest.fixture
def experiments():
    """Make experiments, of which one is deleted."""
    for name in ("a", "b", "ab", "Ab", "wine_1"):
        nbtrack.create_experiment(name)
    nbtrack.delete_experiment("b")


def found_experiments(*arguments, **options):
    return [experiment.name for experiment in nbtrack.search_experiments(*arguments, **options)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # What MLflow 3 answers.
        ("", ["wine_1", "Ab", "ab", "a"]),
        ("name = 'a'", ["a"]),
        ("name != 'a'", ["wine_1", "Ab", "ab"]),
        ("name LIKE 'a%'", ["ab", "a"]),
        ("name ILIKE 'a%'", ["Ab", "ab", "a"]),
        ("name LIKE 'a%' AND name != 'ab'", ["a"]),
        ("attribute.name = 'a'", ["a"]),
        ('`name` = "a"', ["a"]),
        ("name LIKE '%_1'", ["wine_1"]),
        ("name LIKE '[a]'", []),
        ("creation_time > 0", ["wine_1", "Ab", "ab", "a"]),
        ("creation_time > 99999999999999", []),
        ("tags.team = 'red'", []),
        # And the rest of the language.
        ("name rlike '^a' or name = 'wine_1'", ["wine_1", "ab", "a"]),
        ("not name in ('a', 'ab')", ["wine_1", "Ab"]),
        ("name not in ('a', 'ab') and tags.team is null", ["wine_1", "Ab"]),
        ("not tags.team = 'red'", []),
        ("tags.team = 'red' or name = 'a'", ["a"]),
        ("creation_time > now() - 1h and last_update_time < now() + 60s", ["wine_1", "Ab", "ab", "a"]),
        ("creation_time < '2020-01-01'", []),
        ("name = 'wine_1' and experiment_id > 0 order by name limit 1", ["wine_1"]),
    ],
)
def test_experiments_are_found_by_a_filter(experiments, text, found):
    assert found_experiments(filter_string=text) == found


def test_an_expression_on_experiments_comes_to_its_end_or_is_stopped(monkeypatch):
    monkeypatch.setattr(patterns, "MATCH_TIMEOUT", 0.1)
    nbtrack.create_experiment("a" * 900 + "!")
    with pytest.raises(FilterError, match=r"takes more than .* s; make it simpler"):
        nbtrack.search_experiments(filter_string="name rlike '^(a|aa)+$'")


def test_experiments_are_ordered_counted_and_viewed_as_in_mlflow(experiments):
    first = nbtrack.get_experiment_by_name("a").experiment_id
    assert found_experiments(filter_string=f"experiment_id = '{first}'") == ["a"]
    assert found_experiments(filter_string=f"experiment_id IN ('{first}', '77')") == ["a"]
    assert found_experiments(order_by=["name"]) == ["Ab", "a", "ab", "wine_1"]
    assert found_experiments(order_by=["attribute.name desc"]) == ["wine_1", "ab", "a", "Ab"]
    assert found_experiments(order_by=["experiment_id"]) == ["a", "ab", "Ab", "wine_1"]
    assert found_experiments(order_by=["creation_time"]) == ["a", "ab", "Ab", "wine_1"]
    assert found_experiments(order_by=["last_update_time DESC"]) == ["wine_1", "Ab", "ab", "a"]
    assert found_experiments(order_by=["tags.team", "name"]) == ["Ab", "a", "ab", "wine_1"]
    assert found_experiments(ViewType.ALL, 2, "name ILIKE '%b'", ["name"]) == ["Ab", "ab"]
    assert found_experiments("DELETED_ONLY") == ["b"]
    assert found_experiments(3) == ["wine_1", "Ab", "ab", "b", "a"]
    assert found_experiments(max_results=0) == []
    for wrong in (-1, 2.5, True):
        with pytest.raises(InvalidValueError, match=r"max_results .* give 0 or more"):
            nbtrack.search_experiments(max_results=wrong)
    with pytest.raises(InvalidValueError, match="view 'SOME' is not known"):
        nbtrack.search_experiments("SOME")
    with pytest.raises(
        FilterError, match=r"unknown field 'nme' of experiments; did you mean 'name'\?\n  nme = 'a'"
    ):
        nbtrack.search_experiments(filter_string="nme = 'a'")
    with pytest.raises(FilterError, match=r"unknown field 'metrics.rmse' of experiments"):
        nbtrack.search_experiments(order_by=["metrics.rmse"])
    with pytest.raises(InvalidValueError, match="filter is a int"):
        nbtrack.search_experiments(filter_string=3)


def test_an_experiment_whose_name_is_anothers_id_is_found_by_id_first():
    first = nbtrack.create_experiment("a")
    nbtrack.create_experiment(first + first)
    assert nbtrack.get_experiment(first).name == "a"
    assert nbtrack.get_experiment(int(first)).name == "a"
