"""Make nbtrack/capture/secrets/shapes.json from gitleaks' rules: python .ci/shapes.py path/to/gitleaks."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

TARGET = Path(__file__).parents[1] / "nbtrack" / "capture" / "secrets" / "shapes.json"
# Rules that go by what stands before a value are left out, for names are judged by nbtrack itself; so are those
# of identifiers that are public, those of files, and those that would take any git commit for a secret.
_BY_NAME = re.compile(r"^(?:\(\?i\))?\[\\w\.-\]\{0,50\}\?")
_PUBLIC = re.compile(r"client-id|public-key|pub-key|pub-api-key|access-id")
_OTHERS = {"generic-api-key", "sourcegraph-access-token", "private-key", "curl-auth-header", "curl-auth-user",
           "sidekiq-sensitive-url", "facebook-access-token", "gitlab-session-cookie"}  # fmt: skip
_END = r"""(?:[\x60'"\s;]|\\[nr]|$)"""


def main(clone: str) -> None:
    """Write the rules of the commit that is checked out, in Python's syntax of regular expressions."""
    commit = _git(clone, "rev-parse", "HEAD").strip()
    rules = []
    for rule in tomllib.loads(_git(clone, "show", "HEAD:config/gitleaks.toml"))["rules"]:
        pattern = rule.get("regex", "")
        if not pattern or "path" in rule or rule["id"] in _OTHERS or _PUBLIC.search(rule["id"]):
            continue
        if not _BY_NAME.match(pattern):
            keywords = [keyword for keyword in rule["keywords"] if keyword != "s."]
            found = {"id": rule["id"], "keywords": keywords, "regex": _pythonic(pattern)}
            rules.append(found | {"entropy": rule.get("entropy", 0)})
            re.compile(found["regex"])
    told = {"source": "https://github.com/gitleaks/gitleaks, config/gitleaks.toml", "commit": commit,
            "license": _git(clone, "show", "HEAD:LICENSE"), "rules": rules}  # fmt: skip
    TARGET.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _pythonic(pattern: str) -> str:
    """Return a pattern of Go's as Python's; what follows a secret in a file need not follow it in output."""
    pattern = pattern.replace(_END, r"(?![A-Za-z0-9_])")
    # Any call of a method of `s` with a long name looks like an old token of Vault's.
    pattern = pattern.replace(r"|s\.(?i:[a-z0-9]{24})", "")
    pattern = pattern.replace(r"\z", r"\Z").replace("[[:alnum:]]", "[A-Za-z0-9]")
    flag = pattern.find("(?i)")
    while flag >= 0:  # Go's flag holds to the end of its group, Python's must open one
        end = _end_of_group(pattern, flag + 4)
        pattern = f"{pattern[:flag]}(?i:{pattern[flag + 4 : end]}){pattern[end:]}"
        flag = pattern.find("(?i)")
    return pattern if pattern.startswith((r"\b", "(?:^", r"(?i:\b")) else rf"(?<![A-Za-z0-9])(?:{pattern})"


def _end_of_group(pattern: str, start: int) -> int:
    depth, place, within = 0, start, False
    while place < len(pattern):
        char = pattern[place]
        if char == "\\":
            place += 1
        elif within:
            within = char != "]"
        elif char == "[":
            within = True
        elif char == "(":
            depth += 1
        elif char == ")":
            if not depth:
                return place
            depth -= 1
        place += 1
    return place


def _git(clone: str, *command: str) -> str:
    return subprocess.run(["git", "-C", clone, *command], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607


if __name__ == "__main__":
    main(sys.argv[1])
