"""Running a project: make the run, launch its command, and end the run whatever happens."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import sys
import tempfile
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.entities import Run
from nbtrack.entities.mlflow import COMMIT_TAG, SOURCE_TAG
from nbtrack.entities.system_use import results
from nbtrack.entities.text import value_text
from nbtrack.errors import InvalidValueError
from nbtrack.projects import UNWANTED, VALUES
from nbtrack.projects.captured_python import captured_python
from nbtrack.projects.child import handed, variables
from nbtrack.projects.environment_manager import environment_of
from nbtrack.projects.fetch import expanded, fetch
from nbtrack.projects.job import Job
from nbtrack.projects.launch import Tail, deaf, launch, told_to_end
from nbtrack.projects.notebooks import is_notebook, notebook_job
from nbtrack.projects.scripts import is_script, lineage_of, script_job
from nbtrack.projects.spec import read
from nbtrack.projects.template import fill_in
from nbtrack.tracking.current import open_runs, surrounding_run
from nbtrack.tracking.destination import default_experiment, store_at
from nbtrack.tracking.handed import PARENT
from nbtrack.values import as_name, as_param

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbtrack.projects.environment import Environment
    from nbtrack.store import RunWriter, Store

__all__ = ["SubmittedRun", "run_project"]


_MAX_SHOWN = 6
"""How many metrics are told at the end of a run."""


@dataclass(frozen=True, slots=True)
class SubmittedRun:
    """A project's run that has ended, with MLflow's names.

    Attributes
    ----------
    run_id
        The run's id.
    exit_code
        What the command ended with.
    """

    run_id: str
    exit_code: int
    run: Run

    def wait(self) -> bool:
        """Return whether the command succeeded; it has ended."""
        return self.exit_code == 0

    def get_status(self) -> str:
        """Return the run's status."""
        return self.run.status

    def get_log(self) -> str:
        """Return the end of what the command printed."""
        return str(self.run.outcome.get("stdout", ""))


def run_project(
    uri: str | os.PathLike[str],
    entry_point: str = "main",
    *,
    parameters: Mapping[str, Any] | None = None,
    arguments: Sequence[str] = (),
    version: str | None = None,
    experiment_name: str | None = None,
    run_name: str | None = None,
    env_manager: str | None = None,
    relax: bool = False,
    newest: bool = False,
    real_mlflow: bool = False,
    run_id: str | None = None,
    store: Store | str | os.PathLike[str] | None = None,
) -> SubmittedRun:
    """Run a project as MLflow does, to its end; its run goes to the store in use.

    Parameters
    ----------
    uri
        A folder, a zip file, or the address of a git repository; `#folder` after it says where in it the project is. Or
        a script, `train.py`, which runs in this folder and is captured as a cell under `%%track` is; or a notebook,
        whose cells are tracked in runs of their own, inside the one that is returned.
    entry_point
        One of the project's `MLproject`, or a script in it.
    parameters
        Values for the entry point. A script gets them as `--name value`, a notebook in the place of what it assigns.
    arguments
        What a script gets as it is, before `parameters`.
    version
        A branch, a tag or a commit. A folder is not changed: the version is exported elsewhere.
    experiment_name, run_name
        For the run.
    env_manager
        `uv` builds what the project says of its environment, once for what it holds, and so does `virtualenv`; `local`
        runs with this Python. If not given, `uv` for a project that says something.
    relax
        Whether pins that cannot be had become lower bounds.
    newest
        Whether an unpinned package of a git address that pins others is the newest, and not that of the commit's time.
    real_mlflow
        Whether `import mlflow` in the project is MLflow itself, which logs to where MLflow's own settings say.
    run_id
        A run to go on with; by default a new one is made.
    store
        Another store, or its folder.

    Raises
    ------
    NotFoundError, InvalidValueError
        When there is no such project, version or entry point, or a value is missing: no run is made then.
    KeyboardInterrupt
        When it is interrupted, after all its processes have ended.

    Examples
    --------
    >>> from pathlib import Path
    >>> _ = Path("train.py").write_text("import mlflow; mlflow.log_metric('rmse', 0.7)")
    >>> done = nbtrack.run_project(".", "train.py", parameters={"alpha": 0.42})
    >>> done.get_status(), done.run.metrics
    ('FINISHED', {'rmse': 0.7})
    """
    if os.fspath(uri).startswith("~"):
        uri = expanded(os.fspath(uri))
    given = {str(name): str(value) for name, value in (parameters or {}).items()}
    if arguments and not is_script(uri):
        raise InvalidValueError(f"{os.fspath(uri)!r} is no script, and gets no arguments; give parameters")
    with _job(uri, entry_point, given, arguments, version) as job:
        for remark in (*job.source.remarks, *job.command.remarks):
            _say(remark)
        environment = environment_of(
            job.project,
            job.point,
            env_manager,
            kind=job.kind,
            date=None if newest else job.source.date,
            relax=relax,
            real_mlflow=real_mlflow,
            tell=_say,
        )
        wanted = _Wanted(experiment_name, run_name, run_id, real_mlflow)
        with told_to_end():
            return _run(store_at(store), job, environment, wanted)


@contextmanager
def _job(
    uri: str | os.PathLike[str],
    entry_point: str,
    given: Mapping[str, str],
    arguments: Sequence[str],
    version: str | None,
) -> Iterator[Job]:
    """Yield what a target is, whose files are there until the end."""
    if is_script(uri) or is_notebook(uri):
        if version is not None or entry_point != "main":
            raise InvalidValueError(
                f"{os.fspath(uri)!r} is a file, and has no entry points and versions; give the folder, and -e for the file"
            )
        yield script_job(uri, arguments, given) if is_script(uri) else notebook_job(uri, given)
        return
    source = fetch(uri, version)
    fetched = tempfile.mkdtemp(prefix="nbtrack-")
    try:
        project = read(source.folder)
        point = project.entry_point(entry_point)
        command = fill_in(point, given, source.folder, Path.cwd(), Path(fetched))
        yield Job("project", source, project, point, command)
    finally:
        shutil.rmtree(fetched, ignore_errors=True)
        if source.exported is not None:
            shutil.rmtree(source.exported, ignore_errors=True)


def _say(text: str) -> None:
    ipython: Any = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    # A notebook shows standard error as a fault.
    stream = sys.stderr if getattr(shell, "kernel", None) is None else sys.stdout
    stream.write(f"nbtrack: {text}\n")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is wanted of the run."""

    experiment: str | None
    name: str | None
    run_id: str | None
    real_mlflow: bool


def _run(store: Store, job: Job, environment: Environment, wanted: _Wanted) -> SubmittedRun:
    open_here = next((one for one in open_runs() if one.id == wanted.run_id), None)
    if open_here is not None:
        writer = open_here.writer
    elif wanted.run_id is not None:
        writer = store.resume_run(wanted.run_id)
    else:
        writer = _created(store, job, wanted)
    own = job.kind == "script"  # it has the terminal, and says itself what came of it
    tail, status = Tail(deque()), "FAILED"
    try:
        for name, value in _tags(job, environment).items():
            writer.set_tag(name, value)
        _describe(writer, job, environment)
        # The child finds the run by its id, so it has to be there.
        store.flush()
        if not own:
            _say(f"run {writer.name} ({writer.id}): {job.command.text}")
        found = variables(environment)
        if not wanted.real_mlflow:
            found.pop("MLFLOW_EXPERIMENT_NAME", None)  # the run's experiment is meant
            found |= handed(store, writer.id)
            if job.kind == "project":
                found |= captured_python(environment.python, found["PATH"])
        if job.kind == "notebook":
            found[PARENT] = writer.id
        if job.values:
            found[VALUES] = json.dumps(dict(job.values))
        started = job.started(environment.python, writer.artifact_folder)
        code = launch(started, job.source.folder, found, tail, inherit=own)
        status = _status(store, writer.id, code)
        if job.kind == "notebook":
            _take_metrics(store, writer)
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        with deaf():
            _keep_outcome(store, writer, tail)
            if open_here is None:  # else who began it ends it
                writer.finish(status)  # type: ignore[arg-type]
            if wanted.run_id is None and _is_unwanted(store, writer):
                store.delete_runs([writer.id])
    run = Run(store, writer.id)
    if not own:
        came = f"{status}, exit code {code}" if code else status
        _say(" | ".join(filter(None, [f"run {writer.name} ({writer.id}) {came}", _results(run)])))
    return SubmittedRun(writer.id, code, run)


def _results(run: Run) -> str:
    metrics = [f"{name} {value_text(value)}" for name, value in results(run.metrics).items()]
    more = [f"+{len(metrics) - _MAX_SHOWN}"] if len(metrics) > _MAX_SHOWN else []
    return ", ".join([*metrics[:_MAX_SHOWN], *more])


def _created(store: Store, job: Job, wanted: _Wanted) -> RunWriter:
    around = surrounding_run()
    experiment = default_experiment()
    if wanted.experiment:
        experiment = as_name(wanted.experiment, "experiment name")
    elif around is not None:
        experiment = around.experiment
    return store.create_run(
        experiment=experiment,
        name=as_name(wanted.name, "run name") if wanted.name else None,
        lineage=lineage_of(job.file, store.path) if job.file else None,
        parent=around.id if around is not None and around.store is store else None,
        git_commit=job.source.commit,
        notebook=job.source.name,
    )


def _tags(job: Job, environment: Environment) -> dict[str, str]:
    """Return MLflow's tags of a project's run; commit, name and parent are attributes of ours."""
    source = job.source
    kinds = {"project": "PROJECT", "script": "LOCAL", "notebook": "NOTEBOOK"}
    tags = {
        "mlflow.source.type": kinds[job.kind],
        SOURCE_TAG: source.name,
        "mlflow.project.entryPoint": job.point.name,
        "mlflow.project.backend": "local",
        "mlflow.project.env": environment.manager,
        "mlflow.source.git.repoURL": source.repository,
        "mlflow.source.git.branch": source.branch,
        COMMIT_TAG: source.commit,
        "project.uncommitted": "true" if source.dirty else None,
    }
    with suppress(OSError, KeyError):  # a container's user may have no name
        tags["mlflow.user"] = getpass.getuser()
    return {name: value for name, value in tags.items() if value is not None}


def _describe(writer: RunWriter, job: Job, environment: Environment) -> None:
    from nbtrack.capture.secrets import SEEN

    source, command = job.source, job.command
    for name, text in command.params.items():
        declared = job.point.parameters.get(name)
        writer.log_param(
            as_name(name, "param name"),
            SEEN.param(name, as_param(_typed(text, declared.kind if declared else None))),
        )
    writer.set_document(
        "project",
        {
            "command": SEEN.text(command.text),
            "entry_point": job.point.name,
            "folder": str(source.folder),
            "interpreter": str(environment.python),
            "lock": environment.lock,
            "relaxed": list(environment.relaxed),
            "left_out": list(environment.left_out),
            "argv": SEEN.arguments(sys.argv),
            "working_folder": str(Path.cwd()),
            "commit": source.commit,
            "dirty": source.dirty,
        },
    )


def _typed(text: Any, kind: str | None) -> Any:
    """Return a value as its declared type has it; what does not fit stays the text that was given."""
    if not isinstance(text, str):
        return text
    if kind in ("bool", "boolean"):
        return {"true": True, "false": False}.get(text.lower(), text)
    number = {"int": int, "integer": int, "float": float, "double": float}.get(kind or "")
    try:
        return text if number is None else number(text)
    except ValueError:
        return text


def _status(store: Store, run_id: str, code: int) -> str:
    """Return the status after the child's end: what it set itself stands unless its exit code says otherwise."""
    own = store.run(run_id).status
    if code == 0:
        return own if own in ("FAILED", "KILLED") else "FINISHED"
    return "KILLED" if own == "KILLED" else "FAILED"


def _is_unwanted(store: Store, writer: RunWriter) -> bool:
    """Return whether a script has only told what its options are."""
    return UNWANTED in (store.document(store.run(writer.id).key, "outcome") or {})


def _take_metrics(store: Store, writer: RunWriter) -> None:
    """Give a notebook's run what its cells found last, so that one run has the params and what came of them."""
    own = store.metrics(store.run(writer.id).key)
    found = {
        name: summary.last
        for cell in sorted(store.children(writer.id), key=lambda one: one.start_time)
        for name, summary in results(store.metrics(cell.key)).items()
    }
    for name, value in found.items():
        if name not in own:
            writer.log_metric(name, value, 0)


def _keep_outcome(store: Store, writer: RunWriter, tail: Tail) -> None:
    from nbtrack.capture.secrets import SEEN

    SEEN.scan_environment()
    # What the child says of itself stands.
    known = store.document(store.run(writer.id).key, "outcome") or {
        "stdout": SEEN.text(tail.text, lines=True)
    }
    writer.set_document("outcome", known | {"exit_code": tail.code})
