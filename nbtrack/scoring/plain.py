"""Tables on their way between two Pythons, whose pandas and NumPy may be of versions that cannot read each other's pickles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PlainTable", "plain"]

_KINDS = "biufmM"
"""The kinds of NumPy's types whose values are bytes."""


@dataclass(frozen=True)
class PlainTable:
    """A table of bytes and of Python's own objects."""

    names: tuple[Any, ...]
    columns: tuple[tuple[str, Any], ...]
    """NumPy's type and the bytes of each, or `O` and a list."""
    rows: int

    def frame(self) -> pd.DataFrame:
        """Return it as a DataFrame."""
        import pandas as pd

        made = pd.DataFrame(
            {k: _series(*column) for k, column in enumerate(self.columns)}, index=pd.RangeIndex(self.rows)
        )
        made.columns = pd.Index(self.names)
        return made


def plain(frame: pd.DataFrame) -> PlainTable:
    """Return a table that any Python reads; it has no index."""
    columns = tuple(_plain(frame.iloc[:, k]) for k in range(frame.shape[1]))
    return PlainTable(tuple(frame.columns), columns, len(frame))


def _plain(values: pd.Series) -> tuple[str, Any]:
    import numpy as np

    if isinstance(values.dtype, np.dtype) and values.dtype.kind in _KINDS:
        return values.dtype.str, values.to_numpy().tobytes()
    return "O", [_listed(value) for value in values]


def _listed(value: Any) -> Any:
    """Return a cell without NumPy's types."""
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return _listed(value.tolist())
    if isinstance(value, list | tuple):
        return [_listed(part) for part in value]
    if isinstance(value, dict):
        return {name: _listed(part) for name, part in value.items()}
    return None if type(value).__name__ in ("NAType", "NaTType") else value


def _series(kind: str, content: Any) -> pd.Series:
    import numpy as np
    import pandas as pd

    if kind == "O":
        # None more than there is: pandas would make arrays of lists that are equally long.
        return pd.Series([*content, None], dtype="object").iloc[:-1]
    return pd.Series(np.frombuffer(bytearray(content), kind))
