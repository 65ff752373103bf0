"""What a run's page shows, from a real store."""

import base64
import io
import json
import math
import os
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

import nbtrack
from nbtrack.entities.preview import artifact_preview
from nbtrack.errors import InvalidValueError, NotFoundError, StoreError
from nbtrack.records import FOLDS_TAG, DataRecord, Series
from nbtrack.store import Store
from nbtrack.widgets.runpage.answers import RunAnswers, edit
from nbtrack.widgets.runpage.document import run_document
from nbtrack.widgets.runpage.sparkline import MetricRows, sparkline

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def run(store):
    """Return a run that has a little of everything."""
    with nbtrack.start_run(run_name="wine") as active:
        nbtrack.log_params({"alpha": 0.1, "large": 2**80, "on": True, "none": None, "text": "a" * 5_000})
        for step in range(500):
            nbtrack.log_metric("loss", 1 / (step + 1), step=step)
        nbtrack.log_metric("broken", math.nan)
        for score in (0.5, 0.7):
            nbtrack.log_metric("scores", score)
        nbtrack.set_tags({"team": "red", FOLDS_TAG: '["scores"]'})
        nbtrack.log_text("all is well", "notes/deep/report.txt")
        with nbtrack.start_run(run_name="fold 1", nested=True):
            pass
    # What is found out about the process's first runs comes late, and would be written over what follows.
    for thread in threading.enumerate():
        if thread.name == "nbtrack-context":
            thread.join()
    made = nbtrack.get_run(active.id)
    writer = store.edit_run(made.id)
    writer.set_data(DataRecord("wine", "DataFrame", (3, 2), {"a": "float64", "b": "object"}, "f00d", True))
    writer.set_document("source", {"cell": "x = 1", "earlier": ["import y"], "script": "import y\nx = 1"})
    writer.set_document("traceback", {"text": "T" * 60_000 + "the end"})
    packages = {"numpy": "2.0"}
    python = {"implementation": "CPython", "version": "3.12"}
    writer.set_document(
        "environment", {"python": python, "packages": packages, "git": {"commit": "abc", "dirty": True}}
    )
    writer.set_document(
        "outcome", {"stdout": "\x1b[31mdone\x1b[0m", "wall_seconds": 1.5, "figures": ["figures/figure-1.png"]}
    )
    store.flush()
    return made


def test_the_document_has_all_that_is_kept(run):
    document = run_document(run)
    json.dumps(document, allow_nan=False)
    assert document["faults"] == {}
    params = {param["name"]: (param["type"], param["value"]) for param in document["params"]}
    assert params["alpha"] == ("float", {"text": "0.1", "left": 0})
    assert params["large"] == ("int", {"text": str(2**80), "left": 0}), "JavaScript would change it"
    assert params["none"] == ("none", {"text": "None", "left": 0})
    assert params["text"][1]["left"] == 3_000
    metrics = {metric["name"]: metric for metric in document["metrics"]}
    assert (metrics["loss"]["count"], metrics["loss"]["max"]) == (500, 1.0)
    assert len(metrics["loss"]["sparkline"]["values"]) <= 60
    assert metrics["broken"]["value"] == ["nan"]
    assert metrics["broken"]["sparkline"] is None
    assert metrics["scores"]["value"] == pytest.approx(0.6)
    assert metrics["scores"]["folds"]
    assert [tag["name"] for tag in document["tags"]] == ["team"]
    assert [tag["name"] for tag in document["system_tags"]] == [FOLDS_TAG]
    assert document["data"][0]["columns"] == [["a", "float64"], ["b", "object"]]
    assert document["code"]["script"] == {"text": "import y\nx = 1", "left": 0}
    assert document["traceback"]["text"].endswith("the end"), "the end of an error is what matters"
    assert document["traceback"]["left"] == 10_007
    assert ["commit", "abc with changes"] in document["environment"]["facts"]
    assert document["environment"]["packages"] == [["numpy", "2.0"]]
    assert document["output"] == {"text": "done", "left": 0}, "colours are for terminals"
    assert document["measured"] == {"wall_seconds": 1.5}
    assert [(row["path"], row["depth"], row["kind"]) for row in document["artifacts"]] == [
        ("notes", 0, "folder"),
        ("notes/deep", 1, "folder"),
        ("notes/deep/report.txt", 2, "text"),
    ]
    (child,) = document["children"]
    assert child["name"] == "fold 1"
    assert run_document(run.children[0])["parent"]["id"] == run.id


def test_a_store_that_holds_nonsense_is_shown_as_far_as_it_goes(run, store):
    writer = store.edit_run(run.id)
    writer.set_document(
        "environment", {"python": 3, "packages": ["a"], "git": "b", "variables": 1, "gpus": 4}
    )
    writer.set_document("outcome", {"stdout": 5, "wall_seconds": "x", "figures": "y"})
    writer.set_document("source", {"cell": 7, "earlier": [None, {}]})
    writer.set_document("estimators", [1, 2])
    store.flush()
    document = run_document(run)
    json.dumps(document, allow_nan=False)
    assert "models" in document["faults"]
    assert document["models"] == []
    assert document["params"]
    assert document["environment"]["facts"][0] == ["Python", "3"]


def test_a_projects_run_shows_what_was_started_and_where(store):
    with nbtrack.start_run() as active:
        active.writer.set_document(
            "project",
            {
                "command": "bash train.sh 3", "entry_point": "main", "interpreter": "/env/bin/python",
                "lock": "# Python 3.11.7, linux\nsix==1.16.0\ncolorama==0.4 ; sys_platform == 'win32'",
                "relaxed": ["six==1 -> six>=1"],
            },
        )  # fmt: skip
        active.writer.set_document("outcome", {"exit_code": 0})
        active.writer.set_document("environment", {})
    found = run_document(nbtrack.get_run(active.id))["environment"]
    assert {
        "command": "bash train.sh 3",
        "entry point": "main",
        "exit code": "0",
        "interpreter": "/env/bin/python",
    }.items() <= dict(found["facts"]).items()
    assert found["packages"] == [["six", "1.16.0"], ["colorama", "0.4"]]


def test_what_is_large_is_bounded(store):
    with nbtrack.start_run() as active:
        nbtrack.log_params({f"p{k}": "v" * 5_000 for k in range(1_200)})
        nbtrack.log_metrics({f"m{k}": k for k in range(1_100)})
        nbtrack.set_tag("t", "x" * 1_000_000)
    run = nbtrack.get_run(active.id)
    folder = run.artifacts.folder
    folder.mkdir(parents=True)
    for number in range(2_100):
        (folder / f"{number}.txt").touch()
    document = run_document(run)
    assert (document["params_left"], document["metrics_left"], document["artifacts_left"]) == (200, 100, 100)
    assert document["tags"][0]["value"]["left"] == 998_000
    assert len(json.dumps(document)) < 4_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have names in Unicode only")
def test_a_file_whose_name_is_no_text_is_listed(run):
    (run.artifacts.folder / os.fsdecode(b"b\xffd.txt")).write_text("x")
    document = run_document(run)
    json.dumps(document, ensure_ascii=False).encode()
    assert "b?d.txt" in [row["name"] for row in document["artifacts"]]


@pytest.mark.parametrize("count", [1, 59, 60, 61, 1_000, 100_001])
def test_no_spike_is_lost_in_a_small_picture(count):
    rng = np.random.default_rng(0)
    values = rng.normal(size=count)
    drawn = sparkline(Series(list(range(count)), [0.0] * count, values.tolist()))
    assert len(drawn["values"]) == min(count, len(drawn["values"])) <= 60
    assert (min(drawn["values"]), max(drawn["values"])) == (values.min(), values.max())
    assert drawn["steps"] == sorted(drawn["steps"])


def test_what_is_not_finite_is_a_gap():
    values = [1.0, math.nan, math.inf, 2.0]
    assert sparkline(Series([0, 1, 2, 3], [0.0] * 4, values))["values"] == [1.0, None, None, 2.0]
    drawn = sparkline(Series(list(range(200)), [0.0] * 200, [math.nan] * 200))
    assert set(drawn["values"]) == {None}
    assert sparkline(Series([], [], [])) == {"steps": [], "values": []}


def test_a_history_is_read_again_only_when_it_has_grown(run, store, monkeypatch):
    rows = MetricRows(run)
    first, _ = rows.rows()
    read = []
    history = store.history
    monkeypatch.setattr(store, "history", lambda key, name: read.append(name) or history(key, name))
    assert rows.rows()[0] == first
    assert read == []
    store.edit_run(run.id).log_metric("loss", 7.0, step=900)
    assert rows.rows()[0] != first
    assert read == ["loss"]


def put(run, name, content):
    path = run.artifacts.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return name


@pytest.mark.parametrize(
    ("name", "content", "kind", "part"),
    [
        ("a.png", PIXEL, "image", "image/png"),
        ("no-ending", PIXEL, "image", "image/png"),
        ("a.gif", b"GIF89a...", "image", "image/gif"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image", "image/jpeg"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image", "image/webp"),
        ("fake.png", b"<svg onload=alert(1)>", "text", "<svg onload=alert(1)>"),
        ("a.svg", b"<svg onload=alert(1)>", "svg", "<svg onload=alert(1)>"),
        ("no.svg", b"<b>", "text", "<b>"),
        ("a.md", b"# <b>", "markdown", "# <b>"),
        ("a.html", b"<script>alert(1)</script>", "text", "<script>alert(1)</script>"),
        ("bom.txt", b"\xef\xbb\xbfhello", "text", "hello"),
        ("a.json", b'{"a":[1]}', "json", '{\n  "a": [\n    1\n  ]\n}'),
        ("no-ending.cfg", b'{"a":1}', "json", '{\n  "a": 1\n}'),
        ("broken.json", b'{"a":', "text", '{"a":'),
        ("deep.json", b"[" * 100_000, "text", "[" * 100_000),
        ("latin.txt", b"caf\xe9", "none", None),
        ("a.pkl", b"\x80\x04\0", "none", None),
        ("empty.csv", b"", "text", ""),
        ("empty.json", b"", "text", ""),
    ],
)  # fmt: skip
def test_a_file_is_told_by_what_is_in_it(run, name, content, kind, part):
    preview = artifact_preview(run, put(run, name, content))
    json.dumps(preview)
    assert (preview["kind"], preview["size"], preview["name"]) == (kind, len(content), name)
    if kind == "image":
        assert preview["type"] == part
        assert base64.b64decode(preview["data"]) == content
    elif kind != "none":
        assert preview["text"]["text"] == part


def test_large_files_are_not_read_whole(run):
    picture = artifact_preview(run, put(run, "big.png", PIXEL + b"\0" * 6_000_000))
    assert picture["kind"] == "none"
    assert "too large" in picture["why"]
    text = artifact_preview(run, put(run, "big.txt", "ä".encode() * 200_001))
    assert text["text"] == {"text": "ä" * 100_000, "left": 200_002}
    assert artifact_preview(run, put(run, "big.json", b"[" + b"1," * 600_000 + b"1]"))["kind"] == "text"


def test_tables_show_their_first_rows(run):
    lines = "\n".join(f"{k},{'x' * 500},{k / 7}" for k in range(1_000))
    table = artifact_preview(run, put(run, "a.csv", f"id,text,value\n{lines}".encode()))
    assert table["columns"] == ["id", "text", "value"]
    assert (len(table["rows"]), table["more"], table["columns_left"]) == (100, True, 0)
    assert len(table["rows"][0][1]) == 201
    european = artifact_preview(run, put(run, "b.csv", b"a;b\n1,5;2\n"))
    assert european["rows"] == [["1,5", "2"]]
    tabs = artifact_preview(run, put(run, "c.tsv", b"a\tb\n1\t2\n"))
    assert tabs["columns"] == ["a", "b"]
    wide = artifact_preview(run, put(run, "d.csv", (",".join(map(str, range(80))) + "\n1\n").encode()))
    assert (len(wide["columns"]), wide["columns_left"]) == (50, 30)
    one_field = artifact_preview(run, put(run, "e.csv", b'"' + b"x" * 1_000_000))
    assert one_field["kind"] == "text", "no table that Python's csv reads"


def test_parquet_shows_its_first_rows(run):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({f"c{k}": range(300) for k in range(60)})
    path = run.artifacts.folder / "a.parquet"
    frame.to_parquet(path)
    table = artifact_preview(run, "a.parquet")
    assert (len(table["columns"]), len(table["rows"]), table["more"]) == (50, 100, True)
    assert table["rows"][99][0] == "99"
    assert artifact_preview(run, put(run, "b.parquet", b"PAR1 and no more"))["kind"] == "none"


@pytest.mark.parametrize(
    "name", ["../nbtrack.db", "../../nbtrack.db", "/etc/passwd", "C:\\x", "a/../../../nbtrack.db", "", "notes", "link", "missing"]
)  # fmt: skip
def test_nothing_outside_the_run_is_read(run, store, name):
    (run.artifacts.folder / "link").symlink_to(store.path / "nbtrack.db")
    assert (store.path / "nbtrack.db").is_file()
    with pytest.raises(NotFoundError):
        artifact_preview(run, name)


class Asking(RunAnswers):
    """Answers what the page of one run asks."""

    def __init__(self, run):
        super().__init__(run.store)
        self.run = run


def ask(answers, request):
    """Ask what the page of a run would ask."""
    return answers.result({"id": "a", "of": answers.run.id, **request})


def test_edits_are_made_together_or_not_at_all(run):
    edit(run, {"name": "best", "note": "why", "tags": {"team": None, "owner": "ada", "gone": None}})
    assert (run.name, run.note, run.tags) == ("best", "why", {"owner": "ada", FOLDS_TAG: '["scores"]'})
    with pytest.raises(InvalidValueError, match="run name"):
        edit(run, {"name": "n" * 2_000, "note": "changed", "tags": {"owner": None}})
    assert (run.name, run.note, run.tags["owner"]) == ("best", "why", "ada")
    with pytest.raises(InvalidValueError, match="nbtrack's own"):
        edit(run, {"tags": {FOLDS_TAG: None}})
    with pytest.raises(InvalidValueError, match="NUL"):
        edit(run, {"tags": {"a": "\0"}})
    edit(run, {"note": ""})
    assert run.note == ""


def test_a_store_that_may_only_be_read_says_so(run, store):
    path = store.path
    store.close()
    frozen = nbtrack.open_store(path, read_only=True)
    held = type(run)(frozen, run.id)
    assert run_document(held)["name"]["text"] == "wine"
    with pytest.raises(StoreError, match="may only be read"):
        edit(held, {"name": "other"})
    with pytest.raises(StoreError, match="may only be read"):
        ask(Asking(held), {"kind": "delete"})
    frozen.close()


def test_the_page_is_given_what_is_asked(run, store):
    answers = Asking(run)
    assert ask(answers, {"kind": "script"}) == {"script": "import y\nx = 1"}
    told = json.loads(ask(answers, {"kind": "export"})["text"])
    assert told["metrics"]["broken"]["last"] == "nan"
    assert told["params"]["large"] == 2**80
    ask(answers, {"kind": "delete"})
    assert run.record.deleted is not None
    ask(answers, {"kind": "restore"})
    assert run.record.deleted is None
    child = run.children[0]
    request = {"id": "a", "kind": "open", "of": run.id, "run": child.id}
    shown = []
    answers._show = shown.append
    assert answers.result(request) == {}
    assert shown == [child]
    bare = store.create_run(experiment="imported")
    bare.finish()
    with pytest.raises(NotFoundError, match="no code"):
        ask(Asking(nbtrack.get_run(bare.id)), {"kind": "script"})
    with pytest.raises(NotFoundError):
        ask(answers, {"kind": "serve", "model": "../model"})


def test_the_run_is_packaged_beside_the_store_and_nowhere_else(store, tmp_path):
    code = "alpha = 0.5\nrmse = alpha * 2"
    writer = store.create_run(experiment="wine")
    writer.log_param("alpha", 0.5)
    writer.log_metric("rmse", 1.0, 0)
    writer.set_document("source", {"cell": code, "script": code})
    writer.finish()
    store.flush()
    answers = Asking(nbtrack.get_run(writer.id))
    made = ask(answers, {"kind": "package", "folder": "projects/wine"})
    folder = tmp_path / "projects" / "wine"
    assert made["folder"] == str(folder)
    assert made["command"] == f"nbtrack run {folder} -P alpha=0.5"
    assert {"MLproject", "main.py"} <= set(made["files"])
    assert all((folder / file).is_file() for file in made["files"])
    with pytest.raises(InvalidValueError, match="not empty"):
        ask(answers, {"kind": "package", "folder": "projects/wine"})
    (tmp_path / "out").symlink_to(tmp_path.parent, target_is_directory=True)
    for folder in ("../wine", "/tmp/wine", "~/wine", "a/../../wine", ".nbtrack/wine", "out/wine", "."):
        with pytest.raises(InvalidValueError, match=r"beside the store|another place"):
            ask(answers, {"kind": "package", "folder": folder})
    frozen = Store(store.path, read_only=True)
    with pytest.raises(StoreError, match="may only be read"):
        ask(Asking(nbtrack.entities.Run(frozen, writer.id)), {"kind": "package", "folder": "other"})
    frozen.close()


def test_a_model_is_registered_and_given_aliases(run, store):
    with nbtrack.start_run(run_id=run.id):
        nbtrack.log_model(lambda frame: frame, "net")
    answers = Asking(nbtrack.get_run(run.id))
    asked = {"kind": "register", "model": "net"}
    assert ask(answers, {**asked, "name": " wine "}) == {"name": "wine", "version": 1}
    assert ask(answers, {**asked, "name": "wine"}) == {"name": "wine", "version": 2}
    ask(answers, {"kind": "set_alias", "name": "wine", "version": 2, "alias": "champion"})
    (model,) = run_document(answers.run)["models"]
    assert model["versions"] == [
        {"name": "wine", "version": 1, "aliases": []},
        {"name": "wine", "version": 2, "aliases": ["champion"]},
    ]
    assert nbtrack.get_registered_model("wine").aliases == {"champion": 2}
    assert nbtrack.load_model("models:/wine@champion") is not None
    ask(answers, {"kind": "delete_alias", "name": "wine", "alias": "champion"})
    assert run_document(answers.run)["models"][0]["versions"][1]["aliases"] == []
    assert ask(answers, {"kind": "names"}) == {"tags": ["team"], "models": ["wine"]}
    for wrong, error in [({"name": "a/b"}, InvalidValueError), ({"name": " "}, InvalidValueError),
                         ({"name": "x", "model": "none"}, NotFoundError)]:  # fmt: skip
        with pytest.raises(error):
            ask(answers, {**asked, **wrong})
    with pytest.raises(InvalidValueError):
        ask(answers, {"kind": "set_alias", "name": "wine", "version": 2, "alias": "7"})


def fetched(answers, name):
    """Return what the page would have put together, its name, and in how many pieces it came."""
    parts, offset, stamp = [], 0, ""
    while offset is not None:
        piece = ask(answers, {"kind": "download", "name": name, "offset": offset, "stamp": stamp})
        parts.append(base64.b64decode(piece["data"]))
        offset, stamp = piece["next"], piece["stamp"]
    assert sum(map(len, parts)) == piece["size"]
    return b"".join(parts), piece["filename"], len(parts)


def test_files_are_sent_in_pieces_and_folders_as_zip(run, monkeypatch):
    content = os.urandom(2_500_000)
    put(run, "weights/deep/net.bin", content)
    put(run, "empty.txt", b"")
    answers = Asking(run)
    assert fetched(answers, "weights/deep/net.bin") == (content, "net.bin", 3)
    assert fetched(answers, "empty.txt") == (b"", "empty.txt", 1)
    packed, name, _ = fetched(answers, "weights")
    assert name == "weights.zip"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.read("deep/net.bin") == content
    packed, name, _ = fetched(answers, "")
    assert name == f"run-{run.id[:8]}-artifacts.zip"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == list(run.artifacts)
    assert answers._downloads._archives == {}, "it is let go of"
    path = ask(answers, {"kind": "path", "name": "weights/deep"})["path"]
    assert path == str(run.artifacts.folder / "weights" / "deep")
    monkeypatch.setattr("nbtrack.widgets.runpage.download.MAX_BYTES", 1_000_000)
    for large in ("", "weights", "weights/deep/net.bin"):
        with pytest.raises(InvalidValueError, match="that a page is sent; copy it from"):
            fetched(answers, large)


def test_a_file_that_changes_while_it_is_sent_is_refused(run):
    put(run, "net.bin", bytes(1_500_000))
    answers = Asking(run)
    asked = {"kind": "download", "name": "net.bin"}
    piece = ask(answers, {**asked, "offset": 0, "stamp": ""})
    put(run, "net.bin", bytes(1_600_000))
    with pytest.raises(StoreError, match="was changed while it was read"):
        ask(answers, {**asked, "offset": piece["next"], "stamp": piece["stamp"]})
    again = ask(answers, {**asked, "offset": 0, "stamp": ""})
    for wrong in ({"offset": 1_600_001}, {"name": "", "offset": 1_000}):
        with pytest.raises(InvalidValueError, match="begin again"):
            ask(answers, {**asked, "stamp": again["stamp"], **wrong})


def test_downloads_at_once_do_not_break_each_other(run):
    contents = {name: os.urandom(2_200_000) for name in ("a/net.bin", "b/net.bin", "c.bin", "d.bin")}
    for name, content in contents.items():
        put(run, name, content)
    answers = Asking(run)
    with ThreadPoolExecutor(8) as pool:
        wanted = ["a", "b", "c.bin", "d.bin"] * 2
        for name, (content, _, count) in zip(
            wanted, pool.map(lambda n: fetched(answers, n), wanted), strict=True
        ):
            assert count == 3
            if name in contents:
                assert content == contents[name]
            else:
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    assert archive.read("net.bin") == contents[f"{name}/net.bin"]
    assert answers._downloads._archives == {}


def test_a_folder_that_nobody_goes_on_with_is_let_go_of(run, monkeypatch):
    monkeypatch.setattr("nbtrack.widgets.runpage.download.ARCHIVE_TIMEOUT", 0.2)
    put(run, "a/net.bin", os.urandom(1_500_000))
    answers = Asking(run)
    asked = {"kind": "download", "name": "a"}
    piece = ask(answers, {**asked, "offset": 0, "stamp": ""})
    (archive,) = answers._downloads._archives.values()
    archive.timer.join(10)
    assert answers._downloads._archives == {}
    with pytest.raises(InvalidValueError, match="begin again"):
        ask(answers, {**asked, "offset": piece["next"], "stamp": piece["stamp"]})


@pytest.mark.parametrize("kind", ["download", "path"])
@pytest.mark.parametrize("name", ["../nbtrack.db", "/etc/passwd", "missing", "."])
def test_nothing_outside_the_run_is_sent(run, kind, name):
    with pytest.raises(NotFoundError):
        ask(Asking(run), {"kind": kind, "name": name, "offset": 0, "stamp": ""})


def test_a_logged_table_is_a_table(run):
    put(run, "eval.json", json.dumps({"columns": ["q", "ok"], "data": [["<b>", True], [None, 1.5]]}).encode())
    shown = artifact_preview(run, "eval.json")
    assert (shown["kind"], shown["columns"]) == ("table", ["q", "ok"])
    assert shown["rows"] == [["<b>", "true"], ["", "1.5"]]
    put(run, "odd.json", b'{"columns": ["a"], "data": [[1, 2]]}')
    assert artifact_preview(run, "odd.json")["kind"] == "json"


def test_a_curve_is_of_the_run_that_is_shown(run):
    asked = {"metric": "loss", "x": "step", "points": 100, "within": None, "spacing": "even"}
    curve = ask(Asking(run), {"kind": "curve", "asked": asked})
    assert [entry["id"] for entry in curve["runs"]] == [run.id]
    assert curve["runs"][0]["count"] == 500
    for wrong in ({}, {"metric": 1}, {"metric": "loss", "ids": ["x"]}):
        with pytest.raises(InvalidValueError):
            ask(Asking(run), {"kind": "curve", "asked": wrong})


def test_who_ran_it_is_told(run):
    run.set_tag("mlflow.user", "ada")
    assert run_document(run)["user"] == "ada"


def test_where_a_run_may_only_be_read_no_model_of_it_is_served(run, store, monkeypatch):
    monkeypatch.setenv("NBTRACK_READ_ONLY", "1")
    held = type(run)(nbtrack.open_store(store.path), run.id)
    for kind in ("serve", "stop"):
        with pytest.raises(StoreError, match="may only be read"):
            ask(Asking(held), {"kind": kind, "model": "model"})
    held.store.close()
