"""The results of a cell: the numbers that it computed and assigned to names."""

from __future__ import annotations

import ast
import re
from numbers import Integral
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving, peek
from nbtrack.capture.number import as_number, shown_number
from nbtrack.capture.results.holders import leaves
from nbtrack.capture.settings.params import is_configuration
from nbtrack.capture.source.evidence import (
    counts,
    gives_score,
    goes_over,
    is_temporary,
    reduces,
    tainted_names,
)
from nbtrack.capture.source.reads import dotted, names_in
from nbtrack.capture.watch.passes import function_called
from nbtrack.capture.words.calls import call_role
from nbtrack.capture.words.names import (
    COUNT_WORDS,
    INDEX_WORDS,
    is_best_name,
    is_bookkeeping_name,
    is_earlier_name,
    is_latency_name,
    is_metric_name,
    is_schedule_name,
    is_size_or_time,
    is_statistic_name,
    words,
)
from nbtrack.points import Points

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from types import FunctionType

    from nbtrack.capture.number import Measure
    from nbtrack.capture.source.analysis import Binding, CellAnalysis

__all__ = ["collect"]


def collect(
    analysis: CellAnalysis,
    namespace: Mapping[str, Any],
    now: float,
    *,
    wanted: Iterable[str] = (),
    trains: bool = False,
    put: Callable[[str], Collection[str]] = lambda _name: (),
    carried: Callable[[ast.expr | None], bool] = lambda _node: False,
) -> dict[str, Points]:
    """Return name to points for the cell's top-level names that hold results.

    Parameters
    ----------
    analysis
        The cell.
    namespace
        The user's namespace after the cell.
    now
        The time of values without their own time.
    wanted
        Names that the user called metrics.
    trains
        Whether the cell fits or scores something: a shown value is then more likely a result.
    put
        Returns the dotted paths in a container at which the cell has stored something itself.
    carried
        Whether an expression only carries what was there before the cell.
    """
    found: dict[str, Points] = {}
    wanted = set(wanted)
    tainted = tainted_names(analysis)
    for name in dict.fromkeys([*analysis.bindings, *analysis.mutations, *analysis.contents_before]):
        bindings = analysis.bindings.get(name, [])
        asked = name in wanted
        if name not in namespace or not (asked or _may_hold(name, namespace[name], analysis, carried)):
            continue
        if bindings and bindings[-1].kind in {"loop", "other"}:
            continue
        value = namespace[name]
        number = as_number(value)
        if number is None and (is_metric_name(name) or any(gives_score(b.value) for b in bindings)):
            number = shown_number(value)  # an array of one
        if number is not None:
            whole = _is_whole(value)
            worked = not whole and _is_worked_out(bindings, analysis, namespace)
            if asked or _is_result(
                analysis, name, bindings, tainted, whole=whole, trains=trains, worked=worked
            ):
                found[name] = Points.at(now, [number])
            continue
        for key, values in leaves(
            name, value, analysis, bindings, wanted=asked, trains=trains, positions=namespace
        ):
            fresh = _news(key, values, analysis.contents_before.get(name, {}), put(name))
            if fresh and not _is_copied(key, fresh, bindings, found):
                found[key] = Points.at(now, fresh)
    return found


def _may_hold(
    name: str, value: Any, analysis: CellAnalysis, carried: Callable[[ast.expr | None], bool]
) -> bool:
    """Return whether a name may hold a result: none that was chosen, or was there before the cell."""
    if name.startswith("_"):
        return False
    bindings = analysis.bindings.get(name, [])
    changed = not bindings or name in analysis.mutations or name in analysis.contents_before
    if not changed and (all(b.chosen for b in bindings) or all(carried(b.value) for b in bindings)):
        return False
    return not is_configuration(name, value)


def _is_copied(path: str, values: list[float], bindings: list[Binding], found: Mapping[str, Points]) -> bool:
    """Return whether a column is one of the records that a table is made of: `pd.DataFrame(rows).sort_values("f1")`."""
    name, _, column = path.partition(".")
    if not column or len(values) < 2:
        return False
    sources = {one for b in bindings if b.value is not None for one in names_in(b.value)} - {name}
    originals = [found[key].values for one in sources if (key := f"{one}.{column}") in found]
    return any(sorted(values) == sorted(original) for original in originals)


def _news(
    path: str, values: list[float], earlier: Mapping[str, Measure], put: Collection[str]
) -> list[float]:
    """Return the values that the cell has added at a path of a container."""
    if path not in earlier or any(
        path[:end] in put for end in [m.start() for m in re.finditer(r"\.|$", path)]
    ):
        return values
    return earlier[path].news(values)


@forgiving(bool)
def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) or "int" in str(peek(value, "dtype", ""))


def _is_result(
    analysis: CellAnalysis,
    name: str,
    bindings: list[Binding],
    tainted: set[str],
    *,
    whole: bool,
    trains: bool,
    worked: bool,
) -> bool:
    """Return whether a number that the cell left under `name` is a result of it."""
    computed = [b for b in bindings if not b.chosen]
    if not computed or is_earlier_name(name):
        return False
    uses = set(analysis.uses.get(name, ()))
    feeds = not uses.isdisjoint({"compute", "part"})
    shown = not uses.isdisjoint({"shown", "kept"})
    if is_best_name(name) and words(name)[-1] not in INDEX_WORDS:
        return True
    if is_latency_name(name):
        return shown or not feeds
    if any(counts(b.value) for b in computed):
        return False
    scored = worked or all(gives_score(b.value) for b in computed)
    scored = scored and not goes_over(analysis, name)
    if is_metric_name(name) or scored:
        if whole and words(name)[0] in COUNT_WORDS and not shown:
            return False
        # A running sum that is used for another number is not a result itself.
        part = all(b.kind == "aug" for b in computed) or is_temporary(computed, uses)
        return shown or not (feeds and part)
    if whole:
        counted = not is_bookkeeping_name(name) or words(name)[0] in COUNT_WORDS
        if not (counted and name in tainted) and not _is_beside_result(analysis, computed):
            return False
        return (shown and trains) or (not feeds and "plot" not in uses and all(_sums_up(b) for b in computed))
    if is_size_or_time(name) or is_schedule_name(name):
        return False
    if not trains and name not in tainted and all(b.loop and not _goes_on(b, bindings) for b in computed):
        return False  # the last value of a loop
    # A value that is computed and then shown is the purpose of the cell.
    if "shown" in uses:
        return True
    statistic = is_statistic_name(name)
    if (is_bookkeeping_name(name) and not statistic) or (statistic and "plot" in uses):
        return False
    if name in tainted:
        return (shown and trains) or not feeds
    return not feeds and "plot" not in uses and all(_sums_up(b) for b in computed)


def _is_worked_out(bindings: list[Binding], analysis: CellAnalysis, namespace: Mapping[str, Any]) -> bool:
    """Return whether a value is what a function of the notebook gives that trains or scores something."""
    calls = [b.value for b in bindings if isinstance(b.value, ast.Call)]
    if not calls or len(calls) < len(bindings):
        return False
    functions = [function_called(call, analysis, namespace) for call in calls]
    return all(function is not None and _works(function) for function in functions)


def _works(function: FunctionType | ast.FunctionDef) -> bool:
    if isinstance(function, ast.FunctionDef):
        names = {
            dotted(node.func).rpartition(".")[2] for node in ast.walk(function) if isinstance(node, ast.Call)
        }
    else:
        names = set(function.__code__.co_names)
    return any(
        call_role(name) in {"fit", "score"} or "predict" in name or name == "backward" for name in names
    )


def _sums_up(binding: Binding) -> bool:
    """Return whether a value that the cell computes once sums others up: a mean, a ratio."""
    return binding.loop is None and binding.value is not None and reduces(binding.value)


def _is_beside_result(analysis: CellAnalysis, bindings: list[Binding]) -> bool:
    """Return whether a name is unpacked together with a result: `reward, steps = play(policy)`."""
    statements = {id(b.stmt) for b in bindings if b.kind == "unpack"}
    return any(
        is_metric_name(name) and any(id(b.stmt) in statements for b in others)
        for name, others in analysis.bindings.items()
    )


def _goes_on(binding: Binding, bindings: list[Binding]) -> bool:
    """Return whether a loop carries a value over from one iteration to the next."""
    begun = any(other.loop is None for other in bindings)
    return begun or binding.kind == "aug"
