"""Text that nobody should write: refused with a FilterError, or run by SQLite without an error."""

import contextlib
import re
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import nbtrack
from nbtrack.errors import FilterError
from nbtrack.query import parse, parse_order
from nbtrack.query.patterns import begin_matching, functions, regular_expression
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


@settings(max_examples=800, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
@example("start_time = tags.t")
@example("metrics.a = 1 order by datasets.name")
def test_pieces_in_any_order_run_or_are_refused(database, text):
    run_or_refuse(database, text)


@settings(max_examples=400)
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


SLOW = [
    (r"(a+)+$", "a" * 40 + "b"),
    (r".*a.*b.*c.*d", "abc" * 30_000),
    (r"\s+$", " " * 200_000 + "x"),
    (r"(\w+\s?)*$", "word " * 5_000 + "!"),
    (r"(x+x+)+y", "x" * 5_000),
    (r"(.*)\1\1\1$", "ab" * 3_000 + "c"),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 5_000),
]


@pytest.mark.parametrize(("pattern", "text"), SLOW)
def test_an_expression_on_long_text_comes_to_its_end_or_is_stopped(tmp_path, pattern, text):
    store = nbtrack.set_store(tmp_path)
    for number in range(3):
        with nbtrack.start_run(tags={"long": text, "number": str(number)}):
            pass
    start = time.process_time()
    with contextlib.suppress(FilterError):
        assert len(nbtrack.runs(f"tags.long rlike '{pattern}'")) in {0, 3}
    assert time.process_time() - start < 20
    assert len(nbtrack.runs("tags.number rlike '^[01]$'")) == 2, "the next query has its own time"
    assert store.check().problems == []


def test_where_an_expression_is_stopped_it_is_said(tmp_path):
    nbtrack.set_store(tmp_path)
    with nbtrack.start_run(tags={"long": "abc" * 100_000}):
        pass
    with pytest.raises(FilterError, match=r"'\.\*a\.\*b\.\*c\.\*d' takes more than 2 s; make it simpler"):
        len(nbtrack.runs("tags.long rlike '.*a.*b.*c.*d'"))


ATOMS = st.sampled_from(
    ["a", "b", "c", "1", " ", ".", r"\w", r"\d", r"\s", "[ab]", "[^a]", r"\b", "^", "$", r"\.", "é"]
)
REPEATS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,3}", "*?", "+?"])
EXPRESSIONS = st.recursive(
    st.tuples(ATOMS, REPEATS).map("".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, REPEATS).map(lambda one: f"(?:{one[0]}){one[1]}"),
        inner.map(lambda one: f"(?={one})"),
        inner.map(lambda one: f"(?i:{one})"),
    ),
    max_leaves=8,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(pattern=EXPRESSIONS, text=st.text("abc1 .éÉ", max_size=12))
def test_expressions_mean_what_they_mean_to_re(pattern, text):
    try:
        expected = re.search(pattern, text) is not None
    except re.error:
        with pytest.raises(ValueError, match="not a regular expression"):
            regular_expression(pattern)
        return
    assert regular_expression(pattern) == pattern
    begin_matching()
    assert functions()["nbtrack_rlike"](pattern, text) is expected
