"""Locate secrets in a text (code, output or shell commands) by shape, name and form."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.capture.secrets.secret_names import are_words, certainty_of, is_drawn, is_secret
from nbtrack.capture.secrets.shapes import shapes_in

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MASK", "ONE_LITERAL", "OWN", "Span", "applied", "in_literal", "spans_in"]

MASK = "***"
OWN = "\ue000\ue000\ue000"
"""Stands for a text that looks like a mask and is the user's own, while masks are looked for."""
"""The text that replaces a secret."""


class Span(NamedTuple):
    """A range to be masked, and the secret in it."""

    start: int
    end: int
    value: str


def applied(text: str, spans: list[Span]) -> str:
    """Return a text with each span replaced by a mask; overlapping spans are merged."""
    parts, done, open_at = [], 0, -1
    for start, end, _ in sorted(spans):
        if start < done:  # inside the one before, or reaching beyond it
            done = max(done, end)
            continue
        if open_at >= 0:
            parts.append(MASK)
        parts.append(text[done:start])
        open_at, done = start, end
    if open_at >= 0:
        parts.append(MASK)
    return "".join([*parts, text[done:]])


def spans_in(text: str, *, lines: bool) -> list[Span]:
    """Return the positions of secrets in a text.

    With `lines`, lines such as `API_KEY=abc` and `password: abc` count, too: they are settings in a file or in
    output, but something else in Python.
    """
    found = [Span(start, end, text[start:end]) for start, end in shapes_in(text)]
    if "://" in text:
        found += _in_urls(text)
    lowered = text.lower()
    if any(word in lowered for word in _SUSPECT):
        for word, pattern in _PREFIXED_PATTERNS:
            if word in lowered:
                found += [Span(*match.span("it"), match["it"]) for match in _prefixed(pattern).finditer(text)]
        found += _shell(text)
    # Without a suspicious name there is nothing to find, and a text has few names.
    if any(certainty_of(name.replace("-", "_")) for name in set(_NAMES.findall(text))):
        found += _assigned(text, 0)
        found += _bare(text)
        found += _in_prose(text)
        if lines:
            found += _lines(text)
    return [span for span in found if span.end > span.start and text[span.start : span.end] != MASK]


# Shapes that are only recognised with the text before them.


@cache  # compiled when it is first needed, which is rare
def _prefixed(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})(?P<it>[^\s'\";,{{}}\\]+)", re.IGNORECASE | re.VERBOSE)


# Each with a required word, which is fast to search for.
_PREFIXED_PATTERNS = (
    (
        "authorization",
        r"""\bauthorization\\?['"]?\s*[:=,]\s*\\?['"]?(?:bearer|basic|token|digest|apikey)\s+(?=[^\s'"{<])""",
    ),
    ("bearer ", r"\bbearer\s+(?=[\w.~+/=-]*\d)(?=[\w.~+/=-]{8})"),
    ("basic ", r"\bbasic\s+(?=[\w+/]{12,}={1,2}(?![\w+/=]))"),
    ("hooks.slack", r"hooks\.slack\.com/services/"),
    ("/webhooks/", r"discord(?:app)?\.com/api/webhooks/\d+/"),
    ("login", r"\blogin\s+(?:--?\w+\s+)*(?=[0-9a-f]{40}\b)"),
    (
        "login",
        r"""\blogin(?:\s|\\n)+[^\s'"\\]+(?:\s|\\n|['"]\s*['"])+password(?:\s|\\n)+(?=[^\s'"{\\])""",
    ),
    (
        "=",
        r"""(?:(?<=;)|(?<=['"]))\s*(?:password|pwd|accountkey|sharedaccesskey|secret)\s*=\s*(?=[^;'"\s{]+(?:[;'"]|\Z))""",
    ),
    (
        "password=",
        r"""\b(?:host|hostaddr|user|dbname|port)\s?=[^\s,()]+\s+(?:\w+=[^\s,()]+\s+){0,8}password=(?=[^\s,()'"{])""",
    ),
    (
        "-p",
        r"""\b(?:mysql|mysqldump|mysqladmin|mariadb|sshpass|docker\s+login|az\s+login|lftp)\b(?:[^\n'"]*?\s)-p[ ]?(?=[^\s-])""",
    ),
    ("sshpass", r"\bsshpass\s+-p[ ]?(?=[^\s-])"),
    ("kaggle", r"\bkaggle\s+config\s+set\s+-n\s+key\s+-v\s+"),
    ("redis-cli", r"""\bredis-cli\b[^\n'"]*?\s-a[ ](?=\S)"""),
    (" pass:", r"-pass(?:in|out)?[ ]pass:(?=\S)"),
    (
        " set ",
        r"\b(?:configure|config)\s+set\s+\S*(?:secret|password|token|api_?key|access_?key)\S*\s+(?=[^\s-])",
    ),
)
_NAMES = re.compile(r"[^\W\d][\w-]*")
_URL = re.compile(r"(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9+.-]*://)([^\s/@'\"<>]+)@(?=[^\s'\"])")


def _in_urls(text: str) -> Iterator[Span]:
    for match in _URL.finditer(text):
        scheme, who = match.groups()
        user, colon, password = who.partition(":")
        filled_in_later = not re.sub(r"\{[^{}]*\}|\$\w+", "", password if colon else user)
        # A user without a password is a name (ssh://git@host), unless it is long enough for a token.
        if filled_in_later or (not colon and (len(user) < 16 or not scheme.lower().startswith("http"))):
            continue
        yield Span(*match.span(2), password if colon else user)


# Values that are assigned to a secret's name.

# Without one of these there is nothing to find, and they are fast to search for.
_SUSPECT = tuple(
    """pass pwd pw secret token tok key auth cred bearer basic sig= signature login slack discord cookie session curl
    wget oracle pat salt jwt csrf otp mysql mariadb redis-cli docker kaggle wandb appid webhook pwort wort contrase senha mdp hasł hasl heslo lösen wacht парол 密
    口令 パス""".split()
)
_LITERAL = (
    r"""(?<!\w)[rbuf]{0,2}(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}"""
    r"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
)
ONE_LITERAL = re.compile(_LITERAL, re.IGNORECASE | re.DOTALL)
# Literals that are not assigned are skipped as a whole, so that quotes stay paired.
_ASSIGNED = re.compile(
    rf"""(?P<before>
      (?: (?<![\w.-])(?P<name>[^\W\d][\w.-]*)
        | (?<!\w)["'](?P<key>[\w.-]+)["'][ \t]*\]?
        )
      (?: [ \t]*:[ \t]*[a-z_][\w. |\[\],]{{0,60}}?)?          # a type
      [ \t]*(?:==|!=|:=|\+=|=|:)[ \t]*
      (?: \w*secret\w*\(\s* )?
    | (?:getenv|putenv|setenv|setdefault|environ\.get)\(\s*["'](?P<variable>[\w.-]+)["']\s*,\s*
    | \b(?P<login>login)\((?:[^()]*,)?\s*key\s*=\s*
    | ["']--(?P<flag>[\w-]+)["']\s*,\s*
    )
    (?P<literals> [(\[]\s*{_LITERAL}(?:\s*,?\s*{_LITERAL})* | {_LITERAL}(?:[ \t]*\\?\s*{_LITERAL})* )
    | (?P<other>{_LITERAL})""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_UNPACKING = re.compile(
    r"^[ \t]*(?P<names>[^\W\d][\w.]*(?:[ \t]*,[ \t]*[^\W\d][\w.]*)+)[ \t]*=[ \t]*(?P<values>.+)$",
    re.IGNORECASE | re.MULTILINE,
)
_VALUE = re.compile(rf"[ \t]*({_LITERAL}|[^,\"'()\[\]{{}}]+)[ \t]*(?:,|$)", re.IGNORECASE | re.DOTALL)
_ESCAPED = re.compile(r"""\\["'](?P<name>[\w.-]+)\\["']\s*:\s*\\["'](?P<it>[^"'\\]+)\\["']""")
_ELEMENT = re.compile(r"<(?P<name>[A-Za-z_][\w.-]*)>(?P<it>[^<>\s]+)</(?P=name)>")


def _assigned(text: str, at: int) -> Iterator[Span]:
    """Yield assigned secrets; `at` is the offset of the text."""
    done = 0
    for match in _UNPACKING.finditer(text):
        unpacked = _unpacked(match)
        if unpacked is not None:
            yield from _plainly(text[done : match.start()], at + done)
            yield from (Span(start + at, end + at, value) for start, end, value in unpacked)
            done = match.end()
    yield from _plainly(text[done:], at + done)
    for pattern in (_ESCAPED, _ELEMENT):
        for match in pattern.finditer(text):
            if is_secret(match["name"], match["it"]):
                yield Span(at + match.start("it"), at + match.end("it"), match["it"])


def _plainly(text: str, at: int) -> Iterator[Span]:
    for match in _ASSIGNED.finditer(text):
        if match["other"]:
            yield from _inside(match["other"], at + match.start("other"))
            continue
        name = match["name"] or match["key"] or match["variable"] or match["flag"] or "login_secret"
        if name.lower().endswith("auth") and match["literals"][0] in "([":
            name = "credentials"  # auth=("ann", "...")
        start = at + match.start("literals")
        own = [
            Span(start + span.start, start + span.end, span.value)
            for literal in ONE_LITERAL.finditer(match["literals"])
            for span in in_literal(name, literal[0], literal.start())
        ]
        yield from own
        if not own:
            yield from _inside(match["literals"], start)


def _inside(literals: str, at: int) -> Iterator[Span]:
    for literal in ONE_LITERAL.finditer(literals):
        start, end = _body(literal[0])
        body = literal[0][start:end]
        if len(body) > 6:
            yield from _assigned(body, at + literal.start() + start)


def _body(literal: str) -> tuple[int, int]:
    """Return where the text between a literal's quotes begins and ends."""
    start = min(i for i in (literal.find('"'), literal.find("'")) if i >= 0)
    wide = 3 if literal[start : start + 3] in ('"""', "'''") else 1
    return start + wide, len(literal) - wide


def in_literal(name: str, literal: str, at: int, *, sure: bool = False) -> Iterator[Span]:
    """Yield the position of a string literal's text, if it is a secret under this name, or if `sure`."""
    start, end = _body(literal)
    body = literal[start:end]
    # An f-string may be built only from names.
    fixed = re.sub(r"\{[^{}]*\}", "", body) if "f" in literal[:start].lower() else body
    fixed = re.sub(r"^(?:bearer|basic|token)\s*", "", fixed, flags=re.IGNORECASE)
    if body == MASK or not fixed or not (sure or is_secret(name, fixed)):
        return
    yield Span(at + start, at + end, fixed)
    try:
        value = ast.literal_eval(literal)
    except (SyntaxError, ValueError):
        return
    if isinstance(value, str) and value != fixed:
        yield Span(
            at + start, at + end, re.sub(r"^(?:bearer|basic|token)\s+", "", value, flags=re.IGNORECASE)
        )


def _unpacked(match: re.Match[str]) -> list[Span] | None:
    """Return the secrets in `user, password = "ann", "..."`, name by name; None if it is something else."""
    names = [name.strip() for name in match["names"].split(",")]
    values = list(_VALUE.finditer(match["values"]))
    whole = "".join(value[0] for value in values)
    if len(values) != len(names) or whole != match["values"] or not any(map(certainty_of, names)):
        return None
    start = match.start("values")
    return [
        span
        for name, value in zip(names, values, strict=True)
        for literal in ONE_LITERAL.finditer(value[0])
        for span in in_literal(name, literal[0], start + value.start() + literal.start())
    ]


# Shell commands.

_BARE = re.compile(
    r"""(?:
      [?&](?P<query>[\w.-]+)=
    | (?<![\w-])--(?P<flag>[a-z][\w-]*)(?:=|[ \t]+)
    | (?:\bexport[ \t]+|\bsetx?[ \t]+|\benv:?[ \t]+|%set_env[ \t]+|-e[ \t]+|--set(?:-string)?[ \t=]+|\benv',[ \t]*')(?P<variable>[a-z_][\w.]*)(?:=|[ \t]+=?[ \t]*)
    | (?:^|(?<=[\s!;&|'"(]))(?P<upper>(?-i:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*))=(?=[^\s,()\[\]{}'"]+(?:[\s'";]|\\n|\Z))
    )(?P<value>[^\s&'"#{}()$-][^\s&'"#{}();\\]*)""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_QUOTED_BARE = re.compile(
    r"""(?:(?<![\w-])--(?P<flag>[a-z][\w-]*)(?:=|[ \t]+)
    | (?:^|(?<=[\s!;&|]))(?P<upper>(?-i:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*))=
    )(?P<quote>['"])(?P<value>[^'"\n]+)(?P=quote)""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_USER = re.compile(
    r"""(?:(?<=[\s'"])-u|--user|--proxy-user|--auth|(?<=\s)-a)(?:\\?["']\s*,\s*\\?["']|[=\s]*\\?["']?)(?P<user>[^\s:"'/=]*):(?P<it>[^\s"'\\]+)"""
)
_COOKIES = re.compile(
    r"""(?:\b(?:set-)?cookie\\?["']?\s*[:=,]\s*|(?<=\s)(?:-b|--cookie)[ =]+)\\?["']?(?P<jar>[^"'\n\\]+)""",
    re.IGNORECASE,
)
_COOKIE = re.compile(r"(?P<name>[\w.-]+)=(?P<it>[^;,\s]{6,})")
_OF_COOKIES = frozenset({"path", "domain", "expires", "max-age", "samesite"})
_HEADER = re.compile(
    r"""["'](?P<name>[A-Za-z][\w-]*)[ \t]*:[ \t]*(?P<it>[^\s"',;{}()\[\]\\]{4,})(?=\\?["'])"""
)
_FORM = re.compile(r"""(?<=["'&])(?P<name>[A-Za-z_][\w.-]*)=(?P<it>[^\s"'&;,(){}\[\]]+)(?=["'&\s]|\\n)""")
_PROSE = re.compile(
    r"""\b(?:pass(?:word|wd|phrase|code|wort)|api[ _-]?key|access[ _-]?key|token|secret)\b
    (?P<is>(?:\s*:\s*|\s+(?:is|was|ist|=)\s+|\s+))["'`]?(?P<it>[\w+/=.~@%!-]{6,})""",
    re.IGNORECASE | re.VERBOSE,
)
_ORACLE = re.compile(r"""["']\w+/(?P<it>[^@/"'\s]+)@""")


def _bare(text: str) -> Iterator[Span]:
    for pattern in (_BARE, _QUOTED_BARE):
        for match in pattern.finditer(text):
            named = match.groupdict()
            query = named.get("query")
            name = query or match["flag"] or named.get("variable") or named.get("upper") or ""
            signed = query and name.lower() in ("sig", "signature", "x-amz-signature", "x-goog-signature")
            if signed or is_secret(name.replace("-", "_"), match["value"]):
                yield Span(*match.span("value"), match["value"])


def _shell(text: str) -> Iterator[Span]:
    if re.search(r"\b(?:curl|wget|http)\b", text):
        for match in _USER.finditer(text):
            if not match["it"].isdigit() and not re.fullmatch(r"[{$].*", match["it"]):
                yield Span(*match.span("it"), match["it"])
    for jar in _COOKIES.finditer(text):
        for match in _COOKIE.finditer(jar["jar"]):
            if match["name"].lower() not in _OF_COOKIES and not are_words(match["it"]):
                yield Span(
                    jar.start("jar") + match.start("it"), jar.start("jar") + match.end("it"), match["it"]
                )
    for match in _HEADER.finditer(text):
        if not are_words(match["it"]) and is_secret(match["name"], match["it"]):
            yield Span(*match.span("it"), match["it"])
    for match in _FORM.finditer(text):
        if is_secret(match["name"], match["it"]):
            yield Span(*match.span("it"), match["it"])
    if "oracle" in text.lower():
        yield from (Span(*match.span("it"), match["it"]) for match in _ORACLE.finditer(text))


def _in_prose(text: str) -> Iterator[Span]:
    """Yield secrets in prose: `the password is ...`; without a verb only random-looking ones."""
    for match in _PROSE.finditer(text):
        it = match["it"].rstrip(".!")
        mixed = re.search(r"\d", it) and re.search(r"[A-Za-z]", it) and not are_words(it)
        if is_drawn(it) or (match["is"].strip() and mixed and is_secret("token", it)):
            yield Span(match.start("it"), match.start("it") + len(it), it)


# Settings files, and output in their format.

_LINE = re.compile(
    r"""^[ \t]*(?:export[ \t]+|-[ \t]+)?(?P<name>[^\W\d][\w.-]*)[ \t]*(?P<by>[=:])[ \t]*(?P<quote>["']?)(?P<it>[^\s"'#()\[\]{},$][^\s"'#()\[\]{},]*)(?P=quote)[ \t]*(?:[#;].*)?\r?$""",
    re.MULTILINE,
)


def _lines(text: str) -> Iterator[Span]:
    for match in _LINE.finditer(text):
        plain = match["by"] == ":" and not match["quote"] and are_words(match["it"])
        if not plain and is_secret(match["name"], match["it"]):
            yield Span(*match.span("it"), match["it"])
