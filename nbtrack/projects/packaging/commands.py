"""The files that commands of the shell name, as far as their words tell."""

from __future__ import annotations

import ast
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbtrack.capture.source.reads import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Words", "commands_in", "words_of"]

_CALLS = re.compile(
    r"(?:os|subprocess)\.(?:system|popen|run|call|check_call|check_output|Popen|getoutput|getstatusoutput)"
    r"|\w*results\w*\.(?:shell|lines)"
)
_TELL = frozenset("echo printf export set unset cd test [ [[ alias source . read pip pip3 conda git".split())
"""Commands whose words are no files that a project needs."""
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)|\$\((?!\()|`")
_OPERATORS = frozenset("();&|<>")


@dataclass
class Words:
    """The words of a command.

    Attributes
    ----------
    paths
        Those that may be files which it reads.
    modules
        The modules of Python that it runs: `python -m prep`.
    unknown
        Those that the shell fills in with what is not in the command itself.
    """

    paths: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def commands_in(tree: ast.Module) -> Iterator[str]:
    """Yield the texts that a script gives the shell."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=func, args=[ast.Constant(value=str(text)), *_]) if _CALLS.fullmatch(
                dotted(func)
            ):
                yield text


def words_of(command: str) -> Words:
    """Return the words of a command, or of the lines of a script of the shell.

    Examples
    --------
    >>> words_of("X=1; python prep.py data.csv --to=$OUT/b.csv > log.txt && echo $HOME $X")
    Words(paths=['prep.py', 'data.csv'], modules=[], unknown=['--to=$OUT/b.csv'])
    """
    found = Words()
    own = set(
        re.findall(r"(?:^|[\s;&|(])(?:export\s+)?([A-Za-z_]\w*)=|\b(?:for|read)\s+([A-Za-z_]\w*)", command)
    )
    known = {name for pair in own for name in pair if name}
    for line in re.sub(r"\\\n", " ", command).split("\n"):
        _line(line, known, found)
    return found


def _line(line: str, known: set[str], found: Words) -> None:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, "#"
    try:
        words = list(lexer)
    except ValueError:  # a quote that goes on in the next line
        words = line.split()
    program, before = "", ""
    for word in words:
        if _OPERATORS.issuperset(word):
            program = "" if set(word) & set(";&|(") else program
        elif not program:
            # What stands before a command is its variables, and words of the shell.
            program = "" if re.match(r"\w+=|(do|then|else|time|nohup|sudo)$", word) else word
            found.paths += [word] if "/" in program or program.endswith((".sh", ".py")) else []
        elif before == "-m" and re.search(r"python[\d.]*$", program):
            found.modules.append(word)
        elif before[:1] != ">" and program.rpartition("/")[2] not in _TELL:
            _word(word, known, found)
        before = word


def _word(word: str, known: set[str], found: Words) -> None:
    names = [match[1] for match in _VARIABLE.finditer(word)]
    if any(name is None or name not in known for name in names):
        found.unknown.append(word)
    elif not names:
        option, _, value = word.partition("=")
        found.paths += [value] if option.startswith("-") and value else [word] if word[:1] != "-" else []
