"""The capture corpus: its cases and their labels, and the running of a case in an IPython shell of its own."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import math
import multiprocessing
import os
import sys
import tempfile
import time
import tomllib
import traceback
import warnings
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, NamedTuple

FOLDER = Path(__file__).parent / "capture_corpus"
Tracker = Literal["nbtrack", "mlflow", "none"]
AUTOLOG = """\
import mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.autolog(silent=True, log_models=False, log_datasets=False)
"""
BEGIN, END = "mlflow.start_run();", "mlflow.end_run()"
KINDS = ("params", "metrics", "series")
_HANGS = 300
"""Seconds after which a case will not come to its end any more; most take less than one."""
PRELOADED = ["matplotlib.pyplot", "pandas", "sklearn.ensemble", "sklearn.model_selection", "torch"]


@dataclass(frozen=True)
class Label:
    """One thing that the record should hold, under its name or an alias; capture_corpus/README.md has the fields."""

    kind: str
    name: str
    value: Any = None
    eval: str | None = None
    points: int | str | None = None
    aliases: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def names(self, found: str) -> bool:
        """Whether ``found`` is a right name for it."""
        return found.lower() == self.name.lower() or any(
            fnmatchcase(found.lower(), alias.lower()) for alias in self.aliases
        )


@dataclass(frozen=True)
class Case:
    """A small notebook whose last cell is tracked, and its labels."""

    name: str
    cells: tuple[str, ...]
    tracked: str
    labels: tuple[Label, ...]
    optional: Mapping[str, Sequence[str]]
    requires: tuple[str, ...] = ()
    """Modules without which it can't run."""

    def lacks(self) -> list[str]:
        """The modules that it requires and that are not installed here."""
        return [name for name in self.requires if importlib.util.find_spec(name) is None]

    def excuses(self, kind: str, found: str) -> bool:
        """Whether finding ``found`` is neither right nor wrong."""
        return any(
            fnmatchcase(found.lower(), name.lower())
            for key in (kind, "any")
            for name in self.optional.get(key, ())
        )


class Measured(NamedTuple):
    """A recorded metric: one point, or the summary of a series."""

    last: float
    points: int
    mean: float


class Truth(NamedTuple):
    """What a label comes to: its value and, of a series, its length; None where anything goes."""

    value: Any
    points: int | tuple[int, ...] | None


@dataclass
class Outcome:
    """What came of running a case: the record, what the labels come to, or what went wrong."""

    params: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Measured] = field(default_factory=dict)
    truths: list[Truth] = field(default_factory=list)  # one a label
    doubts: list[str] = field(default_factory=list)  # labels that the notebook itself contradicts
    output: str = ""
    seconds: float = 0.0
    error: str = ""

    def found(self, kind: str) -> dict[str, Any]:
        """The recorded params, or the metrics of one point, or those of several."""
        if kind == "params":
            return self.params
        return {name: held for name, held in self.metrics.items() if (held.points > 1) == (kind == "series")}


def read_case(name: str, folder: Path = FOLDER) -> Case:
    """Read a case's cells and labels."""
    blocks: list[list[str]] = []
    tracked = -1
    for line in (folder / f"{name}.py").read_text(encoding="utf-8").splitlines():
        if line.startswith("# %%"):
            if line.strip() == "# %% track":
                tracked = len(blocks)
            blocks.append([])
        else:
            blocks[-1].append(line)
    if tracked != len(blocks) - 1:
        raise ValueError(f"{name}.py: the last block, and no other, opens with '# %% track'")
    cells = ["\n".join(block).strip("\n") + "\n" for block in blocks]
    sheet = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    unknown = set(sheet) - {*KINDS, "optional", "requires"} | set(sheet.get("optional", {})) - {*KINDS, "any"}
    if unknown:
        raise ValueError(f"{name}.toml: unknown tables or kinds {sorted(unknown)}")
    labels = [read_label(kind, key, entry) for kind in KINDS for key, entry in sheet.get(kind, {}).items()]
    return Case(
        name,
        tuple(cells[:-1]),
        cells[-1],
        tuple(labels),
        sheet.get("optional", {}),
        tuple(sheet.get("requires", ())),
    )


def read_label(kind: str, name: str, entry: Any) -> Label:
    """A label from its entry in the sheet: a table, or the one thing that it mostly says."""
    if isinstance(entry, dict):
        lists = {key: tuple(entry[key]) for key in ("aliases", "also") if key in entry}
        return Label(kind, name, **(entry | lists))
    if kind == "series":
        return Label(kind, name, points=entry)
    if kind == "metrics" and isinstance(entry, str):
        return Label(kind, name, eval=entry)
    return Label(kind, name, None if kind == "metrics" and entry is True else entry)


def run_cases(
    names: Iterable[str], *, folder: Path = FOLDER, tracker: Tracker = "nbtrack", workers: int | None = None
) -> list[tuple[Case, Outcome]]:
    """Run the cases whose libraries are installed, each in a process of its own, a few at a time.

    Where the platform can, the processes are forked from one that has imported the slow libraries.
    """
    if "forkserver" in multiprocessing.get_all_start_methods():
        context: Any = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
    else:
        context = multiprocessing.get_context("spawn")
    cases = [case for name in names if not (case := read_case(name, folder)).lacks()]
    with ThreadPoolExecutor(workers or min(4, os.cpu_count() or 1)) as pool:
        outcomes = list(pool.map(lambda case: run_apart(context, case, tracker), cases))
    return list(zip(cases, outcomes, strict=True))


def run_apart(context: Any, case: Case, tracker: Tracker) -> Outcome:
    """Run a case in a new process; one that dies or hangs becomes an error of the case."""
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=send_outcome, args=(case, tracker, sender))
    process.start()
    sender.close()
    try:
        outcome = Outcome(error=f"still running after {_HANGS} s")
        if receiver.poll(_HANGS):
            outcome = receiver.recv()
    except EOFError:
        process.join()
        outcome = Outcome(error=f"the process ended with exit code {process.exitcode}")
    if process.is_alive():
        process.join(60)
        process.kill()
    process.join()
    return outcome


def send_outcome(case: Case, tracker: Tracker, sender: Any) -> None:
    """Run a case in this process, in a folder that goes away with it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ.update(
            NBTRACK_STORE=str(Path(folder, ".nbtrack")),
            IPYTHONDIR=str(Path(folder, "ipython")),
            MPLBACKEND="Agg",
        )
        os.chdir(folder)
        try:
            outcome = run_here(case, tracker)
        except Exception:  # whatever it is belongs in the report of this case, not in the way of the others
            outcome = Outcome(error=traceback.format_exc())
        os.chdir(Path(folder).parent)
        sender.send(outcome)
        sender.close()


def run_here(case: Case, tracker: Tracker) -> Outcome:
    """Run a case's cells in a new IPython shell, then read the run and the truth behind the labels."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    warnings.simplefilter("ignore")
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    shell = InteractiveShell.instance(
        config=Config(InteractiveShell={"colors": "nocolor"}, HistoryManager={"hist_file": ":memory:"})
    )
    cells = {
        "nbtrack": ["%load_ext nbtrack", *case.cells, f"%%track\n{case.tracked}"],
        "mlflow": [AUTOLOG, *case.cells, BEGIN, case.tracked, END],
        "none": [*case.cells, case.tracked],
    }[tracker]
    for cell in cells:
        output = io.StringIO()
        start = time.perf_counter()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            result = shell.run_cell(cell, store_history=True)
        if not result.success:
            return Outcome(error="a cell failed:\n" + "\n".join(output.getvalue().splitlines()[-25:]))
    outcome = Outcome(output=output.getvalue(), seconds=time.perf_counter() - start)
    if tracker == "nbtrack":
        read_run(outcome)
    elif tracker == "mlflow":
        read_mlflow(outcome)
    read_truth(case, shell.user_ns, outcome)
    return outcome


def read_run(outcome: Outcome) -> None:
    """Fill in what the run's record holds."""
    import nbtrack
    from nbtrack.records import is_system_use

    runs = nbtrack.runs()
    if len(runs) != 1:
        outcome.error = f"one run expected, {len(runs)} recorded"
        return
    run = runs[0]
    outcome.params = dict(run.params)
    for name, last in run.metrics.items():
        if is_system_use(name):
            continue  # of what takes long on a busy machine
        summary = run.summary(name)
        outcome.metrics[name] = Measured(float(last), summary.count, summary.mean)


def read_mlflow(outcome: Outcome) -> None:
    """Fill in what MLflow's autologging kept, in the cell's run and in those that it made below it."""
    import mlflow

    client = mlflow.MlflowClient()
    for run in client.search_runs([e.experiment_id for e in client.search_experiments()]):
        for name, text in run.data.params.items():
            outcome.params.setdefault(name, literal(text))
        for name in run.data.metrics:
            values = [point.value for point in client.get_metric_history(run.info.run_id, name)]
            outcome.metrics.setdefault(
                name, Measured(values[-1], len(values), math.fsum(values) / len(values))
            )


def literal(text: str) -> Any:
    """What MLflow's text of a param stands for."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def read_truth(case: Case, names: dict[str, Any], outcome: Outcome) -> None:
    """Fill in what each label comes to in the notebook itself, and where the two do not agree."""
    for label in case.labels:
        held = None if label.kind == "params" else resolve(names, label.name)
        points = eval(label.points, names) if isinstance(label.points, str) else label.points
        value = label.value if label.eval is None else eval(label.eval, names)
        if label.kind == "series":
            is_list = isinstance(held, list | tuple) or getattr(held, "ndim", 0) == 1
            if (
                held is not None
                and is_list
                and len(held) not in (points if isinstance(points, tuple) else (points,))
            ):
                outcome.doubts.append(
                    f"{label.name}: {points} points in the label, {len(held)} in the notebook"
                )
        elif (number := as_number(held)) is not None:
            if not same(value, number):
                outcome.doubts.append(f"{label.name}: {value} in the label, {number} in the notebook")
            value = number
        outcome.truths.append(Truth(plain(value), points))


def plain(value: Any) -> Any:
    """A value that can be sent to another process and compared."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    return value if value is None or isinstance(value, bool | str | list) else as_number(value)


def resolve(holder: Any, path: str) -> Any:
    """What a dotted name stands for: ``results.tree.f1`` is ``results["tree"]["f1"]``; None if nothing."""
    for end in [i for i, char in enumerate(path) if char == "."] + [len(path)]:
        head, rest = path[:end], path[end + 1 :]
        if isinstance(holder, dict):
            value = next((held for key, held in holder.items() if str(key) == head), None)
        else:
            value = getattr(holder, head, None)
        if value is not None and rest:
            value = resolve(value, rest)
        if value is not None:
            return value
    return None


def as_number(value: Any) -> float | None:
    """A scalar of any library as a float."""
    if isinstance(value, str | bytes) or getattr(value, "size", 1) == 0:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        return None


def same(expected: Any, value: Any) -> bool:
    """Whether a value is the expected one; numbers to 2 percent, since libraries and platforms differ."""
    if expected is None:
        return True
    if isinstance(expected, tuple):
        return any(same(item, value) for item in expected)
    if isinstance(expected, bool | str) or isinstance(value, bool):
        return str(expected) == str(value)
    number = as_number(value)
    return number is not None and math.isclose(expected, number, rel_tol=0.02, abs_tol=1e-4)
