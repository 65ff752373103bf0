"""A model as a function of Spark's, with MLflow's arguments: `nbtrack.pyfunc.spark_udf`.

(https://mlflow.org/docs/latest/api_reference/python_api/mlflow.pyfunc.html#mlflow.pyfunc.spark_udf)
"""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Iterator  # read at run time, by Spark
from typing import TYPE_CHECKING, Any, Union

from nbtrack.errors import InvalidValueError, NbtrackWarning
from nbtrack.models.mlmodel import MLmodel
from nbtrack.models.predict_params import enforce_params
from nbtrack.models.schema import Column
from nbtrack.models.versions import SavedModel, check_python, differences
from nbtrack.scoring.apart import apart_of, check_loads
from nbtrack.scoring.batches import columns_of
from nbtrack.scoring.packed import packed
from nbtrack.scoring.predicting import job_of
from nbtrack.scoring.shipped import archive
from nbtrack.scoring.spark_rows import InputColumns
from nbtrack.scoring.spark_types import result_type_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from nbtrack.entities import Run
    from nbtrack.scoring.apart import Apart
    from nbtrack.scoring.packed import PackedModel

__all__ = ["spark_udf"]

_shipped: set[str] = set()
"""The applications whose workers have nbtrack."""


def spark_udf(  # noqa: PLR0917 (MLflow's order)
    spark: Any,
    model_uri: str | os.PathLike[str] | Run,
    result_type: Any = None,
    env_manager: str | None = None,
    params: Mapping[str, Any] | None = None,
    extra_env: Mapping[str, str] | None = None,
    prebuilt_env_uri: str | None = None,
    model_config: Mapping[str, Any] | None = None,
    *,
    trust: bool | Iterable[str] = False,
) -> Any:
    """Return a function of Spark's columns that predicts with a model; see `nbtrack.pyfunc.spark_udf`."""
    folder, job = job_of(model_uri, trust, (), params, skip=False, model_config=model_config)
    metadata = MLmodel.read(folder)
    saved = SavedModel(folder, metadata)
    apart = apart_of(saved, job, env_manager, prebuilt_env_uri)
    # What the model lacks, trust above all, is told here and not by a worker.
    if apart is None:
        _check_here(saved)
        job.scorer()
    elif _is_local(spark):
        apart = check_loads(apart, job, _tell)
    signature = metadata.signature
    if params:
        enforce_params(params, signature.params if signature is not None else None)
    wanted = result_type_of(result_type, signature.outputs if signature is not None else None)
    inputs = InputColumns(_names(metadata), columns_of(signature, ()).optional)
    _ship_nbtrack(spark)
    model = packed(job)
    held = _broadcast(spark, model)
    function = _function(held, inputs, wanted, dict(extra_env or {}), apart)

    @functools.wraps(function)
    def with_columns(*columns: Any) -> Any:
        return function(*(columns or _all_columns(metadata)))

    with_columns.metadata = metadata  # type: ignore[attr-defined]
    return with_columns


def _check_here(saved: SavedModel) -> None:
    """Tell how the libraries here differ from those that the model was made with."""
    check_python(saved)
    differing = differences(saved)
    if differing:
        warnings.warn(
            f"the model may predict otherwise here: {'; '.join(differing)}", NbtrackWarning, stacklevel=4
        )


def _tell(line: str) -> None:
    print(f"nbtrack: {line}", file=sys.stderr)  # noqa: T201 (building takes a while)


def _is_local(spark: Any) -> bool:
    """Return whether the workers are on this machine, so that what is built here is there too."""
    context = _context(spark)
    return context is not None and str(context.master).startswith("local")


def _names(metadata: MLmodel) -> tuple[str, ...] | None:
    """Return the names that columns have in the model's input, in order; None where any names will do."""
    inputs = metadata.signature.inputs if metadata.signature is not None else None
    if inputs is None:
        return None
    names: list[Any] = [part.name for part in inputs]
    return tuple(str(k) if name is None else str(name) for k, name in enumerate(names))


def _all_columns(metadata: MLmodel) -> list[str]:
    inputs = metadata.signature.inputs if metadata.signature is not None else None
    columns = [part for part in inputs or () if isinstance(part, Column)]
    if not columns or any(part.name is None or not part.required for part in columns):
        raise InvalidValueError(
            "the model's signature does not name all columns that it takes, so say which: udf('a', 'b') or udf(struct(...))"
        )
    return [str(part.name) for part in columns]


def _function(
    held: Any, inputs: InputColumns, wanted: Any, variables: dict[str, str], apart: Apart | None
) -> Any:
    import pandas as pd
    from pyspark.sql.functions import pandas_udf
    from pyspark.sql.types import StructType

    result: Any = pd.DataFrame if isinstance(wanted, StructType) else pd.Series

    def predict(batches):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 (Spark reads what is set below)
        from nbtrack.scoring.spark_rows import predicted_batches

        model = getattr(held, "value", held)
        yield from predicted_batches(batches, model, inputs, wanted, variables=variables, apart=apart)

    columns: Any = Union[pd.Series, pd.DataFrame]  # noqa: UP007 (Spark knows this form)
    predict.__annotations__ = {
        "batches": Iterator[tuple[columns, ...]],
        "return": Iterator[result],
    }
    return pandas_udf(predict, wanted)


def _broadcast(spark: Any, model: PackedModel) -> Any:
    """Return what a worker finds the model by: sent once to each machine, where Spark is not reached by Connect."""
    context = _context(spark)
    return model if context is None else context.broadcast(model)


def _context(spark: Any) -> Any:
    if "connect" in type(spark).__module__:
        return None
    return spark.sparkContext


def _ship_nbtrack(spark: Any) -> None:
    """Give nbtrack's own modules to the workers, which then need no more than the model's libraries, pandas and pyarrow."""
    context = _context(spark)
    if context is None or context.applicationId in _shipped:
        return
    context.addPyFile(str(archive()))
    _shipped.add(context.applicationId)
