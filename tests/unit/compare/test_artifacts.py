"""Artifacts of many runs, from a real store."""

import json
import os
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbtrack.compare import artifacts, curves, grouped_curves, pictures
from nbtrack.errors import InvalidValueError

module = sys.modules["nbtrack.compare.artifacts"]
HOSTILE = "<img src=x onerror=alert(1)>.svg"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def run(store, files=None, metrics=None):
    writer = store.create_run(experiment="e", name="one")
    for name, content in (files or {}).items():
        path = store.artifact_folder(writer.id) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name, values in (metrics or {}).items():
        for step, value in enumerate(values):
            writer.log_metric(name, value, step)
    writer.finish()
    return writer.id


def test_what_runs_have_in_common_comes_first(store):
    ids = [
        run(store, {"z/matrix.png": PNG, "b.txt": b"text", HOSTILE: SVG}),
        run(store, {"z/matrix.png": PNG + b"0", "b.txt": b"other"}),
        run(store),
    ]
    document = json.loads(json.dumps(artifacts(store, ids), allow_nan=False))
    assert [(row["name"], row["sizes"], row["picture"]) for row in document["rows"]] == [
        ("z/matrix.png", [48, 49, None], True),
        ("b.txt", [4, 5, None], True),
        (HOSTILE, [len(SVG), None, None], True),
    ]
    assert (document["left_out"], document["faults"]) == (0, [])


def test_many_names_are_counted(store, monkeypatch):
    monkeypatch.setattr(module, "MAX_NAMES", 2)
    document = artifacts(store, [run(store, {f"{place}.txt": b"" for place in range(5)})])
    assert (len(document["rows"]), document["left_out"]) == (2, 3)


def test_tables_and_texts_of_one_name_stand_beside_each_other(store):
    ids = [
        run(store, {"m.csv": f"label,count\ncat,{n}\n".encode(), "m.json": b'{"f1": 0.5}'}) for n in range(2)
    ]
    assert all(row["picture"] for row in artifacts(store, ids)["rows"])
    tables = pictures(store, ids, "m.csv")["pictures"]
    assert [(one["kind"], one["columns"], one["rows"]) for one in tables] == [
        ("table", ["label", "count"], [["cat", "0"]]),
        ("table", ["label", "count"], [["cat", "1"]]),
    ]
    text, _ = pictures(store, ids, "m.json")["pictures"]
    assert text["kind"] == "text"
    assert json.loads(text["data"]) == {"f1": 0.5}


def test_pictures_are_told_by_their_content(store, monkeypatch):
    ids = [run(store, {"a.png": PNG}), run(store, {"a.png": b"<script>"}), run(store)]
    first, second, third = pictures(store, ids, "a.png")["pictures"]
    assert (first["kind"], first["type"]) == ("image", "image/png")
    assert (second["kind"], second["data"]) == ("none", "")
    assert third is None
    (drawn,) = pictures(store, [run(store, {HOSTILE: SVG})], HOSTILE)["pictures"]
    assert (drawn["kind"], drawn["data"]) == ("svg", SVG.decode())
    monkeypatch.setattr(module, "MAX_BYTES", 60)
    shown = pictures(store, [ids[0], run(store, {"a.png": PNG})], "a.png")["pictures"]
    assert [one["kind"] for one in shown] == ["image", "none"]
    assert "too large" in shown[1]["why"]


def test_no_picture_is_read_from_elsewhere(store, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(PNG)
    run_id = run(store, {"a.png": PNG})
    os.symlink(secret, store.artifact_folder(run_id) / "link.png")
    for name in ("link.png", f"../{run_id}/a.png", str(secret), "", "."):
        assert pictures(store, [run_id], name)["pictures"] == [None], name
    assert [row["name"] for row in artifacts(store, [run_id])["rows"]] == ["a.png"]
    with pytest.raises(InvalidValueError):
        pictures(store, [run_id], ["a.png"])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=30), content=st.binary(max_size=60))
def test_whatever_is_asked_for_the_answer_is_json(store, name, content):
    run_id = run(store, {"x.svg": content, "x.png": b"\x89PNG\r\n\x1a\n" + content})
    for wanted in (name, "x.svg", "x.png"):
        json.dumps(pictures(store, [run_id], wanted), allow_nan=False).encode()


def test_curves_along_another_metric(store):
    ids = [run(store, metrics={"loss": [1e9, 1e9 + 1, 1e9 - 2], "rmse": [3.0, 2.0, 1.0]}), run(store)]
    document = curves(store, ids, "rmse", x="metrics.loss")
    assert (document["x"], document["origin"]) == ("metrics.loss", 1e9 - 2)
    assert [entry["size"] for entry in document["runs"]] == [3, 0]
    with pytest.raises(InvalidValueError, match=r"no mean along 'metrics\.loss'"):
        grouped_curves(store, ids, ["name"], "rmse", x="metrics.loss")
