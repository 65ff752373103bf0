r"""The filter language: which runs, in which order.

``nbtrack.runs("metrics.rmse < 0.8 and params.alpha >= 0.1 order by metrics.rmse")``

It includes MLflow's language: each of MLflow's filters finds the same runs here. Keywords may be in any letter case.

Fields
------
``metrics.rmse``
    The metric's last value, a number. ``metrics.loss.min``, ``.max``, ``.first``, ``.last``, ``.mean`` and
    ``.count`` are the other summaries of its history. Where the store has a metric that is itself called
    ``loss.min``, that one is meant; ``metrics.`loss`.min`` is always the summary, ``metrics.`loss.min```
    always the whole name.
``params.alpha``
    A param: a number beside numbers, text beside text in quotes; see *Comparing*.
``tags.team``
    A tag, text. MLflow's ``mlflow.runName``, ``mlflow.note.content``, ``mlflow.source.name``,
    ``mlflow.parentRunId`` and ``mlflow.source.git.commit`` mean the run's name, note, notebook, parent and
    commit.
``data.wine``
    The content fingerprint of the data called ``wine`` that the run read, text. MLflow's ``datasets.name`` and
    ``datasets.digest`` stand for any of the run's data; ``datasets.context`` is not stored, so no run has it.
``status``, ``run_name``, ``run_id``, ``experiment``, ``experiment_id``, ``notebook``, ``note``, ``git_commit``,
``parent``, ``lineage``, ``artifact_uri``, ``user``
    What belongs to the run itself, bare or as ``attributes.status``. Text, but for the number ``experiment_id``.
    A status is ``'RUNNING'``, ``'FINISHED'``, ``'FAILED'``, ``'KILLED'`` or ``'CRASHED'`` (its process died);
    ``'FAILED'`` does not find the crashed ones. ``user`` is the tag ``mlflow.user``.
``start_time``, ``end_time``, ``duration``
    Two times and the seconds between them. A run that has not ended lacks the last two.

A bare name that is none of these is the store's metric of that name, else its param: ``rmse < 0.8``, ``loss.min < 1``,
``alpha = 0.5``. MLflow's forms mean what they mean there.

MLflow's other words mean the same: ``metric``, ``param``, ``parameter(s)``, ``tag``, ``attribute``, ``attr``,
``run``, ``dataset``; ``name``, ``id``, ``Created``, ``user_id``, ```Run name```. A name of other characters than
letters, digits, ``_`` and ``.`` is quoted with backticks or quotes: ``metrics.`val loss```, ``params."lr-0"``.

Values
------
``0.8``, ``-1``, ``1e-3``, ``inf``, ``nan``, ``true`` (1), ``false`` (0)
    Numbers, compared as 64-bit floats.
``'red'``, ``"red"``
    Text, taken as it stands between the quotes, as in MLflow: there are no escapes. Literals side by side are
    one, which is how to write both kinds of quotes: ``'say "it' "'" 's"'``.
``'2026-11-01'``, ``'2026-11-01 12:00'``, ``'2026-11-01T12:00:00Z'``, ``now()``
    Times, beside a time: local unless they say otherwise. A date without a time of day is the whole day:
    ``start_time = '2026-11-01'`` finds its noon, ``<=`` and BETWEEN include it, ``>`` begins after it; in a
    sum or difference it is its first moment. A number beside a time is in milliseconds since the epoch, as in
    MLflow. Times are compared as whole milliseconds.
``7d``, ``1.5h``, ``90m`` (or ``90min``), ``30s``, ``500ms``, ``2w``
    Lengths of time: ``start_time > now() - 7d``, ``duration > 10m``. A number beside them is in seconds.
    There are no months and years, which differ in length: ``30d``.

Numbers are joined by ``+ - * /``: ``metrics.val - metrics.train < 0.1``.

Comparing
---------
``= == != <> < <= > >=``
    Also in a chain: ``0.1 < metrics.rmse < 0.8``. Text is compared by the code of its characters.
``BETWEEN 0.1 AND 0.8``, ``IN (1, 2)``, ``NOT BETWEEN``, ``NOT IN``
    Both ends belong to BETWEEN. ``x NOT IN (1, 2)`` is ``x != 1 and x != 2``.
``LIKE 'Elastic%'``, ``ILIKE``, ``RLIKE '^Elastic'``, each also after NOT
    Text only. ``%`` is any text, ``_`` one character; LIKE minds case, ILIKE does not. RLIKE finds a regular
    expression of Python's ``re`` anywhere in the text; a query whose expressions take more than 2 s is stopped.
``IS NULL``, ``IS NOT NULL``
    Whether the run lacks the field. A param that is ``None`` is there, its text is ``'None'``; an empty note is
    lacking.
``IS NAN``, ``IS NOT NAN``
    Whether a number is NaN: ``metrics.loss is nan`` finds the runs that diverged. A run that lacks it is neither.
``AND OR NOT``, ``&& || !``, parentheses
    NOT binds more strongly than AND, AND more strongly than OR.

A run that lacks a field is not found by any comparison with it: not by ``!=``, and not by ``NOT`` either, so that
``NOT metrics.rmse < 0.8`` finds runs that have an rmse. (SQL calls this three-valued: a missing field makes a
comparison unknown, NOT of unknown is unknown, ``unknown OR true`` is true.) The same holds for a param that is not
a number beside a number, and for a division by zero.

A NaN is there, and compares as in Python: ``!=`` is true of it, all else false.

Two params are compared as numbers where both are, otherwise as text. The conditions on ``datasets`` hold where
they do for one of the run's data, each for itself.

Order
-----
``ORDER BY metrics.rmse DESC, params.alpha LIMIT 10`` may follow the filter, or stand alone. Anything but literals
can be ordered by, sums and differences too; ASC is the default. Of params numbers come before text; NaN comes after
them, and runs that lack the field come last, in either direction. Ties, and runs without ORDER BY, come newest
first.

Limits
------
1,000,000 characters, 50,000 names, values and signs, 1,000 comparisons, 20 levels of AND, OR and NOT inside each
other, 20 operations inside each other, 30 fields in one comparison. Beyond, and for all that cannot be understood,
`FilterError` gives the position and, if there is one, the nearest name.

For the store
-------------
`parse` makes the tree (`tree.py`), `compile_query` the SQL and its parameters, for the tables of
`nbtrack/store/migrations.py`; only the store runs it, on connections that have `functions`.
"""

from __future__ import annotations

from nbtrack.query.parser import parse, parse_order
from nbtrack.query.patterns import begin_matching, functions, interruption
from nbtrack.query.record_filters import matching_experiments
from nbtrack.query.sql import Compiled, Statement, compile_query
from nbtrack.query.suggest import suggest
from nbtrack.query.tree import Order, Query, metrics_named
from nbtrack.query.unknown import bare_names, unknown_names

__all__ = [
    "Compiled",
    "Order",
    "Query",
    "Statement",
    "bare_names",
    "begin_matching",
    "compile_query",
    "functions",
    "interruption",
    "matching_experiments",
    "metrics_named",
    "parse",
    "parse_order",
    "suggest",
    "unknown_names",
]
