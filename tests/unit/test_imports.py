"""Imports run downwards only, and importing nbtrack stays light: read off the source, without importing it."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "nbtrack"

WORDS = (
    "errors",
    "records",
    "values",
    "installed",
    "clock",
    "file_lock",
    "fields",
    "limits",
    "metric_words",
    "points",
    "version",
    "doors",
)

# From the bottom up. Modules of one layer know nothing of each other, but for the groups named in FRIENDS.
LAYERS = (
    WORDS,
    ("direction", "uv"),
    ("query", "capture", "models"),
    ("store",),
    ("entities",),
    ("tracking", "sklearn", "pyfunc"),
    ("serving", "scoring", "compare", "projects", "recording"),
    ("widgets",),
    ("notebook", "script", "cli"),
)
FRIENDS = (
    set(WORDS),
    {"tracking", "sklearn", "pyfunc"},
)
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}

# The rooms of a part, from the bottom up; a package's own modules know each other.
ROOMS = {
    "capture": (
        ("foreign", "words", "fingerprint", "environment", "system_use", "secrets"),
        ("lazy_data", "containers"),
        ("number", "data", "process", "git_changes"),
        ("source",),
        ("settings", "slice", "places"),
        ("trained",),
        ("watch",),
        ("results", "frameworks"),
        ("execution", "why"),
        ("run_frameworks", "run_sweeps", "run_unfitted"),
        ("run_models", "run_metrics", "run_params", "joining"),
        ("cell",),
        ("script",),
    ),
}
STOREYS = {
    part: {name: storey for storey, names in enumerate(rooms) for name in names}
    for part, rooms in ROOMS.items()
}

MAX_MODULE_LINES, MAX_FUNCTION_LINES = 400, 50

# What is one thing in two modules: a run gives its children as runs, and its difference from another.
PAIRS = (("nbtrack.entities.run", "nbtrack.entities.runs"), ("nbtrack.entities.run", "nbtrack.entities.diff"))

# What a part may import where that is less than everything below it.
ONLY = {"capture": {"errors", "records", "values", "installed", "clock", "fields", "metric_words", "points"}}

# Libraries that one part alone speaks to.
OWNERS = {
    "sqlite3": "store",
    "IPython": "notebook",
    "ipywidgets": "widgets",
    "anywidget": "widgets",
    "plotly": "compare",
    "jupyter_server": "widgets",
    "tornado": "widgets",
}

# Too slow for `import nbtrack` and `%load_ext nbtrack`: imported inside the functions that need them.
HEAVY = {
    "pandas",
    "numpy",
    "scipy",
    "sklearn",
    "torch",
    "plotly",
    "matplotlib",
    "psutil",
    "pyarrow",
    "ipywidgets",
    "cloudpickle",
    "yaml",
    "xgboost",
    "lightgbm",
    "skops",
}


class Import(NamedTuple):
    """One imported module: where it stands, and whether it is only for types or runs when its module is imported."""

    module: str
    line: int
    at_import: bool
    for_types: bool


def imports(source: str, module: str) -> list[Import]:
    """Return what `source`, the text of `module` (a package: its `__init__`), imports."""
    found = []

    def visit(node: ast.AST, at_import: bool, for_types: bool) -> None:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            found.extend(Import(name, node.lineno, at_import, for_types) for name in names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*module.split(".")[: -node.level], *filter(None, [node.module])])
            # `from nbtrack import entities` names a module, `from nbtrack.entities import Run` stands in one.
            names = [f"nbtrack.{alias.name}" for alias in node.names] if base == "nbtrack" else [base]
            found.extend(Import(name, node.lineno, at_import, for_types) for name in names)
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for child in node.body:
                visit(child, at_import, True)
            for child in node.orelse:
                visit(child, at_import, for_types)
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for child in ast.iter_child_nodes(node):
                visit(child, at_import and not inside, for_types)

    visit(ast.parse(source), True, False)
    return found


def complaints(source: str, module: str) -> list[str]:
    """Return what is wrong with the imports of one module, each with what to do."""
    part = module.split(".")[1]
    wrong = []
    for found in imports(source, module):
        top, *rest = found.module.split(".")
        where = f"{module}:{found.line} imports {found.module}"
        if top == "nbtrack":
            other = rest[0] if rest else ""
            if other == part:
                why = room_complaint(part, module.split(".")[2:], rest[1:])
            else:
                why = inner_complaint(part, other)
            if why:
                wrong.append(f"{where}: {why}")
        elif not found.for_types:
            if OWNERS.get(top, part) != part:
                wrong.append(f"{where}: only nbtrack.{OWNERS[top]} speaks to {top}; put what needs it there")
            elif top in HEAVY and found.at_import:
                wrong.append(
                    f"{where} when it is imported itself: move the import into the function that needs it"
                )
    return wrong


def inner_complaint(part: str, other: str) -> str | None:
    """Return why `part` must not import `other`, or None where it may."""
    unknown = [name for name in (part, other) if name not in HEIGHT]
    if unknown:
        return f"{unknown[0] or 'the package itself'} has no place among LAYERS in {Path(__file__).name}; name the module, or give it one"
    if part in ONLY and other not in ONLY[part]:
        return (
            f"{part} may import only {', '.join(sorted(ONLY[part]))}; have the caller hand over what it needs"
        )
    if HEIGHT[other] > HEIGHT[part]:
        return f"{other} stands above {part}; move what is shared down, or have {other} hand it over"
    if HEIGHT[other] == HEIGHT[part] and not any({part, other} <= group for group in FRIENDS):
        return f"{other} stands beside {part}, and neither may know the other; move what is shared down"
    return None


def room_complaint(part: str, own: list[str], found: list[str]) -> str | None:
    """Return why a module of one room of a part must not import one of another, or None where it may."""
    storeys = STOREYS.get(part)
    if storeys is None or own[:1] in (["__init__"], found[:1]):
        return None
    here, there = own[0], found[0] if found else ""
    unknown = [name for name in (here, there) if name not in storeys]
    if unknown:
        return f"{unknown[0] or 'the package itself'} has no place among the ROOMS of {part} in {Path(__file__).name}; name the module, or give it one"
    if storeys[there] > storeys[here]:
        return f"{there} stands above {here}; move what is shared down, or have {there} hand it over"
    if storeys[there] == storeys[here]:
        return f"{there} stands beside {here}, and neither may know the other; move what is shared down"
    return None


def circles(imported: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other, directly or by way of others."""

    def reached(module: str) -> set[str]:
        found: set[str] = set()
        waiting = [module]
        while waiting:
            waiting += (fresh := imported.get(waiting.pop(), set()) - found)
            found |= fresh
        return found

    reach = {module: reached(module) for module in imported}
    groups = {
        frozenset(other for other in reach[module] if module in reach.get(other, ()))
        for module in imported
        if module in reach[module]
    }
    return sorted(map(sorted, groups))


def modules() -> dict[str, str]:
    """Return the source of every module below the package's own `__init__`, by dotted name."""
    sources = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent != PACKAGE or not path.name.startswith("__"):
            name = ".".join(["nbtrack", *path.relative_to(PACKAGE).with_suffix("").parts])
            sources[name] = path.read_text(encoding="utf-8")
    return sources


def test_imports_run_downwards_and_stay_light():
    sources = modules()
    assert sources, f"no module was found under {PACKAGE}"
    wrong = [line for module, source in sources.items() for line in complaints(source, module)]
    assert not wrong, "\n" + "\n".join(wrong)


def named_in_texts(source: str) -> list[str]:
    """Return the modules of nbtrack that are imported by their names in a text."""
    return [
        str(one.args[0].value)
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.Call) and one.args and isinstance(one.args[0], ast.Constant)
        if ast.unparse(one.func).rpartition(".")[2] in {"import_module", "__import__"}
        if str(one.args[0].value).startswith("nbtrack")
    ]


def test_there_are_no_doors_upwards_but_those_of_one_module():
    named = {module: named_in_texts(source) for module, source in modules().items()}
    assert {module for module, found in named.items() if found} == {"nbtrack.doors"}
    assert all(name.split(".")[1] in HEIGHT for name in named["nbtrack.doors"])
    assert named_in_texts("importlib.import_module('nbtrack.notebook').x") == ["nbtrack.notebook"]


def graph() -> dict[str, set[str]]:
    """Return what each module imports of the others: at once, in functions, and for types."""
    sources = {module.removesuffix(".__init__"): source for module, source in modules().items()}

    def named(node: ast.AST) -> list[str]:
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            return [name if name in sources else str(node.module) for name in whole]
        return []

    return {
        module: {name for node in ast.walk(ast.parse(source)) for name in named(node) if name in sources}
        for module, source in sources.items()
    }


def test_no_modules_import_each_other_in_a_circle():
    """But for the pairs that are one thing in two modules."""
    found = graph()
    for one, other in PAIRS:
        assert other in found[one], f"{one} imports {other} no more: take the pair off the list"
        assert one in found[other], f"{other} imports {one} no more: take the pair off the list"
        found[one].discard(other)
        found[other].discard(one)
    assert circles(found) == []


def test_the_limits_that_contributing_states_are_kept():
    """400 lines a module, 50 a function without its docstring; the front end's are checked by its own tests."""
    long = []
    for module, source in modules().items():
        if len(source.splitlines()) > MAX_MODULE_LINES:
            long.append(module)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                words = ast.get_docstring(node, clean=False) or ""
                lines = (node.end_lineno or node.lineno) - node.lineno + 1 - len(words.splitlines())
                if lines > MAX_FUNCTION_LINES:
                    long.append(f"{module}.{node.name}")
    assert long == [], "split them along a real seam"


def test_a_circle_is_found():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"e"}}
    assert circles(graph) == [["b", "c"], ["e"]]


def test_the_package_itself_imports_nothing_heavy():
    """`nbtrack/__init__.py` names every part, so it has no layer, but what it imports at once must be light."""
    source = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    at_once = {
        found.module
        for found in imports(source, "nbtrack.__init__")
        if found.at_import and not found.for_types
    }
    heavy = sorted(
        name
        for name in at_once
        if name.split(".")[0] in HEAVY | {"IPython", "sqlite3"}
        or (name.startswith("nbtrack.") and name != "nbtrack.version")
    )
    assert not heavy, f"nbtrack/__init__.py imports {', '.join(heavy)} at once: look them up in __getattr__"


@pytest.mark.parametrize(
    ("module", "source", "says"),
    [
        ("nbtrack.store.reader", "from nbtrack.entities import Run", "entities stands above store"),
        ("nbtrack.store.reader", "def f():\n    from nbtrack import tracking", "tracking stands above store"),
        ("nbtrack.store.reader", "from ..entities import Run", "entities stands above store"),
        ("nbtrack.cli", "from nbtrack.notebook import magics", "notebook stands beside cli"),
        ("nbtrack.entities", "import nbtrack", "the package itself has no place"),
        ("nbtrack.entities", "from nbtrack.common import f", "common has no place"),
        ("nbtrack.entities", "import sqlite3", "only nbtrack.store speaks to sqlite3"),
        (
            "nbtrack.capture.cells",
            "from nbtrack.query import parse",
            "capture may import only clock, errors, fields, installed, metric_words, points, records, values",
        ),
        (
            "nbtrack.entities",
            "def f():\n    from IPython import get_ipython",
            "only nbtrack.notebook speaks to IPython",
        ),
        ("nbtrack.entities", "import pandas as pd", "move the import into the function"),
        (
            "nbtrack.entities",
            "try:\n    from numpy import nan\nexcept ImportError:\n    nan = None",
            "move the import into",
        ),
        (
            "nbtrack.capture.source.analysis",
            "from nbtrack.capture.watch.reach import Mark",
            "watch stands above source",
        ),
        (
            "nbtrack.capture.slice.history",
            "if TYPE_CHECKING:\n    from nbtrack.capture.settings.setting import Setting",
            "settings stands beside slice",
        ),
        (
            "nbtrack.capture.cell",
            "from nbtrack.capture import Options",
            "the package itself has no place among the ROOMS",
        ),
        (
            "nbtrack.capture.helpers",
            "from nbtrack.capture.data import head",
            "helpers has no place among the ROOMS",
        ),
        ("nbtrack.entities", "class C:\n    import torch", "move the import into the function"),
    ],
)
def test_a_wrong_import_is_named_with_what_to_do(module, source, says):
    (line,) = complaints(source, module)
    assert says in line
    assert line.startswith(f"{module}:")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "nbtrack.store.reader",
            "import sqlite3\nfrom nbtrack.store import migrations\nfrom . import schema",
        ),
        ("nbtrack.entities", "def f():\n    import pandas"),
        ("nbtrack.entities", "if TYPE_CHECKING:\n    import pandas as pd"),
        ("nbtrack.cli", "from nbtrack import tracking, version"),
        ("nbtrack.notebook.magics", "from IPython.core.magic import Magics"),
        ("nbtrack.values", "from nbtrack.errors import InvalidValueError"),
    ],
)
def test_an_import_that_runs_downwards_is_let_through(module, source):
    assert complaints(source, module) == []
