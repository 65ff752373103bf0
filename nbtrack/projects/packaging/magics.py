"""What only a notebook can run, in a recorded script: magics and the shell's commands, translated or refused."""

from __future__ import annotations

import ast
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbtrack.capture.slice.script import DISPLAY, IPYTHON
from nbtrack.capture.source.syntax import parse
from nbtrack.errors import InvalidValueError
from nbtrack.projects.packaging.edits import Edits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["Plain", "without_magics"]

_SILENT = frozenset(
    """
    alias autosave autoreload colors conda config connect_info debug history inspect_rc killbgscripts load_ext logstart
    logstop ls lsmagic magic matplotlib nbtrack page panel pastebin pdb pdef pdoc pfile pinfo pinfo2 precision psearch
    psource pwd quickref reload_ext runs serve track timeit unload_ext who who_ls whos xmode package
    """.split()
)
"""Magics that a project needs nothing of."""
_MAGIC_LINE = re.compile(r"^(?P<indent>[ \t]*)(?P<sign>[%!])(?P<rest>[\w.].*)$")
_QUOTES = "'\""
_INSTALL = re.compile(
    r"(?:(?:\S*python\S*)\s+-m\s+)?(?:uv\s+)?pip3?\s+(?P<what>.*)|conda\s+(?P<conda>.*)", re.DOTALL
)


@dataclass
class Plain:
    """A script for plain Python.

    Attributes
    ----------
    requirements
        What its cells installed.
    folders
        Where the scripts of `%run` may lie.
    """

    source: str
    requirements: list[str] = field(default_factory=list)
    folders: Sequence[Path] = ()


def without_magics(script: str, name: str, folders: Sequence[Path] = ()) -> Plain:
    """Return a recorded script without IPython.

    Parameters
    ----------
    script
        The script.
    name
        The name in it of what stands in for the notebook.
    folders
        Where the scripts of `%run` may lie.

    Raises
    ------
    InvalidValueError
        When it has what cannot be translated, with each such line.
    """
    text = script.replace(IPYTHON, "")
    shows = DISPLAY in text
    text = text.replace(DISPLAY, "").lstrip("\n")
    found = Plain(text) if "get_ipython()" not in text else _translated(text, name, folders)
    if shows:
        found.source = f"display = {name}.display\n\n{found.source}"
    return found


def _translated(text: str, name: str, folders: Sequence[Path]) -> Plain:
    tree = parse(text)
    edits, plain, refused = Edits(text), Plain(text, folders=folders), []
    statements = {id(stmt.value) for stmt in ast.walk(tree) if isinstance(stmt, ast.Expr)}
    bound = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    seen: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if ast.unparse(node.func.value) != "get_ipython()":
            continue
        seen.add(id(node.func.value))
        given = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
        words = [str(one) for one in given if one is not None]
        code = _call(node.func.attr, words, name, bound, alone=id(node) in statements, plain=plain)
        if code is None:
            refused.append(f"line {node.lineno}: {_written(node.func.attr, words)}")
        else:
            if "#" in code and edits.is_followed(node):
                code = "pass"
            edits.replace(
                (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0), code
            )
    refused += [
        f"line {node.lineno}: get_ipython()"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node) == "get_ipython()" and id(node) not in seen
    ]
    if refused:
        raise InvalidValueError(
            "the code needs IPython, which a project runs without: " + "; ".join(sorted(refused))
            + ". Take it out of the cells, or write it in Python"
        )  # fmt: skip
    plain.source = edits.made()
    return plain


def _written(kind: str, words: list[str]) -> str:
    sign = {"run_line_magic": "%", "run_cell_magic": "%%"}.get(kind, "!")
    return f"{sign}{' '.join(words)}".split("\n", maxsplit=1)[0]


def _call(
    kind: str, words: list[str], name: str, bound: set[str], *, alone: bool, plain: Plain
) -> str | None:
    """Return what stands in the place of a call of IPython; None if nothing can."""
    if kind in {"system", "getoutput"} and len(words) == 1:
        return _shell(kind, words[0], name, bound, alone=alone, plain=plain)
    if kind not in {"run_line_magic", "run_cell_magic"} or len(words) < 2:
        return None
    magic, line, *body = words
    if magic in {"pip", "conda"}:
        return _shell("system", f"{magic} {line}", name, bound, alone=alone, plain=plain)
    if kind == "run_cell_magic":
        return _cell(magic, line, body[0] if body else "", name, plain)
    if magic in {"time", "track"} and alone:
        return _body(line, name, plain)
    if magic == "cd" and line and not re.search(r"[${]|^-", line):
        return f"{name}.cd({line.strip(_QUOTES)!r})"
    if magic in {"env", "set_env"} and re.match(r"\w+[= ]", line) and not re.search(r"[${]", line):
        variable, value = re.split(r"[= ]", line, maxsplit=1)
        return f"{name}.setenv({variable!r}, {value!r})"
    if magic == "run" and alone:
        return _run(line, name, plain.folders)
    return _nothing(f"%{magic} {line}") if magic in _SILENT and alone else None


def _run(line: str, name: str, folders: Sequence[Path]) -> str | None:
    """Return what runs a script that lies beside the notebook, in the names that `%run` gives it."""
    words = shlex.split(line)
    around = words[:1] == ["-i"]
    script, *given = [*words[around:], ""]
    path = script if script.endswith(".py") else f"{script}.py"
    if not script or script.startswith("-") or not any((folder / path).is_file() for folder in folders):
        return None
    return f"{name}.run({path!r}, {given[:-1]!r}, globals(){', around=True' if around else ''})"


def _nothing(text: str) -> str:
    return f"pass  # {text}".rstrip().replace("\n", " ")


def _shell(kind: str, command: str, name: str, bound: set[str], *, alone: bool, plain: Plain) -> str | None:
    install = _INSTALL.fullmatch(command.strip())
    if install is not None and alone:
        what = install["what"] or install["conda"]
        if what.split()[:1] == ["install"]:
            plain.requirements += _requirements(what)
        # Without its words, which may name an index or a folder.
        return _nothing(" ".join(["!pip", *what.split()[:1]]))
    if "{" in command or any(word in bound for word in re.findall(r"\$(\w+)", command)):
        return None  # IPython fills in the notebook's names
    return f"{name}.{'lines' if kind == 'getoutput' else 'shell'}({command!r})"


def _requirements(what: str) -> Iterator[str]:
    """Yield the packages that an installation names."""
    words = shlex.split(what)[1:]
    takes_value = {
        "-c",
        "-f",
        "-i",
        "-r",
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "--constraint",
        "--requirement",
    }
    skip = False
    for word in words:
        if skip or word.startswith("-") or not re.match(r"[A-Za-z0-9./~]", word):
            skip = word in takes_value
            continue
        yield word


def _cell(magic: str, line: str, body: str, name: str, plain: Plain) -> str | None:
    if magic in {"bash", "sh"} and not line:
        return f"{name}.shell({body!r})"
    if magic in {"time", "track"} or (magic == "capture" and all(word[:1] == "-" for word in line.split())):
        return _body(body, name, plain)
    if magic in {"timeit", "html", "HTML", "javascript", "js", "latex", "markdown", "svg"}:
        return _nothing(f"%%{magic}")
    return None


def _body(body: str, name: str, plain: Plain) -> str | None:
    """Return what a magic runs, itself without magics; IPython has not read it yet."""
    lines = [_MAGIC_LINE.sub(_as_call, line) for line in body.rstrip("\n").split("\n")]
    try:
        inner = _translated("\n".join(lines), name, plain.folders)
    except (SyntaxError, ValueError):
        return None
    plain.requirements += inner.requirements
    return inner.source


def _as_call(line: re.Match[str]) -> str:
    words = line["rest"].split(maxsplit=1)
    if line["sign"] == "!":
        return f"{line['indent']}get_ipython().system({line['rest']!r})"
    return f"{line['indent']}get_ipython().run_line_magic({words[0]!r}, {' '.join(words[1:])!r})"
