"""Vocabulary of names: words for results, for settings and for bookkeeping."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from nbtrack.metric_words import DOWN, PHRASES, UNDECIDED, UP

__all__ = [
    "COUNT_WORDS",
    "INDEX_WORDS",
    "RESULTS_WORDS",
    "SETTINGS_WORDS",
    "SPLITS",
    "is_best_name",
    "is_bookkeeping_name",
    "is_data_name",
    "is_earlier_name",
    "is_history_attribute",
    "is_latency_name",
    "is_log_name",
    "is_loss_function",
    "is_metric_name",
    "is_output_name",
    "is_prediction_name",
    "is_schedule_name",
    "is_size_or_time",
    "is_statistic_name",
    "is_training_name",
    "may_be_metric",
    "may_be_result",
    "words",
]

_MEANS_OTHERWISE = frozenset({"f2"})
"""Words of metrics that a cell's names mean otherwise: a search goes by the values f1 and f2 of a function."""
_METRIC_WORDS = (DOWN | UP | UNDECIDED | {"pvalue"}) - _MEANS_OTHERWISE
"""Words that indicate a result."""
_METRIC_PHRASES = frozenset(phrase for phrase, _ in PHRASES) - {("r", "2")} | {("p", "value")}
"""Phrases that indicate a result; `r_2` is the second of two radii."""

_ZEROS = {ord(digit): "0" for digit in "123456789"}
_WITH_ZEROS = frozenset(word.translate(_ZEROS) for word in _METRIC_WORDS)
_PHRASE_BEGINS = frozenset(phrase[:2] for phrase in _METRIC_PHRASES)

_BOOKKEEPING_WORDS = frozenset(
    """
    i j k l n m p q t u v x y z xs ys ii jj kk nn idx ix index indices count counts counter num nums number
    len length size sizes dim dims ndim shape rows row cols col columns start end begin stop time times
    elapsed tic toc duration secs seconds ms now timestamp lo hi low high left right top bottom mid width
    height tmp temp dummy seed step steps epoch epochs iter iters iteration iterations batch batches total
    offset stride fig ax axes color colour cmap title label labels w b w0 w1 theta weight weights bias
    biases grad grads gradient dw db lr eta alpha beta gamma sigma mu std var params param key keys name names
    lower upper bound bounds factor scale threshold th it ep bs pos ptr patience wait eps tol xmin xmax
    ymin ymax min max sum position runtime second flos
    """.split()
)
"""Words that indicate bookkeeping, unless there is a metric word."""

_NOT_METRIC_WORDS = frozenset(
    "fn func function idx index name names weight rate scale time times seconds second runtime flos".split()
)
"""Words after which a name is about a metric, but not a metric."""
_BOOKKEEPING_FIRST = frozenset("n num idx i x y t start len".split())
"""Words that indicate bookkeeping if they come first."""
COUNT_WORDS = frozenset({"n", "num"})
"""Words that a count begins with: `n_correct`."""
INDEX_WORDS = frozenset({"i", "idx", "index"})
"""Words that an index ends in: `best_idx`."""

_STATISTIC_WORDS = frozenset("bias lower max min std sum total upper var".split())
"""Words of statistics, which names of bounds and of parts of computations end in, too."""
_ALONE = frozenset({"db", "l1", "l2", "max", "min", "std", "total", "var"})
"""Names that stand for a result in a container of results."""

_PREDICTION_WORDS = frozenset(
    "pred preds prediction predictions predicted yhat hat prob probs proba logits output outputs out".split()
)
"""Words of a model's output."""
_EARLIER_WORDS = frozenset({"prev", "previous", "old", "last", "init", "initial"})
"""Words that an earlier value begins with."""
_SIZE_AND_TIME_WORDS = frozenset(
    """
    elapsed time times start end begin stop tic toc duration secs seconds minutes ms now timestamp t0 t1 width
    height size sizes len length shape rows cols columns kb mb gb megabytes memory bytes offset stride since
    runtime second flos
    """.split()
)
"""Words that sizes and times end in."""
_MEASURED_WORDS = frozenset({"latency", "throughput"})
"""Words of times that are measured for their own sake."""
_TRAINING_WORDS = frozenset(
    """
    backward boost descent evaluate fit learn minimise minimize optimise optimize simulate step train tune
    validate
    """.split()
)
"""Words of functions that train something."""
_HISTORY_WORDS = frozenset("cost costs curve deviance errors loss losses likelihood score scores".split())
"""Words of the fitted attributes that hold a history."""
_LOG_WORDS = frozenset({"hist", "history", "log", "logs"})
"""Words that such an attribute of the user's own class ends in."""
RESULTS_WORDS = frozenset({"hist", "histories", "history", "report", "results", "curve", "curves", "trace"})
"""Words that a name of results may end in, regardless of the words before."""
_SCHEDULE_WORDS = frozenset("lr eta epsilon eps temperature decay step momentum".split())
"""Words of settings that a loop changes by plan."""
_BEST_WORDS = frozenset({"best", "lowest", "highest"})
"""Words of the best value so far."""
SETTINGS_WORDS = frozenset(
    "args cfg config configuration hparams hyper hyperparameters options opts params settings".split()
)
"""Words of a name, or of a class, that holds settings."""
_DATA_WORDS = frozenset(
    "arr array data df frame i idx index item j key n row s seed t text value values vec vector x xs y ys z a b c d x1 x2".split()
)
"""Words that the names of data end in."""
_OUTPUT_NAME = re.compile(
    r"(?:print|show|display|plot|fig|figure|save|verbose)(?:_.*|size)?|.*_(?:figsize|dpi|cmap|colou?rs?|palette|linewidth)"
    r"|figsize|dpi|cmap|palette|colou?rs?|debug|title|(?:.*_)?(?:digits|decimals|precision_digits|ndigits)|sep|prefix|suffix"
    r"|(?:log|report|checkpoint|ckpt)_(?:every|freq|frequency|interval|steps?|level|name)(?:_.*)?|every"
    r"|(?:.*_)?shown|(?:.*_)?(?:workers|n_jobs|njobs)|project|entity|tags|notes|run_name|author|version|description"
)
"""Names of what is shown and written, and of how a cell runs."""
_OUTPUT_PLACE = re.compile(
    r"(?:.*_)?(?:out|output|outputs|log|logs|dir|directory|folder|path|root|file|filename|ckpt|checkpoint)"
    r"|(?:.*_)?(?:col|cols|column|columns)|target|targets|features|name|comment"
)
"""Names of places and columns, if their values are texts."""
SPLITS = {
    "train": "train",
    "training": "train",
    "tr": "train",
    "test": "test",
    "te": "test",
    "holdout": "test",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
}
"""Words for a part of the data, with that part's word in the name of a score."""


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """Return the words of an identifier, lower-case: `valLoss_2` is `("val", "loss", "2")`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return tuple(part.lower() for part in re.split(r"[^A-Za-z0-9]+", spaced) if part)


@lru_cache(maxsize=4096)
def is_metric_name(name: str) -> bool:
    """Return whether a name indicates a result, e.g. `val_loss`, `rmse2`, `test_acc`."""
    found = words(name)
    if not found or found[-1] in _NOT_METRIC_WORDS:
        return False
    if any(w in _METRIC_WORDS or w.rstrip("0123456789") in _METRIC_WORDS for w in found):
        return True
    return any(found[i : i + len(p)] == p for p in _METRIC_PHRASES for i in range(len(found)))


def may_be_metric(text: str) -> bool:
    """Return whether a text may have a word for which `is_metric_name` is true, whatever its digits are."""
    found = re.findall(r"[a-z][a-z0]*", text.lower().translate(_ZEROS))
    if not _WITH_ZEROS.isdisjoint(found):
        return True
    if any(word.rstrip("0") in _WITH_ZEROS for word in found if word.endswith("0")):
        return True
    return not _PHRASE_BEGINS.isdisjoint(pairwise(found))


@lru_cache(maxsize=4096)
def is_bookkeeping_name(name: str) -> bool:
    """Return whether a name indicates counting, timing, sizes or a model's weights."""
    found = words(name)
    if is_metric_name(name):
        return False
    if not found or name.startswith("_"):
        return True
    strip = [w.rstrip("0123456789") or w for w in found]
    return strip[-1] in _BOOKKEEPING_WORDS or strip[0] in _BOOKKEEPING_FIRST


def is_loss_function(name: str) -> bool:
    """Return whether a function of this name gives a loss: `loss_fn`, `criterion`, `compute_loss`."""
    found = [word for word in words(name) if word not in {"fn", "func", "function"}]
    return bool(found) and (found[-1] in {"loss", "cost", "criterion"})


def is_statistic_name(name: str) -> bool:
    """Return whether a name is of a statistic of something: `cv_std`, `p95`, `bias`, `gap_max`, but not `max` or `p`.

    Outside of results such a name may as well mean a bound, a weight or a part of a computation.
    """
    found = words(name)
    if not found:
        return False
    if found[0] in _BOOKKEEPING_FIRST:
        return False
    if found[-1] == "bias" or _is_measured(found):
        return True
    return len(found) > 1 and found[-1] in _STATISTIC_WORDS


def is_latency_name(name: str) -> bool:
    """Return whether a name is of a time that is measured for its own sake, as none is that tells how long a cell took."""
    return not _MEASURED_WORDS.isdisjoint(words(name))


def _is_measured(found: tuple[str, ...]) -> bool:
    """Return whether words are of a quantile or of a time that is measured for its own sake: `p95_ms`, `latency_ms`."""
    quantile = any(len(word) == 3 and word[0] in "pq" and word[1:].isdigit() for word in found)
    return quantile or not _MEASURED_WORDS.isdisjoint(found)


def may_be_result(name: str) -> bool:
    """Return whether a number under this name may be a result among results: not a count, a time, a position, a setting."""
    if name.startswith("_"):
        return False
    return is_metric_name(name) or not is_bookkeeping_name(name) or is_statistic_name(name) or name in _ALONE


def is_prediction_name(name: str) -> bool:
    """Return whether a name indicates a model's output, e.g. `y_pred`, `probs`."""
    return any(w in _PREDICTION_WORDS for w in words(name))


def is_data_name(name: str) -> bool:
    """Return whether a parameter of this name takes what is computed with, and no setting."""
    return name in {"shape", "size"} or not words(name) or words(name)[-1] in _DATA_WORDS


@lru_cache(maxsize=4096)
def is_output_name(name: str, *, text: bool = False) -> bool:
    """Return whether a name is of what is shown or written; of a text, also whether it says where, or which columns.

    Examples
    --------
    >>> is_output_name("fig_size"), is_output_name("log_alpha"), is_output_name("out_dir", text=True)
    (True, False, True)
    """
    spelt = "_".join(words(name))
    return bool(_OUTPUT_NAME.fullmatch(spelt) or (text and _OUTPUT_PLACE.fullmatch(spelt)))


def is_best_name(name: str) -> bool:
    """Return whether a name keeps the best value so far, e.g. `best_val_loss`."""
    return any(w in _BEST_WORDS for w in words(name))


def is_earlier_name(name: str) -> bool:
    """Return whether a name keeps an earlier value of another, e.g. `prev_loss`."""
    return bool(words(name)) and words(name)[0] in _EARLIER_WORDS


def is_size_or_time(name: str) -> bool:
    """Return whether a name indicates a size or a time."""
    found = words(name)
    if is_metric_name(name) or not found:
        return False
    if _is_measured(found):
        return False
    return found[-1] in _SIZE_AND_TIME_WORDS or not {"elapsed", "time", "duration"}.isdisjoint(found)


def is_history_attribute(name: str) -> bool:
    """Return whether a library's fitted attribute is a history, e.g. `loss_curve_`, `train_score_`."""
    return not _HISTORY_WORDS.isdisjoint(words(name))


def is_log_name(name: str) -> bool:
    """Return whether a name ends as that of a log of results does, e.g. `train_log`."""
    return words(name)[-1] in _LOG_WORDS


def is_training_name(name: str) -> bool:
    """Return whether a function or method of this name trains something, e.g. `train_epoch`."""
    return not _TRAINING_WORDS.isdisjoint(words(name))


def is_schedule_name(name: str) -> bool:
    """Return whether a name is of a setting that a loop may change by plan, e.g. `lr`."""
    return not _SCHEDULE_WORDS.isdisjoint(words(name)) or words(name)[-2:] == ("learning", "rate")
