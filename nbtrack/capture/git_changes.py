"""The uncommitted changes of a git repository as a patch without secrets, made in a process of its own.

To mask a megabyte takes seconds, in which a thread would hold the interpreter's lock again and again. The process is given
what to do as JSON on its standard input, and answers with JSON.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from nbtrack.capture.secrets import SEEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["write_patch"]

_TIMEOUT = 10.0
"""Seconds that `git diff` may take."""
_MAX_NAMES = 100
_HEAD = b"diff --git "
_NICENESS = 10


def write_patch(git: str, folder: str, commit: str | None, target: Path, limit: int) -> dict[str, Any]:
    """Write what differs from the commit into a file, and return what was written: `git apply` brings it back.

    Parameters
    ----------
    git
        The program.
    folder
        A folder in the repository.
    commit
        The commit; None where there is none yet.
    target
        The file; it is not there where there is nothing to write.
    limit
        The most bytes. What files differ in that do not fit is left out, and so are files that are no text.

    Returns
    -------
    dict
        `files` and `bytes` of what was written; `masked`, whether secrets were; `left_out`, files with the bytes
        that their changes would have taken, 0 for those that are no text; `complete`, whether git came to its end.
    """
    base = commit or _lines_of(git, folder, "hash-object", "-t", "tree", "--stdin")[0].decode().strip()
    kept: list[bytes] = []
    left_out: dict[str, int] = {}
    size = 0
    arguments = ["diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"]
    # As `git apply` expects them, whatever the user has set.
    arguments += ["--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=dirty", base, "--"]
    with _started(git, folder, *arguments) as process:
        alarm = threading.Timer(_TIMEOUT, process.kill)
        alarm.start()
        assert process.stdout is not None
        for name, text, taken in _sections(process.stdout, limit):
            if text is None or size + taken > limit:
                left_out[name] = taken
            else:
                kept.append(text)
                size += taken
        alarm.cancel()
    complete = process.returncode == 0
    if not complete:
        kept.clear()  # the last of them may end in its middle
    patch = b"".join(kept).decode(errors="surrogateescape")
    masked = _masked([one.decode(errors="surrogateescape") for one in kept])
    content = masked.encode(errors="surrogateescape")
    if kept:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return {
        "files": len(kept),
        "bytes": len(content),
        "masked": masked != patch,
        "left_out": dict(list(left_out.items())[:_MAX_NAMES]),
        "left_out_more": max(0, len(left_out) - _MAX_NAMES),
        "complete": complete,
    }


def _sections(lines: Iterable[bytes], limit: int) -> Iterator[tuple[str, bytes | None, int]]:
    """Yield each file's part of a patch: its name, its text, its bytes; no text where it is too long or is none."""
    part: list[bytes] = []
    size = 0
    binary = False
    for line in lines:
        if line.startswith(_HEAD):
            if part:
                yield (
                    _name(part[0]),
                    None if binary or size > limit else b"".join(part),
                    0 if binary else size,
                )
            part, size, binary = [], 0, False
        binary = binary or line.startswith(b"Binary files ")
        size += len(line)
        if size <= limit or not part:
            part.append(line)
    if part:
        yield _name(part[0]), None if binary or size > limit else b"".join(part), 0 if binary else size


def _name(head: bytes) -> str:
    """Return the file that a head is about: `diff --git a/NAME b/NAME`, as nothing is renamed."""
    names = head.removeprefix(_HEAD).decode(errors="replace").strip()
    half = names[: len(names) // 2]
    return half.strip('"').removeprefix("a/")


def _masked(parts: list[str]) -> str:
    """Return the parts of a patch as one text without secrets."""
    for number, part in enumerate(parts):
        lines = part.split("\n")
        name = _name(lines[0].encode(errors="surrogateescape"))
        if name.endswith(".ipynb"):
            parts[number] = "\n".join(map(_masked_cell_line, lines))
        if name.endswith((".py", ".ipynb")):
            # As code it tells more secrets than as text, such as those that are put together; they are masked below.
            for side in (" +", " -"):
                SEEN.code("".join(_source(line[1:], name) for line in lines[1:] if line[:1] in side))
    return SEEN.text("".join(parts), lines=True)


def _source(line: str, name: str) -> str:
    if not name.endswith(".ipynb"):
        return f"{line}\n"
    found = _CELL_LINE.fullmatch(line)
    return _decoded(found[2]) if found else ""


def _masked_cell_line(line: str) -> str:
    """Return a line of a notebook's file, which holds a line of a cell as a string of JSON; one without secrets as it is."""
    found = _CELL_LINE.fullmatch(line[1:])
    if found is None:
        return line
    content = _decoded(found[2])
    masked = SEEN.text(content, lines=True)
    return line if masked == content else f"{line[:1]}{found[1]}{json.dumps(masked)}{found[3]}"


_CELL_LINE = re.compile(r'(\s*(?:"[^"\\]*": *)?\[?)("(?:[^"\\]|\\.)*")(\]?,?\s*)')


def _decoded(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return ""


def _started(git: str, folder: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 (no shell, and none of the user's text in the arguments)
        [git, "-C", folder, "-c", "core.fsmonitor=false", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _lines_of(git: str, folder: str, *arguments: str) -> list[bytes]:
    with _started(git, folder, *arguments) as process:
        assert process.stdout is not None
        return list(process.stdout) or [b""]


def main(asked: IO[str], answer: IO[str]) -> None:
    """Do what is asked for, as `nbtrack.tracking.uncommitted` asks it."""
    with suppress(OSError, AttributeError):  # Windows has no niceness
        os.nice(_NICENESS)
    wanted = json.load(asked)
    for value in wanted["allowed"]:
        SEEN.allow(value)
    for value in wanted["secrets"]:
        SEEN.add(value)
    done = write_patch(
        wanted["git"], wanted["folder"], wanted["commit"], Path(wanted["target"]), wanted["limit"]
    )
    json.dump(done, answer)


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
