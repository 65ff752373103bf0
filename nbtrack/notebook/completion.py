"""Completion by Tab in a cell: options of the magics, fields and values of filters.

IPython asks, and with it every front end of its kernel.
"""

from __future__ import annotations

import re
import shlex
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from IPython.core.error import TryNext

from nbtrack import tracking
from nbtrack.errors import NbtrackError
from nbtrack.records import SYSTEM_TAGS
from nbtrack.tracking.destination import store_if_there

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping

    from nbtrack.store import Store

__all__ = ["CellCompletion"]

MAX_RUNS = 100
"""The newest runs, whose names are offered."""
MAX_CALL = 2_000
"""Characters before the cursor in which a call begins."""

_ANY = r".*(?:%(?:runs|%?track|serve)\s|(?:runs|panel)\()"
_MAGIC = re.compile(r"\s*(?P<magic>%%track|%track|%serve|(?:[^\W\d]\w*\s*=\s*)?%runs)\s+(?P<rest>.*)$")
_FILTERED = {"runs": "filter", "panel": "filter", "search_runs": "filter_string"}
"""The functions that take a filter, and what they call it."""
_CALL = re.compile(
    r"(?<![\w.])(?:(?P<of>[^\W\d]\w*)\.)?(?P<function>runs|panel|search_runs)\(\s*"
    r"""(?:(?P<name>filter|filter_string)\s*=\s*)?(?P<quote>["'])(?P<filter>(?:(?!(?P=quote)).)*)$"""
)
_NAMES = {"--params", "--metrics", "--only-params", "--only-metrics", "--ignore"}
"""The options of `%%track` that take names of the notebook."""
_SWITCHES = {"": ("models", "off", "on", "status", "why"), "models": ("50MB", "off", "on")}


class Offer(NamedTuple):
    """What may stand in place of the last characters before the cursor."""

    typed: str
    options: list[tuple[str, str]]
    """Each with what it is."""


class CellCompletion:
    """What IPython asks for completions.

    Parameters
    ----------
    shell
        The IPython shell.
    parsers
        The parsers of magics' options, each by the magic's name, such as `%%track`.
    """

    def __init__(self, shell: Any, parsers: Mapping[str, ArgumentParser]) -> None:
        self._shell, self._parsers = shell, parsers
        self._on = True
        try:
            from IPython.core.completer import context_matcher
        except ImportError:
            # IPython before 8.6, as Colab's: its hooks know less of the cell.
            shell.set_hook("complete_command", self._hook, re_key=_ANY)
        else:

            @context_matcher(identifier="nbtrack")
            def match(context: Any) -> dict[str, Any]:
                return self._matched(context)

            self._match = match
            shell.Completer.custom_matchers.append(self._match)

    def end(self) -> None:
        """Offer nothing more. IPython has no way to take a hook back."""
        self._on = False
        if hasattr(self, "_match"):
            self._shell.Completer.custom_matchers.remove(self._match)

    def _matched(self, context: Any) -> dict[str, Any]:
        """Answer IPython's question."""
        from IPython.core.completer import SimpleCompletion

        lines = context.full_text.split("\n")
        line, at = lines[context.cursor_line], context.cursor_position
        earlier = "\n".join([*lines[: context.cursor_line], ""])
        typed, options = self._offered(line[:at], line[at:], earlier)
        found = [SimpleCompletion(text=text, type=kind) for text, kind in options]
        return {
            "completions": found,
            "matched_fragment": typed,
            "ordered": True,
            # Nothing else has a meaning there.
            "suppress": bool(found),
        }

    def _hook(self, _shell: Any, event: Any) -> list[str]:
        """Answer the question of an older IPython, which knows only the line, and what a word is."""
        before, word = event.text_until_cursor, event.symbol
        typed, options = self._offered(before, event.line[len(before) :]) if self._on else Offer("", [])
        longer = typed.removesuffix(word) if typed.endswith(word) else ""
        shorter = word.removesuffix(typed) if word.endswith(typed) else ""
        found = [
            shorter + text[len(longer) :] for text, _ in options if text.lower().startswith(longer.lower())
        ]
        if not found:
            raise TryNext
        return found

    def _offered(self, before: str, after: str, earlier: str = "") -> Offer:
        """Return what may stand at the cursor.

        Parameters
        ----------
        before, after
            The line, on both sides of the cursor.
        earlier
            The lines above.
        """
        try:
            if magic := _MAGIC.match(before):
                name, rest = magic["magic"].rpartition("=")[2].strip(), magic["rest"]
                if name == "%runs":
                    return self._filter(rest, after)
                words = rest.split()
                typed = words.pop() if words and not rest[-1].isspace() else ""
                return self._switch(words, typed) if name == "%track" else self._option(name, words, typed)
            return self._call(f"{earlier}{before}"[-MAX_CALL:], after)
        except NbtrackError:
            # A store that cannot be read is no reason to disturb who types.
            return Offer("", [])

    def _call(self, before: str, after: str) -> Offer:
        call = _CALL.search(before)
        if call is None or call["name"] not in {None, _FILTERED[call["function"]]} or not self._is_ours(call):
            return Offer("", [])
        typed, options = _in_filter(call["filter"], after)
        # What holds the quote of the string would end it.
        return Offer(typed, [one for one in options if call["quote"] not in one[0]])

    def _is_ours(self, call: re.Match[str]) -> bool:
        """Return whether a function of the notebook is nbtrack's, without importing what it needs."""
        names = self._shell.user_ns
        if call["of"]:
            found = names.get(call["of"])
            return isinstance(found, ModuleType) and found.__name__ == "nbtrack"
        return str(getattr(names.get(call["function"]), "__module__", "")).startswith("nbtrack.")

    @staticmethod
    def _filter(text: str, after: str) -> Offer:
        if text and "--panel".startswith(text):
            return Offer(text, [("--panel", "option")])
        return _in_filter(text.removeprefix("--panel").lstrip(), after)

    def _option(self, magic: str, words: list[str], typed: str) -> Offer:
        before = words[-1] if words and words[-1].startswith("-") else ""
        if typed.startswith("-") or not (typed or before):
            actions = self._parsers[magic]._actions  # noqa: SLF001 - argparse has no other way to tell them
            known = [one for action in actions for one in action.option_strings if one.startswith("--")]
            return _beginning(
                typed, [one for one in [*known, "--help"] if one not in words or one == "--tag"], "option"
            )
        if before in _NAMES:
            return _beginning(typed.rpartition(",")[2], self._names(), "name")
        store = store_if_there()
        if store is None:
            return Offer(typed, [])
        if before in {"-e", "--experiment"}:
            return _beginning(typed, [shlex.quote(one.name) for one in store.experiments()], "experiment")
        if before == "--resume":
            return _beginning(typed, [shlex.quote(run.name) for run in tracking.runs(limit=MAX_RUNS)], "run")
        return _tags(store, typed) if before in {"-t", "--tag"} else Offer(typed, [])

    def _switch(self, words: list[str], typed: str) -> Offer:
        said = " ".join(words)
        if said in _SWITCHES:
            return _beginning(typed, list(_SWITCHES[said]), "option")
        return _beginning(typed, self._names(), "name") if words[0] == "why" else Offer(typed, [])

    def _names(self) -> list[str]:
        """Return the names of values in the notebook."""
        return sorted(
            name
            for name, value in self._shell.user_ns.items()
            if not name.startswith("_")
            and name not in self._shell.user_ns_hidden
            and not isinstance(value, ModuleType | type)
            and not callable(value)
        )


def _beginning(typed: str, texts: list[str], kind: str) -> Offer:
    """Offer the texts that begin with what was typed."""
    return Offer(typed, [(one, kind) for one in texts if one.strip("'").startswith(typed.strip("'"))])


def _in_filter(text: str, after: str) -> Offer:
    """Offer what may stand at the end of a filter, as the panel does."""
    store = store_if_there()
    if store is None:
        return Offer("", [])
    from nbtrack.widgets.panel.completion import complete

    caret = len(text)
    found = complete(store, text + after, caret)
    # The quote that the editor has put behind the cursor stays there.
    closing = after[: found["end"] - caret]
    options = [(one["text"].removesuffix(closing), one["kind"]) for one in found["options"]]
    return Offer(text[found["start"] :], options)


def _tags(store: Store, typed: str) -> Offer:
    """Offer tags of earlier runs, or the values of one."""
    name, equals, begun = typed.partition("=")
    if not equals:
        names = [one for one in store.names("tags") if not one.startswith(SYSTEM_TAGS)]
        return _beginning(typed, [f"{one}=" for one in names if " " not in one], "tag")
    from nbtrack.query.field_names import written
    from nbtrack.widgets.panel.completion import complete

    text = f"{written('tags', name)} = '{begun}"
    found = complete(store, text, len(text))["options"]
    texts = [one["text"].strip("'") for one in found if one["kind"] == "value"]
    return _beginning(begun, [one for one in texts if " " not in one], "value")
