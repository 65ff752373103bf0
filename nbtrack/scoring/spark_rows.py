"""What a Spark worker does with the batches of rows that it is given."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.errors import NbtrackError, SchemaError
from nbtrack.models.versions import SavedModel, check_python, differences
from nbtrack.scoring.apart import Apart, scorer_apart
from nbtrack.scoring.batches import FrameBatch
from nbtrack.scoring.job import located, located_rows
from nbtrack.scoring.packed import PackedModel, scorer_of
from nbtrack.scoring.scorer import RowsError
from nbtrack.scoring.spark_types import converted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from nbtrack.scoring.scorer import Scorer

__all__ = ["InputColumns", "predicted_batches"]

_log = logging.getLogger("nbtrack.scoring")
_compared: set[str] = set()


class InputColumns(NamedTuple):
    """What the columns of a model's input are called, in its order."""

    names: tuple[str, ...] | None
    """None where any names will do."""
    optional: tuple[str, ...] = ()
    """Those that may be missing."""


def predicted_batches(
    batches: Iterator[Any],
    model: PackedModel,
    inputs: InputColumns,
    wanted: Any,
    *,
    variables: dict[str, str],
    apart: Apart | None = None,
) -> Iterator[pd.Series | pd.DataFrame]:
    """Yield the predictions for each batch, in Spark's type.

    Raises
    ------
    SchemaError, ModelError
        With the number of the batch, and of the row in it, when a row cannot be predicted for.
    """
    os.environ.update(variables)
    if apart is None:
        scorer: Any = scorer_of(model)
        _compare(model, scorer)
    else:
        scorer = scorer_apart(model, apart)
    for number, given in enumerate(batches, 1):
        parts = given if isinstance(given, tuple) else (given,)
        if not len(parts[0]):
            continue
        name = f"batch {number}"
        try:
            frame = _frame(parts, inputs)
            predicted = scorer.score(FrameBatch(frame))
            assert predicted.table is not None
            yield converted(predicted.table, wanted)
        except RowsError as error:
            raise located_rows(error.bad, name, 0) from None
        except NbtrackError as error:
            raise located(error, name, "") from None


def _frame(parts: Sequence[Any], inputs: InputColumns) -> pd.DataFrame:
    """Return columns as a table: a struct has its own names, bare ones those of the signature, in its order."""
    import pandas as pd

    if len(parts) == 1 and isinstance(parts[0], pd.DataFrame):
        return parts[0]
    known = inputs.names or tuple(str(k) for k in range(len(parts)))
    needed = [name for name in known if name not in inputs.optional]
    if len(parts) < len(needed):
        listed = ", ".join(map(repr, known))
        raise SchemaError(f"the model takes the columns {listed}, in this order, and {len(parts)} are given")
    columns = {name: _column(part) for name, part in zip(known, parts, strict=False)}
    return pd.DataFrame(columns)


def _column(part: Any) -> Any:
    """Return the values of a column, all of which have the same index; those of one that is a struct as dicts."""
    return part.array if part.ndim == 1 else part.apply(lambda row: row.to_dict(), axis=1).array


def _compare(model: PackedModel, scorer: Scorer) -> None:
    """Tell once, in the worker's log, how its libraries differ from those that the model was made with."""
    if model.digest in _compared:
        return
    _compared.add(model.digest)
    saved = SavedModel(scorer.path, scorer.metadata)
    check_python(saved)
    differing = differences(saved)
    if differing:
        _log.warning("the model may predict otherwise on this worker: %s", "; ".join(differing))
