"""Explain why a name of a cell was kept, as what, or was not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.capture.words.names import (
    is_best_name,
    is_bookkeeping_name,
    is_earlier_name,
    is_metric_name,
    is_size_or_time,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from nbtrack.capture.source.analysis import Binding, CellAnalysis

__all__ = ["Why"]


@dataclass(frozen=True, slots=True)
class Why:
    r"""The content of a cell's run and the analysis of its source; it does not refer to the user's objects.

    Examples
    --------
    >>> import ast
    >>> from nbtrack.capture import CellCapture
    >>> capture = CellCapture({"__name__": "__main__"})
    >>> code = compile(capture.transform(ast.parse("rate = 0.5\nfor i in []:\n    loss = i")), "cell", "exec")
    >>> exec(code, capture.namespace)
    >>> why = capture.why(capture.finish())
    >>> print(why.of("rate"))
    rate is the param rate = 0.5: line 1 writes it out
    >>> print(why.of("loss"))
    loss is not kept: line 3 binds it, and was not reached
    """

    whole: Sequence[CellAnalysis]
    """The cell as it was written."""
    reached: Sequence[CellAnalysis]
    """The cell as far as it was executed."""
    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, int] = field(default_factory=dict)
    """Name to the number of points."""
    models: Collection[str] = ()
    data: Collection[str] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Name to the type of its value."""
    ignored: Collection[str] = ()
    carried: Collection[str] = ()
    """The names that hold what was there before the cell."""

    @property
    def names(self) -> list[str]:
        """The names that the cell binds, and those in its run."""
        bound = (name for analysis in self.whole for name in analysis.bindings)
        return list(dict.fromkeys([*bound, *self.params, *self.metrics]))

    def of(self, name: str) -> str:
        """Return whether and how a name was kept, and the rule for it."""
        kept = [*self._kept(name)]
        if not kept:
            return f"{name} is not kept: {self._why_not(name)}"
        return "\n".join(kept)

    def _kept(self, name: str) -> list[str]:
        found = []
        for key, value in self.params.items():
            if key == name or key.startswith(f"{name}.") or key.endswith(f".{name}"):
                found.append(f"{name} is the param {key} = {value!r}: {self._as_param(name)}")
        for key, points in self.metrics.items():
            if key == name or key.startswith(f"{name}.") or key.endswith(f".{name}"):
                many = f" of {points:,} points" if points > 1 else ""
                found.append(f"{name} is the metric {key}{many}: {self._as_metric(name)}")
        if name in self.models:
            found.append(f"{name} is a model of the run: the cell fitted it")
        if name in self.data:
            found.append(f"{name} is data of the run: the cell read it")
        return found

    def _bindings(self, analyses: Sequence[CellAnalysis], name: str) -> list[Binding]:
        return [one for analysis in analyses for one in analysis.bindings.get(name, ())]

    def _as_param(self, name: str) -> str:
        bindings = self._bindings(self.reached, name)
        if bindings and bindings[0].literal:
            return f"line {bindings[0].stmt.lineno} writes it out"
        if bindings:
            return f"what line {bindings[0].stmt.lineno} gives it follows from what is written out or given"
        if any(name in analysis.reads for analysis in self.reached):
            return "an earlier cell set it, and this one reads it"
        return "an argument or a default of what was fitted or called or made before, or a name that a function of the notebook reads"

    def _as_metric(self, name: str) -> str:
        bindings = self._bindings(self.reached, name)
        if not bindings:
            return "a score that was computed or printed"
        if bindings[-1].kind == "loop":
            return f"the loop at line {bindings[-1].stmt.lineno} tries these values"
        if any(binding.loop for binding in bindings):
            return f"a loop computes it at line {bindings[-1].stmt.lineno}"
        if not bindings[-1].stmt.lineno:
            return "a function of the notebook keeps it up to date"
        return f"line {bindings[-1].stmt.lineno} computes it"

    def _why_not(self, name: str) -> str:
        if name in self.ignored:
            return "--ignore says so"
        written, bindings = self._bindings(self.whole, name), self._bindings(self.reached, name)
        if written and not bindings:
            return f"line {written[0].stmt.lineno} binds it, and was not reached"
        if not written:
            read = any(name in analysis.uses for analysis in self.whole)
            return (
                "the cell only reads it, and it is no setting"
                if read
                else "the cell neither binds nor reads it"
            )
        if bindings[-1].kind == "loop":
            return "it counts a loop, or is what the loop goes through"
        if bindings[-1].kind == "other":
            return "it is imported, defined, caught or opened, not computed"
        if name.startswith("_"):
            return "its name begins with an underscore"
        return self._why_not_its_value(name, bindings)

    def _why_not_its_value(self, name: str, bindings: Sequence[Binding]) -> str:
        if all(binding.literal for binding in bindings):
            if len(bindings) > 1 or any(name in analysis.mutations for analysis in self.reached):
                return "it is written out, but the cell changes it later"
            return "it is written out, but only used for pictures, files or print-outs"
        if name in self.carried:
            return f"what line {bindings[-1].stmt.lineno} gives it was there before the cell, or stands in a file"
        kind = self.kinds.get(name, "")
        if kind not in _NUMBERS:
            what = f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}" if kind else "nothing any more"
            return f"it holds {what}, in which no results were found"
        if all(binding.chosen for binding in bindings):
            return "it follows from settings alone, which are kept under their own names"
        if is_best_name(name) or is_earlier_name(name):
            return "it keeps an earlier or the best value of another name"
        if is_size_or_time(name) and not is_metric_name(name):
            return "it is a size or a time"
        if is_bookkeeping_name(name):
            return "its name speaks of counting or of weights, not of a result; --metrics would keep it"
        return "it goes into other numbers and is not shown; --metrics would keep it"


_NUMBERS = frozenset(
    "bool int float complex float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 Tensor".split()
)
