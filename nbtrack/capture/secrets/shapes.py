"""Secrets that are recognised by shape: private keys, and tokens of well-known services.

`shapes.json` is the list that gitleaks keeps (MIT licence, its text is in the file), made by `.ci/shapes.py`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.capture.secrets.secret_names import entropy

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["shapes_in"]

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:(?!-----BEGIN).)*?-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\s\\]*)",
    re.DOTALL,
)
# For these a prefix is enough, whereas gitleaks requires a service's current length; and shapes that it lacks.
_ALSO = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"sk-(?:(?:proj|ant|svcacct|admin|or|lf)-[\w-]{20,}|[A-Za-z0-9]{20,})"  # OpenAI, Anthropic and others
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{20,}"  # Stripe
    r"|gh[opsru]_[A-Za-z0-9]{20,}|github_pat_\w{22,}|glpat-[\w-]{20,}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"  # AWS
    r"|hf_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{30,}|nvapi-[\w-]{20,}|pplx-[A-Za-z0-9]{30,}"
    r"|xai-[A-Za-z0-9]{40,}|tvly-[\w-]{20,}|lsv2_[a-z]{2}_\w{20,}|fw_[A-Za-z0-9]{20,}"
    r"|xox[a-z]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{20,}"  # Slack
    r"|AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}|1//0[\w-]{30,}"  # Google
    r"|npm_[A-Za-z0-9]{36}|pypi-AgE[\w-]{20,}|dapi[0-9a-f]{32}|dop_v1_[0-9a-f]{64}"
    r"|NRAK-[A-Z0-9]{27}|dckr_pat_[\w-]{20,}|ATATT3[\w=-]{20,}|key-[0-9a-f]{32}"
    r"|SG\.[\w-]{16,}\.[\w-]{16,}|\d{8,10}:AA[\w-]{33}"  # SendGrid, Telegram
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # JSON web tokens
    r")"
)


@dataclass
class _Rule:
    regex: str
    keywords: list[str]
    entropy: float
    pattern: re.Pattern[str] | None = field(default=None, repr=False)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        # Compiled when first needed: hundreds of patterns would delay the first cell.
        if self.pattern is None:
            self.pattern = re.compile(self.regex)
        return self.pattern.finditer(text)


@cache
def _rules() -> list[_Rule]:
    kept = json.loads(Path(__file__).with_name("shapes.json").read_bytes())["rules"]
    return [_Rule(rule["regex"], rule["keywords"], rule["entropy"]) for rule in kept]


@lru_cache(maxsize=64)
def shapes_in(text: str) -> tuple[tuple[int, int], ...]:
    """Return the start and end of each secret with a known shape in a text."""
    found = [match.span() for match in _ALSO.finditer(text)]
    if "PRIVATE KEY" in text:
        found += [match.span() for match in _PRIVATE_KEY.finditer(text)]
    lowered = text.lower()
    for rule in _rules():
        if any(keyword in lowered for keyword in rule.keywords):
            for match in rule.finditer(text):
                group = 1 if rule.pattern is not None and rule.pattern.groups and match[1] else 0
                if entropy(match[group]) >= rule.entropy:
                    found.append(match.span(group))
    return tuple(found)
