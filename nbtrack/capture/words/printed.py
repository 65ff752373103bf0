"""Vocabulary of text: words around a number that is printed or shown."""

from __future__ import annotations

from nbtrack.capture.words.names import SPLITS

__all__ = ["LABEL_STOPS", "NOT_ITS_OWN", "PREPOSITIONS", "RATES", "TEXT_SPLITS", "TEXT_STOPS"]

_STOPS = frozenset("a an and at by epoch final for in is it iter iteration on our the with".split())
"""Words that do not describe a number."""
LABEL_STOPS = _STOPS | frozenset("are fold found from got has have its number of to total was we".split())
"""Those in the label of an expression that a cell shows."""
TEXT_STOPS = _STOPS | frozenset({"step"})
"""Those before the name of a score in a printed line: the name begins after them."""
TEXT_SPLITS = (SPLITS.keys() - {"te", "tr"}) | frozenset({"eval"})
"""Words for a part of the data in output."""
NOT_ITS_OWN = frozenset("above below from minimum of patience target than threshold to under until".split())
"""Words before the score of something else: `start training from score 0.53`."""
PREPOSITIONS = frozenset("after at by for from in of on over per so using with".split())
"""Words between a score's name and its number: `accuracy on test: 0.9`."""
RATES = frozenset({"error", "accuracy", "win", "success", "hit", "precision", "recall"})
"""Words of scores that are followed by `rate`."""
