"""A recorded script as an entry point of a project: a parser at its head, its results logged at its end."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbtrack.capture.places import places_in, places_of_params
from nbtrack.capture.secrets import MASK, OWN
from nbtrack.capture.source.syntax import parse
from nbtrack.errors import InvalidValueError
from nbtrack.projects.packaging.arguments import arguments_of, without_secrets
from nbtrack.projects.packaging.cell import MARK, tracked_cell
from nbtrack.projects.packaging.data_files import imported_modules
from nbtrack.projects.packaging.earlier import reduced
from nbtrack.projects.packaging.edits import Edits, quoted
from nbtrack.projects.packaging.functions import log_in_functions
from nbtrack.projects.packaging.logged import Logging
from nbtrack.projects.packaging.magics import without_magics
from nbtrack.projects.packaging.parameters import Parameter, parameters
from nbtrack.projects.packaging.printed import lines_with
from nbtrack.projects.packaging.secrets import masked_lines, replace_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.capture.places import Place
    from nbtrack.projects.packaging.arguments import Word
    from nbtrack.projects.packaging.cell import ScriptCell
    from nbtrack.projects.packaging.earlier import Step
    from nbtrack.projects.packaging.secrets import Secret
    from nbtrack.projects.packaging.target import Part
    from nbtrack.records import ParamValue

__all__ = ["Script", "script_of"]

_LONGEST = 100


@dataclass
class Script:
    """An entry point's script.

    Attributes
    ----------
    source
        The code before it was made an entry point: what it reads stands there.
    secrets
        The lines of `text` in which a secret is masked that nothing reads.
    variables
        The variables of the environment that it reads its other secrets from.
    steps
        What of other tracked cells it does first.
    """

    text: str
    source: str
    parameters: list[Parameter]
    requirements: list[str]
    remarks: list[str] = field(default_factory=list)
    secrets: list[int] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def script_of(part: Part) -> Script:
    """Return the script of an entry point.

    Raises
    ------
    InvalidValueError
        When it has what only IPython can run, or is no Python.
    """
    recorded, steps = reduced(part.script, part.tracked)
    words = set(re.findall(r"\w+", recorded))
    results, given = (_free(name, words) for name in ("results", "given"))
    plain = without_magics(recorded, results, part.folders)
    source = plain.source if plain.source.endswith("\n") else f"{plain.source}\n"
    try:
        tree = parse(source)
    except SyntaxError as error:
        raise InvalidValueError(f"the code of {part.origin} is no Python: {error}") from None
    params, places = _params(part, source)
    arguments, within = arguments_of(part, source, tree, places)
    found, remarks = parameters(params, places, within)
    edits = Edits(source)
    needed = replace_secrets(tree, edits, results)
    own = not imported_modules(source).isdisjoint({"mlflow", "nbtrack"})
    # What a script logs itself is all that it logs.
    metrics = {} if own and MARK not in part.script else part.metrics
    cell = tracked_cell(source)
    logging = Logging(cell, edits, results, metrics, part.fitted, told=part.told)
    for one in found:
        if one.place is not None:
            edits.replace(one.place.span, f"{given}.{one.name}")
    future = _future(tree, edits)
    calls = _results(part, metrics, logging, cell, edits, results, remarks)
    head, variables = _head(part.origin, future, found, results, given, arguments, needed)
    text = f"{head}\n{edits.made().rstrip()}\n\n# %% results\n" + "\n".join([*calls, f"{results}.end()", ""])
    compile(text, "main.py", "exec", dont_inherit=True)
    return Script(
        text.replace(OWN, MASK),
        source.replace(OWN, MASK),
        found,
        plain.requirements,
        [*part.remarks, *remarks],
        masked_lines(text),
        variables,
        steps,
    )


def _results(  # noqa: PLR0917 (one caller)
    part: Part,
    metrics: Mapping[str, float] | None,
    logging: Logging,
    cell: ScriptCell,
    edits: Edits,
    results: str,
    remarks: list[str],
) -> list[str]:
    """Return the calls at a script's end; what they cannot give goes to the remarks."""
    calls, missing = logging.ending()
    held = {name: logging.variable(name) for name in part.models}
    if metrics is not None and MARK not in part.script:
        within = {name: path for name, path in part.models.items() if held[name] is None and metrics != {}}
        logged, saved = log_in_functions(
            cell.tree, edits, results, {name: metrics[name] for name in missing}, within, told=part.told
        )
        missing = [name for name in missing if name not in logged]
    else:
        saved = set()
    told = lines_with(part.output, {n: metrics[n] for n in missing if metrics}) if cell.tree.body else []
    for line in told:
        names = ", ".join("None" if name is None else quoted(name) for name in line.names)
        edits.add_before(cell.tree.body[0], f"{results}.listen({quoted(line.template)}, {names})")
    missing = [name for name in missing if not any(name in line.metrics for line in told)]
    calls += filter(None, map(logging.carried, missing))
    missing = [name for name in missing if logging.carried(name) is None]
    remarks += [f"{name} is not logged: nothing of the code is known to give it" for name in missing]
    for name, path in part.models.items() if metrics != {} else ():
        if held[name] is not None:
            calls.append(f"{results}.model({quoted(path)}, {held[name]})")
        elif name not in saved:
            remarks.append(f"the model {path} is not saved: no name holds it when the code has ended")
    return calls


def _free(name: str, words: set[str]) -> str:
    """Return a name that the code has not."""
    return next(
        one for one in (name, f"the_{name}", *(f"{name}_{n}" for n in range(1000))) if one not in words
    )


def _params(part: Part, source: str) -> tuple[dict[str, ParamValue], dict[str, list[Place]]]:
    """Return the settings, by their names in the run, and the places of their literals."""
    if part.params is not None:
        return dict(part.params), places_of_params(source, part.params, part.positional)
    places = places_in(source)
    scalar = bool | int | float | str
    chosen = {
        name: found[0].value
        for name, found in places.items()
        for one in found[:1]
        if name == one.name and isinstance(one.value, scalar) and len(str(one.value)) <= _LONGEST
        if one.kind != "local" and (one.kind != "argument" or one.others[0][:1].isupper())
    }
    return chosen, places


def _future(tree: ast.Module, edits: Edits) -> list[str]:
    """Take out the imports that must come first, and return them."""
    found = []
    for stmt in tree.body:
        if isinstance(stmt, ast.ImportFrom) and stmt.module == "__future__":
            found.append(ast.unparse(stmt))
            span = (stmt.lineno, stmt.col_offset, stmt.end_lineno or 0, stmt.end_col_offset or 0)
            edits.replace(span, f"pass  # {found[-1]}" if not edits.is_followed(stmt) else "pass")
    return list(dict.fromkeys(found))


def _head(  # noqa: PLR0917 (one caller)
    origin: str,
    future: list[str],
    found: list[Parameter],
    results: str,
    given: str,
    arguments: list[Word],
    needed: list[Secret],
) -> tuple[str, list[str]]:
    """Return the beginning of a script, and the variables that it needs."""
    title = origin.replace("\\", "/").replace('"""', "'''")
    lines = [f'"""Packaged by nbtrack from {title}; --help lists what can be given."""', "", *future]
    alias = "project_results" if results == "project_results" else f"project_results as {results}"
    lines += [*([""] if future else []), "import argparse", "", f"import {alias}", ""]
    lines += ["parser = argparse.ArgumentParser(description=__doc__)"]
    for one in found:
        reader = one.reader if one.reader in {"float", "str"} else f"{results}.{one.reader}"
        lines.append(f'parser.add_argument("--{one.name}", type={reader}, default={_default(one)})')
    names = {one.name: one.param for one in found if one.name != one.param}
    renamed = ", ".join(f"{quoted(name)}: {quoted(param)}" for name, param in names.items())
    by_param = {one.param: one.name for one in found if one.place is None}
    words = [word if isinstance(word, str) else (word[0], by_param[word[1]], *word[2:]) for word in arguments]
    codes, masked = without_secrets(words, results)
    rest = f", [{', '.join(codes)}]" if codes else ""
    variables = list(dict.fromkeys([*(one.variable for one in needed), *masked]))
    if variables:
        lines.append(f"{results}.need({', '.join(map(quoted, variables))})")
    lines += [f"{given} = {results}.begin(parser, {{{renamed}}}{rest})"]
    return "\n".join([*lines, ""]), variables


def _default(one: Parameter) -> str:
    if isinstance(one.default, str):
        return quoted(one.default)
    return f'float("{one.default}")' if repr(one.default) in {"inf", "-inf", "nan"} else repr(one.default)
