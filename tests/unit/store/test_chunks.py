"""Packed points come back as they were, and their summary is what plain Python makes of them."""

import math
import struct
import time
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.points import Points, Ramp
from nbtrack.store import chunks
from nbtrack.store.chunks import Columns, in_order, pack, pack_point, stride_of, summarise, thin, unpack

INT64 = st.integers(-(2**63), 2**63 - 1)
STEPS = st.one_of(
    st.lists(INT64, min_size=1, max_size=40),
    st.lists(st.integers(-3, 3), min_size=1, max_size=40),  # repeated and decreasing
    st.builds(
        lambda start, stride, count: [start + stride * i for i in range(count)],
        st.integers(-(2**40), 2**40),
        st.integers(-(2**20), 2**20),
        st.integers(1, 40),
    ),
    st.sampled_from(
        [[-(2**63), 2**63 - 1], [2**63 - 1, -(2**63)], [-(2**63), 0, 2**63 - 1], [2**63 - 2, 2**63 - 1]]
    ),
)


@st.composite
def series(draw):
    """Points as a user may log them."""
    steps = draw(STEPS)
    times = draw(
        st.lists(st.floats(0, 4e9) | st.integers(0, 3).map(float), min_size=len(steps), max_size=len(steps))
    )
    values = draw(st.lists(st.floats(), min_size=len(steps), max_size=len(steps)))
    return list(zip(steps, times, values, strict=True))


def columns_of(rows):
    return Columns.of([pack_point(*row) for row in rows])


def packed(rows):
    columns = columns_of(rows)
    return pack(columns, stride_of(columns.steps))


def summary(rows):
    columns = columns_of(rows)
    return summarise(columns, stride_of(columns.steps))


def same(left, right):
    """Whether floats are the same to the bit of their sign, NaN included."""
    return [None if math.isnan(x) else struct.pack("d", x) for x in left] == [
        None if math.isnan(x) else struct.pack("d", x) for x in right
    ]


@given(series())
def test_packing_gives_back_every_point(rows):
    columns = unpack(packed(rows))
    steps, times, values = zip(*rows, strict=True)
    assert columns.steps.tolist() == list(steps)
    assert same(columns.times, times)
    assert same(columns.values, values)


def test_regular_steps_take_no_room():
    regular = packed([(10 * i, float(i), 0.5) for i in range(1000)])
    irregular = packed([(i * i, float(i), 0.5) for i in range(1000)])
    assert len(regular) < 16_050 < len(irregular)


@pytest.mark.parametrize(
    "bad", [(2**63, 0.0, 0.0), (0.5, 0.0, 0.0), (0, 0.0, "x"), (0, 0.0), (None, 0.0, 0.0)]
)
def test_what_is_no_point_is_refused(bad):
    with pytest.raises(struct.error):
        pack_point(*bad)


def expected(rows):
    """What the points come to, said as plainly as possible."""
    last = max(enumerate(rows), key=lambda item: (item[1][0], item[1][1], item[0]))[1]
    first = min(enumerate(rows), key=lambda item: (item[1][0], item[1][1], item[0]))[1]
    clean = [value for _, _, value in rows if not math.isnan(value)]
    return {
        "count": len(rows),
        "nans": len(rows) - len(clean),
        "last": last[2],
        "last_step": last[0],
        "last_time": last[1],
        "first": first[2],
        "min": min(clean, default=math.nan),
        "max": max(clean, default=math.nan),
        "sum": sum(clean) if clean else math.nan,
    }


@given(series())
def test_summary_is_what_plain_python_says(rows):
    found, wanted = summary(rows), expected(rows)
    assert (found.points, found.nans) == (wanted["count"], wanted["nans"])
    assert (found.last_step, found.last_time) == (wanted["last_step"], wanted["last_time"])
    numbers = [
        math.nan if x is None else x for x in (found.last, found.first, found.min, found.max, found.sum)
    ]
    assert numbers == pytest.approx([wanted[k] for k in ("last", "first", "min", "max", "sum")], nan_ok=True)


@given(series())
def test_order_is_by_step_then_time_then_as_logged(rows):
    columns = in_order(columns_of(rows))
    wanted = sorted(rows, key=lambda row: row[:2])
    assert columns.steps.tolist() == [step for step, _, _ in wanted]
    assert same(columns.values, [value for _, _, value in wanted])
    assert summary(rows).last_step == wanted[-1][0]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12))
def test_thinning_halves_the_density_with_each_further_share(sizes):
    """However the points arrive: the first 16 are all kept, then 16 of every second, 16 of every fourth ..."""
    share, chunks.FULL_DENSITY = chunks.FULL_DENSITY, 16
    try:
        seen, kept = 0, array("d")
        for size in sizes:
            steps = range(seen, seen + size)
            held = array("q", steps) if size % 2 else steps
            thinned = thin(Points(held, Ramp(seen, 1, size), array("d", steps)), seen, len(kept))
            assert list(thinned.steps) == list(thinned.times) == list(thinned.values)
            kept.extend(thinned.values)
            seen += size
    finally:
        chunks.FULL_DENSITY = share
    wanted = []
    for step in range(seen):
        if step % (1 << (len(wanted) // 16)) == 0:
            wanted.append(step)
    assert kept.tolist() == wanted


@settings(max_examples=25)
@given(rows=series(), cuts=st.lists(st.integers(0, 40), max_size=4))
def test_a_store_sums_up_and_tells_what_was_logged_in_pieces(shared_store, rows, cuts):
    """Whatever the flushes cut the points into."""
    writer = shared_store.create_run(experiment="pieces")
    for start, stop in zip([0, *sorted(cuts)], [*sorted(cuts), len(rows)], strict=True):
        for step, moment, value in rows[start:stop]:
            writer.log_metric("m", value, step, moment)
        shared_store.flush()
    writer.finish()
    key, wanted = shared_store.run(writer.id).key, expected(rows)
    found = shared_store.metrics(key)["m"]
    mean = (
        wanted["sum"] / (wanted["count"] - wanted["nans"]) if wanted["count"] > wanted["nans"] else math.nan
    )
    assert found.count == wanted["count"]
    assert (found.last_step, found.last_time) == (wanted["last_step"], wanted["last_time"])
    assert [found.last, found.first, found.min, found.max] == pytest.approx(
        [wanted[k] for k in ("last", "first", "min", "max")], nan_ok=True
    )
    # The order in which floats are summed may differ in the last digits, and in how soon they run over.
    if abs(mean) < 1e290 and sum(abs(v) for _, _, v in rows if math.isfinite(v)) < 1e290:
        size = max((abs(v) for _, _, v in rows if math.isfinite(v)), default=0)
        assert found.mean == pytest.approx(mean, nan_ok=True, rel=1e-9, abs=size * 1e-9)
    history = shared_store.history(key, "m")
    ordered = sorted(rows, key=lambda row: row[:2])
    assert list(zip(history.steps, history.times, strict=True)) == [row[:2] for row in ordered]
    assert same(history.values, [row[2] for row in ordered])


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory):
    """Return a store for many examples."""
    from nbtrack.store import open_store

    store = open_store(tmp_path_factory.mktemp("pieces") / ".nbtrack")
    yield store
    store.close()


def test_a_long_series_is_thinned_and_its_summary_is_exact(store):
    count = 3_500_000
    writer = store.create_run(experiment="long")
    writer.series("loss").extend(Points(range(count), Ramp(time.time(), 0, count), array("d", range(count))))
    writer.finish()
    key = store.run(writer.id).key
    summary = store.metrics(key)["loss"]
    assert (summary.count, summary.min, summary.max, summary.last) == (count, 0, count - 1, count - 1)
    history = store.history(key, "loss")
    # A million, then a million of the next two million, then every fourth of the rest, and the very last.
    assert 2_097_152 <= len(history.steps) < 2_400_000
    assert history.steps[:1_048_576] == list(range(1_048_576))
    assert history.steps[-1] == count - 1
    assert history.values == [float(step) for step in history.steps]
