"""Both halves of a run's page agree on its messages: `messages.json` is read by the TypeScript tests too."""

import json
from pathlib import Path

import pytest

from nbtrack.errors import InvalidValueError
from nbtrack.widgets.replies import accepted, done, request_id
from nbtrack.widgets.runpage.messages import failed, read_request

MESSAGES = json.loads(Path(__file__).with_name("messages.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("message", MESSAGES["requests"]["valid"], ids=json.dumps)
def test_a_request_is_taken_as_it_is(message):
    assert read_request(message) == message
    assert request_id(message) == message["id"]


@pytest.mark.parametrize("message", MESSAGES["requests"]["invalid"], ids=json.dumps)
def test_what_is_no_request_is_refused(message):
    with pytest.raises(InvalidValueError):
        read_request(message)


def test_replies_are_those_of_the_front_end():
    error = InvalidValueError("a request is an object, not a list")
    made = [accepted("v-1"), done("v-1", {}), done("v-9", {"script": "x = 1"}), failed("", error)]
    assert made == MESSAGES["replies"]["valid"]
    assert failed("a", ValueError())["error"]["message"] == "ValueError"
    assert len(failed("a", ValueError("x" * 100_000))["error"]["message"]) == 2_000
