"""A worker process: it loads the model once, and predicts for the batches that it is sent.

It runs in the model's own environment too, so it imports nothing of nbtrack but the model format and this package.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbtrack.errors import ModelError, NbtrackError
from nbtrack.models import load
from nbtrack.scoring.batches import FrameBatch
from nbtrack.scoring.plain import PlainTable, plain
from nbtrack.scoring.scorer import Predicted, RowsError, Scorer

__all__ = ["ModelJob", "answered", "main"]


@dataclass(frozen=True)
class ModelJob:
    """What a process needs to know to predict for batches."""

    model: str
    """The model's folder."""
    trust: bool | tuple[str, ...]
    keep: tuple[str, ...] = ()
    params: dict[str, Any] | None = None
    skip: bool = False
    config: dict[str, Any] | None = None
    """Settings in place of those that the model was saved with."""

    def scorer(self) -> Scorer:
        """Return the model, loaded."""
        trust = self.trust if isinstance(self.trust, bool) else list(self.trust)
        return Scorer(
            load(Path(self.model), trust=trust, model_config=self.config),
            self.keep,
            self.params,
            skip=self.skip,
        )


def answered(scorer: Scorer, batch: Any, *, alone: bool) -> Predicted | NbtrackError | RowsError:
    """Return the predictions for a batch, or why there are none."""
    try:
        return scorer.score(batch, alone=alone)
    except (NbtrackError, RowsError) as error:
        return error


def _answered_plain(scorer: Scorer, batch: PlainTable) -> Any:
    """Return the answer to a process whose Python may not know this one's tables."""
    found = answered(scorer, FrameBatch(batch.frame()), alone=False)
    if not isinstance(found, Predicted) or found.table is None:
        return found
    table: Any = plain(found.table)
    return replace(found, table=table)


def main() -> None:
    """Answer what comes on standard input, until it is closed."""
    # Ctrl-C reaches the whole group; the process that started this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A model that prints must not print among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = sys.stdin.buffer

    def answer(value: Any) -> None:
        pickle.dump(value, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()

    job: ModelJob = pickle.load(requests)  # noqa: S301 (of the process that started this one)
    try:
        scorer = job.scorer()
    except Exception as error:  # noqa: BLE001 (a model that is loaded may raise anything)
        answer(
            error if isinstance(error, NbtrackError) else ModelError(f"the model cannot be loaded: {error!r}")
        )
        return
    answer(None)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            batch, alone = pickle.load(requests)  # noqa: S301 (as above)
            answer(
                _answered_plain(scorer, batch)
                if isinstance(batch, PlainTable)
                else answered(scorer, batch, alone=alone)
            )
