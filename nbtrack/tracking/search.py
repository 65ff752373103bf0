"""Finding runs: `runs`, and MLflow's `search_runs`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, overload

from nbtrack.entities import Run, Runs, ViewType
from nbtrack.entities.frame import mlflow_frame
from nbtrack.errors import InvalidValueError
from nbtrack.tracking.destination import default_experiment, store_at, store_in_use
from nbtrack.tracking.experiments import all_experiments, find_experiments, several

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    import pandas as pd

    from nbtrack.query import Query
    from nbtrack.records import RunRecord
    from nbtrack.store import Store

__all__ = ["runs", "search_runs"]


def runs(
    filter: str | None = None,  # noqa: A002 (what MLflow's users call it)
    order_by: str | Sequence[str] | None = None,
    limit: int | None = None,
    experiment: str | int | Sequence[str | int] | None = None,
    deleted: bool = False,
    *,
    store: Store | str | os.PathLike[str] | None = None,
) -> Runs:
    """Return the runs that a filter finds, newest first unless ordered.

    Parameters
    ----------
    filter
        E.g. `metrics.rmse < 0.8 and params.alpha >= 0.1 order by metrics.rmse limit 10`; all runs
        without it.
    order_by
        E.g. `metrics.rmse` or `["metrics.rmse DESC", "start_time"]`.
    limit
        How many at most.
    experiment
        The name or id of an experiment to search, or several; by default all that are not deleted.
    deleted
        Whether to find deleted runs instead.
    store
        A store or its folder; by default the one in use.

    Raises
    ------
    FilterError
        When the filter is invalid; the message says where.
    NotFoundError
        When there is no such experiment.

    Examples
    --------
    >>> [run.name for run in nbtrack.runs("metrics.rmse < 0.8", order_by="metrics.rmse")]
    ['lasso', 'ridge']
    """
    store = store_at(store)
    names = find_experiments(experiment, store)
    return Runs(store, _query(filter, order_by, limit, store), experiments=names, deleted=deleted)


def _query(text: Any, order_by: str | Sequence[str] | None, limit: Any, store: Store) -> Query:
    if text is not None and not isinstance(text, str):
        raise InvalidValueError(
            f"filter is a {type(text).__name__}; give a string such as 'metrics.rmse < 0.8'"
        )
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
        raise InvalidValueError(f"limit {limit!r} is not a number of runs; give 0 or more")
    from nbtrack.query import parse, parse_order  # slow to import, and a script that only logs needs none

    known = store.names
    query = parse(text or "", known)
    if order_by:
        query = replace(query, order_by=parse_order(order_by, known))
    if limit is not None:
        query = replace(query, limit=limit if query.limit is None else min(limit, query.limit))
    return query


@overload
def search_runs(
    experiment_ids: str | int | Sequence[str | int] | None = None,
    filter_string: str = "",
    run_view_type: int | str = ViewType.ACTIVE_ONLY,
    max_results: int = 100_000,
    order_by: Sequence[str] | None = None,
    output_format: Literal["pandas"] = "pandas",
    search_all_experiments: bool = False,
    experiment_names: str | Sequence[str] | None = None,
) -> pd.DataFrame: ...
@overload
def search_runs(
    experiment_ids: str | int | Sequence[str | int] | None = None,
    filter_string: str = "",
    run_view_type: int | str = ViewType.ACTIVE_ONLY,
    max_results: int = 100_000,
    order_by: Sequence[str] | None = None,
    output_format: Literal["list"] = ...,
    search_all_experiments: bool = False,
    experiment_names: str | Sequence[str] | None = None,
) -> list[Run]: ...
def search_runs(  # noqa: PLR0917 (MLflow's order)
    experiment_ids: str | int | Sequence[str | int] | None = None,
    filter_string: str = "",
    run_view_type: int | str = ViewType.ACTIVE_ONLY,
    max_results: int = 100_000,
    order_by: Sequence[str] | None = None,
    output_format: Literal["pandas", "list"] = "pandas",
    search_all_experiments: bool = False,
    experiment_names: str | Sequence[str] | None = None,
) -> pd.DataFrame | list[Run]:
    """Return the runs that a filter finds in MLflow's form; `nbtrack.runs` is simpler and more powerful.

    Parameters
    ----------
    experiment_ids, experiment_names
        The experiments to search, by id or by name; the one in use if neither is given.
    filter_string, max_results, order_by
        As `filter`, `limit` and `order_by` of `nbtrack.runs`.
    run_view_type
        `"ACTIVE_ONLY"`, `"DELETED_ONLY"` or `"ALL"`, or MLflow's number for it; with `ALL` the deleted runs
        come after the others.
    output_format
        `"pandas"` or `"list"`.
    search_all_experiments
        Whether to look in all experiments when none is given.

    Returns
    -------
    pandas.DataFrame or list of Run
        MLflow's columns: `run_id`, `experiment_id`, `status`, `artifact_uri`, `start_time`, `end_time`,
        then `metrics.*`, `params.*` (as text) and `tags.*` (with `tags.mlflow.runName` and the like).

    Examples
    --------
    >>> nbtrack.search_runs(filter_string="params.alpha > 0.2")["metrics.rmse"].tolist()
    [0.79]
    """
    if output_format not in ("pandas", "list"):
        raise InvalidValueError(f"output_format {output_format!r} is not known; give 'pandas' or 'list'")
    store = store_in_use()
    names = _experiment_names(store, experiment_ids, experiment_names, search_all=search_all_experiments)
    query = _query(filter_string, order_by, max_results, store)
    view = ViewType.of(run_view_type)
    sides = {ViewType.ACTIVE_ONLY: (False,), ViewType.DELETED_ONLY: (True,), ViewType.ALL: (False, True)}[
        view
    ]
    found: list[RunRecord] = []
    if names is None or names:
        for deleted in sides:
            found += store.find_runs(query, experiments=names, deleted=deleted)
    del found[query.limit :]
    if output_format == "list":
        return [Run(store, record.id, record) for record in found]
    return mlflow_frame(found, store.table(found, system_use=None), store)


def _experiment_names(
    store: Store, ids: Any, names: str | Sequence[str] | None, *, search_all: bool
) -> list[str] | None:
    """Return the experiments to look in, None for all of them."""
    if ids and names:
        raise InvalidValueError("give search_runs experiment_ids or experiment_names, not both")
    if ids:
        return find_experiments(ids, store)
    existing = {experiment.name for experiment in all_experiments(store)}
    if names:
        # MLflow only warns about a name that it does not find.
        return [name for name in several(names) if name in existing]
    if search_all:
        return None
    return [name for name in [default_experiment()] if name in existing]
