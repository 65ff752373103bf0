"""The one list of the secrets that were seen: what is on it is masked in everything that is kept."""

from __future__ import annotations

import base64
import json
import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from nbtrack.capture.secrets.code import spans_in_code
from nbtrack.capture.secrets.names import are_words, is_drawn, is_secret, told_by
from nbtrack.capture.secrets.text import MASK, Span, applied, spans_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from mmap import mmap

    from nbtrack.records import ParamValue

__all__ = ["SEEN", "Secrets", "mask", "mask_text"]

_TELLING = 6
"""Shorter secrets stand in ordinary words: they are masked where they are told to be one, and nowhere else."""
_MOST = 500
_PIECE = 6
_NESTED = 200
"""Entries of a dict of the notebook's that are looked at."""
_MIXED = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/=_.~-]{12,}")
"""Letters and digits, be they few that come again and again: parts of it tell it too."""
_COMMON = frozenset("public default example changeme postgres unknown string".split())


class Secrets:
    """Secrets in the order they were seen, and the texts that they were masked in.

    Examples
    --------
    >>> secrets = Secrets()
    >>> secrets.code("api_key = 'abc' + 'def123456'"), secrets.text("sent def123456")
    ("api_key = '***' + '***'", 'sent ***')
    """

    def __init__(self) -> None:
        self._forms: dict[str, tuple[str, ...]] = {}
        self._pieces: dict[str, frozenset[str]] = {}
        self._allowed: set[str] = set()
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._forms)

    @property
    def count(self) -> int:
        """How often the list has changed so far."""
        return self._count

    def allow(self, value: str) -> None:
        """Keep this value from now on: somebody says that it is no secret."""
        self._allowed.add(value)
        self._count += 1
        self._forms.pop(value, None)
        self._pieces.pop(value, None)

    def add(self, value: str) -> None:
        """Take in a secret."""
        value = value.strip()
        if (
            len(value) < _TELLING
            or value in self._forms
            or value in self._allowed
            or value.lower() in _COMMON
        ):
            return
        if told_by(value) or set(value) <= set("*.xX-_ "):  # `password = "password"`, `"xxxxxx"`
            return
        while len(self._forms) >= _MOST:
            oldest = next(iter(self._forms))
            del self._forms[oldest]
            self._pieces.pop(oldest, None)
        self._count += 1
        self._forms[value] = _forms(value)
        if is_drawn(value) or _MIXED.fullmatch(value):
            pieces = _pieces(value)
            if pieces:
                self._pieces[value] = pieces

    # -- where secrets come from

    def look_at_environment(self) -> None:
        """Take in what the environment's variables hold under names of secrets."""
        for name, value in list(os.environ.items()):
            if told_by(name) and is_secret(name, value):
                self.add(value)

    def look_at_names(self, namespace: Mapping[str, object]) -> None:
        """Take in what the notebook's names hold that sound like a secret's, in dicts too."""
        for name, value in list(namespace.items()):
            if type(value) is str:
                if told_by(name) and is_secret(name, value):
                    self.add(value)
            elif type(value) is dict and 0 < len(value) <= _NESTED and not name.startswith("_"):
                for key, inner in list(value.items()):
                    if type(key) is str and type(inner) is str and is_secret(f"{name}.{key}", inner):
                        self.add(inner)

    # -- what is kept

    def param(self, name: str, value: ParamValue) -> ParamValue:
        """Return what may be kept of a param or tag; see `mask`."""
        if isinstance(value, str):
            if value in self._allowed:
                return value
            if told_by(name) and is_secret(name, value):
                self.add(value)
                return MASK
            return self.text(value) if len(value) >= _TELLING else value
        if type(value) is int and told_by(name) == "password":
            self.add(str(value))
            return MASK
        return value

    def text(self, text: str, *, lines: bool = False) -> str:
        """Return what may be kept of output, a message, a note: without the secrets in it, and those seen before."""
        masked, found = _masked_text(text, lines)
        if not self._allowed.isdisjoint(found):
            masked, found = self._but_allowed(text, spans_in(text, lines=lines))
        return self._hidden(masked, found, pieces=True)

    def code(self, text: str) -> str:
        """Return what may be kept of a cell's code; the names in it stay to the letter."""
        masked, found, none = _masked_code(text)
        for value in none - self._allowed:
            self.allow(value)
        if not self._allowed.isdisjoint(found):
            masked, found = self._but_allowed(text, spans_in_code(text)[0])
        return self._hidden(masked, found, pieces=False)

    def hidden(self, text: str) -> str:
        """Return a text without the secrets that were seen and those of known shapes, and else to the letter."""
        return self._hidden(text, (), pieces=False)

    def stands_in(self, content: bytes | mmap) -> bool:
        """Return whether a secret stands in a file's content."""
        return any(content.find(value.encode("utf-8", "surrogatepass")) >= 0 for value in self._forms)

    def document(self, value: Any, name: str = "") -> Any:
        """Return a document of JSON's kinds with the secrets masked, by the names in it too."""
        if isinstance(value, dict):
            return {
                key: self.document(inner, f"{name}.{key}" if name else str(key))
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.document(inner, name) for inner in value]
        return self.param(name, value) if isinstance(value, str | int) else value

    def _but_allowed(self, text: str, spans: list[Span]) -> tuple[str, tuple[str, ...]]:
        allowed = {(span.start, span.end) for span in spans if span.value in self._allowed}
        spans = [span for span in spans if (span.start, span.end) not in allowed]
        return applied(text, spans), tuple(span.value for span in spans)

    def _hidden(self, text: str, found: Iterable[str], *, pieces: bool) -> str:
        for value in found:
            self.add(value)
        for value in sorted(self._forms, key=len, reverse=True):
            for form in self._forms[value]:
                if form in text:
                    text = _replaced(text, form)
        return self._without_pieces(text) if pieces and self._pieces else text

    def _without_pieces(self, text: str) -> str:
        """Return a text without parts of secrets that were drawn at random: cut, wrapped or quoted another way."""
        known = frozenset().union(*self._pieces.values())
        at = [i for i in range(len(text) - _PIECE + 1) if text[i : i + _PIECE] in known]
        return applied(text, [Span(i, i + _PIECE, "") for i in at]) if at else text


SEEN = Secrets()
"""Those that this process has seen."""


def mask(name: str, value: ParamValue) -> ParamValue:
    """Return `value`, or what may be kept of it.

    A name of a secret (`db_password`, `OPENAI_API_KEY`, `config.hfToken`; not `max_tokens`, `pad_token`,
    `sort_key`, `author`) hides its text. Under any name the well-known shapes of tokens, private keys, and the
    credentials in URLs and connection strings are hidden. Numbers stay, except under a password's name.

    Examples
    --------
    >>> mask("api_key", "abc"), mask("url", "https://ann:pw@host/x"), mask("max_tokens", 512)
    ('***', 'https://***@host/x', 512)
    """
    return Secrets().param(name, value)


def mask_text(text: str) -> str:
    """Return code or output with the secrets in it masked and everything else to the letter.

    Examples
    --------
    >>> mask_text('key = "a"; api_key = "b"  # mine')
    'key = "a"; api_key = "***"  # mine'
    """
    return _masked_text(text, False)[0]


@lru_cache(maxsize=256)
def _masked_text(text: str, lines: bool) -> tuple[str, tuple[str, ...]]:
    found: list[str] = []
    for _ in range(4):  # once masked, a text may read otherwise
        spans = spans_in(text, lines=lines)
        masked = applied(text, spans)
        found += [span.value for span in spans]
        if masked == text:
            break
        text = masked
    return text, tuple(found)


@lru_cache(maxsize=256)  # the cells that a run depends on are mostly those of the run before
def _masked_code(text: str) -> tuple[str, tuple[str, ...], frozenset[str]]:
    spans, none = spans_in_code(text)
    return (
        applied(text, [span for span in spans if span.end > span.start]),
        tuple(span.value for span in spans),
        frozenset(none),
    )


def _forms(value: str) -> tuple[str, ...]:
    """Return how a secret may be written, as GitHub's runner does: escaped, quoted, within Base64."""
    import html

    raw = value.encode("utf-8", "surrogatepass")
    forms = [value, repr(value)[1:-1], json.dumps(value)[1:-1], quote(value, safe=""), quote(value)]
    forms += [quote_plus(value), html.escape(value)]
    if len(raw) >= 9:
        for shift in range(3):
            inner = raw[shift:]
            forms.append(base64.b64encode(inner[: len(inner) // 3 * 3]).decode())
    if "\n" in value:
        forms += [line for line in value.split("\n") if len(line) >= 16 and not line.startswith("-----")]
    return tuple(dict.fromkeys(form for form in forms if len(form) >= _TELLING))


def _pieces(value: str) -> frozenset[str]:
    """Return the parts of a secret that tell it: not those of a prefix of its kind, of letters or digits alone."""
    prefix = re.match(r"(?:[A-Za-z]{2,10}[-_])*", value)
    tail = value[prefix.end() if prefix else 0 :]
    every = (tail[i : i + _PIECE] for i in range(len(tail) - _PIECE + 1))
    return frozenset(piece for piece in every if not piece.isdigit() and not are_words(piece))


def _replaced(text: str, form: str) -> str:
    # A word is one only where it stands alone.
    if form.isalpha() or form.isdigit():
        return re.sub(rf"(?<![^\W_]){re.escape(form)}(?![^\W_])", MASK, text)
    return text.replace(form, MASK)
