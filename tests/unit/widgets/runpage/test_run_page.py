"""The widget's Python half: its state, its answers, and how it follows a run."""

import json
from pathlib import Path

import pytest

import nbtrack
from nbtrack.errors import NotFoundError, StoreError
from nbtrack.widgets import RunPage
from tests.waiting import eventually

STATE = json.loads(Path(__file__).with_name("messages.json").read_text(encoding="utf-8"))["state"]


@pytest.fixture
def shown():
    """Return a function that makes a page whose messages to the front end are kept in `page.said`."""
    pages = []

    def make(run, **options):
        page = RunPage(run, **options)
        pages.append(page)
        page.said = []
        page.send = page.said.append
        return page

    yield make
    for page in pages:
        page.close()


def ask(page, **content):
    """Send what the page would send; return the final reply."""
    before = len(page.said)
    page._handle_custom_msg({"id": "a", "of": page.page["id"], **content}, [])
    eventually(lambda: any("ok" in one for one in page.said[before:]))
    return next(one for one in page.said[before:] if "ok" in one)


def test_the_state_is_what_the_front_end_declares(store, shown):
    with nbtrack.start_run() as active:
        nbtrack.log_metric("rmse", 0.5)
    page = shown(nbtrack.get_run(active.id))
    own = {name for name in page.traits(sync=True) if not name.startswith("_")}
    assert own - {"layout", "tooltip", "tabbable"} == set(STATE)
    assert page.page.keys() == STATE["page"].keys()
    assert page.metrics[0].keys() == STATE["metrics"][0].keys()


def test_an_edit_is_shown_before_it_is_answered(store, shown):
    with nbtrack.start_run() as active:
        pass
    page = shown(nbtrack.get_run(active.id))
    seen = []
    page.send = lambda reply: seen.append((page.page["name"]["text"], reply)) or page.said.append(reply)
    assert ask(page, kind="edit", changes={"name": "<b>best</b>"}) == {"id": "a", "ok": True, "result": {}}
    assert seen[-1][0] == "<b>best</b>"
    refused = ask(page, kind="edit", changes={"name": " "})
    assert not refused["ok"]
    assert "visible character" in refused["error"]["message"]
    assert ask(page, kind="preview", name="../nbtrack.db")["error"]["type"] == "NotFoundError"
    page._handle_custom_msg({"id": "b", "kind": "drop"}, [])
    assert page.said[-1]["error"]["type"] == "InvalidValueError"


def test_a_run_that_goes_on_is_followed_to_its_end(store, shown, monkeypatch):
    monkeypatch.setattr("nbtrack.widgets.runpage.page.POLL_INTERVAL", 0.02)
    monkeypatch.setattr("nbtrack.widgets.runpage.page.LATE_WRITES", 0.1)
    active = nbtrack.start_run()
    page = shown(nbtrack.get_run(active.id))
    assert page.page["status"] == "RUNNING"
    for step in range(3):
        nbtrack.log_metric("loss", 1.0 - step / 10, step=step)
    eventually(lambda: page.metrics and page.metrics[0]["count"] == 3)
    assert page.metrics[0]["sparkline"]["values"] == [1.0, 0.9, 0.8]
    nbtrack.end_run()
    eventually(lambda: page.page["status"] == "FINISHED")
    eventually(lambda: not page._watcher.running)


def test_what_has_not_changed_is_not_sent(store, shown):
    active = nbtrack.start_run()
    page = shown(nbtrack.get_run(active.id))
    sent = []
    page.observe(lambda change: sent.append(change["name"]))
    page.refresh()
    assert sent == []
    nbtrack.log_metric("loss", float("nan"))
    page.refresh()
    assert sent == ["metrics"]
    page.refresh()
    assert sent == ["metrics"], "NaN is the same as before"


def test_another_run_is_opened_in_its_place(store, shown):
    with nbtrack.start_run() as parent:
        nbtrack.log_metric("rmse", 1.0)
        with nbtrack.start_run(nested=True) as child:
            pass
    page = shown(nbtrack.get_run(parent.id))
    assert ask(page, kind="open", run=child.id)["ok"]
    assert (page.page["id"], page.page["parent"]["id"], page.metrics) == (child.id, parent.id, [])
    assert page.run == nbtrack.get_run(child.id)


def two_runs():
    ids = []
    for _ in range(2):
        with nbtrack.start_run() as active:
            ids.append(active.id)
    return [nbtrack.get_run(one) for one in ids]


def test_a_run_that_cannot_be_shown_is_not_opened(store, shown, monkeypatch):
    shown_run, other = two_runs()
    page = shown(shown_run)

    def away(_run):
        raise StoreError("the disk is away")

    with monkeypatch.context() as patch:
        patch.setattr("nbtrack.widgets.runpage.traits.run_page", away)
        assert ask(page, kind="open", run=other.id)["error"]["message"] == "the disk is away"
        with pytest.raises(StoreError):
            page.run = other
    assert (page.page["id"], page.run) == (shown_run.id, shown_run)
    assert ask(page, kind="delete")["ok"]
    assert (shown_run.record.deleted is not None, other.record.deleted) == (True, None)
    store.delete_runs([other.id])
    store.gc()
    with pytest.raises(NotFoundError):
        page.run = other
    assert page.run == shown_run
    assert not page.removed


def test_what_is_asked_of_another_run_than_is_shown_is_refused(store, shown):
    first, other = two_runs()
    page = shown(first)
    assert ask(page, kind="open", run=other.id)["ok"]
    # Another view had not yet heard of that.
    for asked in (
        {"kind": "delete"},
        {"kind": "edit", "changes": {"note": "wrong"}},
        {"kind": "open", "run": first.id},
    ):
        refused = ask(page, of=first.id, **asked)
        assert refused["error"]["message"] == "the page shows another run by now; look again"
    assert page.run == other
    assert [run.record.deleted for run in (first, other)] == [None, None]
    assert other.note == ""


def test_what_is_done_while_another_run_is_opened_is_done_to_the_run_that_was_shown(store, shown):
    first, other = two_runs()
    page = shown(first)
    for turn in range(40):
        (here, there) = (first, other) if turn % 2 == 0 else (other, first)
        before = len(page.said)
        page._handle_custom_msg({"id": "a", "kind": "open", "of": here.id, "run": there.id}, [])
        note = f"{turn} of {here.id}"
        page._handle_custom_msg({"id": "b", "kind": "edit", "of": here.id, "changes": {"note": note}}, [])
        eventually(lambda: sum("ok" in one for one in page.said[before:]) == 2)  # noqa: B023
        assert page.page["id"] == there.id
        assert all(run.note.endswith(run.id) for run in (first, other) if run.note)


def test_a_run_removed_for_good_says_so(store, shown):
    with nbtrack.start_run() as active:
        pass
    run = nbtrack.get_run(active.id)
    page = shown(run)
    assert ask(page, kind="delete")["ok"]
    assert page.page["deleted"] is not None
    store.gc()
    page.refresh()
    assert page.removed
    assert not ask(page, kind="restore")["ok"]


def test_a_closed_page_follows_nothing(store, shown):
    page = shown(nbtrack.get_run(nbtrack.start_run().id))
    assert page._watcher.running
    page.close()
    eventually(lambda: not page._watcher.running)


def test_the_output_can_be_read_without_a_widget(store, shown):
    with nbtrack.start_run(run_name="<script>alert(1)</script>") as active:
        nbtrack.log_param("<b>", "<i>")
    data, _ = shown(nbtrack.get_run(active.id))._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "<script>" not in data["text/html"]
    assert "&lt;script&gt;" in data["text/html"]
    assert active.id[:8] in data["text/plain"]
