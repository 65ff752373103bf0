"""How a model is served: what `serve` and the command line set, checked."""

from __future__ import annotations

import ipaddress
import json
import math
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from nbtrack.errors import InvalidValueError

__all__ = ["Settings"]

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_TOKEN = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class Settings:
    """How a model is served.

    Raises
    ------
    InvalidValueError
        When a value is invalid.

    Examples
    --------
    >>> Settings("models/wine", "wine", "1", "models:/wine/1").host
    '127.0.0.1'
    """

    path: str
    name: str
    version: str
    uri: str
    trust: bool | list[str] = False
    host: str = "127.0.0.1"
    port: int = 5000
    """0 takes any free port."""
    workers: int = 1
    timeout: float = 60.0
    max_body: int = 100_000_000
    receive_timeout: float = 30.0
    token: str | None = None
    allowed_hosts: list[str] = field(default_factory=list)
    env_manager: str = "local"
    orphan_ends: bool = False
    """Whether the server ends when its standard input is closed, as when the process that started it ends."""
    next_free: bool = False
    """Whether the next free port may be used instead."""
    record: str | None = None
    """The file of the server's record, by which others find it while it runs."""

    def __post_init__(self) -> None:
        for name, right, wanted in (
            ("host", _is_host(self.host), "a name, or a number such as 127.0.0.1"),
            ("port", _is_number(self.port, int) and 0 <= self.port <= 65535, "a number from 0 to 65535"),
            ("workers", _is_number(self.workers, int) and self.workers >= 1, "1 or more"),
            ("timeout", _is_positive(self.timeout), "a number of seconds"),
            ("receive_timeout", _is_positive(self.receive_timeout), "a number of seconds"),
            ("max_body", _is_positive(self.max_body), "a number of bytes"),
        ):
            if not right:
                raise InvalidValueError(f"{name} is {getattr(self, name)!r}; give {wanted}")
        if self.token is not None and not _TOKEN.fullmatch(self.token):
            # A secret is not repeated.
            raise InvalidValueError("token cannot be sent in a header; give letters and digits")

    def to_json(self) -> str:
        """Return the settings in one line, to pass them to the server's process."""
        return json.dumps(asdict(self))


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _is_positive(value: Any) -> bool:
    return _is_number(value, int | float) and 0 < value < math.inf


def _is_host(host: Any) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return isinstance(host, str) and bool(_NAME.fullmatch(host))
    return isinstance(host, str)
