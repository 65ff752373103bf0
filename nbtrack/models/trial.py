"""Verify a signature before it is saved: the model predicts for the first rows of its own data."""

from __future__ import annotations

import contextlib
import inspect
import io
import random
import sys
import warnings
from collections.abc import Mapping
from dataclasses import replace
from types import FunctionType
from typing import TYPE_CHECKING, Any

from nbtrack.models.enforcement import enforce
from nbtrack.models.signature import Signature, infer_signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbtrack.models.flavours import Flavour

__all__ = ["first_rows", "given_signature", "known_signature", "tried_signature"]

_MAX_ROWS = 5
_NO_SIGNATURE = "it is saved without a signature, so its input is not checked"


def tried_signature(
    flavour: Flavour, model: Any, fitted_on: Any, example: Any, tell: Callable[[str], None]
) -> Signature | None:
    """Return the signature of a model from its data; None, with a message, if there is none or it would be wrong.

    Parameters
    ----------
    fitted_on, example
        The data that the model was fitted on, or the user's example; None if missing.
    tell
        Called with one line for the user.
    """
    data = fitted_on if fitted_on is not None else example
    if data is None:
        return None
    try:
        signature = infer_signature(data) if fitted_on is None else flavour.signature(model, data)
    except Exception as error:  # noqa: BLE001 - data of any library, and flavours of users', may raise anything
        tell(_untold(model, data, error))
        return None
    rows, count = first_rows(data)
    if signature is None or not count or not flavour.is_tried:
        return signature
    try:
        predictions = _predictions(flavour, model, rows, signature)
    except Exception:  # noqa: BLE001 - a model may raise anything
        return signature if fitted_on is not None else _as_mlflow(flavour, model, rows, signature)
    answers = _count(predictions)
    # A user's function may return many values per row, and its example shows how it is called.
    estimator = fitted_on is not None or hasattr(model, "fit")
    if estimator and answers is not None and answers != count:
        tell(f"the {type(model).__name__} predicts {answers} values for {count} rows; {_NO_SIGNATURE}")
        return None
    return signature if signature.outputs is not None else _with_outputs(signature, predictions)


def given_signature(
    model: Any, fitted_on: Any, predicted: tuple[int, int, Any] | None, tell: Callable[[str], None]
) -> Signature | None:
    """Return the signature of a model with code of the user's own from its data, without asking it anything.

    Its predictions may take long, cost money or change it. Without a signature is what predicts without data (a
    forecaster), or gave another number of predictions than there were rows.

    Parameters
    ----------
    predicted
        For how many rows it has predicted, how many predictions, and the first of these; None if nobody saw that.
    """
    kind = type(model).__name__
    try:
        signature = infer_signature(fitted_on)
    except Exception as error:  # noqa: BLE001 - data of any library may raise anything
        tell(_untold(model, fitted_on, error))
        return None
    if _needs_no_data(type(model)):
        tell(f"the {kind} predicts without data; {_NO_SIGNATURE}")
        return None
    if predicted is None:
        return signature
    rows, answers, predictions = predicted
    if answers != rows:
        tell(f"the {kind} predicts {answers} values for {rows} rows; {_NO_SIGNATURE}")
        return None
    return _with_outputs(signature, predictions)


def _needs_no_data(kind: type) -> bool:
    """Return whether a class's `predict` can be called without anything."""
    method = inspect.getattr_static(kind, "predict", None)
    if not isinstance(method, FunctionType):
        return False
    return (
        all(
            one.default is not one.empty or one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
            for one in list(inspect.signature(method, follow_wrapped=False).parameters.values())[1:]
        )
        and method.__code__.co_argcount + method.__code__.co_kwonlyargcount > 1
    )


def known_signature(flavour: Flavour, model: Any) -> Signature | None:
    """Return the signature that a model itself knows; None if it knows none."""
    try:
        with _unseen():
            return flavour.own_signature(model)
    except Exception:  # noqa: BLE001 - models of many libraries and versions: one without a signature is as good
        return None


def _untold(model: Any, data: Any, error: Exception) -> str:
    kind, given = type(model).__name__, type(data).__name__
    return f"nothing tells what the {kind} takes, for it was given a {given} ({error}); {_NO_SIGNATURE}"


def _with_outputs(signature: Signature, predictions: Any) -> Signature:
    """Return the signature with the schema of the model's output, if it can be inferred."""
    try:
        return replace(signature, outputs=infer_signature(None, predictions).outputs)
    except Exception:  # noqa: BLE001 - a model may give anything
        return signature


def _as_mlflow(flavour: Flavour, model: Any, rows: Any, signature: Signature) -> Signature:
    """Return the signature with which MLflow would call a model that does not take its example unchanged."""
    plain = replace(signature, form=None)
    try:
        predictions = _predictions(flavour, model, rows, plain)
    except Exception:  # noqa: BLE001 - a model may raise anything; it cannot predict at all, or not yet
        return signature
    return _with_outputs(plain, predictions)


def _predictions(flavour: Flavour, model: Any, rows: Any, signature: Signature) -> Any:
    with _unseen():
        return flavour.predict(model, enforce(rows, signature), {})


def _count(predictions: Any) -> int | None:
    """Return the number of predictions; None if they cannot be counted."""
    if isinstance(predictions, str | bytes | Mapping | tuple):
        return None
    shape = getattr(predictions, "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) else None
    return len(predictions) if hasattr(predictions, "__len__") else None


@contextlib.contextmanager
def _unseen() -> Iterator[None]:
    """Hide side effects of a prediction: its output, and changes of the random state."""
    import numpy as np

    torch = sys.modules.get("torch")
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (what others draw from)
    tensors = torch.random.get_rng_state() if torch is not None and hasattr(torch, "random") else None
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        if torch is not None and tensors is not None:
            torch.random.set_rng_state(tensors)


def first_rows(data: Any) -> tuple[Any, int]:
    """Return the first rows of data and their number; 0 if they cannot be counted."""
    if isinstance(data, Mapping):
        parts = {name: first_rows(value) for name, value in data.items()}
        counts = {count for _, count in parts.values()}
        return {name: rows for name, (rows, _) in parts.items()}, counts.pop() if len(counts) == 1 else 0
    counted = hasattr(data, "__len__") and hasattr(data, "__getitem__") and not isinstance(data, str | bytes)
    if not counted and not hasattr(data, "tocsr"):
        return data, 0
    shape = getattr(data, "shape", None)
    if shape is not None and not len(shape):
        return data, 0
    if hasattr(data, "tocsr"):
        rows = data if data.shape[0] <= _MAX_ROWS else data.tocsr()[:_MAX_ROWS]
    else:
        rows = data.iloc[:_MAX_ROWS] if hasattr(data, "iloc") else data[:_MAX_ROWS]
    return rows, int(rows.shape[0]) if hasattr(rows, "shape") else len(rows)
