"""Text that nobody should write: refused with a FilterError, or run by SQLite without an error."""

import contextlib
import re
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nbtrack.errors import FilterError
from nbtrack.query import parse, parse_order
from nbtrack.query.backtracking import may_explode
from tests.unit.query.stored_runs import Database, StoredRun

PIECES = (
    "metrics.a", "metrics.loss.min", "metrics.`b c`", "params.p", "tags.t", "data.d", "datasets.name", "datasets.context",
    "status", "start_time", "end_time", "duration", "experiment_id", "note", "user", "artifact_uri", "now()", "now", "7d",
    "1", "-1", "0.5", "1e999", "nan", "true", "'x'", '"x"', "'2026-11-01'", "'7d'", "1M", "'%a_'", "'('", "''", "`x`", "null",
    "=", "==", "!=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "(", ")", ",", ".", "!", "&&", "||", ";", "&",
    "and", "or", "not", "in", "is", "between", "like", "ilike", "rlike", "order by", "limit", "asc", "desc", "limit 3",
)  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    run = StoredRun(
        "1",
        end_time=1.8e9,
        params={"p": 1},
        metrics={"a": [1.0], "b c": [2.0]},
        tags={"t": "x"},
        data={"d": "f"},
    )
    database = Database(tmp_path_factory.mktemp("hostile") / "runs.db", [run, StoredRun("2")])
    yield database
    database.close()


def run_or_refuse(database, text):
    try:
        query = parse(text)
        database.ids(query, limit=10)
        database.ids(query)
        database.count(query)
    except FilterError as error:
        refusal = error
    else:
        return True
    assert str(refusal)
    assert 0 <= refusal.start <= len(text)
    return False


@settings(max_examples=800, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
@example("start_time = tags.t")
@example("metrics.a = 1 order by datasets.name")
def test_pieces_in_any_order_run_or_are_refused(database, text):
    run_or_refuse(database, text)


@settings(max_examples=400, deadline=None)
@given(st.text() | st.text(alphabet="metrics.paf'\"`()<>=!&|,+-*/ 0179eén\\\n\0\ud800%", max_size=40))
@example("metrics.²")
@example("٣ = 3")
def test_any_text_is_read_or_refused(database, text):
    run_or_refuse(database, text)
    for read in (
        parse_order,
        lambda text: parse(f"params.p rlike '{text}'"),
        lambda text: parse(f"start_time > '{text}'"),
    ):
        with contextlib.suppress(FilterError):
            read(text)


@pytest.mark.parametrize(
    "text",
    [
        "tags.t = 'x''; DROP TABLE runs; --'",
        "tags.`x') OR 1=1 --` = 'x'",
        "params.\"'; DELETE FROM runs; --\" != 'x'",
        "tags.t = ':v1' or tags.`:v2` = '?1'",
        "tags.t like '%{left}%' or name = '{0}' or tags.`{artifacts}` = '%s'",
        "artifact_uri = '{artifacts}'",
        "metrics.`x`.min = 1 order by metrics.`y) DESC, (SELECT 1` desc",
    ],
)
def test_no_text_becomes_sql(database, text):
    assert run_or_refuse(database, text)
    for statement in (database.compile(parse(text), limit=5).ids, database.compile(parse(text)).count):
        literals = "".join(re.findall(r"'[^']*'", statement.sql))
        assert set(literals) <= {"'"}
    assert database.count(parse("")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "(" * 90 + "status = 'x'" + ")" * 90,
        "not " * 100_000 + "status = 'x'",
        "!" * 100_000,
        "-" * 100_000 + "1 < metrics.a",
        "metrics.a < " + "-" * 100_000 + "1",
        "1 < " * 100_000 + "1",
        "1 + " * 100_000 + "1 < metrics.a",
        "metrics.a < (" + "(1 + " * 50 + "1" + ")" * 50 + ")",
        "now(" * 1000,
        "metrics" + ".a" * 100_000 + " < 1",
        "tags.`" + "x" * 500_000 + "` = 'x'",
        "tags.a = '" + "x" * 900_000 + "'",
        "tags.a = '" + "'" * 900_000,
        "tags.a = '" + "\\" * 900_000,
        "tags.a like '" + "%" * 900_000 + "'",
        "tags.a like '" + "%a" * 10_000 + "'",
        "tags.a rlike '" + "(" * 900 + "'",
        "tags.a rlike '" + "(" * 400 + ")" * 400 + "'",
        "tags.a rlike 'a{99999999999999999999}'",
        "tags.a rlike '[[a]'",
        "a" * 1_000_001,
        " or ".join(f"metrics.m{i} < {i}" for i in range(60_000)),
        " or ".join(f"metrics.m{i} < {i}" for i in range(1_000)),
        " and ".join(f"metrics.m{i} < {i}" for i in range(1_000)),
        " or ".join(f"(metrics.m{i} < {i} and tags.t{i} = 'x')" for i in range(500)),
        " or ".join(f"metrics.a = {i}" for i in range(1_000)),
        "not (" + " or ".join(f"name = '{i}'" for i in range(1_000)) + ")",
        "run_id in (" + ", ".join(f"'{i:032x}'" for i in range(24_000)) + ")",
        "params.a in (" + ", ".join(str(i) for i in range(24_000)) + ")",
        "params.a not in (" + ", ".join(f"{i}.5" for i in range(3_000)) + ")",
        "params.a in (" + ", ".join(f"{i}.5" for i in range(24_000)) + ")",
        "order by " + ", ".join(f"metrics.m{i}" for i in range(100)),
        "order by " + ", ".join(f"metrics.m{i} + metrics.n{i}" for i in range(18)),
        " + ".join(f"metrics.m{i}" for i in range(20)) + " < 1",
        "(((" + ") + (".join(" + ".join(f"metrics.m{i}{j}" for i in range(9)) for j in range(9)) + "))) < 1",
        "limit " + "9" * 1000,
        "start_time > '" + "9" * 1000 + "'",
        "start_time > '0001-01-01'",
        "start_time <= '9999-12-31'",
        "start_time in (" + "'2026-11-25', " * 24_000 + ")",
        "start_time not in ("
        + ", ".join(
            f"'{y}-{m:02}-{d:02}'" for y in range(1990, 1995) for m in range(1, 13) for d in range(1, 29)
        )
        + ")",
        "start_time > now() - " + "9" * 400 + "M",
        "start_time > '9999-12-31T23:59:59+00:00'",
        "start_time > " + "9" * 400 + "d",
    ],
    ids=lambda text: f"{text[:24]}..{len(text)}",
)
def test_long_and_deep_filters_run_or_are_refused(database, text):
    # The processor's time: what else the machine does is not the filter's doing.
    start = time.process_time()
    run_or_refuse(database, text)
    assert time.process_time() - start < 20


def nested(depth):
    """Return a filter of AND, OR and NOT in turn over different fields, with as deep an operand in the middle."""
    text = "metrics.m"
    for i in range(18):
        text = f"(params.p{i} - {text})"
    text += " < 1"
    for i in range(depth):
        text = f"not (metrics.z{i} < 1 and {text})" if i % 2 else f"(params.q{i} < 1 or {text})"
    return text


def test_the_deepest_filter_that_is_read_runs(database):
    depths = [depth for depth in range(1, 40) if run_or_refuse(database, nested(depth))]
    assert depths
    assert depths == list(range(1, depths[-1] + 1))
    assert depths[-1] >= 10
    assert run_or_refuse(database, "(" * 50 + "status = 'x'" + ")" * 50)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a*)*",
        "(a|aa)*",
        "(aa?)*",
        "(.*,)*x",
        r"(\w+\s?)*$",
        "((a+)b?)+",
        "(a+){20}",
        ".*" * 7,
        "(?:(x|x)y?)+",
    ],
)
def test_expressions_that_could_take_for_ever_are_refused(pattern):
    assert may_explode(pattern)
    with pytest.raises(FilterError, match="for ever"):
        parse(f"params.p rlike '{pattern}'")


@pytest.mark.parametrize(
    "pattern",
    ["^El.*t$", r"(\w+\.)+com", r"(\d+,)*\d+", "(foo|far)+", r"v\d+(\.\d+)*$", "(ab)+", "[a-z]+[0-9]+", "(?i)net|las", "(a{2}b)*",
     r"https?://\S+/(\w+/)*", "(.|\n)*x", r"(?<=a)b(?=c)", "(a++b?)+", "^$", ".*a.*b.*"],
)  # fmt: skip
def test_expressions_that_come_to_an_end_are_read(pattern):
    assert not may_explode(pattern)
    start = time.process_time()
    re.search(pattern, "a1.b2/" * 100 + "!")
    assert time.process_time() - start < 1
    parse(f"params.p rlike '{pattern}'")
