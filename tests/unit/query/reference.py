"""The filter language a second time, in plain Python: random filters, and what they mean of one run.

A condition is a text and a function from a run to two answers: whether it is found true of the run, and whether
it is found false. A run that lacks a field gives neither.
"""

import datetime as dt
import math
import operator
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.unit.query.stored_runs import StoredRun, summary

METRICS = ("loss", "loss.min", "val loss", "m")
PARAMS = ("alpha", "model", "a b", "x.y")
TAGS = ("team", "t")
DATA = ("wine", "iris")
WORDS = (
    "",
    "a",
    "A",
    "ab",
    "Äb",
    "äb",
    "b%",
    "_",
    "1",
    "0.5",
    "nan",
    "None",
    "it's",
    'say "hi"',
    "[a]",
    "*",
    "\\",
    "a\nb",
)
NUMBERS = (0.0, 1.0, -1.0, 0.5, 2.0, 1e308, math.inf, -math.inf, math.nan)
STATUSES = ("RUNNING", "FINISHED", "FAILED", "KILLED", "CRASHED")
BASE = 1_700_000_000
NOW = BASE + 50 * 3600.0

Answers = tuple[bool, bool]


@dataclass(frozen=True)
class Condition:
    text: str
    answers: Callable[[StoredRun, list[StoredRun]], Answers]


@dataclass(frozen=True)
class Value:
    """`of` returns None for what is missing; `kind`: number, text, param, time, day or duration."""

    text: str
    kind: str
    of: Callable[[StoredRun, list[StoredRun]], object]


# Random runs.


def random_runs(seed: int) -> list[StoredRun]:
    """Return up to a dozen runs in which every kind of value is present and missing."""
    chance = random.Random(seed)

    def number() -> float:
        return chance.choice(NUMBERS) if chance.random() < 0.6 else round(chance.uniform(-3, 3), 1)

    def param():
        kinds = (
            lambda: None,
            lambda: chance.random() < 0.5,
            lambda: chance.randint(-2, 3),
            lambda: 10**18 + 1,
        )
        return chance.choice((*kinds, number, number, word, word))()

    def word() -> str:
        return chance.choice(WORDS)

    def some(names, value) -> dict:
        return {name: value() for name in names if chance.random() < 0.7}

    def maybe(value):
        return value() if chance.random() < 0.6 else None

    def run(index: int) -> StoredRun:
        start = BASE + chance.randint(0, 5) * 3600 + chance.choice((0, 0.001, 0.25))
        return StoredRun(
            run_id=f"{index:032x}",
            name=word(),
            experiment=chance.choice((1, 1, 2, 3)),
            status=chance.choice(STATUSES),
            start_time=start,
            end_time=maybe(lambda: start + chance.choice((0, 0.5, 7200))),
            parent=maybe(lambda: "0" * 32),
            notebook=maybe(word),
            git_commit=maybe(word),
            note=word(),
            deleted=1.0 if chance.random() < 0.2 else None,
            params=some(PARAMS, param),
            metrics=some(METRICS, lambda: [number() for _ in range(chance.randint(1, 3))]),
            tags=some(TAGS, word),
            data=some(DATA, lambda: chance.choice(("f1", "f2", "F1"))),
        )

    return [run(index) for index in range(chance.choice((0, 1, 12, 12, 12)))]


stored_runs = st.integers(0, 2**32).map(random_runs)
numbers = st.sampled_from(NUMBERS) | st.floats(-3, 3).map(lambda x: round(x, 1))
words = st.sampled_from(WORDS)


# Literals.


def quoted(text: str) -> st.SearchStrategy[str]:
    """Return ways to write a text: no quote of its kind stands inside a literal, and literals side by side are joined."""
    if "'" in text and '"' in text:
        pieces = re.findall(r"[^']+|'+", text)
        return st.just(" ".join(f'"{piece}"' if "'" in piece else f"'{piece}'" for piece in pieces))
    return st.sampled_from([f"{q}{text}{q}" for q in "'\"" if q not in text])


def number_text(value: float) -> st.SearchStrategy[str]:
    if math.isnan(value):
        return st.sampled_from(("nan", "NaN"))
    if math.isinf(value):
        return st.sampled_from(("inf", "INF", "1e999") if value > 0 else ("-inf", "-Infinity", "-1e999"))
    spellings = [repr(value), f"{value:e}" if float(f"{value:e}") == value else repr(value)]
    return st.sampled_from(
        [*spellings, str(int(value))] if value == int(value) and abs(value) < 10 else spellings
    )


@st.composite
def number_literals(draw) -> Value:
    if draw(st.integers(0, 9)) == 0:
        return draw(
            st.sampled_from(
                (
                    Value("true", "number", lambda *_: 1.0),
                    Value("FALSE", "number", lambda *_: 0.0),
                    Value("1000000000000000001", "number", lambda *_: 1e18),
                    Value("9" * 400, "number", lambda *_: math.inf),
                )
            )
        )
    value = draw(numbers)
    return Value(draw(number_text(value)), "number", lambda *_: value)


@st.composite
def text_literals(draw, source=words) -> Value:
    # As in MLflow a backslash before a quote keeps a literal open.
    value = draw(source.filter(lambda word: not word.endswith("\\")))
    return Value(draw(quoted(value)), "text", lambda *_: value)


# Fields.


def name_text(name: str) -> st.SearchStrategy[str]:
    plain = [name] if re.fullmatch(r"[\w.]+", name) else []
    return st.sampled_from([*plain, f"`{name}`", f'"{name}"', f"'{name}'"])


@st.composite
def metric_fields(draw) -> Value:
    prefix = draw(st.sampled_from(("metric", "metrics", "Metrics", "`metrics`")))
    if draw(st.booleans()):
        name = draw(st.sampled_from(METRICS))
        written = draw(name_text(name))
        if written != "loss.min":
            return Value(f"{prefix}.{written}", "number", lambda run, _: last(run, name))

        def exact_or_summary(run, runs):
            known = any("loss.min" in other.metrics for other in runs)
            return last(run, "loss.min") if known else summarised(run, "loss", "min")

        return Value(f"{prefix}.loss.min", "number", exact_or_summary)
    name = draw(st.sampled_from([name for name in METRICS if name != "loss"]))
    chosen = draw(st.sampled_from(("last", "first", "min", "max", "mean", "count")))
    written = draw(name_text(name))
    return Value(f"{prefix}.{written}.{chosen}", "number", lambda run, _: summarised(run, name, chosen))


def last(run: StoredRun, name: str) -> float | None:
    return summarised(run, name, "last")


def summarised(run: StoredRun, name: str, chosen: str) -> float | None:
    return summary(run.metrics[name])[chosen] if name in run.metrics else None


@st.composite
def param_fields(draw) -> Value:
    name = draw(st.sampled_from(PARAMS))
    prefix = draw(st.sampled_from(("param", "params", "parameter", "parameters", "PARAMS")))
    return Value(f"{prefix}.{draw(name_text(name))}", "param", lambda run, _: run.params.get(name, Missing))


class Missing:
    """A param that is not there: None is a param's value."""


@st.composite
def text_fields(draw) -> Value:
    choice = draw(st.integers(0, 2))
    if choice == 0:
        name = draw(st.sampled_from(TAGS))
        return Value(
            f"{draw(st.sampled_from(('tag', 'tags')))}.{draw(name_text(name))}",
            "text",
            lambda run, _: run.tags.get(name),
        )
    if choice == 1:
        name = draw(st.sampled_from(DATA))
        return Value(f"data.{name}", "text", lambda run, _: run.data.get(name))
    written, of = draw(st.sampled_from(list(TEXT_ATTRIBUTES.items())))
    if "." not in written and draw(st.booleans()):
        written = f"{draw(st.sampled_from(('attribute', 'attributes', 'attr', 'run')))}.{written}"
    return Value(written, "text", lambda run, _: of(run))


TEXT_ATTRIBUTES = {
    "run_id": lambda run: run.run_id,
    "run_name": lambda run: run.name,
    "name": lambda run: run.name,
    "`Run Name`": lambda run: run.name,
    "tags.mlflow.runName": lambda run: run.name,
    "tags.`mlflow.runName`": lambda run: run.name,
    "status": lambda run: run.status,
    "STATUS": lambda run: run.status,
    "experiment": lambda run: f"experiment {run.experiment}",
    "parent": lambda run: run.parent,
    "tags.mlflow.parentRunId": lambda run: run.parent,
    "notebook": lambda run: run.notebook,
    "tags.mlflow.source.name": lambda run: run.notebook,
    "git_commit": lambda run: run.git_commit,
    "note": lambda run: run.note or None,
    "tags.mlflow.note.content": lambda run: run.note or None,
    "artifact_uri": lambda run: f"artifacts/{run.run_id}",
}

number_attributes = st.sampled_from(
    (
        Value("experiment_id", "number", lambda run, _: float(run.experiment)),
        Value(
            "duration",
            "duration",
            lambda run, _: None if run.end_time is None else run.end_time - run.start_time,
        ),
    )
)
time_fields = st.sampled_from(
    (
        Value("start_time", "time", lambda run, _: milliseconds(run.start_time)),
        Value("attributes.Created", "time", lambda run, _: milliseconds(run.start_time)),
        Value("end_time", "time", lambda run, _: milliseconds(run.end_time)),
    )
)


def milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else float(round(seconds * 1000))


@st.composite
def time_literals(draw) -> Value:
    moment = BASE + draw(st.integers(0, 5)) * 3600
    local = dt.datetime.fromtimestamp(moment)
    midnight = local.replace(hour=0, minute=0, second=0)
    date = local.date()
    utc = dt.datetime.fromtimestamp(moment, dt.UTC)
    hours = draw(st.integers(44, 50))
    return draw(
        st.sampled_from(
            (
                Value(f"{moment * 1000}", "number", lambda *_: moment * 1000.0),
                Value(f"{moment * 1000}.5", "number", lambda *_: moment * 1000 + 0.5),
                Value(f"'{local:%Y-%m-%d %H:%M:%S}'", "time", lambda *_: moment * 1000.0),
                Value(f'"{utc:%Y-%m-%dT%H:%M:%SZ}"', "time", lambda *_: moment * 1000.0),
                Value(f"'{date}'", "day", lambda *_: date),
                Value(f"' {date:%Y%m%d}'", "day", lambda *_: date),
                Value(f"'{midnight:%Y-%m-%d %H:%M}'", "time", lambda *_: midnight.timestamp() * 1000),
                Value(f"now() - {hours}h", "time", lambda *_: (NOW - hours * 3600) * 1000),
                Value(f"NOW() - {hours * 60} * 1m", "time", lambda *_: (NOW - hours * 3600) * 1000),
            )
        )
    )


durations = st.sampled_from(
    (
        Value("0s", "duration", lambda *_: 0.0),
        Value("500ms", "duration", lambda *_: 0.5),
        Value("2h", "duration", lambda *_: 7200.0),
        Value("1.5d", "duration", lambda *_: 129600.0),
    )
)


# Numbers reckoned with numbers.


def as_number(value):
    """Return a value as a number, None where it is not one."""
    if isinstance(value, bool | int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return None


def reckon(op: str, left: Value, right: Value) -> Value:
    def of(run, runs):
        one, two = as_number(left.of(run, runs)), as_number(right.of(run, runs))
        if one is None or two is None or (op == "/" and two == 0):
            return None
        return {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[op](one, two)

    return Value(f"({left.text} {op} {right.text})", "number", of)


def negative(value: Value) -> Value:
    def of(run, runs):
        number = as_number(value.of(run, runs))
        return None if number is None else -number

    return Value(f"(-{value.text})", "number", of)


number_leaves = metric_fields() | metric_fields() | param_fields() | number_literals() | number_attributes
number_values = st.recursive(
    number_leaves,
    lambda inner: st.builds(reckon, st.sampled_from("+-*/"), inner, inner) | inner.map(negative),
    max_leaves=3,
)


# Comparisons.

COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
}


def answer(found: bool) -> Answers:
    return found, not found


def compare(op: str, left: Value, right: Value) -> Condition:
    def answers(run, runs):
        pair = matched(left, right, left.of(run, runs), right.of(run, runs))
        return answer(COMPARE[op](*pair)) if pair else (False, False)

    return Condition(f"{left.text} {op} {right.text}", answers)


def matched(left: Value, right: Value, one, two):
    """Return the two sides as what they are compared as, None where one is not there."""
    if (
        Missing in (one, two)
        or (left.kind != "param" and one is None)
        or (right.kind != "param" and two is None)
    ):
        return None
    if "day" in (left.kind, right.kind):
        return tuple(side if isinstance(side, dt.date) else day_of(side) for side in (one, two))
    if "text" in (left.kind, right.kind):
        return str(one), str(two)
    numeric = as_number(one), as_number(two)
    if left.kind == right.kind == "param" and None in numeric:
        return str(one), str(two)
    return None if None in numeric else numeric


def day_of(time: float) -> dt.date:
    """Return the local day that a time in milliseconds is in: a date is compared with it, not with a moment."""
    return dt.datetime.fromtimestamp(time / 1000).date()


comparators = st.sampled_from(list(COMPARE))
texts = text_fields() | text_literals()
comparisons = st.one_of(
    st.builds(compare, comparators, number_values, number_values),
    st.builds(compare, comparators, metric_fields(), number_literals()),
    st.builds(compare, comparators, param_fields(), number_literals()),
    st.builds(compare, comparators, param_fields(), text_literals()),
    st.builds(compare, comparators, param_fields(), param_fields()),
    st.builds(compare, comparators, texts, texts),
    st.builds(compare, comparators, text_fields(), param_fields()),
    st.builds(compare, comparators, time_fields, time_literals() | time_fields),
    st.builds(compare, comparators, time_literals(), time_fields),
    st.builds(compare, comparators, number_attributes.filter(lambda v: v.kind == "duration"), durations),
)


def both(first: Condition, second: Condition) -> Callable[..., Answers]:
    def answers(run, runs):
        one, two = first.answers(run, runs), second.answers(run, runs)
        return one[0] and two[0], one[1] or two[1]

    return answers


def chain(left: Value, first: str, middle: Value, second: str, right: Value) -> Condition:
    text = f"{left.text} {first} {middle.text} {second} {right.text}"
    return Condition(text, both(compare(first, left, middle), compare(second, middle, right)))


def between(value: Value, low: Value, high: Value, negated: bool) -> Condition:
    answers = both(compare(">=", value, low), compare("<=", value, high))
    text = f"{value.text} {'NOT ' * negated}BETWEEN {low.text} and {high.text}"
    return Condition(text, (lambda *args: answers(*args)[::-1]) if negated else answers)


def member(value: Value, items: list[Value], negated: bool) -> Condition:
    def answers(run, runs):
        found = [compare("=", value, item).answers(run, runs) for item in items]
        inside = any(yes for yes, _ in found), all(no for _, no in found)
        return inside[::-1] if negated else inside

    text = f"{value.text} {'not ' * negated}In ({', '.join(item.text for item in items)})"
    return Condition(text, answers)


def fits(text: str, pattern: str) -> bool:
    """LIKE, one character after another."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(fits(text[skip:], pattern[1:]) for skip in range(len(text) + 1))
    return bool(text) and pattern[0] in {"_", text[0]} and fits(text[1:], pattern[1:])


patterns = text_literals(
    st.sampled_from(("%", "a%", "%b", "_", "Ä_", "A%", "%[a]%", "*", "_'%", "", "%\n%", "0.%", "N%e"))
)
expressions = text_literals(
    st.sampled_from(("a", "^a$", "[ab]+", "(?i)Ä", "^$", r"\d", "a|b", r"\.", "a\nb"))
)

# An operator between text and a pattern: what it means, and patterns to try it with.
PATTERN_OPERATORS = {
    "like": (fits, patterns),
    "ilike": (lambda text, pattern: fits(text.lower(), pattern.lower()), patterns),
    "rlike": (lambda text, pattern: re.search(pattern, text) is not None, expressions),
}


@st.composite
def likes(draw) -> Condition:
    value = draw(text_fields() | param_fields())
    op = draw(st.sampled_from(list(PATTERN_OPERATORS)))
    holds, tried = PATTERN_OPERATORS[op]
    pattern, negated = draw(tried), draw(st.booleans())

    def answers(run, runs):
        text = value.of(run, runs)
        if text is Missing or (value.kind != "param" and text is None):
            return False, False
        found = answer(holds(str(text), pattern.of(run, runs)))
        return found[::-1] if negated else found

    return Condition(f"{value.text} {'NOT ' * negated}{op.upper()} {pattern.text}", answers)


@st.composite
def nulls(draw) -> Condition:
    value = draw(metric_fields() | param_fields() | text_fields() | number_attributes | time_fields)
    negated = draw(st.booleans())

    def answers(run, runs):
        found = value.of(run, runs)
        missing = found is Missing or (value.kind != "param" and found is None)
        return answer(missing != negated)

    return Condition(f"{value.text} is {'not ' * negated}NULL", answers)


@st.composite
def datasets(draw) -> Condition:
    """Of several datasets each condition may mean another one, also where it is negated, as in MLflow."""
    part = draw(st.sampled_from(("name", "digest")))
    op = draw(st.sampled_from(("=", "!=", "<")))
    literal = draw(st.sampled_from(("wine", "iris", "f1", "f2")))

    def answers(run, _):
        found = [COMPARE[op](value, literal) for value in (run.data if part == "name" else run.data.values())]
        return any(found), not all(found)

    return Condition(f"{draw(st.sampled_from(('dataset', 'datasets')))}.{part} {op} '{literal}'", answers)


small_lists = st.lists(number_literals(), min_size=1, max_size=4)
mixed_lists = st.lists(number_literals() | text_literals(), min_size=1, max_size=4)
leaves = st.one_of(
    comparisons,
    comparisons,
    st.builds(chain, number_leaves, comparators, number_leaves, comparators, number_leaves),
    st.builds(between, number_values, number_values, number_values, st.booleans()),
    st.builds(between, time_fields, time_literals(), time_literals(), st.booleans()),
    st.builds(chain, time_literals(), comparators, time_fields, comparators, time_literals()),
    st.builds(member, time_fields, st.lists(time_literals(), min_size=1, max_size=4), st.booleans()),
    st.builds(member, metric_fields(), small_lists, st.booleans()),
    st.builds(member, param_fields(), mixed_lists, st.booleans()),
    st.builds(member, text_fields(), st.lists(text_literals(), min_size=1, max_size=4), st.booleans()),
    likes(),
    nulls(),
    datasets(),
)


# Conditions joined.


def joined(word: str, items: list[Condition]) -> Condition:
    every = word.lower() in {"and", "&&"}

    def answers(run, runs):
        found = [item.answers(run, runs) for item in items]
        yes, no = (all, any) if every else (any, all)
        return yes(one for one, _ in found), no(two for _, two in found)

    return Condition(f" {word} ".join(f"({item.text})" for item in items), answers)


def inverse(word: str, item: Condition) -> Condition:
    return Condition(f"{word}({item.text})", lambda *args: item.answers(*args)[::-1])


conditions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(
            joined,
            st.sampled_from(("AND", "and", "&&", "OR", "Or", "||")),
            st.lists(inner, min_size=2, max_size=3),
        )
        | st.builds(inverse, st.sampled_from(("NOT ", "not", "!", "! ")), inner)
    ),
    max_leaves=6,
)


# Order.


@dataclass(frozen=True)
class Ordering:
    text: str
    key: Callable[[StoredRun, list[StoredRun]], tuple]


@st.composite
def orderings(draw) -> Ordering:
    sums = st.builds(reckon, st.sampled_from("+-*/"), metric_fields() | param_fields(), number_values)
    value = draw(sums | metric_fields() | param_fields() | text_fields() | time_fields | number_attributes)
    descending = draw(st.booleans())
    word = (
        draw(st.sampled_from((" DESC", " desc")))
        if descending
        else draw(st.sampled_from(("", " ASC", " asc")))
    )

    def key(run, runs):
        found = value.of(run, runs)
        if found is Missing or (value.kind != "param" and found is None):
            return (3,)
        if isinstance(found, str) or found is None:
            return 1, Reverse(str(found), descending)
        number = as_number(found)
        return (2,) if math.isnan(number) else (0, Reverse(number, descending))

    return Ordering(value.text + word, key)


@dataclass(frozen=True)
class Reverse:
    value: object
    descending: bool

    def __lt__(self, other):
        return other.value < self.value if self.descending else self.value < other.value
