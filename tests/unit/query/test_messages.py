"""What a user reads when a filter cannot be understood."""

import pytest

from nbtrack.errors import FilterError
from nbtrack.query import Query, parse, parse_order, suggest, unknown_names

NAMES = {"metrics": ["rmse", "val loss"], "params": ["alpha"], "tags": ["team"], "data": ["wine"]}


def refused(text, known=None):
    with pytest.raises(FilterError) as caught:
        parse(text, known)
    return caught.value


@pytest.mark.parametrize(
    "shown",
    [
        """\
unknown field 'stauts'; did you mean 'status'?
  stauts = 'FAILED'
  ^^^^^^""",
        """\
unknown field 'metric_s.a': before the dot stands metrics, params, tags, attributes, data or datasets; did you mean 'metrics'?
  metric_s.a < 1
  ^^^^^^^^""",
        """\
metrics.rmse is a number; write 0.8 without quotes
  metrics.rmse < '0.8'
                 ^^^^^""",
        """\
tags.epoch is text; write '3' in quotes
  tags.epoch = 3
               ^""",
        """\
expected AND, OR, ORDER BY, LIMIT or the end, found 'adn'; did you mean 'AND'?
  metrics.a < 1 adn metrics.b < 2
                ^^^""",
        """\
expected a comparison after params.a, found 'lke'; did you mean 'LIKE'?
  params.a lke 'x'
           ^^^""",
        """\
metrics.a is a value, and a condition is needed here: compare it, as in metrics.a = 1
  status = 'x' and metrics.a
                   ^^^^^^^^^""",
        """\
'&' is no operator of filters; did you mean 'AND'?
  metrics.a < 1 & metrics.b < 2
                ^""",
        """\
the filter ends where a field or a value is needed
  metrics.a <
             ^""",
        """\
this ' is not closed
  tags.a = 'x
           ^""",
        """\
unknown field 'loss'; did you mean 'metrics.`val-loss`'?
  metrics.val-loss < 1
              ^^^^""",
        """\
'soon' is not a date; write '2026-11-01', '2026-11-01 12:00', now() - 7d or milliseconds without quotes
  start_time > 'soon'
               ^^^^^^""",
        """\
'7d' is a length of time; write now() - 7d without quotes
  start_time > '7d'
               ^^^^""",
        """\
duration is a duration; write 5s without quotes
  duration < '5s'
             ^^^^""",
        """\
duration is a duration; write a length of time such as 90s or 1.5h without quotes
  duration < '5 minutes'
             ^^^^^^^^^^^""",
        """\
duration is a duration; write 5 without quotes
  duration < '5'
             ^^^""",
        """\
'1M' is no length of time, as months and years differ; write 30d, or 1m for minutes
  start_time > now() - 1M
                       ^^""",
        """\
'2months' is no length of time, as months and years differ; write 60d
  start_time > now() - 2months
                       ^^^^^^^""",
        """\
'1y' is no length of time, as months and years differ; write 365d
  start_time > now() - 1y
                       ^^""",
        """\
a time and a duration cannot be compared; write now() - 7d
  start_time > 7d
               ^^""",
        """\
LIKE compares text, and metrics.a is a number
  metrics.a like 'x'
  ^^^^^^^^^""",
        """\
this is not a regular expression: missing ), unterminated subpattern at position 0
  params.a rlike '(x'
                 ^^^^""",
        """\
unknown field 'lasso'; metrics, params and tags are written metrics.x, text in quotes
  params.model = lasso
                 ^^^^^""",
        """\
expected NULL, NAN, NOT NULL or NOT NAN after IS, found "'x'"; compare values with =
  status is 'x'
            ^^^""",
        """\
'1_000' is not a number; write 1000, 0.5, 1e-3, or a duration such as 7d
  metrics.a > 1_000
              ^^^^^""",
        """\
'abs' is no function; there is only now()
  abs(metrics.a) < 1
  ^^^""",
        """\
LIMIT needs a whole number, found '-'
  limit -1
        ^""",
        """\
unknown field 'datasets.nmae'; did you mean 'datasets.name'?
  datasets.nmae = 'x'
  ^^^^^^^^^^^^^""",
        """\
a name is missing after the dot; quote names of other characters: metrics.`val loss`
  metrics.-a < 1
         ^""",
        """\
';' does not belong in a filter; join conditions with AND
  metrics.a < 1; drop table runs
               ^""",
        """\
expected AND between the two ends of BETWEEN, found the end
  metrics.a between 1
                     ^""",
        """\
runs cannot be ordered by this; name a field such as metrics.rmse
  order by 1
           ^""",
    ],
    ids=lambda shown: shown.splitlines()[1].strip(),
)
def test_the_place_and_what_to_do_are_shown(shown):
    text = shown.splitlines()[1][2:]
    assert str(refused(text)) == shown


def test_the_line_of_several_is_shown():
    assert str(refused("metrics.a < 1\nand\tstauts = 'x'\norder by start_time")).splitlines()[1:] == [
        "  and\tstauts = 'x'",
        "     \t^^^^^^",
    ]


@pytest.mark.parametrize("words", ["ridge", "live-run", "iris 9", "größe"])
def test_words_alone_are_looked_for_in_names(words):
    fault = refused(f" {words} ", NAMES.__getitem__)
    assert fault.message == f"{words!r} is no condition"
    assert fault.suggestion == f"name ILIKE '%{words}%'"
    assert (fault.start, fault.end) == (1, 1 + len(words))
    parse(fault.suggestion)


@pytest.mark.parametrize("text", ["rms", "stat", "ridge and x", "ridge = 1", "not ridge"])
def test_what_may_become_a_condition_is_no_name(text):
    assert "ILIKE" not in (refused(text, NAMES.__getitem__).suggestion or "")


def test_names_of_the_store_are_suggested():
    assert refused("rsme < 1", NAMES.__getitem__).suggestion == "metrics.rmse"
    assert refused("aplha < 1", NAMES.__getitem__).suggestion == "params.alpha"
    assert refused("val_loss < 1", NAMES.__getitem__).suggestion == "metrics.`val loss`"
    assert refused("attributes.stat = 'x'", NAMES.__getitem__).suggestion == "attributes.status"
    with pytest.raises(FilterError, match=r"metrics\.rmse"):
        parse_order("rsme desc", NAMES.__getitem__)


def test_a_name_that_no_run_has_is_no_error_but_told():
    query = parse(
        "metrics.rsme < 1 and params.alpha = 1 and tags.tema = 'x' order by metrics.val", NAMES.__getitem__
    )
    remarks = unknown_names(query, NAMES.__getitem__)
    assert [(remark.message, remark.suggestion) for remark in remarks] == [
        ("no run has the metric 'rsme'", "metrics.rmse"),
        ("no run has the tag 'tema'", "tags.team"),
        ("no run has the metric 'val'", "metrics.`val loss`"),
    ]
    assert "^^^^^^^^^^^^" in str(remarks[0])
    assert "^^^^^^^^^^^" in str(remarks[2])
    assert unknown_names(parse("metrics.rmse.min < 1 and status = 'x'"), NAMES.__getitem__) == ()
    assert len(unknown_names(parse("metrics.x < 1 or metrics.x > 2"), NAMES.__getitem__)) == 1


def test_an_order_that_stands_apart_is_pointed_at():
    query = Query(order_by=parse_order(["params.alpha", "metrics.rsme DESC"]))
    (remark,) = unknown_names(query, NAMES.__getitem__)
    assert str(remark).splitlines()[1:] == ["  metrics.rsme DESC", "  ^^^^^^^^^^^^"]


@pytest.mark.parametrize(
    ("asked", "near"),
    [("std", None), ("sum", None), ("maximum", "metrics.rmse.max"), ("Min", "metrics.rmse.min")],
)
def test_a_summary_that_there_is_none_of_is_told(asked, near):
    text = f"metrics.rmse.{asked} < 1"
    (remark,) = unknown_names(parse(text), NAMES.__getitem__)
    summaries = ".last, .first, .min, .max, .mean, .count"
    assert remark.message == f"no run has the metric 'rmse.{asked}'; the summaries of 'rmse' are {summaries}"
    assert remark.suggestion == near
    assert unknown_names(parse(text), lambda _: ["rmse", f"rmse.{asked}"]) == ()


@pytest.mark.parametrize(
    ("word", "names", "nearest"),
    [
        ("Status", ["status", "start_time"], "status"),
        ("stat", ["status", "team"], "status"),
        ("zzz", ["status", "team"], None),
        ("metrics.rsme", ["metrics.rmse", "params.rsme"], "metrics.rmse"),
        ("attributes.foo", ["attributes.note"], None),
        ("x" * 10_000, ["x" * 9_999], None),
        ("a", [], None),
    ],
)
def test_the_nearest_name(word, names, nearest):
    assert suggest(word, names) == nearest
