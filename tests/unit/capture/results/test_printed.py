"""Scores that code prints."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.capture.results.printed import PrintedScores
from nbtrack.capture.results.readings import plain, readings
from nbtrack.capture.results.tracebacks import Tracebacks


@pytest.mark.parametrize("count", [1, 2, 99_999, 100_000, 100_001, 100_005, 250_003])
def test_a_long_series_is_thinned_evenly_and_ends_with_its_last_point(count):
    printed = PrintedScores()
    for start in range(0, count, 1000):
        printed.feed("".join(f"loss {k / 1000:.3f}\n" for k in range(start, min(start + 1000, count))))
    printed.finish()
    values = [round(value * 1000) for _, value, _ in printed.points["loss"]]
    assert values[0] == 0
    assert values[-1] == count - 1
    assert len(values) <= 100_000
    steps = {after - before for before, after in pairwise(values[:-1])}
    assert len(steps) <= 1, "all but the last are equally far from each other"


def test_the_representation_of_an_object_is_no_score():
    printed = PrintedScores()
    printed.feed("<Run quick-owl-1 f4918922 RUNNING, loss 0.5>\nloss 0.25\n")
    printed.finish()
    assert {name: [value for _, value, _ in points] for name, points in printed.points.items()} == {
        "loss": [0.25]
    }


WORDS = (
    "loss", "val", "train", "test", "f1", "f2", "r2", "R²", "acc", "Accuracy", "epoch", "step", "top5_acc", "valid_0's", "error",
    "rate", "model-0012.pt", "baseline", "mean", "of", "on", "nan", "inf", "took", "files", "win", "é", "Traceback (most recent call last):",
    'File "a.py", line 3', "UserWarning: old", "Out[3]:", "<", ">", "paper", "improved",
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(0, 12_345).map(str),
    st.floats(0, 99).map(lambda value: f"{value:.3f}"),
    st.floats(1e-9, 1).map(repr),
    st.sampled_from(
        ["12,345.5", "3/4", "7 %", "\u22120.5", "-1.5", ".5", "1e-3", "10/0", "0.25s", "\u0663.\u0665"]
    ),
)
JOINTS = st.sampled_from(
    [" ", ": ", "=", "  ", ", ", " | ", "\t", "(", ") ", " - ", "_", "\x1b[32m", "[bold]", "'"]
)
LINES = st.lists(st.one_of(st.sampled_from(WORDS), NUMBERS, JOINTS), max_size=14).map("".join)


def plainly(lines):
    """Return the values of each name, as the grammar reads one line after the other."""
    shown, found = Tracebacks(), {}
    for line in map(plain, lines):
        if not line.strip() or shown.holds(line):
            continue
        if line.startswith("Out[3]:") or (line.strip()[0], line.strip()[-1]) == ("<", ">"):
            continue
        for one in readings(line):
            found.setdefault(one.name, []).append((one.value, one.decimals))
    return found


def quickly(*texts):
    printed = PrintedScores()
    for text in texts:
        printed.feed(text)
    printed.finish()
    return {name: [point[1:] for point in points] for name, points in printed.points.items()}


@given(st.lists(LINES, max_size=12), st.lists(NUMBERS, min_size=1, max_size=9), st.randoms())
@settings(deadline=None)
def test_lines_that_are_read_together_are_read_as_each_alone(lines, numbers, random):
    # The same lines again with other digits, which have the same templates.
    again = [
        re.sub(r"[0-9]", lambda _digit: random.choice("0123456789"), line) for line in lines for _ in range(3)
    ]
    lines = [*lines, *again, *lines, *(f"loss {one}" for one in numbers)]
    assert repr(quickly("\n".join(lines))) == repr(plainly(lines))


@given(st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r", "\r\n"])), max_size=12), st.data())
@settings(deadline=None)
def test_it_does_not_matter_how_output_is_cut(parts, data):
    text = "".join(line + end for line, end in parts)
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    # Between the two characters of a line's end there is no line.
    places = [place for place in places if text[place - 1 : place + 1] != "\r\n"]
    pieces = [text[start:end] for start, end in pairwise([0, *places, len(text)])]
    assert repr(quickly(*pieces)) == repr(quickly(text))


def test_points_of_lines_that_are_read_together_lie_between_two_times():
    printed = PrintedScores()
    printed.feed("loss 0.5\nnothing\nloss 0.25\nloss 0.125\n", 10.0, 14.0)
    assert printed.points["loss"] == [(10.0, 0.5, 1), (12.0, 0.25, 2), (13.0, 0.125, 3)]


def test_a_thinned_series_keeps_the_numbers_of_its_points():
    printed = PrintedScores()
    printed.feed("".join(f"loss {number}.5\n" for number in range(250_000)))
    (steps, points) = printed.unknown([])["loss"]
    assert all(value == step + 0.5 for step, (_, value, _) in zip(steps, points, strict=True))
    assert steps[-1] == 249_999


@pytest.mark.parametrize(
    ("known", "line"),
    [
        (0.87654, "acc 0.877"), (0.87654, "acc: 87.65"), (-3.25, "loss 3.2"), (17.9, "score: 17"),
        (1234.5, "rmse 1,234.5"), (0.00012, "loss 1.2e-04"), (float("inf"), "loss inf"),
    ],
)  # fmt: skip
def test_a_number_that_is_known_is_not_new(known, line):
    for value, new in ((known, 0), (known + 1.0, known != float("inf"))):
        printed = PrintedScores()
        printed.feed(line + "\n")
        assert len(printed.unknown([[value, float("nan")]])) == new
