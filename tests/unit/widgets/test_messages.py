"""Both halves of the panel agree on its messages: `messages.json` is read by the TypeScript tests too."""

import json
from pathlib import Path

import pytest

import nbtrack
from nbtrack.errors import InvalidValueError
from nbtrack.widgets.messages import read_request
from nbtrack.widgets.replies import accepted, done, failed, request_id

ROOT = Path(__file__).resolve().parents[3]
MESSAGES = json.loads(Path(__file__).with_name("messages.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("message", MESSAGES["requests"]["valid"], ids=json.dumps)
def test_a_request_is_taken_as_it_is(message):
    assert read_request(message) == message
    assert request_id(message) == message["id"]


@pytest.mark.parametrize("message", MESSAGES["requests"]["invalid"], ids=json.dumps)
def test_what_is_no_request_is_refused(message):
    with pytest.raises(InvalidValueError):
        read_request(message)


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ([], "a request is an object, not a list"),
        ({"id": "a" * 101, "kind": "stop"}, "1 to 100 characters"),
        ({"id": "a", "kind": "restart"}, "'restart' is no kind of request; use one of predict, stop, start"),
        ({"id": "a", "kind": "stop", "row": 1}, "look at row"),
        (
            {"id": "a", "kind": "predict", "row": 1, "params": {}},
            "row is an object of names and values, not 1",
        ),
    ],
)
def test_a_refusal_says_what_was_wrong(message, says):
    with pytest.raises(InvalidValueError, match=says):
        read_request(message)


def test_replies_are_those_of_the_front_end():
    error = InvalidValueError("a request is an object, not a list")
    made = [
        accepted("v-1"),
        done("v-1", {"predictions": [5.637], "ms": 4.2}),
        done("v-3", {}),
        failed("", error),
    ]
    known = MESSAGES["replies"]["valid"]
    assert all(reply in known for reply in made)
    assert failed("a", ValueError())["error"]["message"] == "ValueError", (
        "an error without words has its name"
    )


def test_both_halves_have_one_version():
    for name in ("package.json", "package-lock.json"):
        package = json.loads((ROOT / "labextension" / name).read_text(encoding="utf-8"))
        assert package["version"] == nbtrack.__version__, name
    assert package["packages"][""]["version"] == nbtrack.__version__


def test_no_registry_is_named_by_what_is_committed():
    lock = json.loads((ROOT / "labextension" / "package-lock.json").read_text(encoding="utf-8"))
    assert all("resolved" not in package for package in lock["packages"].values())
