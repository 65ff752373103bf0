"""A report in one file: what is in it, and that nothing in it does harm."""

import json
import re

import pytest

import nbtrack
from nbtrack.errors import InvalidValueError, StoreError
from nbtrack.widgets.panel import report


@pytest.fixture
def runs(store):
    """Return three runs of one cell, with a history and a figure."""
    for number in range(3):
        writer = store.create_run(experiment="wine", name=f"run-{number}", lineage="cell")
        writer.log_param("alpha", number / 10)
        writer.set_note("why <b>not</b>" if number == 2 else "")
        writer.log_metric("rmse", 0.9 - number / 10, 0)
        for step in range(2):
            writer.log_metric("loss", 1 / (1 + step * (number + 1)), step)
        writer.set_document("source", {"cell": f"alpha = {number / 10}"})
        writer.set_document("outcome", {"figures": ["figures/figure-1.svg"]})
        folder = writer.artifact_folder / "figures"
        folder.mkdir(parents=True)
        (folder / "figure-1.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        writer.finish()
    store.flush()
    return nbtrack.runs(order_by="metrics.rmse")


def held(text):
    """Return what a report holds."""
    (data,) = re.findall(
        r'<script type="application/json" id="nbtrack-report">(.*?)</script>', text, re.DOTALL
    )
    return json.loads(data)


def test_a_report_has_all_that_the_panel_would_ask_for(runs, tmp_path):
    path = runs.report(tmp_path / "report.html", title="Wine & <co>")
    text = path.read_text(encoding="utf-8")
    assert "<title>Wine &amp; &lt;co&gt;</title>" in text
    found = held(text)
    assert found["table"]["ids"] == [run.id for run in runs], "in the order of the runs"
    assert found["table"]["columns"]["metrics.rmse"] == [0.7, 0.8, 0.9]
    assert found["table"]["columns"]["note"][0] == "why <b>not</b>"
    assert {"params.alpha", "metrics.loss"} <= set(found["names"]["columns"])
    keys = set(found["documents"])
    assert {
        "side_by_side", "parallel", "artifacts", 'curves "loss" "step"', 'curves "loss" "relative"',
        "grouped null", 'box "metrics.rmse" "params.alpha"',
        'pictures "figures/figure-1.svg"',
    } <= keys  # fmt: skip
    assert [one["name"] for one in found["documents"]["side_by_side"]["document"]["runs"]] == [
        "run-2",
        "run-1",
        "run-0",
    ]
    best = runs[0].id
    assert found["runs"][best]["page"]["code"]["cell"]["text"] == "alpha = 0.2"
    assert found["since"][f"{best} before"]["before"]["name"] == "run-1"
    assert found["previews"][f"{best} figures/figure-1.svg"]["kind"] == "svg"
    assert found["traits"]["_read_only"]


def test_what_a_store_holds_stays_text_in_a_report(store, tmp_path):
    evil = "</script><script>window.evil = 1</script><!--"
    with nbtrack.start_run(run_name="evil"):
        nbtrack.log_param("text", evil)
        nbtrack.set_tag("team", evil)
    text = nbtrack.runs().report(tmp_path / "report.html", title=evil).read_text(encoding="utf-8")
    assert "<script>window.evil" not in text
    assert held(text)["title"] == evil
    # As many scripts as the writer makes, and none of them is loaded from elsewhere.
    assert len(re.findall(r"<script", text)) == len(re.findall(r"</script>", text)) == 2
    assert not re.findall(r'(?:src|href)="(?!data:)', text.partition('<main id="nbtrack">')[0])
    assert "default-src 'none'" in text


def test_a_report_of_what_cannot_be_one_says_why(runs, tmp_path, monkeypatch):
    with pytest.raises(InvalidValueError, match="there is no run to report on"):
        nbtrack.runs("metrics.rmse > 5").report(tmp_path / "report.html")
    monkeypatch.setattr(report, "MAX_RUNS", 2)
    with pytest.raises(InvalidValueError, match="3 runs are too many"):
        runs.report(tmp_path / "report.html")
    monkeypatch.undo()
    with pytest.raises(StoreError, match="cannot be written"):
        runs.report(tmp_path / "nowhere" / "report.html")
    assert list(tmp_path.glob("*.html")) == []


def test_what_is_too_much_for_a_file_is_left_out(runs, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "MAX_BYTES", 500)
    found = held(runs.report(tmp_path / "report.html").read_text(encoding="utf-8"))
    assert len(found["table"]["ids"]) == 3
    assert found["documents"] == found["runs"] == found["since"] == {}
