"""How much of what a data scientist would look for does ``%%track`` find, and how much else?

Each case in ``capture_corpus`` is a small notebook (``NN_name.py``, percent format; the block that opens with
``# %% track`` is the tracked cell) and its labels (``NN_name.toml``, explained in ``capture_corpus/README.md``).
A case runs in an IPython shell and a process of its own, is read back through ``nbtrack.runs()``, and is compared
with its labels::

    .venv/bin/python -m tests.notebook.corpus                   # the cases for tuning: figures, misses, false finds
    .venv/bin/python -m tests.notebook.corpus --all             # the held-out ones too, of which only the figures
    .venv/bin/python -m tests.notebook.corpus --plain --all     # without nbtrack: do they run, are the labels right?
    .venv/bin/python -m tests.notebook.corpus --autolog --all   # MLflow's autologging, where it is installed
    .venv/bin/python -m tests.notebook.corpus 19 kmeans         # some cases, by any part of their names
    .venv/bin/python -m tests.notebook.corpus --folder tests/notebook/framework_corpus

What the cases of `framework_corpus` require (Keras, Lightning, Optuna ...) is in `.peers/frameworks`, made by the long tests;
a case whose libraries are not installed is left out.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.notebook.corpus_cases import FOLDER, KINDS, Case, Label, Outcome, Truth, run_cases, same

HELD_OUT = (
    "85_house_prices_two_models",
    "86_compare_classifiers_cv",
    "87_grid_search_tree",
    "88_scale_reduce_classify",
    "89_torch_curve_every_hundred",
    "90_torch_train_evaluate_functions",
    "91_torch_losses_in_lists",
    "92_logistic_regression_by_hand",
    "93_two_layer_network_numpy",
    "94_train_returns_histories",
    "95_customer_segments",
    "96_config_dictionary_trees",
    "97_kaggle_folds_rmse",
    "98_four_plots_of_penguins",
    "99_prepare_orders",
    "100_churn_threshold",
)

HELD_OUT_FROM = 300
"""The number from which the cases of ``framework_corpus`` are held out, too."""


def is_held_out(name: str) -> bool:
    """Whether of a case only its figures are looked at."""
    number = name.partition("_")[0]
    return name in HELD_OUT or (number.isdigit() and int(number) >= HELD_OUT_FROM)


@dataclass
class Score:
    """Counts of hits, misses and false finds; both figures are 1 where there was nothing to find."""

    hits: int = 0
    missed: int = 0
    false: int = 0

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false) if self.hits + self.false else 1.0

    def __add__(self, other: Score) -> Score:
        return Score(self.hits + other.hits, self.missed + other.missed, self.false + other.false)


@dataclass
class Judgement:
    """A case's scores by kind, and the remarks that explain them."""

    case: str
    outcome: Outcome
    scores: dict[str, Score] = field(default_factory=lambda: {kind: Score() for kind in KINDS})
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # the right name with another value: missed and false too


def case_names(split: str = "all", folder: Path = FOLDER) -> list[str]:
    """The cases of a split: ``tuning``, ``heldout`` or ``all``."""
    every = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    return [name for name in every if split == "all" or is_held_out(name) == (split == "heldout")]


def cases_called(parts: Sequence[str], split: str = "all", folder: Path = FOLDER) -> list[str]:
    """The cases of a split with one of these parts in their names; all of them where no part is given.

    Raises
    ------
    LookupError
        For a part that is in no name.
    """
    names = case_names(split, folder)
    for part in parts:
        if not any(part in name for name in names):
            among = "" if split == "all" else f" among the {split} ones"
            raise LookupError(f"no case is called {part}{among}; their files are in {folder}")
    return [name for name in names if not parts or any(part in name for part in parts)]


def matches(label: Label, truth: Truth, outcome: Outcome) -> list[tuple[str, str]]:
    """The recorded (kind, name) pairs that say what the label says."""
    if isinstance(truth.value, list):
        return [("params", name) for name in spread(label.name, truth.value, outcome.params)]
    good = []
    for kind in (label.kind, *label.also):
        named = {name: held for name, held in outcome.found(kind).items() if label.names(name)}
        if kind == "params":
            fits = [name for name, held in named.items() if same(truth.value, held)]
        elif label.kind != "series":
            fits = [name for name, held in named.items() if same(truth.value, held.last)]
        elif kind == "series":
            several = truth.points if isinstance(truth.points, tuple) else (truth.points,)
            alike = {name: held for name, held in named.items() if held.points in several}
            fits = [name for name, held in alike.items() if same(truth.value, held.last)]
        else:  # one metric a model, where a series would have had one point a model
            fits = list(named) if len(named) == truth.points else []
        good += [(kind, name) for name in fits]
    if "series" in label.also and label.name.endswith(".mean"):  # a series' summary has its mean
        folds = {name: held for name, held in outcome.found("series").items() if label.names(f"{name}.mean")}
        good += [("series", name) for name, held in folds.items() if same(truth.value, held.mean)]
    return good


def spread(name: str, items: list[Any], params: Mapping[str, Any]) -> list[str]:
    """The names under which a list was kept: ``name.0``, ``name.1`` ..., or its text under one name."""
    parts = {f"{name}.{i}": item for i, item in enumerate(items)}
    if all(part in params and same(item, params[part]) for part, item in parts.items()):
        return list(parts)
    return [name] if str(params.get(name)).strip("()[]") == str(items).strip("[]") else []


def judge(case: Case, outcome: Outcome) -> Judgement:
    """Compare a run's record with the labels of its case."""
    verdict = Judgement(case.name, outcome)
    explained: set[tuple[str, str]] = set()
    truths = outcome.truths or [Truth(None, None)] * len(case.labels)
    for label, truth in zip(case.labels, truths, strict=True):
        good = matches(label, truth, outcome)
        explained.update(good)
        if good:
            verdict.scores[label.kind].hits += 1
            continue
        verdict.scores[label.kind].missed += 1
        expected = f"{truth.points} points" if label.kind == "series" else truth.value
        verdict.missed.append(f"{label.name} ({label.kind}: {expected})")
        held = outcome.found(label.kind).get(label.name)
        if held is not None and not isinstance(truth.value, list):
            verdict.wrong.append(f"{label.name} ({label.kind}: {shown(label.kind, held)}, not {expected})")
    for kind in KINDS:
        for name, held in outcome.found(kind).items():
            if (kind, name) not in explained and not case.excuses(kind, name):
                verdict.scores[kind].false += 1
                verdict.false.append(f"{name} ({kind}: {shown(kind, held)})")
    return verdict


def shown(kind: str, held: Any) -> str:
    """A found value, in a few words."""
    if kind == "params":
        return repr(held)
    return f"{held.last:.6g}" if kind == "metrics" else f"{held.points} points, the last {held.last:.6g}"


def total(verdicts: Iterable[Judgement], kind: str | None = None) -> Score:
    """The summed counts of some cases, of one kind or of all."""
    wanted = KINDS if kind is None else (kind,)
    return sum((verdict.scores[key] for verdict in verdicts for key in wanted), Score())


def measure(split: str = "all") -> list[Judgement]:
    """Run the cases of a split under ``%%track`` and judge them; ``total(...)`` gives the figures."""
    return [judge(case, outcome) for case, outcome in run_cases(case_names(split))]


def figures(verdicts: Sequence[Judgement]) -> str:
    """Recall and precision by kind and overall, as a small table."""
    lines = [f"{'':10}{'recall':>8}{'precision':>11}{'wanted':>8}{'found':>7}{'missed':>8}{'false':>7}"]
    for kind in (*KINDS, None):
        score = total(verdicts, kind)
        lines.append(
            f"{kind or 'overall':10}{score.recall:8.3f}{score.precision:11.3f}{score.hits + score.missed:8}"
            f"{score.hits:7}{score.missed:8}{score.false:7}"
        )
    return "\n".join(lines)


def details(verdict: Judgement, *, plain: bool = False, output: bool = False) -> str:
    """One case: its figures, and each miss and false find unless it is held out.

    Parameters
    ----------
    verdict
        The case.
    plain
        Whether it ran without a tracker: then its labels alone are told of.
    output
        Whether to show what its tracked cell printed, and how long it took.
    """
    score, outcome = total([verdict]), verdict.outcome
    wanted = score.hits + score.missed
    counts = f"{score.hits:4} of {wanted:<3} false {score.false:<3}"
    if plain:
        counts = f"{wanted:4} labels, {len(outcome.doubts)} doubtful"
    lines = [f"{verdict.case:34}{counts.rstrip()}"]
    if outcome.error:
        lines.append("    error  " + outcome.error.strip().replace("\n", "\n           "))
    remarks = {"label": outcome.doubts}
    if not plain and not is_held_out(verdict.case):
        remarks |= {"missed": verdict.missed, "false": verdict.false, "wrong": verdict.wrong}
    for title, texts in remarks.items():
        lines += [f"    {title:9}{text}" for text in texts]
    if output:
        lines += ["    | " + line for line in outcome.output.splitlines()]
        lines.append(f"    {outcome.seconds:.1f} s")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; the exit code tells whether a case failed to run or a label is doubtful."""
    parser = argparse.ArgumentParser(
        "python -m tests.notebook.corpus", description="Score what %%track finds."
    )
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help="any part of a name; default: the tuning cases"
    )
    parser.add_argument(
        "--heldout",
        action="store_const",
        dest="split",
        const="heldout",
        help="the held-out cases, of which only the figures are shown",
    )
    parser.add_argument("--all", action="store_const", dest="split", const="all", help="every case")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="cases that lie elsewhere")
    parser.add_argument("--quiet", action="store_true", help="figures only")
    by = parser.add_mutually_exclusive_group()
    by.add_argument(
        "--plain",
        action="store_const",
        dest="tracker",
        const="none",
        help="run without nbtrack and check the labels",
    )
    by.add_argument(
        "--autolog", action="store_const", dest="tracker", const="mlflow", help="track by mlflow.autolog()"
    )
    parser.add_argument(
        "--output", action="store_true", help="show what each tracked cell printed, and how long it took"
    )
    options = parser.parse_args(arguments)
    try:
        split = options.split or ("all" if options.cases else "tuning")
        names = cases_called(options.cases, split, options.folder)
    except LookupError as error:
        parser.error(str(error))
    start = time.perf_counter()
    verdicts = [
        judge(case, outcome)
        for case, outcome in run_cases(names, folder=options.folder, tracker=options.tracker or "nbtrack")
    ]
    failed = [verdict for verdict in verdicts if verdict.outcome.error or verdict.outcome.doubts]
    plain = options.tracker == "none"
    for verdict in verdicts:
        if not options.quiet:
            print(details(verdict, plain=plain, output=options.output))
    seconds = time.perf_counter() - start
    print(f"\n{len(verdicts)} cases in {seconds:.0f} s, {len(failed)} with errors or doubtful labels")
    if not plain:
        print(figures(verdicts))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
