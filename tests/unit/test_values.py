"""Each name and value is either kept faithfully or refused with an error that says what to do."""

import datetime as dt
import decimal
import enum
import math
import pathlib
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbtrack.errors import InvalidValueError
from nbtrack.values import as_metric, as_name, as_param, as_text

torch = pytest.importorskip("torch")


class Colour(enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    LARGE = 3


class Whole(int):
    pass


class Unprintable:
    def __str__(self):
        raise RuntimeError("no text today")

    __repr__ = __str__


# --- names


@pytest.mark.parametrize(
    "name", ["läuft gut", "損失", "a" * 1000, " x ", "a\nb", "'; DROP TABLE runs; --", "🙂", "e\u0301"]
)
def test_any_unicode_text_names(name):
    assert as_name(name) == name


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "empty"),
        (" \t", "empty"),
        ("a" * 10_000, "10,000 characters"),
        ("a\0b", "NUL"),
        ("a\ud800", "not valid Unicode at character 1"),
        (3, "int; give a string"),
        (None, "NoneType; give a string"),
        (["a"] * 100_000, "list; give a string"),
        (Unprintable(), "Unprintable; give a string"),
    ],
)
def test_what_cannot_name_is_refused_with_the_reason(name, says):
    with pytest.raises(InvalidValueError, match=says) as caught:
        as_name(name, "metric name")
    assert str(caught.value).startswith("metric name")
    assert len(str(caught.value)) < 200


@given(st.text(min_size=1, max_size=1000))
def test_a_name_comes_back_the_same_or_is_refused(name):
    try:
        assert as_name(name) == name
    except InvalidValueError:
        assert not name.strip() or "\0" in name


def test_text_has_a_bound_that_points_to_artifacts():
    assert as_text("x" * 1_000_000)
    with pytest.raises(InvalidValueError, match="log_text"):
        as_text("x" * 1_000_001)


def test_a_str_subclass_comes_back_plain():
    assert type(as_name(np.str_("loss"))) is str
    assert type(as_param(np.str_("adam"))) is str


# --- params


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (2**200, 2**200),
        (-0.0, -0.0),
        (math.inf, math.inf),
        ("", ""),
        (np.float32(0.5), 0.5),
        (np.float32(0.1), 0.1),
        (np.float16(0.1), 0.1),
        (torch.tensor(1e-4), 1e-4),
        (np.float32(3.4028235e38), 3.4028235e38),
        (np.float64(0.1), 0.1),
        (np.int8(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.bool_(True), True),
        (np.array(2.5), 2.5),
        (np.array([7]), 7),
        (np.longdouble(0.5), 0.5),
        (np.complex128(1 + 2j), "(1+2j)"),
        (np.datetime64("2026-11-01"), "2026-11-01"),
        (np.ma.masked, "--"),
        (torch.tensor(3), 3),
        (torch.tensor([0.5], requires_grad=True), 0.5),
        (torch.tensor(1.5, dtype=torch.bfloat16), 1.5),
        (decimal.Decimal("0.1"), 0.1),
        (decimal.Decimal("0.1000000000000000000000001"), "0.1000000000000000000000001"),
        (decimal.Decimal("1e999"), "1E+999"),
        (Fraction(1, 2), 0.5),
        (Fraction(1, 3), "1/3"),
        (Fraction(10**400), "1" + "0" * 400),
        (1 + 2j, "(1+2j)"),
        (dt.date(2026, 11, 1), "2026-11-01"),
        (dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC), "2026-11-01T12:00:00+00:00"),
        (dt.timedelta(hours=1), "1:00:00"),
        (pd.Timestamp("2026-11-01 12:00"), "2026-11-01T12:00:00"),
        (pd.NA, "<NA>"),
        (pd.Series([4]), 4),
        (pathlib.PurePosixPath("data/wine.csv"), "data/wine.csv"),
        (Colour.RED, "red"),
        (Size.LARGE, 3),
        (Whole(5), 5),
        ([64, 32], "[64, 32]"),
        (b"abc", "b'abc'"),
        (int, "<class 'int'>"),
    ],
    ids=repr,
)
def test_a_param_is_kept_with_its_type(value, kept):
    result = as_param(value)
    assert result == kept
    assert type(result) is type(kept)


@pytest.mark.parametrize(
    "value", [math.nan, np.float32("nan"), decimal.Decimal("NaN"), decimal.Decimal("sNaN")]
)
def test_nan_params_stay_nan(value):
    assert math.isnan(as_param(value))


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("a\0b", "NUL"),
        ("\udc80", "not valid Unicode"),
        ("x" * 1_000_001, "1,000,001 characters"),
        (Unprintable(), "Unprintable cannot be turned into text"),
        (10**5000, "integer of 16,610 bits"),
        (-(10**5000), "integer of 16,610 bits"),
    ],
    ids=["nul", "surrogate", "long", "unprintable", "huge", "-huge"],
)
def test_what_cannot_be_a_param_is_refused(value, says):
    with pytest.raises(InvalidValueError, match=says) as caught:
        as_param(value, "param 'x'")
    assert str(caught.value).startswith("param 'x'")


@given(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8"))
)
def test_plain_python_values_are_kept_as_they_are(value):
    if isinstance(value, str) and "\0" in value:
        return
    assert as_param(value) == value
    assert type(as_param(value)) is type(value)


# --- metrics


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (1, 1.0),
        (True, 1.0),
        (-math.inf, -math.inf),
        (np.float32(0.25), 0.25),
        (np.float16("inf"), math.inf),
        (np.int64(3), 3.0),
        (np.bool_(False), 0.0),
        (np.array([[0.5]]), 0.5),
        (np.longdouble("0.25"), 0.25),
        (torch.tensor(0.5, requires_grad=True), 0.5),
        (torch.tensor([2]), 2.0),
        (decimal.Decimal("0.5"), 0.5),
        (Fraction(1, 4), 0.25),
        (Size.LARGE, 3.0),
        (2**1023, float(2**1023)),
    ],
    ids=repr,
)
def test_a_metric_is_a_float(value, kept):
    assert as_metric(value) == kept
    assert type(as_metric(value)) is float


@pytest.mark.parametrize(
    "value", [math.nan, np.float32("nan"), torch.tensor(math.nan), decimal.Decimal("sNaN")]
)
def test_nan_is_a_metric(value):
    assert math.isnan(as_metric(value))


@pytest.mark.parametrize(
    "value",
    [
        "low",
        None,
        1j,
        np.complex64(1j),
        [0.5],
        {},
        dt.datetime(2026, 11, 1),
        dt.timedelta(1),
        np.datetime64("2026-11-01"),
        np.array([1.0, 2.0]),
        np.array([]),
        np.ma.masked,
        pd.NA,
        pd.NaT,
        torch.tensor([1.0, 2.0]),
        torch.empty(1, device="meta"),
        float,
        Unprintable(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_one_real_number_is_no_metric(value):
    with pytest.raises(InvalidValueError, match="not one real number") as caught:
        as_metric(value, "metric 'm'")
    assert str(caught.value).startswith("metric 'm'")


@pytest.mark.parametrize(
    "value",
    [10**400, 10**5000, decimal.Decimal("1e999"), Fraction(10**400)],
    ids=["int", "huge int", "decimal", "fraction"],
)
def test_a_number_too_large_for_a_float_is_no_metric(value):
    with pytest.raises(InvalidValueError, match="too large for a float"):
        as_metric(value)
