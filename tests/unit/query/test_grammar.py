"""How a filter is read: keywords, precedence, names, literals, times, clauses."""

import datetime as dt
import math

import pytest

from nbtrack.query import parse, parse_order
from nbtrack.query.tree import (
    And,
    Arithmetic,
    Compare,
    Duration,
    Field,
    In,
    IsNull,
    Moment,
    Not,
    Number,
    Or,
    Order,
    Query,
    Text,
)

A, B, C = (Compare("=", Field("metrics", name), Number(1.0)) for name in "abc")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("metrics.a = 1 or metrics.b = 1 and metrics.c = 1", Or((A, And((B, C))))),
        ("(metrics.a = 1 or metrics.b = 1) and metrics.c = 1", And((Or((A, B)), C))),
        ("not metrics.a = 1 and metrics.b = 1", And((Not(A), B))),
        ("!metrics.a = 1 && metrics.b = 1 || metrics.c = 1", Or((And((Not(A), B)), C))),
        ("NOT (metrics.a = 1 AnD metrics.b = 1)", Not(And((A, B)))),
        ("not not metrics.a = 1", Not(Not(A))),
        ("((metrics.a = 1)) And (metrics.b == 1 AND metrics.c=1)", And((A, B, C))),
        ("metrics.a=1\n\tor\u00a0metrics.b=1", Or((A, B))),
    ],
)
def test_and_binds_before_or_and_not_before_and(text, where):
    assert parse(text).where == where


def test_an_empty_filter_asks_for_every_run():
    assert parse("") == parse(" \n ") == Query()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("metrics.val_loss", "val_loss"),
        ("metrics.été", "été"),
        ("metrics.1st", "1st"),
        ("metrics.layers.0.size", "layers.0.size"),
        ("metrics.and", "and"),
        ("metrics.`val loss`", "val loss"),
        ('metrics."val loss"', "val loss"),
        ("metrics.'val loss'", "val loss"),
        ("metrics.`a.b c`.d", "a.b c.d"),
        ("metrics.`x'y\"z`", "x'y\"z"),
        ("`metrics`.`a`", "a"),
        ("METRIC.a", "a"),
    ],
)
def test_names_may_be_quoted_as_in_mlflow(text, name):
    assert parse(f"{text} < 1").where == Compare("<", Field("metrics", name), Number(1.0))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("metrics.loss.min", Field("metrics", "loss", "min", exact=False)),
        ("metrics.`loss`.min", Field("metrics", "loss", "min", exact=True)),
        ("metrics.`loss.min`", Field("metrics", "loss.min")),
        ("metrics.`loss.min`.max", Field("metrics", "loss.min", "max", exact=True)),
        ("metrics.min", Field("metrics", "min")),
        ("metrics.loss.median", Field("metrics", "loss.median")),
        ("params.loss.min", Field("params", "loss.min")),
    ],
)
def test_a_summary_stands_after_a_metrics_name(text, field):
    assert parse(f"{text} = 1").where.left == field


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("-1.5", -1.5),
        ("+2", 2.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1E-3", 0.001),
        ("- -1", 1.0),
        ("inf", math.inf),
        ("-Infinity", -math.inf),
        ("TRUE", 1.0),
        ("false", 0.0),
        ("9" * 5000, math.inf),
        ("18446744073709551616", 2.0**64),
    ],
)
def test_numbers(text, value):
    assert parse(f"metrics.a < {text}").where.right == Number(value)


def test_nan_is_a_number():
    assert math.isnan(parse("metrics.a < NaN").where.right.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'red'", "red"),
        ('"red"', "red"),
        ("''", ""),
        ('"it\'s"', "it's"),
        ("'say \"hi\"'", 'say "hi"'),
        ("'C:\\dir'", "C:\\dir"),
        ("'two\nlines'", "two\nlines"),
        # Quotes that MLflow leaves as they are.
        ("'it''s'", "it''s"),
        ("'it\\'s'", "it\\'s"),
        ("'C:\\dir\\'", "C:\\dir\\"),
        # Side by side.
        ("'it' \"'\" 's'", "it's"),
        ("'metrics.a < 1 --'", "metrics.a < 1 --"),
    ],
)
def test_text_is_taken_as_it_stands(text, value):
    assert parse(f"tags.a = {text}").where.right == Text(value)


def test_a_name_in_double_quotes_left_of_a_comparison_is_an_attribute():
    assert parse('"Run name" = "x"').where == parse("run_name = 'x'").where
    assert parse('("status" = "x")').where == parse("status = 'x'").where
    assert parse('tags.a = "status"').where.right == Text("status")
    assert parse_order('"start_time" desc') == parse_order("start_time desc")


@pytest.mark.parametrize(
    "text",
    [
        "run_name",
        "name",
        "`Run name`",
        "attributes.`run name`",
        "run.run_name",
        "attr.name",
        "attribute.Run_Name",
    ],
)
def test_the_runs_name_has_mlflows_names(text):
    assert parse(f"{text} = 'x'").where.left == Field("attributes", "run_name")


def test_operators_bind_as_in_arithmetic():
    a, b, c = (Field("metrics", name) for name in "abc")
    assert parse("metrics.a - metrics.b * metrics.c < 1").where.left == Arithmetic(
        "-", a, Arithmetic("*", b, c)
    )
    assert parse("metrics.a - metrics.b - metrics.c < 1").where.left == Arithmetic(
        "-", Arithmetic("-", a, b), c
    )
    assert parse("(metrics.a - metrics.b)/metrics.c < 1").where.left == Arithmetic(
        "/", Arithmetic("-", a, b), c
    )
    assert parse("-metrics.a < 1").where.left == Arithmetic("-", Number(0.0), a)
    assert parse("metrics.a-1 < -1").where == Compare("<", Arithmetic("-", a, Number(1.0)), Number(-1.0))


def test_chains_and_ranges_and_lists():
    rmse = Field("metrics", "rmse")
    low, high = Compare("<", Number(0.1), rmse), Compare("<=", rmse, Number(0.8))
    assert parse("0.1 < metrics.rmse <= 0.8").where == And((low, high))
    ends = And((Compare(">=", rmse, Number(0.1)), Compare("<=", rmse, Number(0.8))))
    assert parse("metrics.rmse between 0.1 and 0.8").where == ends
    assert parse("metrics.rmse NOT BETWEEN 0.1 AND 0.8 AND metrics.a = 1").where == And((Not(ends), A))
    values = In(rmse, (Number(1.0), Number(-2.0)))
    assert parse("metrics.rmse in (1, -2)").where == parse("metrics.rmse IN (1,-2,)").where == values
    assert parse("metrics.rmse not in (1, -2)").where == Not(values)
    assert parse("params.a is null").where == IsNull(Field("params", "a"))
    assert parse("params.a IS NOT NULL").where == Not(IsNull(Field("params", "a")))
    assert parse("params.a not like 'x'").where == Not(parse("params.a LIKE 'x'").where)


def test_order_and_limit_follow_in_any_case():
    query = parse("metrics.a = 1 Order By metrics.b desc, params.a, metrics.a - metrics.b ASC limit 5")
    difference = Arithmetic("-", Field("metrics", "a"), Field("metrics", "b"))
    orders = (Order(Field("metrics", "b"), descending=True), Order(Field("params", "a")), Order(difference))
    assert query == Query(A, orders, 5)
    assert parse("order by start_time limit 0") == Query(None, (Order(Field("attributes", "start_time")),), 0)
    assert parse("limit 99999999999999999999999").limit >= 2**50


def test_mlflows_order_by_list():
    orders = parse_order(["metrics.rmse DESC", "params.a", "attributes.`Run name` asc"])
    assert orders == parse_order("metrics.rmse desc, params.a, name")


def test_times_are_milliseconds():
    def right(text):
        return parse(f"start_time < {text}").where.right

    local = dt.datetime(2026, 11, 1, 12).timestamp() * 1000
    assert right("'2026-11-01 12:00'") == right("'2026-11-01T12:00:00'") == Moment(local)
    assert right("'2026-11-01'") == Moment(dt.datetime(2026, 11, 1).timestamp() * 1000)
    assert right('"2026-11-01T12:00:00+02:00"') == Moment(1793527200000.0)
    assert right("1793527200000") == Number(1793527200000.0)
    noon = right("'2026-11-01 12:00'")
    assert parse("'2026-11-01 12:00' < start_time").where.left == noon
    assert parse("start_time in ('2026-11-01 12:00')").where.items == (noon,)
    assert parse("start_time between '2026-11-01' and now()").where.items[0].right == right("'2026-11-01'")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7d", 604800),
        ("1.5h", 5400),
        ("90m", 5400),
        ("90MIN", 5400),
        ("2H", 7200),
        ("7D", 604800),
        ("30s", 30),
        ("500ms", 0.5),
        ("2w", 1209600),
    ],
)
def test_durations_are_seconds(text, seconds):
    assert parse(f"duration > {text}").where.right == Duration(seconds)
