"""The manual of a magic, which `--help` shows as a question mark behind the magic does."""

from __future__ import annotations

from typing import Any

__all__ = ["asks_for_help", "show_manual"]

_ASKS = frozenset({"-h", "--help"})


def asks_for_help(line: str) -> bool:
    """Return whether what stands behind a magic asks for its manual."""
    return not _ASKS.isdisjoint(line.split())


def show_manual(shell: Any, magic: str) -> None:
    """Show the manual of a magic, such as `%runs`, where a shell shows what `%runs?` asks for."""
    shell.run_line_magic("pinfo", magic)
