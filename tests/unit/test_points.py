"""Points whose steps and times are computed are the points that they stand for, wherever they go."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbtrack.points import Points, Ramp, numbers
from nbtrack.store import chunks
from nbtrack.store.chunks import pack, stride_of, summarise, thin, unpack


@st.composite
def parts(draw):
    """What drains hand on: often one range after the other, sometimes arrays, sometimes nothing."""
    held, start = [], draw(st.integers(-5, 5))
    for size in draw(st.lists(st.integers(0, 30), min_size=1, max_size=6)):
        start += draw(st.sampled_from([0, 0, 0, 0, 3, -2]))
        stride = draw(st.sampled_from([1, 1, 1, 1, 2, -1]))
        steps = range(start, start + stride * size, stride)
        times = Ramp(draw(st.integers(0, 100)) / 4, draw(st.integers(0, 8)) / 4, size)
        values = array("d", (step * 0.5 for step in steps))
        held.append(
            Points(
                array("q", steps) if draw(st.integers(0, 9)) == 0 else steps,
                array("d", times) if draw(st.integers(0, 9)) == 0 else times,
                values,
            )
        )
        start += stride * size
    return held


def rows(points):
    return list(zip(points.steps, points.times, points.values, strict=True))


def spelt_out(points):
    return Points(array("q", points.steps), array("d", points.times), points.values)


@given(parts())
def test_joined_parts_are_all_their_points_in_order(held):
    assert rows(Points.joined(held)) == [row for part in held for row in rows(part)]


@given(parts(), st.integers(0, 40), st.integers(0, 40))
def test_computed_columns_are_stored_as_if_they_were_spelt_out(held, seen, kept):
    share, chunks.FULL_DENSITY = chunks.FULL_DENSITY, 16
    try:
        points = Points.joined(held)
        plain = spelt_out(points)
        thinned = thin(points, seen, kept)
        assert rows(thinned) == rows(thin(plain, seen, kept))
    finally:
        chunks.FULL_DENSITY = share
    if points.steps:
        assert summarise(points, stride_of(points.steps)) == summarise(plain, stride_of(plain.steps))
    for some in (points, thinned):
        if some.steps:
            assert rows(unpack(pack(some, stride_of(some.steps)))) == rows(some)


@pytest.mark.parametrize("size", [0, 1, 999, 1_000, 5_000])
def test_long_columns_are_spelt_out_the_same_with_numpy_and_without(size):
    import numpy  # noqa: F401, ICN001 - loaded, it is used

    assert numbers(range(7, 7 + 3 * size, 3)) == array("q", range(7, 7 + 3 * size, 3))
    assert numbers(Ramp(1.7e9, 0.125, size)) == array("d", (1.7e9 + 0.125 * i for i in range(size)))


@given(st.integers(0, 20), st.slices(20))
def test_a_ramp_is_sliced_as_a_list_is(size, part):
    ramp = Ramp(0.5, 0.25, size)
    assert list(ramp[part]) == list(ramp)[part]
    assert [ramp[i] for i in range(-size, size)] == list(ramp) * 2
    with pytest.raises(IndexError):
        ramp[size]
