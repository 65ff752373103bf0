"""What must not be kept: passwords, keys and tokens in values, code and output."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.records import ParamValue

__all__ = ["MASK", "hide", "mask", "mask_text"]

MASK = "***"
"""What stands in the place of a secret."""
_TELLING = 6


def mask(name: str, value: ParamValue) -> ParamValue:
    """Return `value`, or what may be kept of it.

    A name that ends like a secret's (`db_password`, `OPENAI_API_KEY`, `config.hfToken`; not `max_tokens`,
    `pad_token`, `sort_key`, `author`) hides its text. Under any name the well-known shapes of tokens,
    private keys, and the credentials in URLs and connection strings are hidden. Numbers stay, except
    under a password's name.

    Examples
    --------
    >>> mask("api_key", "abc"), mask("url", "https://ann:pw@host/x"), mask("max_tokens", 512)
    ('***', 'https://***@host/x', 512)
    """
    if isinstance(value, str):
        return MASK if _hides(name, value) else mask_text(value)
    if type(value) is int and _told_by(name) == "password":
        return MASK
    return value


def hide(text: str, secrets: Iterable[str]) -> str:
    """Return text without these secrets: what a name told to be one is one wherever it is printed.

    Those of fewer than six characters stay, for they stand in ordinary words.

    Examples
    --------
    >>> hide("logged in with hunter22", ["hunter22"])
    'logged in with ***'
    """
    for secret in secrets:
        if len(secret) >= _TELLING:
            text = text.replace(secret, MASK)
    return text


@lru_cache(maxsize=256)  # the cells that a run depends on are mostly those of the run before
def mask_text(text: str) -> str:
    """Return code or output with the secrets in it masked and everything else to the letter.

    In `api_key = "..."`, `password='...'`, `{"token": "..."}`, `os.environ["API_KEY"] = "..."` and
    `getenv("TOKEN", "...")` only what stands between the quotes is masked, in `--token ...`, `export
    API_KEY=...` and `?access_token=...` only the value. Shapes are masked as by `mask`.

    Examples
    --------
    >>> mask_text('key = "a"; api_key = "b"  # mine')
    'key = "a"; api_key = "***"  # mine'
    """
    if "PRIVATE KEY" in text:
        text = _PRIVATE_KEY.sub(MASK, text)
    text = _SHAPE.sub(MASK, text)
    if "://" in text:
        text = _URL.sub(_masked_url, text)
    lowered = text.lower()
    if any(word in lowered for word in _SUSPECT):
        text = _SHAPE_AFTER.sub(rf"\g<1>{MASK}", text)
        text = _masked_assignments(text)
        text = _BARE.sub(_masked_bare, text)
    return text


# Names: the last words of a name say what it holds.

_PASSWORDS = frozenset({"password", "passwords", "passwd", "passphrase", "passcode", "pwd"})
_PASSES = frozenset({"admin", "db", "ftp", "mail", "mysql", "pg", "postgres", "root", "smtp", "sql", "user"})
_SECRETS = frozenset(
    """secret secrets credential credentials creds authorization bearer apikey apikeys apitoken accesskey
    accesstoken authtoken secretkey privatekey accountkey sharedaccesskey sshkey""".split()
)
_KEYS = frozenset(
    """access account anthropic api app auth aws azure client cohere consumer deploy encryption fernet gcp
    google hf hmac jwt kaggle mapbox master openai private secret sendgrid service shared signing ssh storage
    stripe subscription twilio wandb""".split()
)
# What makes a token a piece of text for a language model.
_TEXT_TOKENS = frozenset(
    """audio bad begin beginning blank bos class cls current decoder dist end eos extra first forced image
    input last mask max min new next num n oov output pad padding per prev previous prompt query register sep
    sos special start stop sub target text top unk unknown video word""".split()
)
_AUTHS = frozenset({"", "basic", "http", "proxy"})
_STAGES = frozenset({"dev", "live", "new", "old", "prod", "production", "staging", "str", "test", "value"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@lru_cache(maxsize=4096)
def _told_by(name: str) -> str:
    """Return "password", "secret", "token" (which may be something else) or "" for what a name tells."""
    *above, last = re.split(r"[.\[]", name)
    if any(_told_by(part) in ("password", "secret") and part.endswith("s") for part in above):
        return "secret"  # credentials.user
    words = [word.lower() for word in _WORD.findall(last)]
    while len(words) > 1 and words[-1] in _STAGES:
        words.pop()
    if not words:
        return ""
    word, before = words[-1], words[-2] if len(words) > 1 else ""
    if word in _PASSWORDS or (word == "pass" and before in _PASSES):
        return "password"
    if word in _SECRETS or (word in ("key", "keys") and before in _KEYS):
        return "secret"
    if (word == "token" and before not in _TEXT_TOKENS) or (word == "auth" and before in _AUTHS):
        return "token"
    return ""


def _hides(name: str, value: str) -> bool:
    """Return whether a text under this name is a secret."""
    told = _told_by(name)
    if told == "token":
        # `token = "the"` and `token = "<pad>"` are text, `auth = "basic"` is a mode.
        return not re.fullmatch(r"[A-Za-z]{0,6}|<.*>|\[.*\]|\W*", value, re.DOTALL)
    return bool(told and value)


# Shapes: what is a secret under any name.

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:(?!-----BEGIN).)*?-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\s\\]*)",
    re.DOTALL,
)
_SHAPE = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"sk-(?:(?:proj|ant|svcacct|admin|or|lf)-[\w-]{20,}|[A-Za-z0-9]{20,})"  # OpenAI, Anthropic and others
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"  # Stripe
    r"|gh[opsru]_[A-Za-z0-9]{20,}|github_pat_\w{22,}|glpat-[\w-]{20,}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"  # AWS
    r"|hf_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{30,}|nvapi-[\w-]{20,}|pplx-[A-Za-z0-9]{30,}"
    r"|xox[a-z]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{20,}"  # Slack
    r"|AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}"  # Google
    r"|npm_[A-Za-z0-9]{36}|pypi-AgE[\w-]{20,}|dapi[0-9a-f]{32}|dop_v1_[0-9a-f]{64}"
    r"|SG\.[\w-]{16,}\.[\w-]{16,}|\d{8,10}:AA[\w-]{33}"  # SendGrid, Telegram
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # JSON web tokens
    r")"
)
# Shapes that need what stands before them to be told.
_SHAPE_AFTER = re.compile(
    r"""(
      \bauthorization['"]?\s*[:=]\s*['"]?(?:bearer|basic|token|digest)\s+(?=[^\s'"{<])
    | \bbearer\s+(?=[\w.~+/=-]*\d)(?=[\w.~+/=-]{8})
    | hooks\.slack\.com/services/
    | \blogin\s+(?:--?\w+\s+)*(?=[0-9a-f]{40}\b)
    | (?:(?<=;)|(?<=['"]))\s*(?:password|pwd|accountkey|sharedaccesskey|secret)\s*=\s*(?=[^;'"\s{]+(?:[;'"]|\Z))
    | \b(?:host|hostaddr|user|dbname|port)\s?=[^\s,()]+\s+(?:\w+=[^\s,()]+\s+){0,8}password=(?=[^\s,()'"{])
    )[^\s'";,{}]+""",
    re.IGNORECASE | re.VERBOSE,
)
_URL = re.compile(r"(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9+.-]*://)([^\s/@'\"<>]+)@(?=[^\s'\"])")


def _masked_url(match: re.Match[str]) -> str:
    scheme, who = match.groups()
    user, colon, password = who.partition(":")
    filled_in_later = not re.sub(r"\{[^{}]*\}|\$\w+", "", password if colon else user)
    # A user without a password is a name (ssh://git@host), unless it is long enough for a token.
    if filled_in_later or (not colon and (len(user) < 16 or not scheme.lower().startswith("http"))):
        return match[0]
    return f"{scheme}{MASK}@"


# Text: what is assigned to a secret's name.

# Without one of these there is nothing to find, and looking for these is quick.
_SUSPECT = (
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "auth",
    "cred",
    "bearer",
    "sig=",
    "signature",
    "login",
    "slack",
)
_LITERAL = (
    r"""(?<!\w)[rbuf]{0,2}(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}"""
    r"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
)
_ONE_LITERAL = re.compile(_LITERAL, re.IGNORECASE | re.DOTALL)
# Literals are passed over as a whole where they are not assigned, so that quotes never get out of step.
_ASSIGNED = re.compile(
    rf"""(?P<before>
      (?: (?<![\w.-])(?P<name>[a-z_][\w.-]*)
        | (?<!\w)["'](?P<key>[\w.-]+)["'][ \t]*\]?
        )
      (?: [ \t]*:[ \t]*[a-z_][\w. |\[\],]{{0,60}}?)?          # a type
      [ \t]*(?:==|!=|:=|=|:)[ \t]*
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
    r"^(?P<target>[ \t]*(?P<names>[a-z_][\w.]*(?:[ \t]*,[ \t]*[a-z_][\w.]*)+)[ \t]*=[ \t]*)(?P<values>.+)$",
    re.IGNORECASE | re.MULTILINE,
)
_VALUE = re.compile(rf"[ \t]*({_LITERAL}|[^,\"'()\[\]{{}}]+)[ \t]*(?:,|$)", re.IGNORECASE | re.DOTALL)
_BARE = re.compile(
    r"""(?P<before>
      [?&](?P<query>[\w.-]+)=
    | (?<![\w-])--(?P<flag>[a-z][\w-]*)(?:=|[ \t]+)
    | (?:\bexport[ \t]+|\benv:?[ \t]+|%set_env[ \t]+|-e[ \t]+|\benv',[ \t]*')(?P<variable>[a-z_]\w*)(?:=|[ \t]+=?[ \t]*)
    )(?P<value>[^\s&'"#{}()$-][^\s&'"#{}()]*)""",
    re.IGNORECASE | re.VERBOSE,
)


def _masked_assignments(text: str) -> str:
    parts, done = [], 0
    for match in _UNPACKING.finditer(text):
        masked = _masked_unpacking(match)
        if masked is not None:
            parts += [_ASSIGNED.sub(_masked_assignment, text[done : match.start()]), masked]
            done = match.end()
    return "".join([*parts, _ASSIGNED.sub(_masked_assignment, text[done:])])


def _masked_assignment(match: re.Match[str]) -> str:
    if match["other"]:
        literal = match["other"]
        return literal[0] + _masked_assignments(literal[1:-1]) + literal[-1]
    name = match["name"] or match["key"] or match["variable"] or match["flag"] or "login_secret"
    if name.lower().endswith("auth") and match["literals"][0] in "([":
        name = "credentials"  # auth=("ann", "...")
    literals = _ONE_LITERAL.sub(lambda m: _masked_literal(name, m[0]), match["literals"])
    if literals == match["literals"]:
        literals = _masked_assignments(literals)
    return match["before"] + literals


def _masked_literal(name: str, literal: str) -> str:
    """Return a string literal with its text masked, if that is a secret under this name."""
    start = min(i for i in (literal.find('"'), literal.find("'")) if i >= 0)
    wide = 3 if literal[start : start + 3] in ('"""', "'''") else 1
    prefix, body, end = literal[: start + wide], literal[start + wide : -wide], literal[-wide:]
    # An f-string may put it together from names only.
    fixed = re.sub(r"\{[^{}]*\}", "", body) if "f" in prefix.lower() else body
    fixed = re.sub(r"^(?:bearer|basic|token)\s*", "", fixed, flags=re.IGNORECASE)
    return prefix + MASK + end if _hides(name, fixed) else literal


def _masked_unpacking(match: re.Match[str]) -> str | None:
    """Return `user, password = "ann", "..."` masked name by name; None if it is something else."""
    names = [name.strip() for name in match["names"].split(",")]
    values = [value[0] for value in _VALUE.finditer(match["values"])]
    if len(values) != len(names) or "".join(values) != match["values"] or not any(map(_told_by, names)):
        return None
    for i, name in enumerate(names):
        values[i] = _ONE_LITERAL.sub(lambda m, name=name: _masked_literal(name, m[0]), values[i])  # type: ignore[misc]
    return match["target"] + "".join(values)


def _masked_bare(match: re.Match[str]) -> str:
    name = match["query"] or match["flag"] or match["variable"]
    secret = _hides(name.replace("-", "_"), match["value"])
    signed = match["query"] and name.lower() in ("sig", "signature", "x-amz-signature", "x-goog-signature")
    return match["before"] + MASK if secret or signed else match[0]
