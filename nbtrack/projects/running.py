"""Running a project: fetch it, make the run, launch its command, and end the run whatever happens."""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import shutil
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.entities import Run
from nbtrack.entities.mlflow import COMMIT_TAG, SOURCE_TAG
from nbtrack.errors import InvalidValueError, NbtrackError
from nbtrack.projects import MANAGERS
from nbtrack.projects.environment import Environment, environment_for
from nbtrack.projects.environment_spec import read_spec
from nbtrack.projects.fetch import Source, cache_folder, fetch
from nbtrack.projects.launch import Tail, deaf, launch, told_to_end
from nbtrack.projects.scripts import (
    PYTHON,
    command_of,
    is_script,
    lineage_of,
    module_arguments,
    python_folder,
    source_of,
)
from nbtrack.projects.spec import Project, read
from nbtrack.projects.template import fill_in
from nbtrack.tracking.current import surrounding_run
from nbtrack.tracking.destination import default_experiment, store_at
from nbtrack.values import as_name, as_param

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.projects.spec import EntryPoint
    from nbtrack.projects.template import Command
    from nbtrack.store import RunWriter, Store

__all__ = ["SubmittedRun", "run_project"]

OLDEST = 11
"""The oldest Python 3 that can import nbtrack, as `pyproject.toml` says."""

_CLIENT = Path(__file__).parent / "client"
"""The folder with the module `mlflow` that a project imports."""


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
        outcome = self.run.store.document(self.run.key, "outcome") or {}
        return str(outcome.get("stdout", ""))


def run_project(
    uri: str | os.PathLike[str],
    entry_point: str = "main",
    *,
    parameters: Mapping[str, Any] | None = None,
    arguments: Sequence[str] = (),
    version: str | None = None,
    experiment_name: str | None = None,
    run_name: str | None = None,
    env_manager: str = "local",
    relax: bool = False,
    newest: bool = False,
    store: Store | str | os.PathLike[str] | None = None,
) -> SubmittedRun:
    """Run a project as MLflow does, to its end; its run goes to the store in use.

    Parameters
    ----------
    uri
        A folder, or the address of a git repository; `#folder` after it says where in it the project is. Or a script,
        `train.py`: it is run in this folder and captured, as a cell under `%%track` is.
    entry_point
        One of the project's `MLproject`, or a script in it.
    parameters
        Values for the entry point; a script gets them as `--name value`.
    arguments
        What a script gets as it is, before `parameters`.
    version
        A branch, a tag or a commit. A folder is not changed: the version is exported elsewhere.
    experiment_name, run_name
        For the run.
    env_manager
        `local` runs with this Python; `uv` builds what the project says of its environment, once for what it holds, and
        so does `virtualenv`.
    relax
        Whether pins that cannot be had become lower bounds.
    newest
        Whether an unpinned package of a git address that pins others is the newest, and not that of the commit's time.
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
    given = {str(name): str(value) for name, value in (parameters or {}).items()}
    if is_script(uri):
        script = os.fspath(uri)
        source = source_of(script)
        point, command = command_of(script, arguments, given)
        project = Project(Path(script).parent)
        environment = _environment_of(project, point, source, env_manager, relax=relax, newest=newest)
        with told_to_end():
            return _run(
                store_at(store), source, point, command, environment, experiment_name, run_name, env_manager,
                script=script,
            )  # fmt: skip
    source = fetch(uri, version)
    try:
        project = read(source.folder)
        point = project.entry_point(entry_point)
        command = fill_in(point, given, source.folder, Path.cwd())
        for remark in command.remarks:
            _say(remark)
        environment = _environment_of(project, point, source, env_manager, relax=relax, newest=newest)
        with told_to_end():
            return _run(
                store_at(store), source, point, command, environment, experiment_name, run_name, env_manager
            )
    finally:
        if source.exported is not None:
            shutil.rmtree(source.exported, ignore_errors=True)


def _say(text: str) -> None:
    sys.stderr.write(f"nbtrack: {text}\n")


def _environment_of(
    project: Project, point: EntryPoint, source: Source, manager: str, *, relax: bool, newest: bool
) -> Environment:
    """Return what a project runs in, which may have to be built."""
    if manager not in MANAGERS:
        raise InvalidValueError(f"environment manager {manager!r} is not known; give {', '.join(MANAGERS)}")
    if manager == "conda":
        raise InvalidValueError("nbtrack calls no conda; --env-manager uv builds what a conda.yaml lists")
    script = (
        Path(point.name) if point.name.endswith(".py") and point.name not in project.entry_points else None
    )
    files = {
        "python_env": project.python_env and project.python_env.resolve(),
        "conda_env": project.conda_env and project.conda_env.resolve(),
        "script": script,
    }
    if manager == "local":
        with suppress(NbtrackError):  # what is not installed need not be understood
            spec = read_spec(project.folder, **files)
            if spec is not None:
                _say(
                    f"{spec.source.name} is not installed, which --env-manager uv does: it runs with {sys.executable}"
                )
        return Environment(Path(sys.executable), "")
    date = None if newest else source.date
    found = environment_for(project.folder, **files, exclude_newer=date, relax=relax, tell=_say)
    version = re.match(r"# Python 3\.(\d+)", found.lock)
    if version is not None and int(version[1]) < OLDEST:
        raise InvalidValueError(
            f"the project wants Python 3.{version[1]}, which cannot import nbtrack (3.{OLDEST} or later); "
            "--env-manager local runs it with this Python"
        )
    return found


def _run(  # noqa: PLR0917 (all of them from one place)
    store: Store,
    source: Source,
    point: EntryPoint,
    command: Command,
    environment: Environment,
    experiment: str | None,
    name: str | None,
    manager: str,
    *,
    script: str | None = None,
) -> SubmittedRun:
    around = surrounding_run()
    wanted = as_name(experiment, "experiment name") if experiment else default_experiment()
    writer = store.create_run(
        experiment=around.experiment if around is not None and not experiment else wanted,
        name=as_name(name, "run name") if name else None,
        lineage=lineage_of(script, store.path) if script else None,
        parent=around.id if around is not None and around.store is store else None,
        git_commit=source.commit,
        notebook=source.name,
        tags=_tags(source, point, manager),
    )
    tail, status = Tail(deque()), "FAILED"
    try:
        _describe(writer, source, point, command, environment)
        # The child finds the run by its id, so it has to be there.
        store.flush()
        if script is None:
            _say(f"run {writer.name} ({writer.id}): {command.text}")
        started = module_arguments(environment.python, command) if script else _shell(command.text)
        variables = _variables(store, writer.id, environment.python)
        code = launch(started, source.folder, variables, tail, inherit=script is not None)
        status = _status(store, writer.id, code)
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        with deaf():
            _end(store, writer, tail, status)
    if script is None:
        _say(f"run {writer.name} ({writer.id}) {status}" + (f", exit code {code}" if code else ""))
    return SubmittedRun(writer.id, code, Run(store, writer.id))


def _tags(source: Source, point: EntryPoint, manager: str) -> dict[str, str]:
    """Return MLflow's tags of a project's run; commit, name and parent are attributes of ours."""
    tags = {
        "mlflow.source.type": "LOCAL" if is_script(source.name) else "PROJECT",
        SOURCE_TAG: source.name,
        "mlflow.project.entryPoint": point.name,
        "mlflow.project.backend": "local",
        "mlflow.project.env": manager,
        "mlflow.source.git.repoURL": source.repository,
        "mlflow.source.git.branch": source.branch,
        COMMIT_TAG: source.commit,
        "project.uncommitted": "true" if source.dirty else None,
    }
    with suppress(OSError, KeyError):  # a container's user may have no name
        tags["mlflow.user"] = getpass.getuser()
    return {name: value for name, value in tags.items() if value is not None}


def _describe(
    writer: RunWriter, source: Source, point: EntryPoint, command: Command, environment: Environment
) -> None:
    from nbtrack.capture.secrets import SEEN

    for name, text in command.params.items():
        declared = point.parameters.get(name)
        writer.log_param(
            as_name(name, "param name"),
            SEEN.param(name, as_param(_typed(text, declared.kind if declared else None))),
        )
    writer.set_document(
        "project",
        {
            "command": SEEN.text(command.text),
            "entry_point": point.name,
            "folder": str(source.folder),
            "interpreter": str(environment.python),
            "lock": environment.lock,
            "relaxed": list(environment.relaxed),
            "left_out": list(environment.left_out),
            "argv": [SEEN.text(one) for one in sys.argv],
            "working_folder": str(Path.cwd()),
            "commit": source.commit,
            "dirty": source.dirty,
        },
    )


def _typed(text: str, kind: str | None) -> str | float | bool:
    """Return a value as its declared type has it; what does not fit stays the text that was given."""
    if kind in ("bool", "boolean"):
        return {"true": True, "false": False}.get(text.lower(), text)
    number = {"int": int, "integer": int, "float": float, "double": float}.get(kind or "")
    try:
        return text if number is None else number(text)
    except ValueError:
        return text


def _shell(command: str) -> list[str]:
    return ["cmd", "/c", command] if os.name == "nt" else ["bash", "-c", command]


def _variables(store: Store, run_id: str, python: Path) -> dict[str, str]:
    """Return the child's variables: the run and the store, our `mlflow` first, the Python's folder first."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("MLFLOW_EXPERIMENT_NAME", "PYTHONHOME")
    }
    folders = [str(_CLIENT), str(_package_folder()), environment.get("PYTHONPATH", "")]
    environment |= {
        "NBTRACK_STORE": str(store.path.absolute()),
        "MLFLOW_TRACKING_URI": store.path.absolute().as_uri(),
        "NBTRACK_NEEDED": str(_needed_folder()),
        "MLFLOW_RUN_ID": run_id,
        "MLFLOW_EXPERIMENT_ID": str(store.run(run_id).experiment_id),
        "PYTHONPATH": os.pathsep.join(
            dict.fromkeys(filter(None, os.pathsep.join(folders).split(os.pathsep)))
        ),
        PYTHON: str(python),
        "PATH": os.pathsep.join(
            map(str, filter(None, [python_folder(), python.parent, environment.get("PATH", os.defpath)]))
        ),
    }
    return environment


def _package_folder() -> Path:
    """Return a folder that holds only the package `nbtrack`: what lies beside it here is no part of the project."""
    return _folder_with(_CLIENT.parents[1])


def _needed_folder() -> Path:
    """Return a folder that holds what models are saved with, for environments that lack it."""
    found = filter(None, map(find_spec, ("cloudpickle", "platformdirs", "yaml")))
    return _folder_with(*(Path(spec.origin).parent for spec in found if spec.origin))


def _folder_with(*packages: Path) -> Path:
    """Return a folder of our own with these packages in it, and nothing else."""
    key = hashlib.sha256("\0".join(map(str, packages)).encode()).hexdigest()[:16]
    folder = cache_folder() / "package" / key
    for package in packages:
        link = folder / package.name
        if not link.exists():
            folder.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            try:
                with suppress(FileExistsError):  # another process was first
                    link.symlink_to(package, target_is_directory=True)
            except OSError:  # no links here, as on Windows without the right to make them
                shutil.copytree(package, link, dirs_exist_ok=True)
    return folder


def _status(store: Store, run_id: str, code: int) -> str:
    """Return the status after the child's end: what it set itself stands unless its exit code says otherwise."""
    own = store.run(run_id).status
    if code == 0:
        return own if own in ("FAILED", "KILLED") else "FINISHED"
    return "KILLED" if own == "KILLED" else "FAILED"


def _end(store: Store, writer: RunWriter, tail: Tail, status: Any) -> None:
    from nbtrack.capture.secrets import SEEN

    SEEN.scan_environment()
    # What the child says of itself stands.
    known = store.document(store.run(writer.id).key, "outcome") or {
        "stdout": SEEN.text(tail.text, lines=True)
    }
    outcome = known | {"exit_code": tail.code}
    try:
        writer.set_document("outcome", outcome)
    finally:
        writer.finish(status)
