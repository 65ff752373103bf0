"""Params, metrics, tags and files of a run, bad ones too: each kept faithfully or refused, and nothing else lost."""

import datetime as dt
import decimal
import json
import math
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nbtrack
from nbtrack.errors import InvalidValueError, NbtrackWarning, NotFoundError
from nbtrack.tracking import artifact_logging

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def run():
    with nbtrack.start_run() as run:
        yield run


def points(run, name):
    """Return a metric's points as (step, value)."""
    history = run.history(name)
    return list(zip(history["step"], history["value"], strict=True))


# --- metrics


def test_steps_count_on_by_themselves(run):
    for value in (3.0, 2.0):
        nbtrack.log_metric("loss", value)
    nbtrack.log_metric("loss", 1.5, step=10)
    nbtrack.log_metric("loss", 1.0)
    nbtrack.log_metric("other", 7)
    assert points(run, "loss") == [(0, 3.0), (1, 2.0), (10, 1.5), (11, 1.0)]
    assert points(run, "other") == [(0, 7.0)]
    assert run.metrics == {"loss": 1.0, "other": 7.0}


@pytest.mark.parametrize("step", [3, np.int64(3), torch.tensor(3), True + 2, 3.0])
def test_any_integer_is_a_step(run, step):
    nbtrack.log_metric("m", 1, step=step)
    assert points(run, "m") == [(3, 1.0)]


@pytest.mark.parametrize("step", [1.5, "3", math.nan, math.inf, 2**63, -(2**63) - 1, [1], 1j])
def test_what_is_no_step_is_refused(run, step):
    nbtrack.log_metric("m", 1)
    with pytest.raises(InvalidValueError, match="step"):
        nbtrack.log_metric("m", 2, step=step)
    assert points(run, "m") == [(0, 1.0)]


def test_the_last_value_is_that_of_the_highest_step(run):
    for step, value in [(5, 0.5), (9, 0.9), (7, 0.7)]:
        nbtrack.log_metric("m", value, step=step)
    assert run.metrics == {"m": 0.9}
    summary = run.summary("m")
    assert (summary.first, summary.min, summary.max, summary.count) == (0.5, 0.5, 0.9, 3)
    assert summary.mean == pytest.approx(0.7)


def test_a_timestamp_is_kept(run):
    nbtrack.log_metric("m", 1, timestamp=1_700_000_000_123)
    assert run.history("m")["time"][0] == pd.Timestamp(1_700_000_000_123, unit="ms", tz="UTC")
    before = dt.datetime.now(dt.UTC)
    nbtrack.log_metric("now", 1)
    assert (
        before - dt.timedelta(seconds=1) < run.history("now")["time"][0] < before + dt.timedelta(seconds=10)
    )
    for bad in (math.nan, "noon", 10**400):
        with pytest.raises(InvalidValueError, match="timestamp"):
            nbtrack.log_metric("m", 1, timestamp=bad)


VALUES = {
    "nan": (math.nan, math.nan),
    "inf": (math.inf, math.inf),
    "-inf": (-math.inf, -math.inf),
    "int": (2**80, float(2**80)),
    "bool": (True, 1.0),
    "decimal": (decimal.Decimal("0.1"), 0.1),
    "float32": (np.float32(0.5), 0.5),
    "int8": (np.int8(-4), -4.0),
    "0-d": (np.array(1.5), 1.5),
    "tensor": (torch.tensor(0.25, requires_grad=True), 0.25),
    "tiny": (5e-324, 5e-324),
}


def test_every_real_number_is_kept(run):
    nbtrack.log_metrics({name: given for name, (given, _) in VALUES.items()})
    kept = run.metrics
    for name, (_, expected) in VALUES.items():
        assert repr(kept[name]) == repr(expected), name


@pytest.mark.parametrize(
    "value",
    [
        "low",
        None,
        1j,
        dt.datetime(2026, 11, 1),
        [1.0],
        np.array([1.0, 2.0]),
        torch.ones(2),
        10**400,
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_number_is_refused_and_the_rest_is_kept(run, value):
    with pytest.raises(InvalidValueError, match="metric 'bad'"):
        nbtrack.log_metrics({"before": 1, "bad": value, "after": 2})
    assert run.metrics == {"before": 1.0, "after": 2.0}


def test_each_bad_one_is_named(run):
    with pytest.raises(InvalidValueError, match=r"metric 'x'.*metric 'y'"):
        nbtrack.log_metrics({"x": "one", "good": 1, "y": None})
    assert run.metrics == {"good": 1.0}


# --- names


NAMES = [
    "läuft gut",
    "損失",
    "🙂",
    "a.b/c:d e",
    "'; DROP TABLE runs; --",
    "%_\\",
    "\n",
    "x" * 1000,
    "e\u0301",
    "é",
    "İ",
]


@pytest.mark.parametrize("name", ["a\n", *(name for name in NAMES if name.strip())])
def test_any_unicode_names_params_metrics_and_tags(run, name):
    nbtrack.log_param(name, name)
    nbtrack.log_metric(name, 1)
    nbtrack.set_tag(name, name)
    assert run.params == {name: name}
    assert run.metrics == {name: 1.0}
    assert run.tags == {name: name}
    assert points(run, name) == [(0, 1.0)]


@pytest.mark.parametrize(
    "name",
    ["", " ", "x" * 10_000, "a\0b", "\ud800", 3, None, 1.5, ("a",), ["a"], {}],
    ids=lambda n: repr(n)[:12],
)
def test_what_is_no_name_is_refused_and_the_rest_is_kept(run, name):
    nbtrack.log_param("kept", 1)
    for call in (nbtrack.log_param, nbtrack.log_metric, nbtrack.set_tag):
        with pytest.raises(InvalidValueError, match="name"):
            call(name, 1)
    if name is None or isinstance(name, str | int | float | tuple):
        with pytest.raises(InvalidValueError, match="name"):
            nbtrack.log_params({"a": 1, name: 2, "b": 3})
        assert run.params == {"kept": 1, "a": 1, "b": 3}
    assert run.metrics == {}
    assert run.tags == {}


def test_composed_and_decomposed_names_are_two(run):
    nbtrack.log_metrics({"é": 1, "e\u0301": 2})
    assert run.metrics == {"é": 1.0, "e\u0301": 2.0}


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 10_000, 3])
def test_a_bad_run_or_experiment_name_is_refused(name):
    if name:
        with pytest.raises(InvalidValueError, match="run name"):
            nbtrack.start_run(run_name=name)
    with pytest.raises(InvalidValueError, match="experiment name"):
        nbtrack.set_experiment(name)
    assert nbtrack.active_run() is None


# --- params


def test_params_keep_their_types(run):
    given = {
        "n": 3,
        "lr": 1e-3,
        "on": True,
        "off": None,
        "solver": "cd",
        "digits": "3",
        "huge": 2**200,
        "nan": math.nan,
    }
    nbtrack.log_params(given)
    kept = run.params
    assert math.isnan(kept.pop("nan"))
    del given["nan"]
    assert kept == given
    assert {name: type(value) for name, value in kept.items()} == {n: type(v) for n, v in given.items()}


def test_a_param_may_be_set_again(run):
    nbtrack.log_param("alpha", 0.5)
    assert run.params == {"alpha": 0.5}
    assert nbtrack.log_param("alpha", "auto") == "auto"
    assert run.params == {"alpha": "auto"}


def test_dicts_become_dotted_names(run):
    nbtrack.log_params(
        {"opt": {"name": "adam", "betas": {"b1": 0.9}, 3: "x"}, "layers": [64, 32], "empty": {}}
    )
    assert run.params == {
        "opt.name": "adam",
        "opt.betas.b1": 0.9,
        "opt.3": "x",
        "layers": "[64, 32]",
        "empty": "{}",
    }


def test_a_dict_that_holds_itself_is_kept_as_text(run):
    loop = {"a": 1}
    loop["self"] = loop
    nbtrack.log_param("p", loop)
    assert run.params == {"p.a": 1, "p.self": "{'a': 1, 'self': {...}}"}


class Unprintable:
    def __str__(self):
        raise RuntimeError("no")

    __repr__ = __str__


@pytest.mark.parametrize(
    "value", ["a\0", "\udc80", "x" * 1_000_001, Unprintable(), 10**5000], ids=lambda v: type(v).__name__
)
def test_a_bad_param_is_named_and_the_rest_is_kept(run, value):
    with pytest.raises(InvalidValueError, match="param 'bad'"):
        nbtrack.log_params({"before": 1, "bad": value, "after": 2})
    assert run.params == {"before": 1, "after": 2}


@pytest.mark.parametrize("call", [nbtrack.log_params, nbtrack.log_metrics, nbtrack.set_tags])
def test_what_is_no_dict_is_refused(run, call):
    for no_dict in (None, "alpha", [("a", 1)]):
        with pytest.raises(InvalidValueError, match="give a dict"):
            call(no_dict)


# --- tags and notes


def test_tags_are_text_and_editable(run):
    nbtrack.set_tags({"team": "red", "n": 3, "on": True, "none": None})
    nbtrack.set_tag("team", "blue")
    nbtrack.delete_tag("n")
    assert run.tags == {"team": "blue", "on": "True", "none": "None"}
    with pytest.raises(NotFoundError, match="no tag 'n'"):
        nbtrack.delete_tag("n")


def test_a_bad_tag_is_named_and_the_rest_is_kept(run):
    with pytest.raises(InvalidValueError, match="tag 'bad'"):
        nbtrack.set_tags({"before": 1, "bad": Unprintable(), "after": 2})
    assert run.tags == {"before": "1", "after": "2"}


def test_mlflows_tags_for_name_and_note_set_those(run):
    nbtrack.set_tag("mlflow.runName", "renamed")
    nbtrack.set_tag("mlflow.note.content", "a note")
    assert (run.name, run.note, run.tags) == ("renamed", "a note", {})
    nbtrack.set_note("another\nline")
    assert run.note == "another\nline"


def test_another_run_is_logged_to_by_id():
    with nbtrack.start_run() as ended:
        nbtrack.log_metric("m", 0)
    with nbtrack.start_run() as other:
        nbtrack.log_metric("m", 5, run_id=ended.id)
        time.sleep(0.3)
        nbtrack.log_metric("m", 6, run_id=ended.id)
        nbtrack.log_params({"p": 1}, run_id=ended.id)
        nbtrack.log_text("x", "a.txt", run_id=ended.id)
        nbtrack.log_metric("m", 9, run_id=other.id)
    assert ended.status == "FINISHED"
    assert points(ended, "m") == [(0, 0.0), (1, 5.0), (2, 6.0)]
    assert ended.params == {"p": 1}
    assert list(ended.artifacts) == ["a.txt"]
    assert other.metrics == {"m": 9.0}
    with pytest.raises(NotFoundError, match="no run 'nobody'"):
        nbtrack.log_metric("m", 1, run_id="nobody")


# --- files


def test_text_and_dicts_are_files(run):
    nbtrack.log_text("héllo\r\n", "notes/a.txt")
    nbtrack.log_dict({"x": np.float32(1), "when": dt.date(2026, 11, 1), "s": {1}}, "config.json")
    nbtrack.log_dict({"b": 1, "a": [1, 2]}, "config.yaml")
    assert list(run.artifacts) == ["config.json", "config.yaml", "notes/a.txt"]
    assert run.artifacts["notes/a.txt"].read_bytes() == "héllo\r\n".encode()
    assert json.loads(run.artifacts["config.json"].read_text()) == {"x": 1.0, "when": "2026-11-01", "s": [1]}
    assert run.artifacts["config.yaml"].read_text() == "b: 1\na:\n- 1\n- 2\n"
    with open(run.artifacts["config.yaml"]) as file:
        assert file.readline() == "b: 1\n"
    assert run.artifacts["notes/a.txt"].size == 8
    with pytest.raises(NotFoundError, match=r"no artifact 'config.jsn'; did you mean 'config.json'"):
        run.artifacts["config.jsn"]


def test_files_and_folders_are_copied(run, tmp_path):
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "a.txt").write_text("a")
    (source / "deep" / "b.bin").write_bytes(bytes(range(256)))
    nbtrack.log_artifact(source / "a.txt")
    nbtrack.log_artifact(str(source / "a.txt"), "sub/folder")
    nbtrack.log_artifact(source)
    nbtrack.log_artifacts(source, "all")
    (source / "a.txt").write_text("changed later")
    assert list(run.artifacts) == [
        "a.txt",
        "all/a.txt",
        "all/deep/b.bin",
        "source/a.txt",
        "source/deep/b.bin",
        "sub/folder/a.txt",
    ]
    assert run.artifacts["a.txt"].read_text() == "a"
    assert run.artifacts["all/deep/b.bin"].read_bytes() == bytes(range(256))
    nbtrack.log_artifact(source / "a.txt")
    assert run.artifacts["a.txt"].read_text() == "changed later"
    nbtrack.log_artifact(run.artifacts["a.txt"])
    assert run.artifacts["a.txt"].read_text() == "changed later"


def test_what_is_not_there_is_told(run):
    with pytest.raises(NotFoundError, match=r"no file 'model.pkl'"):
        nbtrack.log_artifact("model.pkl")
    with pytest.raises(NotFoundError, match="no folder 'models'"):
        nbtrack.log_artifacts("models")
    assert list(run.artifacts) == []


@pytest.mark.parametrize(
    "name",
    [
        "../escape.txt",
        "a/../../escape.txt",
        "..",
        "/etc/escape.txt",
        "..\\escape.txt",
        "C:\\escape.txt",
        "C:/escape.txt",
        "\\escape.txt",
        "\\\\host\\share\\escape.txt",
        "",
        ".",
        "a\0b",
        3,
        None,
    ],
)
def test_a_hostile_name_stays_inside_or_is_refused(run, tmp_path, name):
    before = sorted(tmp_path.parent.rglob("escape.txt"))
    with pytest.raises(InvalidValueError, match="artifact name"):
        nbtrack.log_text("x", name)
    (tmp_path / "file.txt").write_text("x")
    if name:
        with pytest.raises(InvalidValueError, match="artifact name"):
            nbtrack.log_artifact(tmp_path / "file.txt", name if name != "." else "..")
    assert sorted(tmp_path.parent.rglob("escape.txt")) == before
    assert list(run.artifacts) == []
    assert name not in run.artifacts


@pytest.mark.skipif(os.name == "nt", reason="refused there")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a:b.txt", "Windows allows no ':' in 'a:b.txt'"),
        ("C:escape.txt", "Windows allows no ':' in 'C:escape.txt'"),
        ("plots/what?.png", "Windows allows no '?'"),
        ("line\nbreak.txt", "Windows allows no '\\n'"),
        ("aux/x.txt", "'aux' is a device on Windows"),
        ("NUL .tar.gz", "is a device on Windows"),
        ("folder./x", "Windows drops the '.' at the end of 'folder.'"),
    ],
)
def test_a_name_that_only_another_system_could_not_hold_is_kept_and_told_once(run, monkeypatch, name, says):
    monkeypatch.setattr(artifact_logging, "_warned", [])
    with pytest.warns(NbtrackWarning) as told:
        nbtrack.log_text("kept", name)
    assert says in str(told[0].message)
    nbtrack.log_text("again", name)
    assert len(told) == 1
    assert list(run.artifacts) == [name]
    assert run.artifacts[name].read_text() == "again"


@given(st.text(max_size=300) | st.text("ab.:/\\ ~*?", min_size=1, max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_artifacts_name_is_refused_or_names_what_is_kept(store, name):
    warnings.simplefilter("ignore", NbtrackWarning)
    with nbtrack.start_run() as run:
        try:
            nbtrack.log_text("kept", name)
        except InvalidValueError:
            assert name not in run.artifacts
            return
        assert run.artifacts[name].read_text() == "kept"
        assert run.artifacts[name].path.resolve().is_relative_to(run.artifacts.folder.resolve())
        assert len(run.artifacts) == 1


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_does_not_lead_out(run, store, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    nbtrack.log_text("x", "inside.txt")
    (store.artifact_folder(run.id) / "link").symlink_to(outside)
    with pytest.raises(InvalidValueError, match="through a link"):
        nbtrack.log_text("x", "link/escape.txt")
    assert list(outside.iterdir()) == []


def test_a_file_that_fails_to_be_written_leaves_nothing(run):
    class Broken:
        def savefig(self, path):
            Path(path).write_text("half")
            raise RuntimeError("no ink")

    with pytest.raises(RuntimeError, match="no ink"):
        nbtrack.log_figure(Broken(), "plot.png")
    assert list(run.artifacts) == []
    assert list(run.artifacts.folder.iterdir()) == []


def test_figures_are_files_of_their_names_format(run):
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([1, 2, 3])
    nbtrack.log_figure(figure, "plots/loss.png", save_kwargs={"dpi": 30})
    nbtrack.log_figure(figure, "plots/loss.svg")
    assert run.artifacts["plots/loss.png"].read_bytes().startswith(b"\x89PNG")
    assert "<svg" in run.artifacts["plots/loss.svg"].read_text()
    with pytest.raises(InvalidValueError, match="a dict is not a Matplotlib or Plotly figure"):
        nbtrack.log_figure({}, "x.png")


def test_images_are_files(run):
    from PIL import Image

    nbtrack.log_image(np.zeros((4, 6, 3)), "black.png")
    nbtrack.log_image(np.full((4, 6), 255, dtype="uint8"), "white.png")
    nbtrack.log_image(Image.new("RGB", (2, 2)), key="sample/a", step=3, timestamp=5)
    assert Image.open(run.artifacts["black.png"]).size == (6, 4)
    assert Image.open(run.artifacts["white.png"]).getpixel((0, 0)) == 255
    assert "images/sample#a%step%3%timestamp%5.png" in run.artifacts
    for bad, says in [(np.zeros(3), "is not an image"), (np.full((2, 2), 300), "out of range")]:
        with pytest.raises(InvalidValueError, match=says):
            nbtrack.log_image(bad, "bad.png")


def test_tables_grow(run):
    nbtrack.log_table({"q": ["a", "b"], "n": [1, 2]}, "eval/table.json")
    nbtrack.log_table(pd.DataFrame({"q": ["c"], "n": [3]}), "eval/table.json")
    nbtrack.log_table({"q": "d", "n": 4}, "eval/table.json")
    table = nbtrack.load_table("eval/table.json", extra_columns=["run_id"])
    assert list(table["q"]) == ["a", "b", "c", "d"]
    assert list(table["n"]) == [1, 2, 3, 4]
    assert set(table["run_id"]) == {run.id}
    with pytest.raises(NotFoundError, match=r"no.* table 'other.json'"):
        nbtrack.load_table("other.json")


def test_the_artifacts_have_an_address(run):
    nbtrack.log_text("x", "a b.txt")
    assert nbtrack.get_artifact_uri() == run.info.artifact_uri
    assert nbtrack.get_artifact_uri("a b.txt") == run.artifacts["a b.txt"].path.as_uri()


def test_a_folder_that_holds_the_store_is_kept_without_it(store, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("b")
    with nbtrack.start_run() as run:
        nbtrack.log_artifacts(".")
        nbtrack.log_artifact(".", "all")
    assert set(run.artifacts) == {
        "notes/a.txt",
        "b.txt",
        f"all/{tmp_path.name}/notes/a.txt",
        f"all/{tmp_path.name}/b.txt",
    }


def test_numbers_written_as_text_are_numbers_as_in_mlflow(store):
    with nbtrack.start_run() as run:
        nbtrack.log_metric("loss", f"{0.25:3f}", model_id=None, dataset=None)
        with pytest.raises(InvalidValueError):
            nbtrack.log_metric("loss", "low")
    assert run.metrics == {"loss": 0.25}
