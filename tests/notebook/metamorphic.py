"""One cell of the capture corpus, executed under `%%track` in other surroundings: what must not change its run.

The earlier cells run once; each variant is executed in a fork of that state::

    .venv/bin/python -m tests.notebook.metamorphic              # all cases, all relations: what differs
    .venv/bin/python -m tests.notebook.metamorphic 19 kmeans    # some cases, by any part of their names
    .venv/bin/python -m tests.notebook.metamorphic 19 cut       # one relation
"""

from __future__ import annotations

import argparse
import ast
import builtins
import contextlib
import functools
import io
import math
import multiprocessing
import os
import pickle
import select
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.notebook.corpus import cases_called
from tests.notebook.corpus_cases import PRELOADED, read_case

if TYPE_CHECKING:
    from collections.abc import Callable

_HANGS = 300
"""Seconds after which a variant will not come to its end any more; most take less than one."""
JUNK = ("0.123456", "{'junk': 0.123456, 'loss': [0.5, 0.25]}", "_junk_model")
"""What a name may hold before the cell binds it."""
JUNK_MODEL = """\
from sklearn.linear_model import Ridge as _Ridge
_junk_model = _Ridge(alpha=0.123456).fit([[0.0], [1.0]], [0.0, 1.0])
"""


@dataclass
class Kept:
    """What a run holds."""

    params: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, tuple[int, float, float]] = field(default_factory=dict)
    """Name to how many points, the last, and their mean."""
    data: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    error: str = ""

    def differs(self, other: Kept, *, unstable: frozenset[str] = frozenset()) -> list[str]:
        """What another run holds that this one does not, and the other way round."""
        found = [f"error: {other.error}"] if other.error else []
        for kind in ("params", "metrics"):
            mine, theirs = getattr(self, kind), getattr(other, kind)
            found += [
                f"{kind}: only here {name}={mine[name]!r}" for name in sorted(mine.keys() - theirs.keys())
            ]
            found += [
                f"{kind}: only there {name}={theirs[name]!r}" for name in sorted(theirs.keys() - mine.keys())
            ]
            for name in sorted(mine.keys() & theirs.keys() - unstable):
                if not alike(mine[name], theirs[name]):
                    found.append(f"{kind}: {name} {mine[name]!r} is {theirs[name]!r} there")
        for kind in ("data", "models"):
            mine, theirs = set(getattr(self, kind)), set(getattr(other, kind))
            if mine != theirs:
                found.append(f"{kind}: only here {sorted(mine - theirs)}, only there {sorted(theirs - mine)}")
        return found


def alike(one: Any, other: Any) -> bool:
    """Whether two values are the same but for the last digits."""
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return type(one) is type(other) and one == other


class Notebook:
    """A case whose earlier cells have run in this process.

    Parameters
    ----------
    name
        The case.
    goes_on
        Called whenever a variant has come to its end.
    """

    def __init__(self, name: str, goes_on: Callable[[], None] = lambda: None) -> None:
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        self.case = read_case(name)
        self._goes_on = goes_on
        warnings.simplefilter("ignore")
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
        self.shell = InteractiveShell.instance(
            config=Config(InteractiveShell={"colors": "nocolor"}, HistoryManager={"hist_file": ":memory:"})
        )
        for cell in self.case.cells:
            self._run(cell)
        self.before = set(self.shell.user_ns)

    def _run(self, cell: str) -> Any:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return self.shell.run_cell(cell, store_history=True)

    def _forked(self, work: Any) -> Any:
        """What a function returns in a fork of this process."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                answer = work()
            except BaseException:  # whatever it is belongs in the report
                answer = Kept(error=traceback.format_exc())
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(answer, pipe)
            os._exit(0)
        os.close(writing)
        hangs = not select.select([reading], [], [], _HANGS)[0]
        if hangs:
            os.kill(child, signal.SIGKILL)
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        os.waitpid(child, 0)
        self._goes_on()
        if hangs:
            return Kept(error=f"still running after {_HANGS} s")
        return pickle.loads(told) if told else Kept(error="the process died")

    def kept(self, source: str, *, before: str = "", times: int = 1, fails: bool = False) -> Kept:
        """What the run of a cell holds that is executed in this state.

        Parameters
        ----------
        source
            The tracked cell.
        before
            Code that runs before it and that nbtrack does not see.
        times
            How often it is executed; the last run counts.
        fails
            Whether it ends with an exception.
        """
        return self._forked(lambda: self._tracked(source, before, times, fails))

    def _tracked(self, source: str, before: str, times: int, fails: bool) -> Kept:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            os.environ |= {"NBTRACK_STORE": str(Path(folder, ".nbtrack")), "NBTRACK_MODELS": "off"}
            exec(before, self.shell.user_ns)
            self._run("%load_ext nbtrack")
            for _ in range(times):
                result = self._run(f"%%track\n{source}")
                if result.success == fails:
                    return Kept(error="the cell succeeded" if fails else _ended(repr(result.error_in_exec)))
            return read_kept(times)

    def second_error(self) -> str:
        """What ends the second of two executions without nbtrack; nothing if that ends well."""

        def work() -> str:
            errors = [self._run(self.case.tracked).error_in_exec for _ in range(2)]
            return "" if errors[1] is None else repr(errors[1])

        return self._forked(work)

    @functools.cached_property
    def bound(self) -> list[str]:
        """The names that the cell binds and no earlier cell has: whatever it reads of them it has bound before."""

        def work() -> list[str]:
            self._run(self.case.tracked)
            new = set(self.shell.user_ns) - self.before
            return sorted(name for name in new if not name.startswith("_"))

        return self._forked(work)

    def bystanders(self) -> list[str]:
        """Names of attributes, keywords, parameters, local and comprehension variables that are no global's."""
        trees = [ast.parse(self.shell.transform_cell(cell)) for cell in (*self.case.cells, self.case.tracked)]
        names: set[str] = set()
        globals_: set[str] = set()
        for tree in trees:
            globals_ |= global_names(compile(tree, "cell", "exec"))
            for node in ast.walk(tree):
                match node:
                    case ast.Attribute(attr=name) | ast.keyword(arg=str(name)) | ast.arg(arg=name):
                        names.add(name)
                    case ast.Name(id=name, ctx=ast.Store()) | ast.ExceptHandler(name=str(name)):
                        names.add(name)
        taken = globals_ | self.before | set(vars(builtins)) | set(self.bound)
        return sorted(name for name in names - taken if not name.startswith("_"))


def _ended(error: str) -> str:
    return f"the cell failed: {error}"


def global_names(code: Any) -> set[str]:
    """The names that a code object uses as globals, with those of the code inside it."""
    import dis

    found = {
        instruction.argval
        for instruction in dis.get_instructions(code)
        if instruction.opname.split("_", 1)[-1] in {"NAME", "GLOBAL", "FROM_DICT_OR_GLOBALS"}
    }
    return found.union(*(global_names(inner) for inner in code.co_consts if hasattr(inner, "co_code")))


def read_kept(count: int) -> Kept:
    """What the newest of so many runs in the store holds."""
    import nbtrack

    runs = nbtrack.runs()
    if len(runs) != count:
        return Kept(error=f"{count} runs expected, {len(runs)} recorded")
    run = runs[0]
    summaries = {name: run.summary(name) for name in run.metrics}
    return Kept(
        dict(run.params),
        {name: (one.count, float(one.last), float(one.mean)) for name, one in summaries.items()},
        tuple(sorted(run.data)),
        tuple(sorted(f"{one.name} {one.estimator}" for one in run.models)),
    )


def first_statements(source: str, count: int) -> str:
    """The first so many statements of a cell."""
    tree = ast.parse(source)
    if count == 0:
        return "pass\n"
    return "\n".join(source.splitlines()[: tree.body[count - 1].end_lineno]) + "\n"


# The relations: each yields what a case violates.


def poisoned(notebook: Notebook, plain: Kept, unstable: frozenset[str]) -> list[str]:
    """Each name that the cell binds before it reads it held junk beforehand."""
    found = []
    names = notebook.bound
    for junk in JUNK:
        poison = JUNK_MODEL + "".join(f"{name} = {junk}\n" for name in names) + "del _junk_model, _Ridge\n"
        kept = notebook.kept(notebook.case.tracked, before=poison)
        found += [f"poisoned with {junk[:12]}: {text}" for text in plain.differs(kept, unstable=unstable)]
    return found


def bystanders(notebook: Notebook, plain: Kept, unstable: frozenset[str]) -> list[str]:
    """Unrelated globals have the names of attributes, parameters and local variables."""
    code = "".join(f"{name} = 0.123456\n" for name in notebook.bystanders())
    kept = notebook.kept(notebook.case.tracked, before=code)
    return [f"bystanders: {text}" for text in plain.differs(kept, unstable=unstable)]


def twice(notebook: Notebook, plain: Kept, unstable: frozenset[str]) -> list[str]:
    """The cell is executed again.

    What it computes may differ, since it may go on with random numbers or with what it has changed. A cell that changes
    its own input such that it cannot be executed again, with or without nbtrack, is not asked.
    """
    kept = notebook.kept(notebook.case.tracked, times=2)
    error = notebook.second_error() if kept.error else ""
    if error and kept.error == _ended(error):
        return []
    values = frozenset(plain.metrics)
    return [f"twice: {text}" for text in plain.differs(kept, unstable=unstable | values)]


def cut(notebook: Notebook, plain: Kept, unstable: frozenset[str], *, every: int = 1) -> list[str]:
    """An exception comes before a statement: the run is that of the statements before.

    A series that only later statements make one of (by showing its values) may be there, too.
    """
    source = notebook.case.tracked
    lines = source.splitlines()
    found = []
    body = ast.parse(source).body
    for number in range(0, len(body), every):
        statement = body[number]
        if any(other.end_lineno >= statement.lineno for other in body[:number][-1:]):
            continue  # on the line of the one before
        first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
        whole = "\n".join([*lines[: first - 1], "raise RuntimeError('cut')", *lines[first - 1 :]])
        there = notebook.kept(whole, fails=True)
        here = notebook.kept(first_statements(source, number) + "pass\n")
        for name, (count, *_) in list(there.metrics.items()):
            if name not in here.metrics and count > 1 and name in plain.metrics:
                del there.metrics[name]
        found += [f"cut before line {first}: {text}" for text in here.differs(there, unstable=unstable)]
    return found


RELATIONS = {"poisoned": poisoned, "bystanders": bystanders, "twice": twice, "cut": cut}


def violations(
    name: str, relations: tuple[str, ...], every: int, goes_on: Callable[[], None] = lambda: None
) -> list[str]:
    """What a case violates; in this process, which it leaves as it is no longer."""
    os.environ["MPLBACKEND"] = "Agg"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        os.environ["IPYTHONDIR"] = str(Path(folder, "ipython"))
        notebook = Notebook(name, goes_on)
        plain, again = (notebook.kept(notebook.case.tracked) for _ in range(2))
        if plain.error:
            return [plain.error]
        # Times, and what is drawn without a seed.
        unstable = frozenset(
            name
            for kind in ("params", "metrics")
            for name in getattr(plain, kind)
            if not alike(getattr(plain, kind)[name], getattr(again, kind).get(name))
        )
        found = plain.differs(again, unstable=unstable)
        for relation in relations:
            options = {"every": every} if relation == "cut" else {}
            found += RELATIONS[relation](notebook, plain, unstable, **options)
        os.chdir("/")
    return found


def _send(name: str, relations: tuple[str, ...], every: int, sender: Any) -> None:
    try:
        answer = violations(name, relations, every, lambda: sender.send(None))
    except Exception:  # whatever it is belongs in the report
        answer = [traceback.format_exc()]
    sender.send(answer)
    sender.close()


def _answer(receiver: Any) -> list[str]:
    """What the process of a case sends at last; how long it takes is up to the cell, and to how many statements it has."""
    while receiver.poll(2 * _HANGS):
        answer: list[str] | None = receiver.recv()
        if answer is not None:
            return answer
    return [f"nothing happened for {2 * _HANGS} s"]


def check(
    names: list[str],
    relations: tuple[str, ...] = tuple(RELATIONS),
    every: int = 1,
    tell: Callable[[str, list[str]], None] = lambda _name, _texts: None,
) -> dict[str, list[str]]:
    """What each case violates, each in a process of its own; `tell` hears of each when it is done."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [*PRELOADED, "nbtrack.notebook"]
    )  # imported, not yet loaded as an extension

    def apart(name: str) -> list[str]:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_send, args=(name, relations, every, sender))
        process.start()
        sender.close()
        try:
            answer = _answer(receiver)
        except EOFError:
            answer = ["the process died"]
        process.join(10)
        process.kill()
        process.join()
        tell(name, answer)
        return answer

    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        return dict(zip(names, pool.map(apart, names), strict=True))


def _print(name: str, texts: list[str]) -> None:
    print("\n    ".join([name if texts else f"{name} violates nothing", *texts]), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what each case violates; the exit code tells whether one violates anything."""
    parser = argparse.ArgumentParser(
        "python -m tests.notebook.metamorphic",
        description="Find what changes a cell's run and must not.",
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help=f"any part of a case's name, or a relation ({', '.join(RELATIONS)}); default: all of either",
    )
    given = parser.parse_args(arguments).words
    relations = tuple(word for word in given if word in RELATIONS) or tuple(RELATIONS)
    try:
        chosen = cases_called([word for word in given if word not in RELATIONS])
    except LookupError as error:
        parser.error(str(error))
    found = check(chosen, relations, tell=_print)
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
