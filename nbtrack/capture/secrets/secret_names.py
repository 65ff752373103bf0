"""Judge from a name whether its value is a secret, may be one, or is not."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from math import log2
from typing import Literal

__all__ = ["Certainty", "are_words", "certainty_of", "entropy", "is_drawn", "is_secret", "is_secret_as"]

Certainty = Literal["", "random", "maybe", "file", "secret", "password"]
"""How certain it is from a name that its value is a secret: `file` unless it is a file's path, `maybe` unless it is that or
words, `random` only if it looks random."""

_PASSWORDS = frozenset(
    """password passwords passwd passphrase passphrases passcode pwd pw pwds passwort passwörter kennwort
    contraseña contrasena senha motdepasse mdp wachtwoord lösenord hasło haslo heslo parola пароль 密码 口令
    パスワード""".split()
)
_PASSES = frozenset({"admin", "db", "ftp", "mail", "mysql", "pg", "postgres", "root", "smtp", "sql", "user"})
_PASSES_IN_ONE = tuple(f"{of}pass" for of in (*_PASSES, "my"))
_SECRETS = frozenset(
    """secret secrets authorization bearer apikey apikeys apitoken accesskey
    accesstoken authtoken secretkey accountkey sharedaccesskey""".split()
)
_IN_FILES = frozenset("credential credentials creds privatekey sshkey".split())
_KEYS_IN_FILES = frozenset("encryption fernet gcp google jwt private signing ssh".split())
"""Such keys are stored in files, whose paths have the same names."""
# A key with one of these words is a credential; others (`storage_key`, `client_key`) may be lookup keys.
_KEYS = frozenset(
    """anthropic api aws azure cohere hf hmac kaggle mapbox openai
    secret sendgrid stripe subscription twilio wandb""".split()
)
_MAYBE_KEYS = frozenset(
    "access account app auth client consumer deploy license master service shared storage".split()
)
# Words that make a token a piece of text for a language model.
_TEXT_TOKENS = frozenset(
    """audio bad begin beginning blank bos class cls current decoder dist end eos extra first forced image
    input last mask max min new next num n oov output pad padding per prev previous prompt query register sep
    sos special start stop sub target text top unk unknown video word""".split()
)
_AUTHS = frozenset({"", "basic", "http", "proxy"})
# Words that make a key a lookup key.
_LOOKUPS = frozenset(
    """cache dict doc file foreign group hash image index item join lookup object partition primary public record
    routing row s3 sample sheet sort spreadsheet store video""".split()
)
_DRAWN = frozenset(
    "appid cookie cookies csrf jwt nonce otp pat salt session sessionid sid signature sig tokens webhook".split()
)
_STAGES = frozenset(
    """b64 base bytes default dev encoded half live new old part plain plaintext prod production raw staging str
    test value""".split()
)
_WORD = re.compile(r"[^\W\d_a-z]+(?![^\W\d_A-Z])|[^\W\d_a-z]?[^\W\d_A-Z]+|[^\W\d_]+")
# Words, perhaps followed by a number: `lemma_form`, `EndOfText`, `feature_12`. A word has less than 20 letters.
_WORDS = re.compile(
    r"(?:[A-Z]?[a-z]{2,20}(?:[A-Z][a-z]{2,20}){0,4}|[A-Z]{1,20}|[a-z])"
    r"(?:[ _.:/-]{1,2}(?:[A-Z]?[a-z]{2,20}(?:[A-Z][a-z]{2,20}){0,4}|[A-Z]{1,20}|[a-z])){0,12}(?:[ _]\d{1,4})?"
)
_TELLING = re.compile(r"secret|passw|pa55|s3cr", re.IGNORECASE)
_TEMPLATE = re.compile(r"<[^<>]*>|\{\{.*?\}\}|\$?\{[^{}]*\}|\$\(?[A-Za-z_]\w*\)?|%\(\w+\)s|%s", re.DOTALL)
_FILE = re.compile(
    r"(?:~|\.{1,2}|[A-Za-z]:)?[\w. \\/-]*"
    r"\.(?:json|pem|p12|pfx|key|crt|cer|txt|ya?ml|env|ini|toml|cfg|pub|ppk|bin|pkl|pt|csv|parquet)"
)
_PATH = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:)?(?:[\\/]+[\w. -]+)*[\\/]?")
_HOMES = re.compile(r"(?:~|\.{1,2})/|/(?:home|Users|etc|usr|var|opt|root|run|tmp|mnt|data)/|[A-Za-z]:\\")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HASH = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", re.IGNORECASE)


@lru_cache(maxsize=8192)
def certainty_of(name: str) -> Certainty:
    """Return the certainty from a name: for `config.hfToken` the last part counts, for `credentials.user` the first.

    Examples
    --------
    >>> certainty_of("db_password"), certainty_of("OPENAI_API_KEY"), certainty_of("token"), certainty_of("max_tokens")
    ('password', 'secret', 'maybe', 'random')
    """
    *above, last = re.split(r"[.\[]", name)
    for part in above:
        if part.endswith("s") and certainty_of(part) in ("password", "secret", "file"):
            return "secret"  # credentials.user
        if part.lower() in ("cookies", "cookie"):
            return "maybe"
    words = [word.lower() for word in _WORD.findall(last)]
    while len(words) > 1 and words[-1] in _STAGES:
        words.pop()
    if not words:
        return ""
    word, before = words[-1], words[-2] if len(words) > 1 else ""
    if words[-2:] == ["pass", "word"]:
        return "password"
    if words[-3:] in (["mot", "de", "passe"], ["wacht", "woord"]):
        return "password"
    return _certainty_of_words(word, before)


def _certainty_of_words(word: str, before: str) -> Certainty:
    if word in _PASSWORDS or (word == "pass" and before in _PASSES):
        return "password"
    if word.endswith(("password", "passwd", "passphrase", "passwort", *_PASSES_IN_ONE)):
        return "password"  # PGPASSWORD
    if word in _SECRETS or word.endswith(("secret", "apikey")):
        return "secret"
    if word in _IN_FILES or (word in ("key", "keys") and before in _KEYS_IN_FILES):
        return "file"
    if word in ("key", "keys") and before in _KEYS:
        return "secret"
    if word in ("key", "keys") and before in _MAYBE_KEYS:
        return "maybe"
    if word in ("token", "tok") and before not in _TEXT_TOKENS:
        return "maybe"
    if word.endswith("token") and word[:-5] in ("access", "api", "auth", "bot", "github", "hf", "id", "my"):
        return "maybe"
    if word == "tokens" and before in ("access", "api", "auth", "refresh"):
        return "maybe"
    if (word == "auth" and before in _AUTHS) or (word == "pass" and not before):
        return "maybe"
    if word in ("key", "keys"):
        return "" if before in _LOOKUPS else "random"
    return "random" if word in _DRAWN else ""


def is_secret(name: str, value: str) -> bool:
    """Return whether a text under this name is a secret."""
    certainty = certainty_of(name)
    # The working folder has the same name as a password.
    if certainty == "password" and re.search(r"pwd$", name, re.IGNORECASE) and _is_path(value):
        return False
    return bool(certainty) and is_secret_as(certainty, value)


def is_secret_as(certainty: Certainty, value: str) -> bool:
    """Return whether a text is a secret, given the certainty from its name."""
    text = value.strip()
    if not certainty or not text:
        return False
    if certainty in ("password", "secret"):
        return True
    if _FILE.fullmatch(text) or (_HOMES.match(text) and _PATH.fullmatch(text)):
        return False
    if certainty == "file":
        return True
    # Templates: `{token}`, `$TOKEN`, `<your token>`.
    if re.fullmatch(r"\[.*\]|\W*", text, re.DOTALL) or _is_template(text):
        return False
    if certainty == "maybe":
        return _TELLING.search(text) is not None or not are_words(text)
    return _looks_drawn(text)


def _is_template(text: str) -> bool:
    return not re.sub(r"^(?:bearer|basic|token)\b|\W", "", _TEMPLATE.sub("", text), flags=re.IGNORECASE)


def _is_path(text: str) -> bool:
    return bool(text and (_HOMES.match(text) or text[0] in "/\\") and _PATH.fullmatch(text))


def are_words(text: str) -> bool:
    """Return whether a text consists of words, perhaps followed by a number."""
    return len(text) <= 300 and _WORDS.fullmatch(text) is not None


def _looks_drawn(text: str) -> bool:
    return (
        len(text) >= 14
        and is_drawn(text)
        and not (_HASH.fullmatch(text) or _UUID.fullmatch(text) or _FILE.fullmatch(text))
    )


def is_drawn(text: str) -> bool:
    """Return whether the characters of a text look random."""
    if not re.fullmatch(r"[\w+/=.~%|:-]{12,}", text):
        return False
    kinds = ["d" if c.isdigit() else "U" if c.isupper() else "l" for c in text if c.isalnum()]
    changes = sum(a != b for a, b in pairwise(kinds))
    return len(set(kinds)) > 1 and "d" in kinds and changes >= len(text) / 5 and entropy(text) >= 3


def entropy(text: str) -> float:
    """Return the Shannon entropy of a text in bits per character, computed as in gitleaks."""
    if not text:
        return 0.0
    return -sum(n / len(text) * log2(n / len(text)) for n in Counter(text).values())
