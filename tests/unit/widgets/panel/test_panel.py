"""The panel's Python half, with a real store."""

import csv
import io
import json
import math
import threading
import time
from types import SimpleNamespace

import pytest

import nbtrack
from nbtrack.entities import Runs
from nbtrack.errors import FilterError, InvalidValueError, NotFoundError, StoreError
from nbtrack.store import open_store
from nbtrack.widgets import watching
from nbtrack.widgets.panel import Panel, queries
from nbtrack.widgets.panel.completion import complete
from nbtrack.widgets.panel.memory import Memory
from nbtrack.widgets.panel.openviews import VIEW_TIMEOUT
from tests.waiting import HANGS, eventually

QUERY = {"filter": "", "order_by": [], "experiments": None, "deleted": False}


@pytest.fixture
def filled(store):
    """Return a store of twelve runs in two experiments."""
    for number in range(12):
        nbtrack.set_experiment("wine" if number % 3 else "beer")
        with nbtrack.start_run(run_name=f"run-{number:02}"):
            nbtrack.log_params({"alpha": number / 10, "kind": "auto" if number % 2 else 1, "same": 7})
            nbtrack.log_metric("rmse", math.nan if number == 5 else number)
            for step in range(3):
                nbtrack.log_metric("val loss", abs(step - 1) + number, step=step)
            nbtrack.set_tag("team", "red" if number % 2 else "blue")
    return store


class Page:
    """The page's half: sends requests, and waits for the answers."""

    def __init__(self, panel, monkeypatch, view="v"):
        self.panel, self.view, self.count = panel, view, 0
        self.heard = []
        self.came = threading.Condition()
        monkeypatch.setattr(panel, "send", self.hear)

    def hear(self, message):
        json.dumps(message, allow_nan=False)
        with self.came:
            self.heard.append(message)
            self.came.notify_all()

    def wait(self, wanted):
        with self.came:
            assert self.came.wait_for(lambda: any(map(wanted, self.heard)), HANGS), self.heard
            return next(filter(wanted, self.heard))

    def ask(self, kind, **parts):
        self.count += 1
        request = f"{self.view}-{self.count}"
        self.panel._receive(self.panel, {"id": request, "kind": kind, **parts}, [])
        if kind != "bye":
            return self.wait(lambda message: message.get("id") == request and "ok" in message)
        return None

    def result(self, kind, **parts):
        reply = self.ask(kind, **parts)
        assert reply["ok"], reply
        return reply["result"]

    def window(self, offset=0, limit=50, columns=("name",), **query):
        asked = {**QUERY, **query, "offset": offset, "limit": limit, "columns": list(columns), "first": []}
        return self.result("window", **asked)


@pytest.fixture
def page(filled, monkeypatch):
    page = Page(nbtrack.panel(), monkeypatch)
    yield page
    page.panel.close()


def names(runs):
    return [run.name for run in runs]


def test_the_first_rows_come_with_the_panel(filled):
    panel = nbtrack.panel("metrics.rmse < 4", order_by="metrics.rmse DESC")
    assert panel.order_by == ["metrics.rmse DESC"]
    assert panel._first["columns"]["name"] == ["run-03", "run-02", "run-01", "run-00"]
    assert panel._first["total"] == 4
    assert panel.columns[:3] == ["name", "status", "start_time"]
    assert {"metrics.rmse", "metrics.val loss", "params.alpha", "params.kind", "experiment"} <= set(
        panel.columns
    )
    assert names(panel.runs) == ["run-03", "run-02", "run-01", "run-00"]
    assert len(json.dumps(panel._first)) < 100_000


def test_a_window_holds_the_rows_that_are_asked_for(page):
    rows = page.window(
        2, 3, ["name", "metrics.val loss.min", "metrics.rmse"], filter="metrics.rmse >= 0 order by name"
    )
    assert rows["total"] == 11
    assert rows["columns"]["name"] == ["run-02", "run-03", "run-04"]
    assert rows["columns"]["metrics.val loss.min"] == [2.0, 3.0, 4.0]
    assert rows["heads"]["metrics.val loss.min"]["field"] == "metrics.`val loss`.min"
    assert page.window(columns=["metrics.rmse"], filter="name = 'run-05'")["columns"]["metrics.rmse"] == [
        ["nan"]
    ]
    assert page.window(experiments=["beer"])["total"] == 4
    assert page.window(deleted=True)["total"] == 0


def test_an_error_tells_the_place_and_a_mistyped_name_is_remarked(page):
    asked = {**QUERY, "offset": 0, "limit": 5, "columns": ["name"], "first": []}
    error = page.ask("window", **{**asked, "filter": "stauts = 'FAILED'"})["error"]
    assert (error["type"], error["start"], error["end"], error["suggestion"]) == (
        "FilterError",
        0,
        6,
        "status",
    )
    remark = page.window(filter="metrics.rsme < 1")["remark"]
    assert (remark["start"], remark["suggestion"]) == (0, "metrics.rmse")
    assert page.window(filter="metrics.rmse < -1")["remark"] is None
    assert page.ask("window", **{**asked, "columns": ["colour"]})["error"]["type"] == "InvalidValueError"
    assert page.ask("window", **{**asked, "experiments": ["bier"]})["error"]["type"] == "NotFoundError"


def test_what_bare_names_in_a_filter_stand_for_is_told(page, filled):
    rows = page.window(filter="rmse < 3 and `val loss`.min >= 0 order by alpha")
    meant = {"rmse": "metrics.rmse", "`val loss`.min": "metrics.`val loss`.min", "alpha": "params.alpha"}
    assert (rows["meant"], rows["total"]) == (meant, 3)
    pinned = [run.id for run in nbtrack.runs("name = 'run-02'")]
    asked = {**QUERY, "filter": "rmse < 3", "offset": 0, "limit": 2, "columns": ["name"], "first": pinned}
    for kind, more in (("window", {}), ("tree", {"unfolded": []})):
        rows = page.result(kind, **asked, **more)
        assert (rows["meant"], rows["columns"]["name"][0]) == ({"rmse": "metrics.rmse"}, "run-02")
    assert page.window(filter="metrics.rmse < 3")["meant"] == {}


def test_a_column_that_none_of_the_runs_has_is_told(page, filled):
    columns = ["metrics.rmse", "params.kind", "tags.team", "metrics.nothing", "params.alpha"]

    def empty(**query):
        left, found = list(columns), []
        while left:
            scales = page.result("scale", **{**QUERY, **query}, columns=left)["scales"]
            found += [one["column"] for one in scales if one["empty"]]
            left = left[len(scales) :]
        return found

    with nbtrack.start_run(run_name="bare"):
        nbtrack.log_param("kind", "none")
    assert empty() == ["metrics.nothing"]
    assert empty(filter="name = 'nobody'") == columns
    lacking = ["metrics.rmse", "tags.team", "metrics.nothing", "params.alpha"]
    columns[:] = ["note", "git_commit", "parent", "name", "end_time"]
    assert empty(filter="name = 'bare'")[:1] == ["note"]
    assert set(empty(filter="name = 'nobody'")) == set(columns)
    columns[:] = ["metrics.rmse", "params.kind", "tags.team", "metrics.nothing", "params.alpha"]
    assert empty(filter="name = 'bare'") == empty(filter="name = 'bare' limit 1") == lacking


def test_what_is_no_request_is_answered(page):
    page.panel._receive(page.panel, [], [])
    assert page.wait(lambda message: message.get("id") == "")["error"]["type"] == "InvalidValueError"


def test_traits_can_be_set_and_are_checked(filled):
    panel = nbtrack.panel(columns=["params.alpha", "metrics.rmse.min"])
    panel.filter = "metrics.rmse < 3"
    panel.order_by = ["params.alpha"]
    assert names(panel.runs) == ["run-00", "run-01", "run-02"]
    panel.columns = ["name", "name", "tags.team"]
    assert panel.columns == ["name", "tags.team"]
    for name, wrong, error in (
        ("filter", "metrics.rmse <", FilterError),
        ("order_by", ["rsme"], FilterError),
        ("columns", ["nmae"], InvalidValueError),
        ("experiments", ["bier"], NotFoundError),
    ):
        with pytest.raises(error):
            setattr(panel, name, wrong)
    panel.experiments = ["beer"]
    assert names(panel.runs) == ["run-00"]


def test_runs_are_selected_from_either_side(filled):
    panel = nbtrack.panel(order_by="name")
    heard = []
    panel.observe(lambda change: heard.append(names(change["new"])), "selected")
    assert isinstance(panel.selected, Runs)
    panel.selected = panel.runs[2:4]
    assert panel._chosen == [run.id for run in panel.runs[2:4]]
    panel._chosen = [panel.runs[0].id]
    assert names(panel.selected) == ["run-00"]
    panel.selected = ["run-07", panel.runs[1].id[:12]]
    assert names(panel.selected) == ["run-01", "run-07"]
    with pytest.raises(NotFoundError):
        panel.selected = ["nobody"]
    panel.selected = []
    assert panel._chosen == []
    assert heard == [["run-02", "run-03"], ["run-00"], ["run-01", "run-07"], []]


def test_a_panel_begins_with_the_view_and_the_runs_that_a_copied_line_names(filled):
    first = nbtrack.runs(order_by="name")[0]
    panel = nbtrack.panel(view="compare", selected=[first.id[:8]])
    assert (panel.view, panel._chosen) == ("compare", [first.id])
    with pytest.raises(
        InvalidValueError, match="'chart' is no view of a panel; choose one of table, compare"
    ):
        nbtrack.panel(view="chart")
    with pytest.raises(NotFoundError):
        nbtrack.panel(selected=["nobody"])


def test_a_panels_runs_are_exported_as_a_report(page):
    result = page.result("export", columns=["name"], ids=[], format="report", **QUERY)
    assert result["text"].startswith("<!doctype html>")
    assert result["count"] == nbtrack.runs().total()


def test_panels_are_independent(filled):
    one, other = nbtrack.panel(), nbtrack.panel()
    one.filter = "metrics.rmse < 3"
    one.selected = one.runs[:1]
    assert (other.filter, len(other.selected)) == ("", 0)


def test_a_panel_of_runs_is_about_these(filled):
    runs = nbtrack.runs("metrics.rmse < 9 order by metrics.rmse", limit=4, experiment="wine")
    panel = runs.panel()
    assert (panel.filter, panel.experiments) == ("metrics.rmse < 9 order by metrics.rmse LIMIT 4", ["wine"])
    assert panel.runs == runs
    picked = runs[1:3].panel(["name"])
    assert {run.name for run in picked.runs} == set(names(runs[1:3]))
    picked.filter = f"name = '{runs[0].name}'"
    assert len(picked.runs) == 0, "others stay outside"


def test_ids_of_a_range_are_told(page):
    found = page.result("ids", **{**QUERY, "order_by": ["name"]}, offset=10, limit=5, first=[])
    assert found["total"] == 12
    assert found["ids"] == [run.id for run in page.panel.runs if run.name in ("run-10", "run-11")][::-1]


@pytest.mark.parametrize(
    ("column", "filter_", "ends"),
    [
        ("metrics.rmse", "", (0.0, 11.0, 0.0)),
        ("metrics.rmse", "metrics.rmse > 3 limit 2", (10.0, 11.0, 10.0)),
        ("metrics.val loss.min", "metrics.rmse > 3", (4.0, 11.0, 4.0)),
        ("params.alpha", "", (0.0, 1.1, None)),
        ("params.kind", "params.kind = 'auto'", (None, None, None)),
        ("metrics.rmse", "name = 'run-05'", (None, None, None)),
        ("metrics.rmse", "name = 'nobody'", (None, None, None)),
        ("status", "", (None, None, None)),
    ],
)
def test_a_column_spans_from_its_least_to_its_greatest_number(page, column, filter_, ends):
    (scale,) = page.result("scale", **{**QUERY, "filter": filter_}, columns=[column])["scales"]
    assert (scale["low"], scale["high"], scale["best"]) == ends


@pytest.mark.parametrize("few", [2, 2_000])
def test_columns_that_differ_are_told_of_few_runs_and_of_many(page, monkeypatch, few):
    monkeypatch.setattr(queries, "MAX_COMPARED", few)
    columns = [
        "status",
        "params.same",
        "params.alpha",
        "metrics.rmse",
        "tags.team",
        "params.missing",
        "experiment",
    ]
    asked = {**QUERY, "order_by": ["name"]}
    found = page.result("differing", **asked, columns=columns)["columns"]
    assert set(found) == {"params.alpha", "metrics.rmse", "tags.team", "experiment"}
    with nbtrack.start_run(run_name="run-99"):
        nbtrack.log_metric("rmse", 1)
    assert "params.same" in page.result("differing", **asked, columns=["params.same"])["columns"]
    alike = page.result("differing", **{**asked, "filter": "params.kind = 'auto'"}, columns=["params.kind"])
    assert alike["columns"] == []


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("metrics.rm", ["metrics.rmse"]),
        ("rms", ["metrics.rmse"]),
        ("metrics.val", ["metrics.`val loss`"]),
        ("metrics.`val", ["metrics.`val loss`"]),
        ("metrics.rmse.m", ["metrics.rmse.min", "metrics.rmse.max", "metrics.rmse.mean"]),
        ("status = 'FI", ["'FINISHED'"]),
        ("tags.team = ", ["'blue'", "'red'"]),
        ("tags.team = 'RE", ["'red'"]),
        ("params.kind = ", ["1", "'auto'"]),
        ("experiment in ('beer', 'w", ["'wine'"]),
        ("name = 'run-1", ["'run-10'", "'run-11'"]),
        ("metrics.rmse < 1 a", ["AND"]),
        ("metrics.rmse < 1 order by metrics.rmse d", ["DESC"]),
        ("metrics.rmse is", ["IS NULL", "IS NOT NULL", "IS NAN"]),
        ("name = 'metrics.rm", []),
        ("nothing.rm", []),
        ("metrics.rmse < 0.1", []),
        ("status = 'FINISHED'", []),
    ],
)
def test_what_may_follow_is_told(filled, text, options):
    found = complete(filled, text, len(text))
    assert [option["text"] for option in found["options"]] == options
    if options:
        whole = text[: found["start"]] + options[0] + text[found["end"] :]
        assert options[0] in whole


def test_completion_takes_the_place_of_what_was_typed(filled):
    found = complete(filled, "metrics.rm < 1", 10)
    assert (found["start"], found["end"]) == (0, 10)
    found = complete(filled, "status = 'FI'", 12)
    assert (found["start"], found["end"]) == (9, 13), "the quote that closes it is there already"
    assert [option["text"] for option in complete(filled, "", 0)["options"]][:2] == ["run_id", "run_name"]


def test_a_completed_value_is_quoted_as_a_filter_reads_it(store):
    with nbtrack.start_run(run_name="ada's"):
        pass
    found = complete(store, "name = 'ad", 10)
    assert [option["text"] for option in found["options"]] == ['"ada\'s"']
    assert found["start"] == 7, "with the quote that was typed"


def test_runs_are_deleted_and_restored(page):
    ids = [run.id for run in page.panel.runs[:2]]
    assert page.result("delete", ids=ids) == {"count": 2}
    assert page.window()["total"] == 10
    assert page.window(deleted=True)["ids"] == ids
    page.panel.selected = ids
    assert len(page.panel.selected) == 2, "deleted runs can be chosen too"
    page.result("restore", ids=ids)
    assert page.window()["total"] == 12
    assert page.ask("delete", ids=["nobody"])["error"]["type"] == "NotFoundError"


def test_what_is_shown_is_exported(page):
    asked = {
        **QUERY,
        "order_by": ["name"],
        "columns": ["name", "metrics.val loss.min", "params.kind", "start_time"],
    }
    text = page.result("export", **asked, ids=[], format="csv")["text"]
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == asked["columns"]
    assert rows[1][:3] == ["run-00", "0.0", "1"]
    assert rows[1][3].endswith("+00:00")
    assert len(rows) == 13
    ids = [page.panel.runs[0].id]
    text = page.result("export", **asked, ids=ids, format="markdown")["text"]
    assert text.splitlines()[0] == "| name | val loss (min) | kind | start\\_time |"
    assert text.splitlines()[2].startswith("| run\\-11 |".replace("\\-", "-"))
    assert len(text.splitlines()) == 3
    text = page.result("export", **asked, ids=ids, format="latex")["text"]
    assert r"name & val loss (min) & kind & start\_time \\" in text
    asked = {**asked, "columns": ["name", "run_id"]}
    text = page.result("export", **asked, ids=ids, format="markdown")["text"]
    assert text.splitlines()[2].endswith(f"| {ids[0][:8]} |"), "an id is short where people read it"
    assert ids[0] in page.result("export", **asked, ids=ids, format="csv")["text"]


def test_nothing_that_is_exported_is_code(store, monkeypatch):
    attack = "=cmd|'/C calc'!A0"
    with nbtrack.start_run(run_name=attack):
        nbtrack.log_param("<script>|", "\\input{/etc/passwd}\n|")
    page = Page(nbtrack.panel(), monkeypatch)
    asked = {**QUERY, "columns": ["name", "params.<script>|"], "ids": []}
    assert "'=cmd" in page.result("export", **asked, format="csv")["text"]
    markdown = page.result("export", **asked, format="markdown")["text"]
    assert "<script>" not in markdown.replace("\\<", "")
    assert len(markdown.splitlines()) == 3
    assert r"\textbackslash{}input\{" in page.result("export", **asked, format="latex")["text"]


@pytest.mark.parametrize("name", ["[1cm] wide", "*starred"])
def test_a_row_of_latex_is_no_option_of_the_row_above(store, name, monkeypatch):
    with nbtrack.start_run(run_name=name):
        pass
    page = Page(nbtrack.panel(), monkeypatch)
    text = page.result("export", **QUERY, columns=["name"], ids=[], format="latex")["text"]
    assert f"\n{{{name[0]}}}{name[1:]} \\\\\n" in text


def test_filters_are_remembered_beside_the_store(page, filled):
    page.result("remember", filter="metrics.rmse < 1")
    page.result("remember", filter="status = 'FAILED'")
    page.result("remember", filter="metrics.rmse < 1")
    page.result("remember", filter="  ")
    page.result("save", name="good", filter="metrics.rmse < 1")
    held = Memory(open_store(filled.path)).read()
    assert held["history"] == ["metrics.rmse < 1", "status = 'FAILED'"]
    assert held["saved"] == [{"name": "good", "filter": "metrics.rmse < 1"}]
    assert page.result("forget", name="good")["saved"] == []
    (filled.path / "panel.json").write_text('{"history": [1, "a"], "saved": {"x": 1}}')
    assert page.result("memory") == {"history": ["a"], "saved": [], "kept": True}
    (filled.path / "panel.json").write_bytes(b"\xff[")
    assert page.result("memory")["history"] == []


def test_a_store_that_may_only_be_read_keeps_no_filters(filled, monkeypatch):
    filled.flush()
    page = Page(Panel(open_store(filled.path, read_only=True)), monkeypatch)
    assert page.panel._read_only
    assert page.result("remember", filter="metrics.rmse < 1") == {"history": [], "saved": [], "kept": False}
    with pytest.raises(StoreError, match="only be read"):
        page.panel._answers._memory.save("good", "")
    assert page.ask("delete", ids=[page.panel.runs[0].id])["error"]["type"] == "StoreError"
    assert not (filled.path / "panel.json").exists()


def test_arrangements_of_charts_are_kept_by_name(page, filled):
    charts = [{"kind": "curves", "asked": {"metric": "loss"}}]
    assert page.result("arrangements") == {"arrangements": [], "kept": True}
    page.result("arrange", name="one", charts=charts)
    page.result("arrange", name="two", charts=charts * 2)
    page.result("arrange", name="one", charts=charts * 3)
    kept = page.result("arrangements")["arrangements"]
    assert [(one["name"], len(one["charts"])) for one in kept] == [("one", 3), ("two", 2)]
    assert [one["name"] for one in page.result("arrange", name="one", charts=[])["arrangements"]] == ["two"]
    refused = page.ask("arrange", name="odd", charts=[{"kind": 1}])
    assert "kind and asked" in refused["error"]["message"]
    (filled.path / "workspaces.json").write_text("[{}, 3")
    assert page.result("arrangements")["arrangements"] == []


def test_changes_are_pushed_to_who_looks(page, filled, monkeypatch):
    monkeypatch.setattr(watching, "POLL_INTERVAL", 0.02)
    page.window(limit=3, filter="metrics.rmse > 20")
    with nbtrack.start_run(run_name="new"):
        nbtrack.log_metric("rmse", 50)
    pushed = page.wait(
        lambda message: message.get("kind") == "changed" and message["views"]["v"]["total"] == 1
    )
    assert pushed["views"]["v"]["columns"]["name"] == ["new"]
    assert pushed["views"]["v"]["asked"] == "v-1"
    page.ask("bye")
    assert not page.panel._views.followed
    # Nobody looks, and no thread is left.
    eventually(lambda: id(filled) not in watching._changes)


def test_a_panel_of_an_empty_store_chooses_columns_when_there_are_some(store, monkeypatch):
    page = Page(nbtrack.panel(), monkeypatch)
    assert page.window()["total"] == 0
    with nbtrack.start_run():
        nbtrack.log_metric("rmse", 1)
    page.panel._views.changed(1)
    assert "metrics.rmse" in page.panel.columns


def test_a_closed_panel_says_nothing(page):
    page.window()
    page.panel.close()
    heard = len(page.heard)
    page.panel._views.changed(1)
    assert len(page.heard) == heard
    assert not page.panel._views.followed
    # What was being answered when it was closed.
    page.panel._views.show({"id": "v-1", "kind": "window"}, 1)
    assert not page.panel._views.followed


def test_scripts_are_sent_to_who_asks_for_them(page):
    build = page.panel._build
    sent = page.result("bundle", name="views", build=build)
    assert "nbtrack-groups-table" in sent["style"]
    assert len(page.panel._esm) < 5_000, "what a saved notebook keeps"
    assert (
        50_000
        < len(page.result("bundle", name="panel", build=build)["script"])
        < 80_000
        < len(sent["script"])
    )
    refused = page.ask("bundle", name="views", build="another")
    assert not refused["ok"]
    assert "'another'" in refused["error"]["message"]
    assert nbtrack.panel()._build == build


def test_groups_are_a_document_of_the_panel(page):
    asked = {"by": None, "metrics": ["rmse"]}
    result = page.result("document", **QUERY, ids=[], document="grouped", asked=asked)
    assert result["shown"] == result["total"] == sum(len(one["runs"]) for one in result["document"]["groups"])
    assert len(result["document"]["groups"]) > 1


def test_names_for_the_menus(page):
    told = page.result("names")
    assert {"name", "params.alpha", "metrics.val loss", "tags.team"} <= set(told["columns"])
    assert [one["name"] for one in told["experiments"] if one["runs"]] == ["beer", "wine"]


def test_a_view_is_told_what_its_runs_have(page):
    nbtrack.set_experiment("other")
    with nbtrack.start_run():
        nbtrack.log_metric("accuracy", 0.9)
    scope = {**QUERY, "experiments": ["beer"], "ids": []}
    told = page.result("fields", **scope, document="curves", columns=[])
    assert told["runs"] == 4
    found = {use["name"]: use for use in told["fields"]}
    assert found["params.alpha"] == {
        "name": "params.alpha", "count": 4, "values": 4, "number": True, "points": 1
    }  # fmt: skip
    assert found["metrics.val loss"]["points"] == 3
    assert told["defaults"]["curve"] == "val loss"
    assert (found["metrics.rmse"]["points"], found["params.same"]["values"]) == (1, 1)
    assert found["metrics.accuracy"]["count"] == 0, "others have it"
    assert not page.ask("fields", **scope, document="everything", columns=[])["ok"]


def test_a_panel_leaves_a_static_table(filled):
    runs = nbtrack.runs()
    data, _ = runs.panel()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "run-11" in data["text/html"]
    assert data["text/plain"] == repr(runs)
    # Of a trusted notebook whose kernel has ended, JupyterLab would show an error in place of a widget's view.
    assert runs._repr_mimebundle_() == {}, "outside a kernel nobody can be asked for a panel"
    assert "run-11" in runs._repr_html_()


def test_a_store_that_was_taken_away_is_told_and_not_made_anew(page, filled, tmp_path):
    # What is found out about the process's first runs comes late, and would make the store anew.
    for thread in threading.enumerate():
        if thread.name == "nbtrack-context":
            thread.join()
    filled.flush()
    filled.path.rename(tmp_path / "elsewhere")
    reply = page.ask("ids", **QUERY, first=[], offset=0, limit=10)
    assert "is no longer there" in reply["error"]["message"]
    assert not filled.path.exists()
    (tmp_path / "elsewhere").rename(filled.path)
    assert page.result("ids", **QUERY, first=[], offset=0, limit=10)["total"] == 12


def test_a_view_that_asks_for_anything_is_still_looked_at(page, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr("nbtrack.widgets.panel.openviews.time", SimpleNamespace(monotonic=lambda: now))
    page.window()
    for _ in range(4):
        now += 0.4 * VIEW_TIMEOUT
        page.result("scale", **QUERY, columns=["metrics.rmse"])
    assert page.panel._views.followed
    now += VIEW_TIMEOUT + 1  # the sum of two floats may be a little less
    assert not page.panel._views.followed
