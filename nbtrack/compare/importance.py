"""The importance of params for a metric: a forest's permutation importance, and rank correlation."""

from __future__ import annotations

import math
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nbtrack.compare.chosen import chosen
from nbtrack.errors import InvalidValueError
from nbtrack.fields import MISSING, differ, is_finite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.compare.documents import Importance, ImportanceDocument
    from nbtrack.records import RunRecord
    from nbtrack.store import Store

__all__ = ["importance"]

MIN_RELIABLE_RUNS = 20
"""With fewer runs, the importances may be chance."""
_MIN_RUNS = 5
_MAX_TEXTS = 12
"""The most categories of a text param; rarer values are merged."""
_TREES, _FOLDS, _SHUFFLES = 50, 5, 3
_QUICK_TREES, _QUICK_FOLDS = 20, 3
_THREADS = 2
_MAX_TRIED = 15
"""How many columns a split of a tree tries."""
_MAX_DRAWN = 1_000
"""The most runs that one tree is grown from; the trees of a forest draw different ones, so that all are looked at."""
_MAX_TESTED = 200
"""The most runs of a fold with which params are shuffled: more change little, and take most of the time."""


def importance(
    store: Store,
    ids: Sequence[str],
    metric: str,
    params: Sequence[str] | None = None,
    *,
    most: int | None = None,
) -> ImportanceDocument:
    """Return the importance of each param of these runs for a metric.

    Without scikit-learn there are rank correlations only, and a caution says how to install it.

    Parameters
    ----------
    metric
        A name, or a summary as in filters: `loss.min`.
    params
        Names of the params to look at; by default all.
    most
        How many runs, drawn by chance, are looked at, for a first answer that comes soon; by default all. Where
        scikit-learn is not loaded yet, it has rank correlations only.

    Raises
    ------
    InvalidValueError
        When fewer than 5 of the runs have the metric.
    NotFoundError
        When a run is not there.
    """
    import numpy as np

    runs = chosen(store, ids)
    scores = store.column(f"metrics.{metric}", runs)
    kept = [place for place, value in enumerate(scores) if is_finite(value)]
    if len(kept) < _MIN_RUNS:
        raise InvalidValueError(
            f"{len(kept):,} of these {len(runs):,} runs have a value of {metric!r}; importance needs {_MIN_RUNS} or more"
        )
    cautions = _cautions(len(kept), len(runs), metric)
    known = len(kept)
    if most is not None and most < known:
        kept = sorted(np.random.default_rng(0).permutation(kept)[: max(most, _MIN_RUNS)].tolist())
    target = np.array([scores[place] for place in kept], dtype="float64")
    columns = _params(store, [runs[place] for place in kept], params)
    constant = [name for name, values in columns.items() if _is_constant(values)]
    if constant:
        number = f"{len(constant):,} params are" if len(constant) > 1 else f"the param {constant[0]} is"
        cautions.append(f"{number} the same in all runs that have it, which tells nothing")
    varied = {name: values for name, values in columns.items() if name not in constant}
    if len(set(target.tolist())) == 1:
        cautions.append(f"{metric} is the same in all runs: there is nothing to explain")
        varied = {}
    final = len(kept) == known and (most is None or "sklearn.ensemble" in sys.modules)
    # To load scikit-learn takes longer than the first answer may.
    waits = not final and "sklearn.ensemble" not in sys.modules
    score, found = (None, {}) if waits else _forest(varied, target, cautions, quick=not final)
    return {
        "metric": metric,
        "runs": known,
        "looked_at": len(kept),
        "final": final,
        "score": score,
        "params": _ranked(varied, target, found),
        "constant": constant,
        "cautions": cautions,
    }


def _params(store: Store, runs: Sequence[RunRecord], names: Sequence[str] | None) -> dict[str, list[Any]]:
    """Return the runs' params, or those with these names, as columns."""
    kind = "params."
    table = store.table(runs, MISSING)
    columns = {name.removeprefix(kind): values for name, values in table.items() if name.startswith(kind)}
    return columns if names is None else {name: columns[name] for name in names if name in columns}


def _cautions(known: int, total: int, metric: str) -> list[str]:
    cautions = []
    if known < total:
        cautions.append(f"{total - known:,} of the runs have no finite value of {metric} and are left out")
    if known < MIN_RELIABLE_RUNS:
        cautions.append(f"only {known} runs: with fewer than {MIN_RELIABLE_RUNS}, this is a hint at best")
    return cautions


def _is_constant(values: Sequence[Any]) -> bool:
    return not differ(value for value in values if value is not MISSING)


def _ranked(
    columns: Mapping[str, list[Any]], target: Any, found: Mapping[str, tuple[float, float]]
) -> list[Importance]:
    """Return the params, the most important first."""
    total = sum(max(0.0, mean) for mean, _ in found.values())
    rows: list[Importance] = []
    for name, values in columns.items():
        mean, spread = found.get(name, (None, None))
        share = None if mean is None else max(0.0, mean) / total if total > 0 else 0.0
        rows.append(
            {
                "param": name,
                "importance": mean,
                "spread": spread,
                "share": share,
                "correlation": _correlation(values, target),
                "count": sum(value is not None for value in values),
            }
        )
    return sorted(
        rows, key=lambda row: (-(row["importance"] or 0.0), -abs(row["correlation"] or 0.0), row["param"])
    )


def _numbers(values: Sequence[Any]) -> list[float] | None:
    """Return a param as numbers, NaN where it is lacking; None when one of its values is text."""
    numbers = []
    for value in values:
        if isinstance(value, str):
            return None
        try:
            number = math.nan if value is None or value is MISSING else float(value)
        except OverflowError:
            return None
        # Ranks and trees cannot handle infinity, and float32 no larger number.
        numbers.append(max(-3e38, min(3e38, number)) if not math.isnan(number) else number)
    return numbers


def _correlation(values: Sequence[Any], target: Any) -> float | None:
    """Return Spearman's rank correlation, None for text and where it is not defined."""
    import numpy as np

    numbers = _numbers(values)
    if numbers is None:
        return None
    param = np.array(numbers, dtype="float64")
    known = ~np.isnan(param)
    one, other = _ranks(param[known]), _ranks(target[known])
    if len(one) < 3 or not one.any() or not other.any():
        return None
    return float((one @ other) / np.sqrt((one @ one) * (other @ other)))


def _ranks(values: Any) -> Any:
    """Return the ranks of numbers, equal ones between two, as distances from their mean."""
    import numpy as np

    if not len(values):
        return values
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return ranks - ranks.mean()


def _encoded(values: Sequence[Any]) -> list[list[float]]:
    """Return a param as columns of numbers: itself, or one for each of its common texts."""
    from collections import Counter

    numbers = _numbers(values)
    if numbers is not None:
        return [numbers]
    texts = [None if value is MISSING else str(value) for value in values]
    common = [text for text, _ in Counter(texts).most_common(_MAX_TEXTS) if text is not None]
    return [[float(text == one) for text in texts] for one in common]


def _forest(
    columns: Mapping[str, list[Any]], target: Any, cautions: list[str], *, quick: bool = False
) -> tuple[float | None, dict[str, tuple[float, float]]]:
    """Return the R2 of forests on unseen runs, and its drop without each param."""
    if not columns:
        return None, {}
    try:
        from sklearn.ensemble import RandomForestRegressor
    except ImportError:
        cautions.append(
            "importance needs scikit-learn (python -m pip install scikit-learn); "
            "until then there is rank correlation only"
        )
        return None, {}
    import numpy as np

    random = np.random.default_rng(0)
    encoded = {name: _encoded(values) for name, values in columns.items()}
    table = np.array([one for group in encoded.values() for one in group], dtype="float64").T
    order = random.permutation(len(target))
    table, target = table[order], target[order]
    places = np.cumsum([0, *map(len, encoded.values())])
    groups = [slice(start, end) for start, end in pairwise(places.tolist())]
    whole, falls = [], []
    trees, folds = (_TREES, _FOLDS) if not quick else (_QUICK_TREES, _QUICK_FOLDS)
    for fold in range(folds):
        test = np.arange(len(target)) % folds == fold
        if test.sum() < 1 or (~test).sum() < 2:
            continue
        drawn = min(_MAX_DRAWN, int((~test).sum()))
        forest = RandomForestRegressor(
            trees,
            random_state=fold,
            min_samples_leaf=2,
            max_samples=drawn,
            max_features=min(1.0, _MAX_TRIED / table.shape[1]),
            n_jobs=_THREADS,
        )
        forest.fit(table[~test], target[~test])
        tested = np.flatnonzero(test)[:_MAX_TESTED]
        error, shuffled = _errors(forest, table[tested], target[tested], groups, random)
        whole.append(error)
        falls.append(shuffled - error[:, None, None])
    return _score(whole, falls, target, list(columns), cautions)


def _errors(forest: Any, table: Any, target: Any, groups: Sequence[slice], random: Any) -> tuple[Any, Any]:
    """Return the squared error of each run, and the same with each param shuffled several times."""
    import numpy as np

    copies = np.repeat(table[None], len(groups) * _SHUFFLES, axis=0)
    for place, columns in enumerate(groups):
        for turn in range(_SHUFFLES):
            mixed = random.permutation(len(table))
            copies[place * _SHUFFLES + turn][:, columns] = table[mixed][:, columns]
    # One call, because a call costs more than its predictions.
    predicted = forest.predict(np.concatenate([table[None], copies]).reshape(-1, table.shape[1]))
    errors = (predicted.reshape(-1, len(table)) - target) ** 2
    return errors[0], errors[1:].T.reshape(len(table), len(groups), _SHUFFLES)


def _score(
    whole: Sequence[Any], falls: Sequence[Any], target: Any, names: Sequence[str], cautions: list[str]
) -> tuple[float | None, dict[str, tuple[float, float]]]:
    import numpy as np

    variance = float(np.var(target))
    if not whole or not variance > 0:
        return None, {}
    score = 1 - float(np.concatenate(whole).mean()) / variance
    if score < 0.3:
        cautions.append(
            f"the forest explains {max(0.0, score):.0%} of the metric on runs it has not seen: "
            "the params tell little of it"
        )
    drop = np.concatenate(falls).mean(axis=0) / variance  # by param and shuffle
    return score, {
        name: (float(mean), float(spread))
        for name, mean, spread in zip(names, drop.mean(axis=1), drop.std(axis=1), strict=True)
    }
