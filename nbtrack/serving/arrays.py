"""The fast path from JSON to a prediction: plain arrays, and many requests in one call of the model.

Only for models that predict row by row and take tables of numbers (`rowwise.is_rowwise`). An unusual request, from text
among the numbers to a missing column, takes the slow path, which says what is wrong.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from nbtrack.errors import NbtrackWarning
from nbtrack.models.schema import TYPES, Tensor
from nbtrack.serving.rowwise import is_rowwise

if TYPE_CHECKING:
    import numpy as np

    from nbtrack.models import Column, LoadedModel
    from nbtrack.serving.payload import ParsedBody

    Array = np.ndarray[Any, Any]

__all__ = ["ArrayModel", "array_model"]

_KINDS = ({"double", "long"}, {"float"}, {"integer"})
"""Sets of column types that give exactly the same array as a DataFrame of such columns."""
_MAX_ORDERS = 1000
"""How many orders of columns are cached."""


def array_model(model: LoadedModel) -> ArrayModel | None:
    """Return the fast path to a model, if it has one."""
    signature = model.signature
    inputs: Any = signature.inputs if signature is not None else None
    function = model.metadata.flavors.get("python_function", {}).get("predict_fn", "predict")
    plain = model.flavour.name == "sklearn" and is_rowwise(model.native) and hasattr(model.native, "predict")
    if signature is not None and signature.form is not None:
        return None  # it does not take an array of numbers
    if not plain or not inputs or function != "predict" or (signature is not None and signature.params):
        return None
    if isinstance(inputs[0], Tensor):
        tensor = inputs[0]
        numeric = tensor.dtype in ("float64", "float32") and len(tensor.shape) == 2 and tensor.shape[1] > 0
        if len(inputs) > 1 or tensor.name is not None or not numeric:
            return None
        width = tensor.shape[1]
        return ArrayModel(model.native, None, ["double"] * width, tensor.dtype)
    columns = _in_order(list(inputs), getattr(model.native, "feature_names_in_", None))
    kinds = [column.type for column in columns]
    if not any(set(kinds) <= one for one in _KINDS) or not all(column.required for column in columns):
        return None
    import numpy as np

    names = [column.name for column in columns if column.name is not None]
    dtype = str(np.result_type(*(TYPES[kind] for kind in kinds)))
    return ArrayModel(model.native, names or None, kinds, dtype)


def _in_order(columns: list[Column], fitted: Any) -> list[Column]:
    """Return the columns in the order that the estimator was fitted with; empty if it was fitted with others."""
    if fitted is None or columns[0].name is None:
        return columns
    by_name = {str(column.name): column for column in columns}
    names = list(map(str, fitted))
    return [by_name[name] for name in names] if by_name.keys() == set(names) else []


class ArrayModel:
    """A model that is called with arrays.

    Parameters
    ----------
    estimator
        The estimator.
    names
        The names of its columns, or None where they have none.
    kinds
        The types of its columns.
    dtype
        The type of the array.
    """

    def __init__(self, estimator: Any, names: list[str | int] | None, kinds: list[str], dtype: str) -> None:
        self._predict = estimator.predict
        self._names = names
        # Keys of JSON objects are always text.
        self._keys = None if names is None else list(map(str, names))
        self._integers = tuple(place for place, kind in enumerate(kinds) if kind in ("integer", "long"))
        self._width = len(kinds)
        self._dtype = dtype
        self._orders: dict[tuple[Any, ...], list[int]] = {}
        self._told = False
        # An estimator that was fitted on a table warns about each array; here the columns are in order.
        warnings.filterwarnings("ignore", "X does not have valid feature names", UserWarning)

    def rows(self, parsed: ParsedBody) -> Array | None:
        """Return the rows of a request as an array, or None if it has to take the slow path."""
        if parsed.params or not parsed.content:
            return None
        content = parsed.content
        if parsed.form == "dataframe_split":
            return self._split(content)
        if parsed.form == "dataframe_records":
            return self._records(content)
        if isinstance(content, dict):
            return self._columns(content) if parsed.form == "inputs" else None
        if isinstance(content, list) and isinstance(content[0], dict):
            return self._records(content)
        return self._array(content)

    def predict(self, rows: Array) -> Array:
        """Return the predictions for rows."""
        answer: Array = self._predict(rows)
        return answer

    def _split(self, content: Any) -> Array | None:
        if not isinstance(content, dict):
            return None
        rows, names = content.get("data"), content.get("columns")
        if not isinstance(rows, list) or not rows or content.get("index"):
            return None
        if self._names is None or not isinstance(names, list):
            return None if self._names is not None or names is not None else self._array(rows)
        order = self._order(names)
        if order is None:
            return None
        width = len(names)
        if not all(type(row) is list and len(row) == width for row in rows):
            return None
        return self._array([[row[place] for place in order] for row in rows])

    def _order(self, names: list[Any]) -> list[int] | None:
        """Return the positions of the model's columns among those of a request; None if one is missing."""
        try:
            key = tuple(names)
            return self._orders[key]
        except KeyError:
            pass
        except TypeError:  # a name is a list
            return None
        known = self._names
        assert known is not None
        if len(set(key)) != len(key) or not set(known) <= set(key):
            return None
        order = [key.index(name) for name in known]
        if len(key) == len(known):
            # Requests may have any number of further columns, so the cache is limited.
            if len(self._orders) < _MAX_ORDERS:
                self._orders[key] = order
        elif not self._told:
            self._told = True
            extra = ", ".join(repr(name)[:50] for name in list(set(key) - set(known))[:5])
            warnings.warn(
                f"requests have columns that the model does not take, such as {extra}", NbtrackWarning, 2
            )
        return order

    def _records(self, records: Any) -> Array | None:
        names = self._keys
        if names is None or not isinstance(records, list):
            return None
        try:
            return self._array([[record[name] for name in names] for record in records])
        except (KeyError, TypeError):
            return None

    def _columns(self, content: dict[str, Any]) -> Array | None:
        names = self._keys
        if names is None or not all(isinstance(content.get(name), list) for name in names):
            return None
        columns = [content[name] for name in names]
        if len(set(map(len, columns))) != 1:
            return None
        return self._array([list(row) for row in zip(*columns, strict=True)])

    def _array(self, rows: Any) -> Array | None:
        import numpy as np

        if not isinstance(rows, list):
            return None
        width, integers = self._width, self._integers
        kinds: set[type] = set()
        for row in rows:
            if type(row) is not list or len(row) != width:
                return None
            kinds.update(map(type, row))
            for place in integers:
                if type(row[place]) is not int:
                    return None
        if not kinds <= {float, int, type(None)}:
            return None
        try:
            with np.errstate(over="ignore"):
                array: Array = np.array(rows, dtype=self._dtype)
        except (TypeError, ValueError, OverflowError):
            return None
        # A number may be too large for a shorter float.
        return array if self._dtype != "float32" or not np.isinf(array).any() else None
