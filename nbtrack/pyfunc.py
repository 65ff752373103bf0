"""Models as functions, with MLflow's names: `nbtrack.pyfunc.load_model`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack import doors
from nbtrack.errors import InvalidValueError
from nbtrack.tracking import model_logging

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from nbtrack.entities import Run
    from nbtrack.models import LoadedModel, MLmodel
    from nbtrack.models.from_code import PythonModel
    from nbtrack.tracking.model_logging import ModelInfo

__all__ = ["PythonModel", "load_model", "log_model", "save_model", "spark_udf"]


def __getattr__(name: str) -> Any:
    if name == "PythonModel":  # its module is slow to import
        from nbtrack.models.from_code import PythonModel

        return PythonModel
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_model(
    model_uri: str | os.PathLike[str], *, model_config: Mapping[str, Any] | None = None, trust: bool = False
) -> LoadedModel:
    """Load a model of any flavour, to call its `predict`; see `nbtrack.load_model`."""
    return model_logging.load_model(model_uri, trust=trust, model_config=model_config)


def log_model(
    artifact_path: str | None = None, *, python_model: Any = None, name: str | None = None, **options: Any
) -> ModelInfo:
    """Save a function, an object with `predict`, or a script that makes one with the current run; see `nbtrack.log_model`.

    Raises
    ------
    InvalidValueError
        Without `python_model`.
    """
    return model_logging.log_model(_given(python_model), name or artifact_path or "model", **options)


def save_model(path: str | os.PathLike[str], *, python_model: Any = None, **options: Any) -> MLmodel:
    """Save a function, or an object with `predict`, into a new folder; see `nbtrack.save_model`.

    Raises
    ------
    InvalidValueError
        Without `python_model`.
    """
    return model_logging.save_model(_given(python_model), path, **options)


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
    """Return a function of Spark's columns that predicts with a model.

    The model's files and nbtrack's own modules are sent to each machine once, and a worker loads the model once. Workers
    need pandas, pyarrow, cloudpickle, orjson, PyYAML and the model's libraries. Trust is asked for here; workers load what was trusted.

    Parameters
    ----------
    spark
        The session.
    model_uri
        A run, or the address of a model; see `load_model`.
    result_type
        `int`, `long`, `float`, `double`, `string` or `boolean`: the first column of the predictions that fits;
        `array<double>` and the like: all that fit; a struct such as `low double, high double`: those of its names. By
        default what the signature says, else double.
    env_manager
        `local`: the model runs in the Python of Spark's workers. `uv`, or MLflow's names `virtualenv` and `conda`: in an
        environment of the model's own versions, which uv builds once on each machine, beside each worker.
    params
        Parameters of the prediction.
    extra_env
        Environment variables that are set in the workers.
    prebuilt_env_uri
        An environment that was built before, as a path that all machines see: of its folder, or of a `.tar.gz` of it. It
        needs the model's libraries, pandas, cloudpickle, orjson and PyYAML.
    model_config
        Settings that replace those the model was saved with.
    trust
        See `load_model`.

    Returns
    -------
    Any
        A function of columns: a struct, with names of its own; or bare ones in the signature's order; or none for those
        of the signature's names.

    Raises
    ------
    TrustError
        When you have neither saved nor trusted the model.
    InvalidValueError
        When results cannot be of the type.

    Examples
    --------
    >>> predict = nbtrack.pyfunc.spark_udf(spark, "models:/wine@champion")  # doctest: +SKIP
    >>> wine.withColumn("quality", predict()).show()  # doctest: +SKIP
    """
    return doors.spark_udf(
        spark,
        model_uri,
        result_type,
        env_manager,
        params,
        extra_env,
        prebuilt_env_uri,
        model_config,
        trust=trust,
    )


def _given(model: Any) -> Any:
    if model is None:
        raise InvalidValueError(
            "give python_model: a function of the input, an object with predict, or the path of a script"
        )
    return model
