"""Both halves of the panel agree on its messages: `messages.json` is read by the TypeScript tests too."""

import json
from pathlib import Path

import pytest

from nbtrack.errors import FilterError, InvalidValueError
from nbtrack.fields import MISSING
from nbtrack.widgets.panel.cells import cell, head
from nbtrack.widgets.panel.messages import failed, read_request, view_of
from nbtrack.widgets.panel.reading import KINDS
from nbtrack.widgets.replies import accepted, done, request_id

MESSAGES = json.loads(Path(__file__).with_name("messages.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("message", MESSAGES["requests"]["valid"], ids=json.dumps)
def test_a_request_is_taken_as_it_is(message):
    assert read_request(message) == message
    assert request_id(message) == message["id"]
    assert view_of(message["id"]) == "v"


@pytest.mark.parametrize("message", MESSAGES["requests"]["invalid"], ids=json.dumps)
def test_what_is_no_request_is_refused(message):
    with pytest.raises(InvalidValueError):
        read_request(message)


def test_both_halves_and_the_server_know_what_only_reads():
    assert set(MESSAGES["reading"]) == KINDS


def test_replies_are_those_of_the_front_end():
    known = MESSAGES["replies"]["valid"]
    unknown = FilterError("unknown field 'stauts'", "stauts = 1", 0, 6, "status")
    assert done("v-1", {"count": 2}) in known
    assert failed("v-2", unknown) in known
    assert failed("", InvalidValueError("a request is an object, not a list")) in known
    assert accepted("v-1") in MESSAGES["accepted"]["valid"]
    assert failed("a", KeyError())["error"]["message"] == "KeyError", "an error without words has its name"
    assert failed("a", FilterError("too long"))["error"]["start"] is None


@pytest.mark.parametrize(
    ("value", "sent"),
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
def test_values_survive_json(value, sent):
    assert cell(value) == sent
    assert json.loads(json.dumps(cell(value), allow_nan=False)) == sent
    assert len(json.dumps(cell(10**5_000))) < 1_000, "a number that no screen holds"


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
