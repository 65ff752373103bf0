"""`mlflow.run`: a project's step that runs another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.projects.running import SubmittedRun, run_project
from nbtrack.tracking.destination import store_in_use
from nbtrack.tracking.experiments import find_experiment

from .exceptions import ExecutionException

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SubmittedRun", "run"]


def run(  # noqa: PLR0917 (MLflow's order)
    uri: str,
    entry_point: str = "main",
    version: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    docker_args: Any = None,  # noqa: ARG001 (MLflow's)
    experiment_name: str | None = None,
    experiment_id: str | None = None,
    backend: str = "local",
    backend_config: Any = None,  # noqa: ARG001 (MLflow's)
    storage_dir: str | None = None,  # noqa: ARG001 (MLflow's)
    synchronous: bool = True,
    run_id: str | None = None,
    run_name: str | None = None,
    env_manager: str | None = None,
    use_conda: bool = True,
    **others: Any,  # noqa: ARG001 (MLflow's)
) -> SubmittedRun:
    """Run a project to its end; see `nbtrack.run_project`.

    It waits also where `synchronous` is false, but then a command that fails is told by `wait()` alone.

    Raises
    ------
    ExecutionException
        When its command fails.
    """
    if backend != "local":
        raise InvalidValueError(f"nbtrack runs projects on this machine, and not on backend {backend!r}")
    if experiment_id is not None:
        experiment_name = find_experiment(experiment_id, store_in_use()).name
    done = run_project(
        uri,
        entry_point,
        parameters=parameters,
        version=version,
        experiment_name=experiment_name,
        run_name=run_name,
        env_manager=env_manager or (None if use_conda else "local"),
        run_id=run_id,
    )
    if synchronous and not done.wait():
        raise ExecutionException(f"run {done.run_id} failed with exit code {done.exit_code}")
    return done
