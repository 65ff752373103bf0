"""Scores that code prints."""

from itertools import pairwise

import pytest

from nbtrack.capture.results.printed import PrintedScores


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
