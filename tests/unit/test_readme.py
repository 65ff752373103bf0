"""What README.md tells the reader to type works as written, in its order and in one folder."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
CELLS = [text for language, text in BLOCKS if language == "python"]
COMMANDS = [
    line.removeprefix("$ ")
    for language, text in BLOCKS
    if language == "console"
    for line in text.splitlines()
    if line.startswith("$ ")
]
FILTERS = re.findall(
    r"^\| (?:``(.+?)``|`([^`]+)`) \|", README.split("## Filters")[1].split("\n## ")[0], flags=re.MULTILINE
)


@pytest.fixture(scope="module")
def tour(tmp_path_factory):
    """Run the README's Python blocks as the cells of one notebook; return it with the folder it ran in."""
    folder = tmp_path_factory.mktemp("readme")
    cells = [nbformat.v4.new_code_cell(text.strip()) for text in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("NBTRACK_STORE", raising=False)
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return folder, notebook


def run(command, folder):
    """Run a command of this environment in `folder`, as a reader with the environment active would."""
    environment = {name: value for name, value in os.environ.items() if name != "NBTRACK_STORE"}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    return subprocess.run(
        shlex.split(command),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def shown(notebook, start):
    """Return what the cell that starts with `start` shows, as text."""
    (cell,) = [cell for cell in notebook.cells if cell.source.startswith(start)]
    data = [output.data["text/plain"] for output in cell.outputs if "data" in output]
    return "\n".join([*data, *(output.text for output in cell.outputs if output.output_type == "stream")])


def test_the_tour_keeps_what_the_readme_says(tour):
    _, notebook = tour
    listed = shown(notebook, "%runs")
    assert "final_loss" in listed
    assert "alpha" in listed


def test_mlflow_code_finds_its_run(tour):
    _, notebook = tour
    assert "0.79" in shown(notebook, "import nbtrack as mlflow")


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("nbtrack ")])
def test_commands_of_the_tour_run_where_the_notebook_ran(tour, command):
    folder, _ = tour
    done = run(command, folder)
    assert done.returncode == 0, done.stderr
    assert not done.stderr


def test_the_csv_of_the_tour_holds_its_runs(tour):
    folder, _ = tour
    assert run("nbtrack runs --csv runs.csv", folder).returncode == 0
    head, *rows = (folder / "runs.csv").read_text(encoding="utf-8").splitlines()
    assert "metrics.final_loss" in head
    assert len(rows) == 2


@pytest.mark.parametrize("text", [double or single for double, single in FILTERS])
def test_filters_of_the_table_are_understood(tour, text):
    folder, _ = tour
    done = run(f"nbtrack runs {shlex.quote(text)}", folder)
    assert done.returncode == 0, done.stderr


def test_the_other_commands_are_ones_that_make_and_pip_know():
    rest = [command for command in COMMANDS if not command.startswith("nbtrack ")]
    assert rest == ["make demo", "make test", "python -m pip install .", "python -m pip install '.[all]'"]
    for command in rest[:2]:
        done = run(f"{command} --dry-run", ROOT)
        assert done.returncode == 0, done.stderr


def test_the_extras_that_it_names_are_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = set(re.findall(r"`(?:nbtrack)?\[(\w+)\]`", README))
    assert {"all", "lab", "voila"} <= named <= set(project["optional-dependencies"])


def test_links_lead_to_files():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    missing = [link for link in links if not (ROOT / link).exists()]
    assert not missing
