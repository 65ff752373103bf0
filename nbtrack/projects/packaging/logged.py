"""Where a script's metrics come from, and the calls that log them there.

Capture watches a cell's syntax tree; here the same rules tell where its metrics arise, and the calls are written into the
text, so that they stay when nobody captures.
"""

from __future__ import annotations

import ast
from array import array
from typing import TYPE_CHECKING, Any, cast

from nbtrack.capture.results.scores import score_metrics
from nbtrack.capture.source.syntax import parse
from nbtrack.capture.watch.editor import Editor
from nbtrack.capture.watch.observe import Hooks
from nbtrack.capture.watch.scored import place_scores
from nbtrack.capture.watch.series import last_bindings, series_names, skips
from nbtrack.capture.watch.sites import Sites
from nbtrack.capture.watch.sweeps import swept_loops
from nbtrack.projects.packaging.edits import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from nbtrack.capture.source.analysis import Binding, Loop
    from nbtrack.capture.watch.reach import Reach
    from nbtrack.capture.watch.score_site import ScoreSite
    from nbtrack.projects.packaging.cell import ScriptCell
    from nbtrack.projects.packaging.edits import Edits

__all__ = ["Logging"]


class _Own:
    """Stands for a function of the notebook's."""

    __module__ = "__main__"


class _Recorder(Editor):
    """Notes what would be watched."""

    def __init__(self, sites: Sites) -> None:
        super().__init__()
        self.found: list[tuple[ScoreSite, ast.expr]] = []
        self._sites = sites

    def wrap(self, node: ast.expr, hook: str) -> None:
        super().wrap(node, hook)
        self.found.append((self._sites.scores[-1], node))


class _NoHooks(Hooks):
    """Lends nothing: nothing is run."""

    def lend(self, function: Callable[..., Any]) -> str:  # noqa: ARG002
        return ""


class Logging:
    """Writes the calls that log a run's metrics into its script.

    Parameters
    ----------
    cell
        The tracked cell.
    edits
        Takes the calls.
    name
        The name in the script of what is called.
    metrics
        The metrics that the run recorded; None where there is no run: all that can be seen are logged then.
    models
        The names of the models that the cell fitted.
    function
        The number of the function whose body it is; 0 for the code of a module.
    told
        The metrics that a library has told of, with the code's own names for their values; empty where it has none.
    """

    def __init__(
        self,
        cell: ScriptCell,
        edits: Edits,
        name: str,
        metrics: Collection[str] | None,
        models: Sequence[str],
        *,
        function: int = 0,
        told: Mapping[str, str] | None = None,
    ) -> None:
        self._function = function
        self._told = told or {}
        self._cell, self._edits, self._name = cell, edits, name
        self._metrics = metrics
        self._analysis = cell.analysis
        self._deleted = {
            target.id
            for stmt in ast.walk(cell.tree)
            if isinstance(stmt, ast.Delete)
            for target in stmt.targets
            if isinstance(target, ast.Name)
        }
        self._models = list(dict.fromkeys(filter(None, map(self.variable, models))))
        self._sites = Sites(cell.analysis, cast("Reach", None))
        self._parents = {id(c): p for p in ast.walk(cell.tree) for c in ast.iter_child_nodes(p)}
        self._ticking: set[int] = set()
        self._sums: list[str] = []
        self.logged: dict[str, None] = {}
        """The metrics that are logged where they arise."""
        for call in self._analysis.calls:
            if call.name.rpartition(".")[2] == "log_metric" and call.node.args:
                self.logged[str(getattr(call.node.args[0], "value", ""))] = None
        self._series()
        self._scores()

    def _wanted(self, name: str) -> bool:
        if self._metrics is None:
            return True
        return any(one == name or one.startswith(f"{name}.") for one in self._metrics)

    def variable(self, model: str) -> str | None:
        """Return the variable of a model; one that no variable held when the cell had ended goes by its class."""
        bound = {name for name, bs in self._analysis.bindings.items() if any(b.kind != "other" for b in bs)}
        bound -= self._deleted
        if model in bound or model in self._analysis.reads:
            fits = {call.root for call in self._analysis.calls if call.role == "fit"} & bound
            by_class = model[:1].isupper() and model not in bound
            return (fits.pop() if len(fits) == 1 else None) if by_class else model
        return None

    # -- histories of loops

    def _series(self) -> None:
        for name, mode in series_names(self._analysis, ()).items():
            if not self._wanted(name) or name in self.logged or (mode == "parts" and self._metrics is None):
                continue
            self.logged[name] = None
            looped = [b for b in self._analysis.bindings[name] if b.loop and b.kind != "loop"]
            if mode == "sum":
                for binding in looped:
                    if binding.literal and isinstance(binding.stmt, ast.stmt):
                        self._edits.add_before(
                            binding.stmt,
                            f"{self._name}.turn({quoted(name)}, {'locals' if self._function else 'globals'}())",
                        )
                self._sums.append(name)
                continue
            chosen = last_bindings(looped)
            plain = all(not b.conditional and b.loop and not skips(b.loop) for b in chosen)
            for binding in chosen:
                self._point(name, binding, "" if plain else self._step(chosen[0].loop))
        for loop, names in swept_loops(self._analysis, {}):
            for name in names:
                if name in (self._metrics or ()) and name not in self.logged:
                    self.logged[name] = None
                    self._edits.add_before(loop.node.body[0], f"{self._name}.log({quoted(name)}, {name})")

    def _point(self, name: str, binding: Binding, step: str) -> None:
        if isinstance(binding.stmt, ast.stmt):
            self._edits.add_after(binding.stmt, f"{self._name}.log({quoted(name)}, {name}{step})")
        else:  # in an expression: `while (loss := f()) > 1`
            self._edits.wrap(binding.stmt, f"{self._name}.score({quoted(name)}, ", f"{step})")

    def _step(self, loop: Loop | None) -> str:
        """Return the argument that says the number of a loop's iteration, which has to be counted."""
        if loop is None:
            return ""
        number = 1000 * self._function + loop.number
        if loop.number not in self._ticking:
            self._ticking.add(loop.number)
            self._edits.add_before(loop.node.body[0], f"{self._name}.tick({number})")
        return f", step={self._name}.step({number})"

    # -- scores that are shown, printed, or computed and dropped

    def _scores(self) -> None:
        recorder = _Recorder(self._sites)
        namespace: dict[str, Any] = dict.fromkeys(self._cell.functions, _Own())
        place_scores(self._sites, recorder, namespace, _NoHooks(), self._parents)
        names = _static_names([site for site, _ in recorder.found])
        taken: set[str] = set()
        for (site, node), static in zip(recorder.found, names, strict=True):
            name = self._score_name(site, static, taken)
            if name is not None:
                taken.add(name)
                self._score(site, node, name)

    def _score_name(self, site: ScoreSite, static: str, taken: set[str]) -> str | None:
        """Return the code of the name under which a score was recorded; None if it was not."""
        if not site.plain:
            return None  # a container of results
        if self._metrics is None or static in self._metrics:
            self.logged[static] = None
            return quoted(static)
        base = site.function + site.suffix
        others = [base, f"{site.split}_{base}", f"{site.subject}.{base}", str(site.label)]
        for name in others:
            if name in self._metrics and quoted(name) not in taken:
                self.logged[name] = None
                return quoted(name)
        for last in (f"{site.split}_{base}", base):
            by_class = [name for name in self._metrics if name.endswith(f".{last}")]
            if by_class and site.loop is not None and site.subject is not None:
                self.logged |= dict.fromkeys(by_class)
                return f'type({site.subject}).__name__ + ".{last}"'
        return None

    def _score(self, site: ScoreSite, node: ast.expr, name: str) -> None:
        step = ""
        around = list(self._around(node))
        seldom = name.startswith("type(") or any(isinstance(one, ast.If | ast.Try) for one in around)
        if site.loop is not None and seldom:
            number = next(number for number, made in self._sites.loops.items() if made is site.loop)
            step = self._step(self._analysis.loops[number])
        before, after = f"{self._name}.score({name}, ", f"{step})"
        text = next((one for one in around if isinstance(one, ast.JoinedStr)), None)
        if text is None:
            self._edits.wrap(node, before, after)
        elif quote := self._other_quote(node, text):
            self._edits.wrap(node, *(part.replace('"', quote) for part in (before, after)))
        else:
            # It cannot be written into the f-string, and is computed once more before it.
            stmt = next(one for one in self._chain(node) if isinstance(one, ast.stmt))
            self._edits.add_before(stmt, f"{before}{ast.unparse(node)}{after}")

    def _other_quote(self, node: ast.expr, text: ast.JoinedStr) -> str:
        """Return a quote that may stand in an f-string; none if its parts are not where Python says, before 3.12."""
        try:
            found = ast.dump(parse(f"({self._edits.text_of(node)})").body[0].value)  # type: ignore[attr-defined]
        except (SyntaxError, ValueError):
            return ""
        if found != ast.dump(node):
            return ""
        whole = self._edits.text_of(text)
        return next((quote for quote in "\"'" if quote not in whole), "")

    def _chain(self, node: ast.AST) -> Iterator[ast.AST]:
        while (above := self._parents.get(id(node))) is not None:
            yield above
            node = above

    def _around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what is around a node, up to the loop."""
        for one in self._chain(node):
            if isinstance(one, ast.For | ast.While | ast.AsyncFor):
                return
            yield one

    # -- what names hold in the end

    def ending(self) -> tuple[list[str], list[str]]:
        """Return the calls that log the results at the end, and the metrics that nothing of the code is known to give."""
        call = self._name
        calls = [f"{call}.keep({quoted(name)}, {self._value(name)})" for name in self._sums]
        missing = []
        analysis = self._analysis
        names = self._names_of_results() if self._metrics is None else self._metrics
        held = {name for name, bs in analysis.bindings.items() if bs[-1].kind not in {"loop", "other"}}
        held |= analysis.mutations.keys()
        # What a function only reads is another's.
        held |= set() if self._function else analysis.reads - analysis.bindings.keys()
        held -= self._deleted
        for name in names:
            root, _, path = self._told.get(name, name).partition(".")
            final = name.removeprefix("final_")
            if name in self.logged:
                continue
            if not root:
                missing.append(name)
                continue
            if root in self.logged:
                # Of a dict of numbers the loop has logged each.
                calls.append(f"{call}.rest({quoted(name)}, {call}.part({self._value(root)}, {quoted(path)}))")
                continue
            if final != name and final in self.logged:
                calls.append(f"{call}.keep({quoted(name)}, {self._value(final)})")
            elif root in self._models and path:
                calls.append(f"{call}.carried({quoted(name)}, {quoted(path)}, {self._value(root)})")
            elif root in held:
                value = f"{call}.part({self._value(root)}, {quoted(path)})" if path else self._value(root)
                calls.append(f"{call}.keep({quoted(name)}, {value})")
            elif name.isidentifier() and name.endswith("_") and self._models:
                calls.append(
                    f"{call}.carried({quoted(name)}, {quoted(name)}, {', '.join(map(self._value, self._models))})"
                )
            else:
                missing.append(name)
        return calls, missing

    def _value(self, name: str) -> str:
        """Return what gives the value of a name at the end: a function may end before it has one."""
        return f"locals().get({quoted(name)})" if self._function else name

    def carried(self, name: str) -> str | None:
        """Return the call that logs what a model of the code's own may have under a dotted name; None without a model."""
        if "." not in name or not self._models or name in self._told:
            return None
        return f"{self._name}.carried({quoted(name)}, {quoted(name)}, {', '.join(self._models)})"

    def _names_of_results(self) -> list[str]:
        """Return the names that hold results by what they are called, for code that never ran."""
        from nbtrack.capture.words.names import is_metric_name

        return [
            name
            for name, bindings in self._analysis.bindings.items()
            if is_metric_name(name)
            and not all(b.literal for b in bindings)
            and bindings[-1].kind in {"assign", "unpack"}
        ]


def _static_names(sites: list[ScoreSite]) -> list[str]:
    """Return the name under which each site's score is kept if all of them are reached."""
    for number, site in enumerate(sites):
        site.points.append((None, 0, 0.0, float(number)))
    named: dict[int, str] = {}
    for name, points in score_metrics(sites).items():
        named |= {int(value): name for value in array("d", points.values)}
    return [named[number] for number in range(len(sites))]
