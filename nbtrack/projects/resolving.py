"""Which versions an environment gets: what uv chooses, what cannot be had, and what is relaxed for it."""

from __future__ import annotations

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbtrack import uv
from nbtrack.errors import EnvironmentBuildError
from nbtrack.projects.environment_spec import is_option, is_pin, name_of
from nbtrack.projects.git import masked

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

__all__ = ["Wanted", "lower_bound", "resolved"]

_NOT_FOUND = "was not found in the package registry"
_NO_NETWORK = re.compile(
    r"Request failed after|Failed to fetch|error sending request|dns error|Network is unreachable"
)


@dataclass(frozen=True)
class Wanted:
    """Requirements that are to be resolved for one Python; `relaxed` and `left_out` say what was done to them."""

    uv: str
    python: Path
    folder: Path
    lines: list[str]
    from_conda: frozenset[str]
    exclude_newer: datetime | None
    relaxed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def lower_bound(line: str) -> str:
    """Return a requirement that asks for at least the version that it pins, and has no upper bound.

    Examples
    --------
    >>> lower_bound("numpy==1.14.3"), lower_bound("pandas[all]==0.22.*,<1; python_version > '3'")
    ('numpy>=1.14.3', "pandas[all]>=0.22; python_version > '3'")
    """
    plain, semicolon, marker = line.partition(";")
    match = re.match(r"\s*[\w.-]+\s*(\[[^\]]*\])?", plain)
    if match is None or "@" in plain:
        return line
    clauses = []
    for clause in plain[match.end() :].strip().strip("()").split(","):
        operator = re.match(r"\s*(===?|~=|>=|>)\s*(\S+)", clause)
        if operator is not None:
            kept = operator[1] if operator[1] == ">" else ">="
            clauses.append(f"{kept}{operator[2].removesuffix('.*').partition('+')[0]}")
    name = re.sub(r"\s+", "", match[0])
    return f"{name}{','.join(clauses)}{semicolon}{marker}"


def resolved(wanted: Wanted, *, relax: bool, tell: Callable[[str], object]) -> tuple[str, Wanted]:
    """Return the lock of what is wanted, and what it became.

    Raises
    ------
    EnvironmentBuildError
        With a list of what cannot be had, and, where that may help, the offer to relax it.
    """
    lock, said = _compiled(wanted, wanted.lines)
    if lock is not None:
        return lock, wanted
    missing = {} if _NO_NETWORK.search(said) else _missing(wanted)
    if any(map(_NO_NETWORK.search, [said, *missing.values()])):
        raise EnvironmentBuildError(
            f"the package index cannot be reached: {_first(said)}\n"
            "with UV_OFFLINE=1 the environment is built from what was downloaded before"
        )
    gone = [line for line, why in missing.items() if name_of(line) in wanted.from_conda and _NOT_FOUND in why]
    if gone:
        for line in gone:
            tell(f"{line} is left out: conda may have it, but the package index has not")
        kept = [line for line in wanted.lines if line not in gone]
        wanted = replace(wanted, lines=kept, left_out=(*wanted.left_out, *gone))
        missing = {line: why for line, why in missing.items() if line not in gone}
        lock, said = _compiled(wanted, kept)
        if lock is not None:
            return lock, wanted
    if not relax:
        raise EnvironmentBuildError(_what_cannot_be_had(wanted, missing, said))
    return _relaxed(wanted, missing, said, tell)


def _compiled(wanted: Wanted, lines: list[str], *options: str) -> tuple[str | None, str]:
    """Return what uv chooses for these lines, or None, and what it says."""
    command = [wanted.uv, "pip", "compile", "-", "--no-header", "--no-annotate", "--only-binary", ":all:"]
    command += ["--python", str(wanted.python), "--color", "never", *options]
    if wanted.exclude_newer is not None:
        command += ["--exclude-newer", wanted.exclude_newer.isoformat()]
    done = subprocess.run(  # noqa: S603 (a list, no shell)
        command, input="\n".join(lines), capture_output=True, text=True, check=False,
        cwd=wanted.folder, env={"UV_PYTHON_DOWNLOADS": "never"} | uv.variables(),
    )  # fmt: skip
    return (None if done.returncode else done.stdout), masked(done.stderr.strip())


def _missing(wanted: Wanted) -> dict[str, str]:
    """Return the lines that cannot be had even alone, each with the reason."""
    options = [line for line in wanted.lines if is_option(line)]
    named = [line for line in wanted.lines if not is_option(line)]
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda line: _compiled(wanted, [*options, line], "--no-deps"), named)
        return {line: _first(said) for line, (lock, said) in zip(named, answers, strict=True) if lock is None}


def _first(said: str) -> str:
    """Return the reason out of what uv says, without its conclusions."""
    text = " ".join(said.split())
    match = re.search(
        r"cause: (?:Because )?(.*?)(?:,? and you require |, we can conclude| hint: | cause: |$)", text
    )
    return (match[1] if match else text)[:300]


def _what_cannot_be_had(wanted: Wanted, missing: dict[str, str], said: str) -> str:
    listed = [f"  {masked(line)}: {reason}" for line, reason in missing.items()] or [f"  {said[-1500:]}"]
    date = "" if wanted.exclude_newer is None else f", as of {wanted.exclude_newer:%Y-%m-%d}"
    text = f"the environment cannot be had (wheels only{date}; nothing is built from source):\n" + "\n".join(
        listed
    )
    if not _may_be_relaxed(wanted, missing):
        return text
    return f"{text}\nwith relax=True (--relax) these pins become lower bounds, and the run says so"


def _may_be_relaxed(wanted: Wanted, missing: dict[str, str]) -> bool:
    """Return whether another version could help: not with a name that is on no index, nor where none is pinned."""
    if any(_NOT_FOUND in why for why in missing.values()):
        return False
    dated = wanted.exclude_newer is not None
    if missing:
        return all(dated or lower_bound(line) != line for line in missing)
    return dated or any(lower_bound(line) != line for line in wanted.lines if not is_option(line))


def _relaxed(
    wanted: Wanted, missing: dict[str, str], said: str, tell: Callable[[str], object]
) -> tuple[str, Wanted]:
    """Relax as little as will do: what cannot be had, then a line that uv names, all of those, all pins, the date."""
    for date in dict.fromkeys([wanted.exclude_newer, None]):
        attempt = replace(wanted, exclude_newer=date)
        alone = missing if date == wanted.exclude_newer else _missing(attempt)
        lines = [lower_bound(line) if line in alone else line for line in wanted.lines]
        lock, said = _compiled(attempt, lines)
        if lock is None:
            for chosen in _choices(lines, said):
                relaxed = [lower_bound(line) if line in chosen else line for line in lines]
                lock, said = _compiled(attempt, relaxed)
                if lock is not None:
                    lines = relaxed
                    break
        if lock is not None:
            changed = [f"{old} -> {new}" for old, new in zip(wanted.lines, lines, strict=True) if old != new]
            if date != wanted.exclude_newer:
                changed.append(f"as of {wanted.exclude_newer:%Y-%m-%d} -> the newest")
            for change in changed:
                tell(f"relaxed: {masked(change)}")
            done = (*wanted.relaxed, *map(masked, changed))
            return lock, replace(attempt, lines=lines, relaxed=done)
    raise EnvironmentBuildError(
        f"the environment cannot be had, not even with its pins relaxed: {said[-2000:]}"
    )


def _choices(lines: list[str], said: str) -> list[set[str]]:
    """Return which lines to relax, the fewest first, after what uv says of those that exclude each other."""
    words = re.findall(r"[A-Za-z0-9][\w.-]*[A-Za-z0-9]", re.sub(r"[=<>~!]+", " ", said))
    named = [
        line
        for line in lines
        if name_of(line) in set(map(uv.normalised, words)) and lower_bound(line) != line
    ]
    # Of two that exclude each other, the one that is written later is more often the dependency.
    return [*({line} for line in reversed(named)), set(named), set(named) | set(filter(is_pin, lines))]
