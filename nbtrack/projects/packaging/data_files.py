"""The files that a script reads: data by relative paths, and modules of its own."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nbtrack.capture.source.reads import dotted
from nbtrack.capture.source.syntax import parse
from nbtrack.entities.text import size_text
from nbtrack.projects.packaging.commands import commands_in, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["LARGEST", "Files", "files_of", "imported_modules", "writes"]

LARGEST = 20_000_000
"""Bytes of data that go into a project; what is larger is named."""
_WRITES = re.compile(r"(to_|save|write|dump|export|imsave|mkdir|makedirs|remove|unlink|rmtree)")
_BRINGS = re.compile(
    r"urlretrieve|download\w*|extract\w*|copy\w*|copytree|move|rename|replace|unpack\w*|touch"
)
"""What else makes a file, or brings it to where it is read."""
_LONGEST = 260
_LONGEST_SHOWN = 80
_PRIVATE = re.compile(
    r"\.env(\..*)?|.*\.(pem|key|p12|pfx|keystore|jks)|id_(rsa|dsa|ecdsa|ed25519)|[._]?(netrc|pgpass|pypirc|htpasswd)"
    r"|kaggle\.json|service[-_]?account.*\.json|(.*[-_.])?(credentials?|secrets?)(\.\w+)?",
    re.IGNORECASE,
)
"""The names of files that hold secrets."""


@dataclass
class Files:
    """What a project needs besides its script.

    Attributes
    ----------
    found
        By their paths in the project: the files.
    left_out
        What is not taken along, each with the reason.
    """

    found: dict[str, Path] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    size: int = 0


def files_of(source: str, folders: Sequence[Path], limit: int = LARGEST, words: Sequence[str] = ()) -> Files:
    """Return the files that a script reads by relative paths, with the modules that lie beside it, and what these read.

    Parameters
    ----------
    source
        The script.
    folders
        Where it may have run, the likeliest first.
    limit
        Bytes of all data together.
    words
        What it is called with.
    """
    files = Files()
    for word in words:
        if _is_path(word):
            _take(word, folders, (), files, limit)
    waiting = [source, *_texts_of(files, set())]
    while waiting:
        known = set(files.found)
        _read(waiting.pop(), folders, files, limit)
        waiting += _texts_of(files, known)
    return files


def _read(source: str, folders: Sequence[Path], files: Files, limit: int) -> None:
    """Add what a piece of Python reads."""
    tree = parse(source)
    _modules(imported_modules(source), folders, files)
    written = _written(tree)
    changes = [PurePosixPath(path) for path in _folder_changes(tree)]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in written:
            continue
        if _is_path(node.value):
            _take(node.value, folders, changes, files, limit)
    for command in commands_in(tree):
        words = words_of(command)
        for word in filter(_is_path, words.paths):
            _take(word, folders, changes, files, limit)
        _modules({name.partition(".")[0] for name in words.modules}, folders, files)
        if words.unknown:
            shown = command if len(command) <= _LONGEST_SHOWN else f"{command[:_LONGEST_SHOWN]}..."
            files.left_out.append(
                f"files that the command {shown!r} reads by {', '.join(words.unknown)}, which only the shell knows"
            )


def _texts_of(files: Files, known: set[str]) -> list[str]:
    """Return the texts of the Python files that are new."""
    new = [file for path, file in files.found.items() if path not in known and path.endswith(".py")]
    return [text for file in new for text in _text(file)]


def _is_path(text: str) -> bool:
    return (
        1 < len(text) <= _LONGEST and "\n" not in text and "://" not in text and bool(re.search(r"\w", text))
    )


def _take(
    text: str, folders: Sequence[Path], changes: Sequence[PurePosixPath], files: Files, limit: int
) -> None:
    path = Path(text).expanduser()
    if path.is_absolute() or ".." in path.parts:
        if "/" in text and any((folder / path).is_file() for folder in folders):
            files.left_out.append(f"{text}: it is outside of the folder")
        return
    for within in (PurePosixPath(), *changes):
        for folder in folders:
            matches = list(_matches(folder / within, text))
            for file in matches:
                _add(file, file.relative_to(folder).as_posix(), files, limit)
            if matches:
                return


def _matches(folder: Path, text: str) -> Iterator[Path]:
    """Yield the files that a text may mean: a file, those of a folder, those that a pattern finds."""
    try:
        if re.search(r"[*?\[]", text):
            yield from sorted(one for one in folder.glob(text) if one.is_file())
            return
        there = folder / text
        if there.is_file():
            yield there
        elif _is_data_folder(there, folder):
            yield from sorted(one for one in there.rglob("*") if one.is_file() and not _hidden(one, there))
    except (OSError, ValueError, NotImplementedError):  # no path at all, such as one with a null in it
        return


def _is_data_folder(there: Path, folder: Path) -> bool:
    return there.is_dir() and there.resolve() != folder.resolve() and not (there / "__init__.py").exists()


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith((".", "__pycache__")) for part in file.relative_to(folder).parts)


def _add(file: Path, name: str, files: Files, limit: int) -> None:
    if name in files.found or any(one.startswith(f"{name}: ") for one in files.left_out):
        return
    if _PRIVATE.fullmatch(file.name):
        files.left_out.append(f"{name}: by its name it holds secrets")
        return
    size = file.stat().st_size
    if files.size + size > limit:
        files.left_out.append(f"{name}: it has {size_text(size)}")
        return
    files.size += size
    files.found[name] = file


def _written(tree: ast.Module) -> set[int]:
    """Return the `id` of the texts in calls that write: these files are results."""
    return {
        id(one)
        for node, name in _calls(tree)
        if _opens(node, name) or _WRITES.match(name)
        for one in _texts(node)
    }


def writes(tree: ast.Module) -> set[str]:
    """Return what may be the files that a piece of code makes: the texts and names in the calls that write."""
    found: set[str] = set()
    for node, name in _calls(tree):
        if _opens(node, name) or _WRITES.match(name) or _BRINGS.fullmatch(name):
            inside = list(ast.walk(node))
            found |= {
                str(one.value)
                for one in inside
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            }
            found |= {one.id for one in node.args if isinstance(one, ast.Name)}
    return found


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func).rpartition(".")[2]


def _texts(node: ast.Call) -> list[ast.Constant]:
    given = (*node.args, *(word.value for word in node.keywords))
    return [one for one in given if isinstance(one, ast.Constant)]


def _opens(node: ast.Call, name: str) -> bool:
    return name == "open" and any(re.fullmatch(r"[wax]b?\+?", str(one.value)) for one in _texts(node))


def _folder_changes(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in {"cd", "chdir"}:
            yield from (
                one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )


# -- modules


def imported_modules(source: str) -> set[str]:
    """Return the top-level names of the modules that a script imports."""
    found: set[str] = set()
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _modules(names: set[str], folders: Sequence[Path], files: Files) -> None:
    """Add the modules of these names that lie in the script's own folder."""
    for name in names:
        for folder in folders:
            own = sorted((folder / name).rglob("*.py")) if (folder / name / "__init__.py").is_file() else []
            own = own or [one for one in [folder / f"{name}.py"] if one.is_file()]
            files.found |= {file.relative_to(folder).as_posix(): file for file in own}
            if own:
                break


def _text(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8")
        parse(text)
    except (OSError, SyntaxError, ValueError):
        return []
    return [text]
