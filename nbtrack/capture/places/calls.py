"""The literals among the arguments of a script's calls, and the defaults that stand where an argument is not given."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.capture.places.place import NO_VALUE, leaves, place_at, value_of
from nbtrack.capture.source.literals import is_literal
from nbtrack.capture.source.reads import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbtrack.capture.places.place import Place

__all__ = ["Calls"]


class _Made(NamedTuple):
    """A call of a class or function: the names that it is assigned to, and the arguments that it gives."""

    owners: tuple[str, ...]
    given: frozenset[str]
    open: bool
    """Whether it gives arguments that cannot be seen: `*args`, `**options`."""


class Calls:
    """Collects the literals that calls are given.

    Parameters
    ----------
    tree
        The script, of which the classes and functions tell the names of positional arguments.
    positional
        The same for others.
    """

    def __init__(self, tree: ast.Module, positional: Mapping[str, Sequence[str]]) -> None:
        self.owners: tuple[str, ...] = ()
        """The names to which the statement at hand assigns."""
        self._found: list[Place] = []
        self._positional = {name: list(names) for name, names in positional.items()}
        self._defaults: dict[str, dict[str, ast.expr]] = {}
        self._made: dict[str, list[_Made]] = {}
        self._options: list[tuple[str, ast.expr]] = []
        self._parsed: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                self._class(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names, defaults = _parameters(node)
                self._positional.setdefault(node.name, names)
                self._defaults.setdefault(node.name, defaults)

    def take(self, node: ast.Call, labels: tuple[str, ...]) -> None:
        """Note a call; `labels` are what stands around it, such as the names of a pipeline's steps."""
        name = dotted(node.func)
        root, _, last = name.rpartition(".")
        if last in {"add_argument", "option"} and self._option(node):
            return
        if last in {"parse_args", "parse_known_args"}:
            self._parsed.update(self.owners)
        words = [(word.arg, word.value) for word in node.keywords if word.arg]
        seen = next((n for n, one in enumerate(node.args) if isinstance(one, ast.Starred)), len(node.args))
        words += zip(self._positional.get(last, ()), node.args[:seen], strict=False)
        unseen = seen < len(node.args) or any(word.arg is None for word in node.keywords)
        self._made.setdefault(last, []).append(
            _Made(self.owners, frozenset(word for word, _ in words), unseen)
        )
        around = [*self.owners, *(label for label in labels if label), *([root] if root else [])]
        for word, value in words:
            for path, leaf in leaves(word, value):
                others = [f"{one}.{path}" for one in (last, last.lower(), *around) if one]
                others += [f"{owner}.{label}.{path}" for owner in self.owners for label in labels]
                others += [f"{owner}.{last.lower()}.{path}" for owner in self.owners]
                if word == "params" and path != word:
                    others.append(path.partition(".")[2])
                self._found.append(place_at(leaf, path, "argument", tuple(others)))

    def places(self) -> Iterator[Place]:
        """Yield what was found, with the defaults that calls have left to stand."""
        yield from self._found
        for dest, node in self._options:
            yield place_at(node, dest, "option", tuple(f"{name}.{dest}" for name in self._parsed))
        for name, defaults in self._defaults.items():
            made = self._made.get(name, [])
            for field, node in defaults.items():
                left = [one for one in made if field not in one.given]
                if made and not left:
                    continue
                owners = [f"{owner}.{field}" for one in left for owner in one.owners]
                for path, leaf in leaves(field, node):
                    rest = path.removeprefix(field)
                    others = (f"{name}.{path}", *(f"{owner}{rest}" for owner in owners))
                    yield place_at(leaf, path, "default", others)

    def _class(self, node: ast.ClassDef) -> None:
        names, defaults = [], {}
        for stmt in node.body:
            if isinstance(stmt, ast.AnnAssign) and isinstance(stmt.target, ast.Name):
                names.append(stmt.target.id)
                if stmt.value is not None:
                    defaults[stmt.target.id] = _field(stmt.value)
            elif isinstance(stmt, ast.Assign) and isinstance(stmt.targets[0], ast.Name):
                defaults[stmt.targets[0].id] = stmt.value
            elif isinstance(stmt, ast.FunctionDef) and stmt.name == "__init__":
                names, own = _parameters(stmt)
                defaults |= own
        self._positional.setdefault(node.name, names)
        self._defaults[node.name] = defaults

    def _option(self, node: ast.Call) -> bool:
        """Note the default of a parser's option; whether the call declares one."""
        flags = [
            one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if not flags:
            return False
        words = {word.arg: word.value for word in node.keywords}
        long = [flag for flag in flags if flag.startswith("--")] or flags
        dest = long[0].lstrip("-").replace("-", "_")
        if isinstance(words.get("dest"), ast.Constant):
            dest = str(words["dest"].value)  # type: ignore[attr-defined]
        default = words.get("default")
        if default is not None and is_literal(default) and value_of(default) is not NO_VALUE:
            self._options.append((dest, default))
        return True


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[list[str], dict[str, ast.expr]]:
    """Return the names of the positional parameters of a function, and all defaults."""
    arguments = node.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    defaults = dict(zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=True))
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            defaults[one.arg] = default
    return names[1:] if names[:1] in (["self"], ["cls"]) else names, defaults


def _field(value: ast.expr) -> ast.expr:
    """Return the default in `field(default=0.1)`."""
    if isinstance(value, ast.Call):
        for word in value.keywords:
            if word.arg == "default":
                return word.value
    return value
