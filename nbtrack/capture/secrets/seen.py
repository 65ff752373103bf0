"""The list of known secrets, which are masked in everything that is stored."""

from __future__ import annotations

import base64
import json
import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from nbtrack.capture.secrets.in_code import spans_in_code
from nbtrack.capture.secrets.in_text import MASK, OWN, Span, applied, spans_in
from nbtrack.capture.secrets.secret_names import are_words, certainty_of, is_drawn, is_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from mmap import mmap

    from nbtrack.records import ParamValue

__all__ = ["SEEN", "Secrets", "is_masking", "mask", "mask_text", "set_masking"]

_MIN_LENGTH = 6
"""Shorter secrets may occur in ordinary words: they are only masked where they were recognised."""
_MAX_SECRETS = 500
_MIN_PIECE_LENGTH = 6
_MAX_NESTED_ENTRIES = 200
"""Entries of a notebook's dict that are scanned."""
_MIXED = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/=_.~-]{12,}")
"""A mix of letters and digits, even repeated ones: parts of it are masked, too."""
_MASKING = "NBTRACK_MASKING"
_COMMON = frozenset("public default example changeme postgres unknown string".split())


class Secrets:
    """Secrets in the order they were found, and a cache of masked texts.

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

    def known(self) -> tuple[list[str], list[str]]:
        """Return the secrets, and what was declared to be none, for another process to know them."""
        return list(self._forms), list(self._allowed)

    def allow(self, value: str) -> None:
        """Do not mask this value from now on: the user declared it not secret."""
        self._allowed.add(value)
        self._count += 1
        self._forms.pop(value, None)
        self._pieces.pop(value, None)

    def add(self, value: str) -> None:
        """Take in a secret."""
        value = value.strip()
        if (
            len(value) < _MIN_LENGTH
            or value in self._forms
            or value in self._allowed
            or value.lower() in _COMMON
        ):
            return
        if certainty_of(value) or set(value) <= set("*.xX-_ "):  # `password = "password"`, `"xxxxxx"`
            return
        while len(self._forms) >= _MAX_SECRETS:
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

    def scan_environment(self) -> None:
        """Add the values of environment variables that are named like secrets."""
        for name in list(os.environ):
            if not certainty_of(name):
                continue  # most are not, and each read of a value decodes it
            value = os.environ.get(name, "")
            if is_secret(name, value):
                self.add(value)

    def scan_names(self, namespace: Mapping[str, object]) -> None:
        """Add the values of notebook variables that are named like secrets, also in dicts."""
        for name, value in list(namespace.items()):
            if name[:2] == "_i" and name[2:].isdigit():
                continue  # IPython's names for the cells that were executed, one more with each
            if type(value) is str:
                if certainty_of(name) and is_secret(name, value):
                    self.add(value)
            elif type(value) is dict and 0 < len(value) <= _MAX_NESTED_ENTRIES and not name.startswith("_"):
                for key, inner in list(value.items()):
                    if type(key) is str and type(inner) is str and is_secret(f"{name}.{key}", inner):
                        self.add(inner)

    # -- what is kept

    def param(self, name: str, value: ParamValue) -> ParamValue:
        """Return a param or tag with secrets masked; see `mask`."""
        if not is_masking():
            return value
        if isinstance(value, str):
            if value in self._allowed:
                return value
            if certainty_of(name) and is_secret(name, value):
                self.add(value)
                return MASK
            return self.text(value) if len(value) >= _MIN_LENGTH else value
        if type(value) is int and certainty_of(name) == "password":
            self.add(str(value))
            return MASK
        return value

    def text(self, text: str, *, lines: bool = False) -> str:
        """Return output, a message or a note with its secrets and known secrets masked."""
        if not is_masking():
            return text
        masked, found = _masked_text(text, lines)
        if not self._allowed.isdisjoint(found):
            masked, found = self._but_allowed(text, spans_in(text, lines=lines))
        return self._hidden(masked, found, pieces=True)

    def arguments(self, words: Sequence[str]) -> list[str]:
        """Return the words of a command with secrets masked, also where the value follows its option as a word of its own."""
        masked: list[str] = []
        option = ""
        for word in words:
            head, equals, value = word.partition("=")
            name = head.lstrip("-").replace("-", "_")
            if equals:  # --name=value, and -P name=value
                masked.append(f"{head}={self.param(name, value)}")
            else:
                masked.append(str(self.param(option, word)) if option else self.text(word))
            option = name if word.startswith("-") and not equals else ""
        return masked

    def code(self, text: str) -> str:
        """Return a cell's code with secrets masked; names are not changed."""
        if not is_masking():
            return text
        masked, found, none = _masked_code(text)
        for value in none - self._allowed:
            self.allow(value)
        if not self._allowed.isdisjoint(found):
            masked, found = self._but_allowed(text, spans_in_code(text)[0])
        return self._hidden(masked, found, pieces=False)

    def unmasked(self, text: str) -> list[int]:
        r"""Return which of the texts `***` in code are its own, when its secrets have been masked, counted from 0.

        Examples
        --------
        >>> Secrets().unmasked("print('*** begin ***')\npassword = 'hunter2x'")
        [0, 1]
        """
        if MASK not in text:
            return []
        marked = self.code(text.replace(MASK, OWN))
        return [n for n, one in enumerate(re.findall(f"{re.escape(MASK)}|{OWN}", marked)) if one == OWN]

    def hidden(self, text: str) -> str:
        """Return a text with known secrets and those of known shapes masked, otherwise unchanged."""
        return self._hidden(text, (), pieces=False) if is_masking() else text

    def occurs_in(self, content: bytes | mmap) -> bool:
        """Return whether a file's content contains a secret."""
        return is_masking() and any(
            content.find(value.encode("utf-8", "surrogatepass")) >= 0 for value in self._forms
        )

    def document(self, value: Any, name: str = "") -> Any:
        """Return a JSON document with secrets masked, including values under secret names."""
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
        """Return a text with parts of random secrets masked: those that are cut, wrapped or quoted differently."""
        known = frozenset().union(*self._pieces.values())
        at = [i for i in range(len(text) - _MIN_PIECE_LENGTH + 1) if text[i : i + _MIN_PIECE_LENGTH] in known]
        return applied(text, [Span(i, i + _MIN_PIECE_LENGTH, "") for i in at]) if at else text


SEEN = Secrets()
"""Those that this process has seen."""


def is_masking() -> bool:
    """Return whether secrets are masked: always, unless the user said otherwise by `NBTRACK_MASKING=off`."""
    return os.environ.get(_MASKING, "on").strip().lower() not in {"off", "false", "0", "no"}


def set_masking(*, on: bool) -> None:
    """Mask secrets from now on or not, here and in processes that are started from here."""
    os.environ[_MASKING] = "on" if on else "off"


def mask(name: str, value: ParamValue) -> ParamValue:
    """Return `value`, or its masked form.

    A name of a secret (`db_password`, `OPENAI_API_KEY`, `config.hfToken`; not `max_tokens`, `pad_token`,
    `sort_key`, `author`) hides its text. Under any name the well-known shapes of tokens, private keys, and the
    credentials in URLs and connection strings are hidden. Numbers are kept, except under a password's name.

    Examples
    --------
    >>> mask("api_key", "abc"), mask("url", "https://ann:pw@host/x"), mask("max_tokens", 512)
    ('***', 'https://***@host/x', 512)
    """
    return Secrets().param(name, value)


def mask_text(text: str) -> str:
    """Return code or output with its secrets masked and everything else unchanged.

    Examples
    --------
    >>> mask_text('key = "a"; api_key = "b"  # mine')
    'key = "a"; api_key = "***"  # mine'
    """
    return _masked_text(text, False)[0]


@lru_cache(maxsize=256)
def _masked_text(text: str, lines: bool) -> tuple[str, tuple[str, ...]]:
    found: list[str] = []
    for _ in range(4):  # a masked text may reveal further secrets
        spans = spans_in(text, lines=lines)
        masked = applied(text, spans)
        found += [span.value for span in spans]
        if masked == text:
            break
        text = masked
    return text, tuple(found)


@lru_cache(maxsize=256)  # successive runs mostly depend on the same cells
def _masked_code(text: str) -> tuple[str, tuple[str, ...], frozenset[str]]:
    spans, none = spans_in_code(text)
    return (
        applied(text, [span for span in spans if span.end > span.start]),
        tuple(span.value for span in spans),
        frozenset(none),
    )


def _forms(value: str) -> tuple[str, ...]:
    """Return the ways a secret may be written, as in GitHub's runner: escaped, quoted, in Base64."""
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
    return tuple(dict.fromkeys(form for form in forms if len(form) >= _MIN_LENGTH))


def _pieces(value: str) -> frozenset[str]:
    """Return the identifying parts of a secret: without its kind's prefix, and not only letters or digits."""
    prefix = re.match(r"(?:[A-Za-z]{2,10}[-_])*", value)
    tail = value[prefix.end() if prefix else 0 :]
    every = (tail[i : i + _MIN_PIECE_LENGTH] for i in range(len(tail) - _MIN_PIECE_LENGTH + 1))
    return frozenset(piece for piece in every if not piece.isdigit() and not are_words(piece))


def _replaced(text: str, form: str) -> str:
    # A word only matches as a whole word.
    if form.isalpha() or form.isdigit():
        return re.sub(rf"(?<![^\W_]){re.escape(form)}(?![^\W_])", MASK, text)
    return text.replace(form, MASK)
