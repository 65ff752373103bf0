"""Values and columns go to the page as JSON can carry them."""

import json

import pytest

from nbtrack.fields import MISSING, sent
from nbtrack.widgets.panel.heads import head


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (MISSING, None),
        (None, []),
        (True, True),
        (0.5, 0.5),
        (float("nan"), ["nan"]),
        (float("-inf"), ["-inf"]),
        (2**53, 2**53),
        (2**53 + 1, ["9007199254740993"]),
        ("<b>", "<b>"),
        ("x" * 501, "x" * 500 + "…"),
    ],
)
def test_values_survive_json(value, told):
    assert sent(value, 500) == told
    assert json.loads(json.dumps(sent(value, 500), allow_nan=False)) == told
    assert len(json.dumps(sent(10**5_000))) < 1_000, "a number that no screen holds"


@pytest.mark.parametrize(
    ("column", "field", "label", "summary", "better"),
    [
        ("metrics.rmse", "metrics.rmse", "rmse", "last", "down"),
        ("metrics.val loss", "metrics.`val loss`", "val loss", "last", "down"),
        ("metrics.loss.min", "metrics.loss.min", "loss", "min", "down"),
        ("metrics.loss.count", "metrics.loss.count", "loss", "count", None),
        ("metrics.`acc`.max", "metrics.`acc`.max", "acc", "max", "up"),
        ("metrics.acc.max", "metrics.acc.max", "acc.max", "last", "up"),
        ("params.a.b", "params.a.b", "a.b", None, None),
        ("tags.a`b", 'tags."a`b"', "a`b", None, None),
        ("duration", "duration", "duration", None, None),
        ("attributes.note", "note", "note", None, None),
    ],
)
def test_a_column_is_told_as_the_filter_language_writes_it(column, field, label, summary, better):
    told = head(column, {"rmse", "val loss", "loss", "acc", "acc.max"})
    assert (told["field"], told["label"], told["summary"], told["better"]) == (field, label, summary, better)
