"""Save the models that a tracked cell has fitted: which ones, under which names, and up to which size."""

from __future__ import annotations

import re
import sys
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nbtrack import tracking
from nbtrack.capture.secrets import SEEN
from nbtrack.errors import InvalidValueError, ModelError, NbtrackError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbtrack.capture import Fitted
    from nbtrack.tracking import ActiveRun

__all__ = ["save_fitted"]

_MAX_MODELS = 10
_MAX_COLUMNS = 200


def save_fitted(run: ActiveRun, fitted: Sequence[Fitted], limit: int) -> Iterator[tuple[int, str]]:
    """Save the models that a cell has fitted with its run; yield the index and the address of each saved model.

    A single model that predicts is called `model`; several are named after their variables. A model that cannot be
    pickled, or is larger than `limit` bytes, is left out with a message.
    """
    if limit <= 0:
        return
    from nbtrack.models.flavours.pickled import TooLargeError, pickle_check, size_limit

    token, checking = size_limit.set(limit), pickle_check.set(_refuse_secrets)
    try:
        own = {
            number: tracking.kept_model(run, fitted_model.estimator)
            for number, fitted_model in enumerate(fitted)
        }
        yield from ((number, uri) for number, uri in own.items() if uri is not None)
        saved = {model.name for model in run.store.models.of_run(run.id)}
        for number, name in _names(fitted, saved):
            if own[number] is not None:
                continue  # the cell has logged it itself
            try:
                yield number, _save(run, fitted[number], name)
            except TooLargeError:
                _tell(
                    f"{fitted[number].name} has more than {limit / 1e6:,.0f} MB and was not saved; "
                    "%track models 1GB would save it"
                )
            except Exception as error:  # noqa: BLE001 - one odd model must not take the record of the others along
                known = isinstance(error, NbtrackError)
                why = error if known else f"{type(error).__name__}: {error}"
                _tell(f"{fitted[number].name} was not saved: {why}")
    finally:
        size_limit.reset(token)
        pickle_check.reset(checking)


def _refuse_secrets(pickle: bytes) -> None:
    """Refuse a model that contains a secret: it cannot be masked there, and the user did not ask to save the model.

    Raises
    ------
    ModelError
        When it does.
    """
    if SEEN.occurs_in(pickle):
        raise ModelError(
            "it holds a secret, such as an API key; nbtrack.log_model(...) would save it all the same"
        )


def _tell(message: str) -> None:
    print(f"nbtrack: {message}", file=sys.stderr)


def _names(fitted: Sequence[Fitted], saved: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the models to save and their names, without names under which the cell has saved a model itself."""
    predicting = [
        n
        for n, fitted_model in enumerate(fitted)
        if hasattr(fitted_model.estimator, "predict") or _is_graph(fitted_model.estimator)
    ]
    taken = set(saved)
    for number, fitted_model in list(enumerate(fitted))[-_MAX_MODELS:]:
        if number not in predicting and not hasattr(fitted_model.estimator, "transform"):
            continue  # the notebook's own class, which has `fit` but neither predicts nor transforms
        name = "model" if predicting == [number] else re.sub(r"[^\w.-]", "_", fitted_model.name)
        # Of several models of one variable, the last is the variable's value now.
        unique, again = name, 1
        while unique in taken:
            again += 1
            unique = f"{name}_{again}"
        taken.add(unique)
        yield number, unique


def _is_graph(estimator: Any) -> bool:
    """Return whether it is a module of PyTorch, or a graph of ONNX: neither has `predict`."""
    return hasattr(type(estimator), "forward") or hasattr(type(estimator), "SerializeToString")


def _save(run: ActiveRun, fitted_model: Fitted, name: str) -> str:
    from nbtrack.models.trial import first_rows

    rows, count = first_rows(fitted_model.data) if fitted_model.data is not None else (None, 0)
    shape: tuple[int, ...] = getattr(rows, "shape", ())
    # An example is kept as a frame.
    can = find_spec("pandas") is not None
    shown = can and count > 0 and len(shape) < 3 and (len(shape) < 2 or shape[1] <= _MAX_COLUMNS)
    keep = partial(
        tracking.keep_model,
        run,
        fitted_model.estimator,
        name,
        fitted_on=fitted_model.data,
        predicted=fitted_model.predicted,
        tell=_tell,
    )
    try:
        return keep(input_example=rows if shown else None).model_uri
    except InvalidValueError:  # JSON cannot hold them
        return keep().model_uri
