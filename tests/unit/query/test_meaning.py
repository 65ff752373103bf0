"""What filters find in a real file, where the meaning is a decision."""

import math
import time

import pytest

from nbtrack.errors import FilterError
from nbtrack.query import bare_names, parse
from tests.unit.query.stored_runs import StoredRun

NAN, INF = math.nan, math.inf
HOUR = 3600


def found(database, text, **scope):
    names = [run.name for run in database.runs]
    ids = [run.run_id for run in database.runs]
    results = [names[ids.index(run_id)] for run_id in database.ids(parse(text), **scope)]
    assert database.count(parse(text), **scope) == len(results)
    return " ".join(sorted(results))


def test_a_missing_field_is_neither_so_nor_otherwise(stored):
    database = stored(StoredRun("1", "has", metrics={"rmse": [0.5]}), StoredRun("2", "lacks"))
    assert found(database, "metrics.rmse != 0.8") == "has"
    assert found(database, "not metrics.rmse < 0.1") == "has"
    assert found(database, "not (metrics.rmse < 0.1 and status = 'FINISHED')") == "has"
    assert found(database, "metrics.rmse = 0.5 or status = 'FINISHED'") == "has lacks"
    assert found(database, "metrics.rmse is null") == "lacks"
    assert found(database, "metrics.rmse not in (1)") == "has"
    assert found(database, "not (metrics.rmse is null)") == "has"


def test_nan_compares_as_in_python(stored):
    database = stored(
        StoredRun("1", "nan", metrics={"a": [NAN]}), StoredRun("2", "one", metrics={"a": [1.0]})
    )
    assert found(database, "metrics.a != 1") == "nan"
    assert found(database, "metrics.a != metrics.a") == "nan"
    assert found(database, "metrics.a = nan") == ""
    assert found(database, "metrics.a is nan") == "nan"
    assert found(database, "metrics.a is not nan") == found(database, "not metrics.a is nan") == "one"
    assert found(database, "metrics.a - 1 IS NaN") == "nan"
    assert found(database, "metrics.b is nan or metrics.b is not nan") == ""
    assert found(database, "metrics.a != nan") == "nan one"
    assert found(database, "not metrics.a < 2") == "nan"
    assert found(database, "metrics.a < inf") == "one"
    assert found(database, "metrics.a + 1 != 2") == "nan"
    assert found(database, "metrics.a is not null") == "nan one"


def test_infinities_and_division_by_zero(stored):
    database = stored(
        StoredRun("1", "inf", metrics={"a": [INF], "b": [0.0]}),
        StoredRun("2", "low", metrics={"a": [-INF], "b": [0.0]}),
        StoredRun("3", "one", metrics={"a": [1.0], "b": [2.0]}),
    )
    assert found(database, "metrics.a = inf") == "inf"
    assert found(database, "metrics.a > 1e308") == "inf"
    assert found(database, "metrics.a - metrics.a != 0") == "inf low"
    assert found(database, "metrics.a / metrics.b != 7") == "one"
    assert found(database, "not metrics.a / metrics.b = 7") == "one"
    assert found(database, "1 / 0 != 1") == ""
    assert found(database, "1 / 2 = 0.5") == "inf low one"


def test_a_param_is_a_number_beside_numbers_and_text_beside_text(stored):
    values = {"int": 1, "float": 1.0, "bool": True, "text": "1", "none": None, "word": "a"}
    database = stored(*(StoredRun(name, name, params={"p": value}) for name, value in values.items()))
    assert found(database, "params.p = 1") == "bool float int"
    assert found(database, "params.p = true") == "bool float int"
    assert found(database, "params.p != 2") == "bool float int"
    assert found(database, "not params.p = 2") == "bool float int"
    assert found(database, "params.p = '1'") == "int text"
    assert found(database, "params.p = '1.0'") == "float"
    assert found(database, "params.p = 'True'") == "bool"
    assert found(database, "params.p = 'None'") == "none"
    assert found(database, "params.p != '1'") == "bool float none word"
    assert found(database, "params.p is null") == ""
    assert found(database, "params.p in (1, 'a')") == "bool float int word"
    assert found(database, "params.p like '1%'") == "float int text"


def test_only_a_number_can_be_nan(stored):
    values = {"nan": NAN, "text": "nan", "number": 1, "none": None}
    database = stored(*(StoredRun(name, name, params={"p": value}) for name, value in values.items()))
    assert found(database, "params.p is nan") == "nan"
    assert found(database, "params.p is not nan") == "none number text"
    for text, said in (
        ("status is nan", "status is text"),
        ("start_time is nan", "is a time"),
        ("'x' is nan", "is text"),
    ):
        with pytest.raises(FilterError, match=said):
            parse(text)


def test_integers_beyond_64_bits(stored):
    database = stored(StoredRun("1", "huge", params={"n": 2**70}), StoredRun("2", "small", params={"n": 5}))
    assert found(database, "params.n = 1180591620717411303424") == "huge"
    assert found(database, "params.n > 18446744073709551616") == "huge"
    assert found(database, "params.n < 18446744073709551616") == "small"
    assert found(database, "params.n = '1180591620717411303424'") == "huge"


def test_like_minds_case_and_takes_its_wildcards_only(stored):
    values = {
        "a": "Lasso",
        "b": "lasso",
        "c": "50%",
        "d": "a_b*",
        "e": "[x]?",
        "f": "ÄPFEL",
        "g": "two\nlines",
    }
    database = stored(*(StoredRun(name, name, tags={"t": value}) for name, value in values.items()))
    assert found(database, "tags.t LIKE 'L%'") == "a"
    assert found(database, "tags.t ILIKE 'L%'") == "a b"
    assert found(database, "tags.t ILIKE 'äpfel'") == "f"
    assert found(database, "tags.t LIKE '____'") == "d e"
    assert found(database, "tags.t LIKE '%*'") == "d"
    assert found(database, "tags.t LIKE '[x]?'") == "e"
    assert found(database, "tags.t LIKE '%lines'") == "g"
    assert found(database, "tags.t NOT LIKE '%s%'") == "c d e f"


def test_rlike_searches(stored):
    database = stored(
        StoredRun("1", "a", tags={"t": "ElasticNet"}),
        StoredRun("2", "b", tags={"t": "lasso"}),
        StoredRun("3", "c"),
    )
    assert found(database, "tags.t RLIKE '^El.*t$'") == "a"
    assert found(database, "tags.t rlike 'ss'") == "b"
    assert found(database, "tags.t not rlike 'ss'") == "a"
    assert found(database, "tags.t RLIKE '(?i)NET|LAS'") == "a b"


def test_times(stored):
    day = time.mktime((2026, 11, 1, 0, 0, 0, 0, 0, -1))
    database = stored(
        StoredRun("1", "noon", start_time=day + 12 * HOUR, end_time=day + 13 * HOUR),
        StoredRun("2", "next", start_time=day + 24 * HOUR + 0.1234),
    )
    assert found(database, "start_time > '2026-11-01 00:00'") == "next noon"
    assert found(database, "start_time >= '2026-11-01 12:00'") == "next noon"
    assert found(database, "start_time > '2026-11-01 12:00'") == "next"
    assert found(database, "start_time < '2026-11-02'") == "noon"
    assert found(database, "start_time > now() - 13h", now=day + 30 * HOUR) == "next"
    assert found(database, f"start_time = {round((day + 24 * HOUR + 0.1234) * 1000)}") == "next"
    assert found(database, "duration >= 1h") == "noon"
    assert found(database, "duration = 3600") == "noon"
    assert found(database, "end_time - start_time < 2h") == "noon"
    assert found(database, "end_time is null") == "next"
    assert found(database, "duration != 1") == "noon"
    assert found(database, "start_time + 24h > '2026-11-02 13:00'") == "next"


def test_a_date_is_its_whole_day(stored):
    day = time.mktime((2026, 11, 25, 0, 0, 0, 0, 0, -1))
    starts = {"before": -0.001, "first": 0, "noon": 12 * HOUR, "last": 24 * HOUR - 0.001, "after": 24 * HOUR}
    database = stored(
        *(StoredRun(n, n, start_time=day + s) for n, s in starts.items()), StoredRun("x", "old")
    )
    within = "first last noon"
    assert found(database, "start_time = '2026-11-25'") == within
    assert found(database, "'20261125' == start_time") == within
    assert found(database, "start_time != '2026-11-25'") == "after before old"
    assert found(database, "not start_time = '2026-11-25'") == "after before old"
    assert found(database, "start_time <= '2026-11-25' and start_time >= '2026-11-25'") == within
    assert found(database, "start_time > '2026-11-25'") == "after"
    assert found(database, "'2026-11-25' >= start_time > '2026-11-24'") == within
    assert found(database, "start_time < '2026-11-25'") == "before old"
    assert found(database, "start_time between '2026-11-25' and '2026-11-25'") == within
    assert found(database, "start_time not between '2026-11-24' and '2026-11-25'") == "after old"
    assert found(database, "start_time in ('2026-11-25')") == within
    assert found(database, f"start_time in ('2026-11-26', {round(day * 1000)})") == "after first"
    assert found(database, "start_time not in ('2026-11-25', '2026-11-26')") == "before old"
    assert found(database, "start_time = '2026-11-25 00:00'") == "first"
    assert found(database, f"start_time = {round(day * 1000)}") == "first"
    assert found(database, "start_time - '2026-11-25' = 12h") == "noon"
    assert found(database, "end_time != '2026-11-25' or end_time = '2026-11-25'") == ""
    assert found(database, "'1990-01-01' <= start_time <= '9999-12-31'") == "after before first last noon old"


def test_a_crashed_run_is_not_a_failed_one(stored):
    database = stored(StoredRun("1", "dead", status="CRASHED"), StoredRun("2", "bad", status="FAILED"))
    assert found(database, "status = 'FAILED'") == "bad"
    assert found(database, "status in ('FAILED', 'CRASHED')") == "bad dead"


def test_a_metrics_own_name_wins_over_a_summary(stored):
    history = {"loss": [3.0, 1.0, 2.0]}
    plain = stored(StoredRun("1", "plain", metrics=history))
    assert found(plain, "metrics.loss.min = 1 and metrics.loss.max = 3 and metrics.loss.first = 3") == "plain"
    assert found(plain, "metrics.loss = 2 and metrics.loss.last = 2 and metrics.loss.mean = 2") == "plain"
    assert found(plain, "metrics.loss.count = 3") == "plain"
    both = stored(
        StoredRun("1", "plain", metrics=history), StoredRun("2", "own", metrics={"loss.min": [1.0]})
    )
    assert found(both, "metrics.loss.min = 1") == "own"
    assert found(both, "metrics.`loss`.min = 1") == "plain"
    assert found(both, "metrics.`loss.min` = 1") == "own"


def test_a_summary_passes_over_nan(stored):
    database = stored(
        StoredRun("1", "some", metrics={"a": [NAN, 4.0, 2.0, NAN]}),
        StoredRun("2", "none", metrics={"a": [NAN]}),
    )
    assert found(database, "metrics.a.mean = 3 and metrics.a.min = 2 and metrics.a.count = 4") == "some"
    assert found(database, "metrics.a.min != metrics.a.min") == "none"
    assert found(database, "metrics.a.mean != 0") == "none some"


def test_data_and_datasets(stored):
    database = stored(
        StoredRun("1", "both", data={"wine": "f1", "iris": "f2"}),
        StoredRun("2", "one", data={"wine": "f3"}),
        StoredRun("3", "none"),
    )
    assert found(database, "data.wine = 'f1'") == "both"
    assert found(database, "data.wine != 'f1'") == "one"
    assert found(database, "data.iris is null") == "none one"
    assert found(database, "datasets.name = 'wine' and datasets.digest = 'f2'") == "both"
    assert found(database, "datasets.name != 'wine'") == "both"
    assert found(database, "datasets.context = 'train'") == ""
    assert found(database, "datasets.context is null") == "both none one"
    assert found(database, "not (datasets.name = 'wine' and datasets.digest = 'f1')") == "both one"


def test_deleted_runs_and_deleted_experiments_are_not_looked_at(stored):
    database = stored(
        StoredRun("1", "live"),
        StoredRun("2", "gone", deleted=1.0),
        StoredRun("3", "hidden", experiment=2),
        StoredRun("4", "other", experiment=3),
        experiments={1: None, 2: 5.0, 3: None},
    )
    assert found(database, "") == "live other"
    assert found(database, "status = 'FINISHED'", deleted=True) == "gone"
    assert found(database, "", experiments=[1, 3]) == "live other"
    assert found(database, "", experiments=[3], limit=10) == "other"
    assert found(database, "", experiments=[]) == ""
    assert (
        found(database, "experiment = 'experiment 3' and experiment_id = '3' and experiment_id = 3")
        == "other"
    )


def test_runs_that_lack_the_field_come_last_newest_first(stored):
    values = {"a": 2.0, "b": None, "c": 1.0, "d": NAN, "e": 2.0, "f": None}
    database = stored(
        *(
            StoredRun(n, n, start_time=i, metrics={} if v is None else {"m": [v]})
            for i, (n, v) in enumerate(values.items())
        )
    )
    assert database.ids(parse("order by metrics.m")) == list("ceadfb")
    assert database.ids(parse("order by metrics.m desc")) == list("eacdfb")
    assert database.ids(parse("order by metrics.m limit 4"), offset=2, limit=5) == list("ad")
    assert database.count(parse("order by metrics.m limit 4"), offset=2, limit=5) == 4
    assert database.ids(parse("")) == list("fedcba")


def test_params_are_ordered_as_numbers_then_as_text(stored):
    values = {"a": 10, "b": 9.5, "c": "x", "d": True, "e": "10", "f": None}
    database = stored(
        *(StoredRun(n, n, start_time=-i, params={"p": v}) for i, (n, v) in enumerate(values.items()))
    )
    assert database.ids(parse("order by params.p")) == list("dbaefc")
    assert database.ids(parse("order by params.p desc")) == list("abdcfe")
    assert database.ids(parse("order by status, params.p desc")) == list("abdcfe")


@pytest.mark.parametrize("limit", [None, 10])
def test_one_artifact_folder(stored, limit):
    database = stored(StoredRun("ab" * 16, "one"))
    text = f"artifact_uri = 'file:///s/artifacts/{'ab' * 16}'"
    assert found(database, text, artifacts="file:///s/artifacts/", limit=limit) == "one"
    assert found(database, text, artifacts="file:///s/artifacts", limit=limit) == "one"


def test_a_bare_name_is_the_attribute_else_the_metric_else_the_param(stored):
    low = StoredRun(
        "1",
        "low",
        metrics={"rmse": [0.9, 0.5], "alpha": [1.0], "loss.min": [7.0], "duration": [5.0], "val loss": [2.0]},
        params={"alpha": 9, "depth": 3, "lr.alpha": 0.1, "status": "own"},
    )
    high = StoredRun("2", "high", metrics={"rmse": [0.8], "loss": [4.0, 3.0]}, params={"depth": "deep"})
    database = stored(low, high)

    def bare(text, **meant):
        query = parse(text, database.names)
        assert bare_names(query) == meant
        names = {run.run_id: run.name for run in database.runs}
        return " ".join(sorted(names[one] for one in database.ids(query)))

    assert bare("rmse < 0.7", rmse="metrics.rmse") == "low"
    assert (
        bare(
            "0.7 < rmse <= 0.8 and rmse.min is not null",
            rmse="metrics.rmse",
            **{"rmse.min": "metrics.rmse.min"},
        )
        == "high"
    )
    assert bare("alpha = 1", alpha="metrics.alpha") == "low", "the metric comes before the param"
    assert (
        bare("depth = 3", depth="params.depth")
        == bare("lr.alpha < 1", **{"lr.alpha": "params.lr.alpha"})
        == "low"
    )
    assert bare("depth = 'deep' order by rmse", depth="params.depth", rmse="metrics.rmse") == "high"
    assert bare("loss.min = 7", **{"loss.min": "metrics.loss.min"}) == "low", "a metric of that whole name"
    assert bare("loss.max = 4", **{"loss.max": "metrics.loss.max"}) == "high"
    assert bare("`val loss` = 2", **{"`val loss`": "metrics.`val loss`"}) == "low"
    assert bare('"val loss" = 2', **{'"val loss"': "metrics.`val loss`"}) == "low"
    assert bare("status = 'own'") == "", "attributes stay what they are"
    assert bare("duration = 5 or metrics.duration = 5") == "low"
    for unknown in ("rsme < 1", "metrics < 1", "tags.x < 1"):
        with pytest.raises(FilterError):
            parse(unknown, database.names)
    with pytest.raises(FilterError, match="unknown field 'rmse'"):
        parse("rmse < 1")
