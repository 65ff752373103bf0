"""Which requests are let in: not those of other sites' pages or of rebound names, and only with the token.

Against DNS rebinding, the name in `Host` must be one of the server's; a rebound name is not. IP addresses are not names.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AccessRules", "is_loopback"]


def is_loopback(host: str) -> bool:
    """Return whether an address reaches this machine alone.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class AccessRules:
    """The rules that decide whether a request is let in.

    Parameters
    ----------
    host
        The address that the server is bound to.
    allowed_hosts
        Further names of the server, such as that of a proxy; `*` allows any. Pages of other sites are always refused.
    token
        The token required in `Authorization: Bearer`; None requires nothing.
    remedy
        How a server is started that also goes by another name, which stands at `{}`.
    """

    def __init__(
        self,
        host: str,
        allowed_hosts: Iterable[str] = (),
        token: str | None = None,
        remedy: str = "--allowed-host {}",
    ) -> None:
        self._remedy = remedy
        self._names = {"localhost", host.lower(), *(name.lower() for name in allowed_hosts)}
        if not is_loopback(host):
            self._names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
        self._any = "*" in self._names
        self._token = None if token is None else token.encode()
        self._known: set[bytes] = set()
        """Values of `Host` that were checked and are allowed."""

    def refusal(
        self, host: bytes | None, origin: bytes | None, authorization: bytes | None
    ) -> tuple[int, str] | None:
        """Return the status and the reason why a request is refused; None lets it in."""
        if host not in self._known:
            if not self._is_ours(host):
                shown = (host or b"").decode("latin-1")
                return 403, (
                    f"the header Host names {shown!r}, which is not this server: ask by its number, or start it "
                    f"with {self._remedy.format(shown.rpartition(':')[0] or shown or 'NAME')}"
                )
            if host is not None and len(self._known) < 100:
                self._known.add(host)
        if origin is not None and not _same(origin, host):
            return 403, f"a page of {origin.decode('latin-1')!r} may not ask this server"
        if self._token is not None and not secrets.compare_digest(_token_of(authorization), self._token):
            return 401, "the token is missing or wrong; send the header Authorization: Bearer TOKEN"
        return None

    def _is_ours(self, host: bytes | None) -> bool:
        if self._any:
            return True
        try:
            name = urlsplit(f"//{(host or b'').decode('ascii')}").hostname or ""
        except ValueError:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._names or name.endswith(".localhost")
        return True


def _token_of(authorization: bytes | None) -> bytes:
    """Return the token of a header; the case of the scheme does not matter (RFC 9110, 11.1)."""
    scheme, _, token = (authorization or b"").partition(b" ")
    return token.strip() if scheme.lower() == b"bearer" else b""


def _same(origin: bytes, host: bytes | None) -> bool:
    """Return whether a page has this server's own address."""
    _, found, rest = origin.partition(b"://")
    return bool(found) and host is not None and rest.lower() == host.lower()
