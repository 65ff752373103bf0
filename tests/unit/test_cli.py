"""The command `nbtrack`, as real processes in a real folder."""

import csv
import json
import os
import re
import socket
import subprocess
import sys
import threading

import pytest

import nbtrack
from nbtrack import __version__

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def runs():
    """Keep three runs, one of them failed."""
    with nbtrack.start_run(run_name="one", tags={"team": "red"}):
        nbtrack.log_params({"alpha": 0.1, "on": True})
        nbtrack.log_metric("rmse", 0.9)
    with nbtrack.start_run(run_name="two") as parent:
        nbtrack.log_metric("rmse", 0.7)
        nbtrack.log_text("x", "notes.txt")
        with nbtrack.start_run(run_name="child"):
            nbtrack.log_metric("rmse", float("nan"))
    with pytest.raises(ZeroDivisionError), nbtrack.start_run(run_name="broken"):
        _ = 1 / 0
    return parent


def nbtrack_command(*arguments, check=True, **environment):
    """Run the command in the working folder, as one that has nothing to complain of if `check`."""
    done = subprocess.run(
        [sys.executable, "-m", "nbtrack", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )
    if check:
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    return done


def printed(*arguments, **environment):
    return nbtrack_command(*arguments, **environment).stdout


def refused(*arguments, code=1):
    """Run a command that must fail, and return what it said."""
    done = nbtrack_command(*arguments, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_runs_are_listed_newest_first(runs):
    lines = printed("runs").splitlines()
    assert [line.split()[1] for line in lines[2:]] == ["broken", "child", "two", "one"]
    assert lines[0].split()[0] == "id"
    assert lines[2].split()[0] == json.loads(printed("runs", "--json"))[0]["run_id"][:8]
    assert {"name", "status", "rmse", "alpha"} <= set(lines[0].split())


def test_a_filter_an_order_and_a_limit(runs):
    listed = printed("runs", "metrics.rmse < 1", "--order-by", "metrics.rmse", "--limit", "1").splitlines()
    assert [line.split()[1] for line in listed[2:]] == ["two"]
    listed = printed("runs", "--order-by", "status DESC", "--order-by", "start_time").splitlines()
    assert [line.split()[1] for line in listed[2:]] == ["one", "two", "child", "broken"]
    assert printed("runs", "metrics.rmse > 5") == "No runs.\n"


def test_a_name_that_no_run_has_is_told_beside_the_answer(runs):
    done = nbtrack_command("runs", "metrics.rsme < 1", check=False)
    assert (done.returncode, done.stdout) == (0, "No runs.\n")
    assert done.stderr == (
        "nbtrack: no run has the metric 'rsme'; did you mean 'metrics.rmse'?\n  metrics.rsme < 1\n  ^^^^^^^^^^^^\n"
    )
    done = nbtrack_command("runs", "--order-by", "metrics.rsme", "--json", check=False)
    assert (done.returncode, len(json.loads(done.stdout))) == (0, 4)
    assert done.stderr.splitlines()[1:] == ["  metrics.rsme", "  ^^^^^^^^^^^^"]
    assert ".mean" in nbtrack_command("runs", "metrics.rmse.std < 1", "--csv", "-", check=False).stderr


def test_runs_as_json(runs):
    listed = json.loads(printed("runs", "--json", "--order-by", "start_time"))
    assert [run["name"] for run in listed] == ["one", "two", "child", "broken"]
    assert listed[0]["params"] == {"alpha": 0.1, "on": True}
    assert listed[0]["tags"] == {"team": "red"}
    assert listed[1]["run_id"] == runs.id
    assert listed[2]["metrics"] == {"rmse": "nan"}
    assert listed[3]["status"] == "FAILED"


def test_for_a_spreadsheet_no_text_of_a_csv_is_a_formula(runs, tmp_path):
    texts = ["=1+1", "+1", "-x", "@x", "\tx", "\n=1", "-0.5", "plain"]
    with nbtrack.start_run(run_name="=cmd"):
        nbtrack.log_params({f"@{number}": text for number, text in enumerate(texts)})
    nbtrack.runs("name = '=cmd'").to_csv(tmp_path / "as-it-is.csv")
    nbtrack.runs("name = '=cmd'").to_csv(tmp_path / "inert.csv", spreadsheet=True)
    printed("runs", "name = '=cmd'", "--spreadsheet", "--csv", "cli.csv")
    as_it_is, inert, cli = (
        list(csv.reader((tmp_path / name).open(newline="", encoding="utf-8")))
        for name in ("as-it-is.csv", "inert.csv", "cli.csv")
    )
    assert as_it_is[1][-len(texts) :] == texts
    assert inert[1][-len(texts) :] == ["'=1+1", "+1", "'-x", "'@x", "'\tx", "'\n=1", "-0.5", "plain"]
    assert inert[1][1] == "'=cmd"
    assert cli == inert


def test_runs_as_csv(runs, tmp_path):
    said = printed("runs", "metrics.rmse < 1", "--order-by", "metrics.rmse", "--csv", "out.csv")
    assert said == "2 runs written to out.csv\n"
    with open(tmp_path / "out.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["metrics.rmse"]) for row in rows] == [("two", "0.7"), ("one", "0.9")]
    assert list(csv.DictReader(printed("runs", "metrics.rmse < 1", "--csv", "-").splitlines())) == rows
    assert not (tmp_path / "-").exists()


def test_a_wrong_filter_points_at_the_place(runs):
    said = refused("runs", "metrics.rmse << 1")
    assert said.splitlines()[0].startswith("nbtrack: ")
    assert "metrics.rmse << 1" in said
    assert "^" in said


def test_a_run_is_shown_by_name_id_or_beginning(runs):
    # What a process's first runs were made by is known a little later.
    for thread in threading.enumerate():
        if thread.name == "nbtrack-context":
            thread.join()
    shown = printed("show", "two")
    assert shown == printed("show", runs.id) == printed("show", runs.id[:8])
    for part in ("two", runs.id, "FINISHED", "rmse  0.7", "notes.txt  1 B"):
        assert part in shown, part
    assert "ZeroDivisionError: division by zero" in printed("show", "broken")


def test_the_code_of_a_run_is_printed_alone(runs, store):
    writer = store.create_run(experiment="default", name="cell")
    writer.set_document(
        "source", {"cell": "print(x + 1)", "earlier": ["x = 'é'"], "script": "x = 1\nprint(x)\n"}
    )
    writer.finish()
    code = printed("show", "cell", "--code")
    assert code == "x = 1\nprint(x)\n"
    assert "2 lines" in printed("show", "cell")
    store.create_run(experiment="default", name="bare").finish()
    assert (
        refused("show", "bare", "--code")
        == "nbtrack: no code was kept of run 'bare'; `nbtrack show` has the rest\n"
    )


def test_a_deleted_run_is_shown_as_such(runs):
    printed("delete", "one")
    assert re.search(r"^  deleted +\d{4}-", printed("show", "one"), re.MULTILINE)


def test_errors_are_one_line(runs):
    said = refused("show", "tow")
    assert said == "nbtrack: there is no run 'tow'; did you mean 'two'?\n"
    assert refused("delete", "one", "nobody").count("\n") == 1
    assert len(nbtrack.runs()) == 4
    assert refused("runs", "--experiment", "nowhere").count("\n") == 1


def test_wrong_usage_is_told_with_code_2(runs):
    assert "No such command" in refused("walk", code=2)
    assert "is not a valid integer" in refused("runs", "--limit", "many", code=2)
    assert "Missing argument" in refused("show", code=2)
    assert "12h or 30d" in refused("gc", "--older-than", "long", code=2)


def test_runs_are_deleted_restored_and_removed_for_good(runs, store):
    assert printed("delete", "two", "one").splitlines()[0] == f"deleted two ({runs.id[:8]})"
    assert [run.name for run in nbtrack.runs()] == ["broken"]
    assert {line.split()[1] for line in printed("runs", "--deleted").splitlines()[2:]} == {
        "one",
        "two",
        "child",
    }
    assert printed("delete", "one").startswith("one (")
    assert printed("restore", runs.id[:8]) == f"restored two ({runs.id[:8]})\n"
    assert printed("restore", "two", "broken") == (
        f"two ({runs.id[:8]}) is not deleted\nbroken ({nbtrack.runs()[0].id[:8]}) is not deleted\n"
    )
    assert [run.name for run in nbtrack.runs()] == ["broken", "child", "two"]
    assert "removed 0 runs" in printed("gc", "--older-than", "1h")
    assert re.match(r"removed 1 runs and 0 experiments, freed \d", printed("gc"))
    refused("restore", "one")


def test_experiments_are_listed_and_changed(runs):
    lines = printed("experiments").splitlines()
    assert lines[2].split()[1:3] == ["default", "4"]
    number = nbtrack.get_experiment("default").experiment_id
    renamed = printed("experiments", "rename", "default", "wine tasting")
    assert renamed == f"renamed default to wine tasting ({number})\n"
    assert "wine tasting" in printed("experiments")
    assert printed("experiments", "restore", number) == f"wine tasting ({number}) is not deleted\n"
    assert printed("experiments", "delete", "wine tasting") == f"deleted wine tasting ({number})\n"
    assert printed("experiments", "delete", number) == f"wine tasting ({number}) is already deleted\n"
    assert printed("experiments") == "No experiments.\n"
    assert "wine tasting" in printed("experiments", "--deleted")
    assert printed("runs") == "No runs.\n"
    assert printed("experiments", "restore", "wine tasting") == f"restored wine tasting ({number})\n"
    assert len(printed("runs").splitlines()) == 6
    assert "did you mean 'wine tasting'" in refused("experiments", "delete", "wine testing")


def test_the_doctor_tells_health_and_versions(runs, store):
    said = printed("doctor")
    facts = {line.split()[0]: line.split(maxsplit=1)[1] for line in said.splitlines()}
    assert facts["nbtrack"] == __version__
    assert facts["store"] == str(store.path)
    assert facts["runs"] == "1 FAILED, 3 FINISHED"
    assert facts["health"] == "sound"
    assert facts["SQLite"].startswith("3.")


def test_the_doctor_sees_a_broken_store(runs, store):
    store.close()
    file = store.path / "nbtrack.db"
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4096] = b"\xff" * 4096
    file.write_bytes(content)
    done = nbtrack_command("doctor", check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_a_backup_is_a_store(runs, tmp_path):
    printed("backup", "copy")
    assert {run["name"] for run in json.loads(printed("--store", "copy", "runs", "--json"))} == {
        "one",
        "two",
        "child",
        "broken",
    }
    assert "notes.txt" in printed("--store", str(tmp_path / "copy"), "show", "two")
    assert "copy" in refused("backup", "copy")


def test_looking_makes_no_store(tmp_path, monkeypatch):
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments in (["runs"], ["doctor"], ["experiments"], ["gc"], ["show", "x"]):
        assert "there is no store" in refused("--store", str(empty / "none"), *arguments)
    assert list(empty.iterdir()) == []


def test_the_store_may_be_named_before_or_after_the_command(runs, tmp_path, monkeypatch):
    store = str(tmp_path / ".nbtrack")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir("/")
    for arguments in (["runs"], ["show", "two"], ["experiments"]):
        said = printed("--store", store, *arguments)
        assert said == printed(*arguments, "--store", store)
        assert said == printed("--store", str(elsewhere), *arguments, f"--store={store}")
    assert printed("experiments", "--store", store, "rename", "default", "x").startswith("renamed")
    assert printed("experiments", "rename", "x", "y", "--store", store).startswith("renamed")
    assert "--store FOLDER" in printed("show", "--help")
    assert list(elsewhere.iterdir()) == []


def test_the_store_is_found_upwards_and_by_variable(runs, tmp_path, monkeypatch):
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert "broken" in printed("runs")
    monkeypatch.chdir("/")
    assert "broken" in printed("runs", NBTRACK_STORE=str(tmp_path / ".nbtrack"))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell):
    assert "_NBTRACK_COMPLETE" in printed("completion", shell)


def test_commands_and_runs_are_completed(runs):
    def completed(*words):
        return printed(
            _NBTRACK_COMPLETE="bash_complete",
            COMP_WORDS=" ".join(["nbtrack", *words]),
            COMP_CWORD=str(len(words)),
        )

    assert "plain,doctor" in completed("do")
    assert "plain,two" in completed("show", "t")
    assert runs.id in completed("show", runs.id[:6])
    assert "plain,default" in completed("experiments", "delete", "d")
    assert "plain,two" not in completed("show", "--store", "nowhere", "t")
    assert "two" not in completed("restore", "t")


def test_names_cannot_reach_the_terminal_as_codes():
    with nbtrack.start_run(run_name="\x1b[2Jgone\r\n"):
        nbtrack.log_param("\x1b[31m", "\x1b[0m")
    for command in (["runs"], ["show", nbtrack.runs()[0].id], ["delete", nbtrack.runs()[0].id]):
        assert "\x1b" not in printed(*command)


def test_a_closed_pipe_is_no_error(runs):
    command = f'"{sys.executable}" -m nbtrack runs | true'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""


def test_help_and_version():
    assert printed("--version") == f"nbtrack, version {__version__}\n"
    said = printed("--help")
    for command in (
        "runs",
        "show",
        "experiments",
        "delete",
        "restore",
        "gc",
        "doctor",
        "backup",
        "report",
        "completion",
    ):
        assert re.search(rf"^  {command} ", said, re.MULTILINE), command


WITHOUT_VOILA = """
import sys
sys.modules["voila"] = None  # as where it is not installed
sys.argv = ["nbtrack", "ui", "--voila", "--port", "0"]
from nbtrack.cli import main
main()
"""


def test_what_a_page_lacks_is_told_before_it_is_served(runs, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_VOILA], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("nbtrack: a dashboard needs Voila")
    assert done.stderr.rstrip().endswith("python -m pip install 'nbtrack[dashboard]'")
    (tmp_path / "no.ipynb").write_text("[]")
    (tmp_path / "empty").mkdir()
    assert "is no notebook" in refused("ui", "--voila", str(tmp_path / "no.ipynb"))
    assert "is no notebook" in refused("ui", "--voila", str(tmp_path / "nowhere.ipynb"))
    assert "there is no store" in refused("ui", "--voila", "--store", str(tmp_path / "empty"))
    assert "anybody could come in" in refused("ui", "--voila", "--token", "", code=2)
    assert "is no path" in refused("ui", "--voila", "--base-url", "http://x/?y")
    assert "anybody could come in" in refused("ui", "--token", " ", code=2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "cannot be served at" in refused("ui", "--voila", "--port", str(taken.getsockname()[1]))
