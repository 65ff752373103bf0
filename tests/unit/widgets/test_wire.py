"""Both halves agree on the messages: the examples in the JSON files are read by the TypeScript tests too."""

import json
import runpy
from pathlib import Path

import pytest

import nbtrack
from nbtrack.errors import FilterError, InvalidValueError
from nbtrack.widgets.kinds import Kinds, Request, request_id
from nbtrack.widgets.panel.answers import PanelAnswers
from nbtrack.widgets.panel.reading import Reading
from nbtrack.widgets.replies import accepted, done, failed
from nbtrack.widgets.runpage.answers import RunAnswers
from nbtrack.widgets.wire import FRONT, PANEL, RUN_PAGE, SERVE

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
WIDGETS = {
    "panel/messages.json": PANEL,
    "runpage/messages.json": RUN_PAGE,
    "messages.json": SERVE,
    "front.json": FRONT,
}
EXAMPLES = [
    (kinds, json.loads((HERE / file).read_text(encoding="utf-8"))["requests"])
    for file, kinds in WIDGETS.items()
]
REPLIES = json.loads((HERE / "replies.json").read_text(encoding="utf-8"))
VALID = [pytest.param(kinds, one, id=json.dumps(one)) for kinds, all_ in EXAMPLES for one in all_["valid"]]
INVALID = [
    pytest.param(kinds, one, id=json.dumps(one)) for kinds, all_ in EXAMPLES for one in all_["invalid"]
]


def test_the_page_is_compiled_against_what_is_declared():
    made = runpy.run_path(str(ROOT / "labextension" / "wire.py"))
    for place, text in made["files"]().items():
        stale = text != place.read_text(encoding="utf-8")
        assert not stale, f"{place.relative_to(ROOT)} is stale: run `make wire`"


@pytest.mark.parametrize(("kinds", "message"), VALID)
def test_a_request_is_taken_as_it_is(kinds, message):
    assert kinds.read(message) == message
    assert request_id(message) == message["id"]


@pytest.mark.parametrize(("kinds", "message"), INVALID)
def test_what_is_no_request_is_refused(kinds, message):
    with pytest.raises(InvalidValueError):
        kinds.read(message)


@pytest.mark.parametrize(("kinds", "examples"), EXAMPLES)
def test_every_kind_has_an_example(kinds, examples):
    assert {one["kind"] for one in examples["valid"]} == {kind.name for kind in kinds}


def test_a_kind_is_declared_once():
    kinds = Kinds("Clock")

    @kinds.kind("wait", "sleep")
    class Wait(Request):
        seconds: int

    class Nap(Request):
        minutes: int

    with pytest.raises(InvalidValueError, match="'sleep' is a request of Clock already, declared by Wait"):
        kinds.kind("nap", "sleep")(Nap)
    assert kinds["sleep"].parts is Wait
    assert [kind.name for kind in kinds] == ["wait", "sleep"]


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ([], "a request is an object, not a list"),
        ({"id": "a" * 101, "kind": "stop"}, "1 to 100 characters"),
        ({"id": "a", "kind": "restart"}, "'restart' is no kind of request; use one of predict, start, stop"),
        ({"id": "a", "kind": "stop", "row": 1}, "look at row"),
        ({"id": "a", "kind": "predict", "row": 1, "params": {}}, "row is an object, not '1'"),
    ],
)
def test_a_refusal_says_what_was_wrong(message, says):
    with pytest.raises(InvalidValueError, match=says):
        SERVE.read(message)


@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        ("filter", 1, "filter is a text, not '1'"),
        ("experiments", ["a", 1], "experiments is a list of texts or null, not "),
        ("deleted", 1, "deleted is true or false, not '1'"),
        ("offset", -1, "offset is a whole number from 0 on, not '-1'"),
        ("offset", True, "offset is a whole number from 0 on, not 'True'"),
        ("limit", 1_001, "limit is a number up to 1,000, not '1001'"),
        ("first", "a", "first is a list of texts, not 'a'"),
    ],
)
def test_a_part_that_is_wrong_is_named_with_what_it_is(part, value, says):
    window = next(one for one in EXAMPLES[0][1]["valid"] if one["kind"] == "window")
    with pytest.raises(InvalidValueError, match=says):
        PANEL.read({**window, part: value})


def test_every_kind_has_an_answer():
    for kind in PANEL:
        assert hasattr(PanelAnswers, kind.name) or kind.name == "bye"
        assert hasattr(Reading, kind.name) == kind.reads, "the Jupyter server answers what only reads"
    assert all(hasattr(RunAnswers, kind.name) for kind in RUN_PAGE)


def test_replies_are_those_of_the_front_end():
    answers = REPLIES["answers"]["valid"]
    unknown = FilterError("unknown field 'stauts'", "stauts = 1", 0, 6, "status")
    assert done("v-1", {"count": 2}) in answers
    assert done("v-3", {}) in answers
    assert failed("v-2", unknown) in answers
    assert failed("", InvalidValueError("a request is an object, not a list")) in answers
    assert accepted("v-1") in REPLIES["accepted"]["valid"]
    assert failed("a", KeyError())["error"]["message"] == "KeyError", "an error without words has its name"
    assert failed("a", FilterError("too long"))["error"]["start"] is None
    assert len(failed("a", ValueError("x" * 100_000))["error"]["message"]) == 2_000


def test_both_halves_have_one_version():
    for name in ("package.json", "package-lock.json"):
        package = json.loads((ROOT / "labextension" / name).read_text(encoding="utf-8"))
        assert package["version"] == nbtrack.__version__, name
    assert package["packages"][""]["version"] == nbtrack.__version__


def test_no_registry_is_named_by_what_is_committed():
    lock = json.loads((ROOT / "labextension" / "package-lock.json").read_text(encoding="utf-8"))
    assert all("resolved" not in package for package in lock["packages"].values())
