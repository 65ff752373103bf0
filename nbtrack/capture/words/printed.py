"""Vocabulary of text: words around a number that is printed or shown."""

from __future__ import annotations

from nbtrack.capture.words.names import SPLITS

__all__ = [
    "BASELINES",
    "COMPARED",
    "LABEL_STOPS",
    "NOT_ITS_OWN",
    "NOT_OURS",
    "PREPOSITIONS",
    "RATES",
    "TEXT_SPLITS",
    "TEXT_STOPS",
]

_STOPS = frozenset("a an and at by epoch final for in is it iter iteration on our the with".split())
"""Words that do not describe a number."""
LABEL_STOPS = _STOPS | frozenset("are fold found from got has have its number of to total was we".split())
"""Those in the label of an expression that a cell shows."""
TEXT_STOPS = _STOPS | frozenset({"step"})
"""Those before the name of a score in a printed line: the name begins after them."""
TEXT_SPLITS = (SPLITS.keys() - {"te", "tr"}) | frozenset({"eval"})
"""Words for a part of the data in output."""
NOT_ITS_OWN = frozenset(
    """
    above below cutoff desired from goal minimum need needed needs of patience prev previous prior required target
    than threshold to tolerance under until
    """.split()
)
"""Words before the score of something else: `start training from score 0.53`."""
NOT_OURS = frozenset("literature paper papers published sota".split())
"""Words of a sentence about the results of others."""
BASELINES = frozenset({"baseline", "dummy"})
"""Words of a sentence about the model that others are compared with."""
COMPARED = frozenset("better decrease drop higher improvement increase less lower more worse".split())
"""Words behind a number that is the difference of two."""
PREPOSITIONS = frozenset("after at by for from in of on over per so using with".split())
"""Words between a score's name and its number: `accuracy on test: 0.9`."""
RATES = frozenset({"error", "accuracy", "win", "success", "hit", "precision", "recall"})
"""Words of scores that are followed by `rate`."""
