"""Who is let in to a page that `nbtrack ui` serves: by the rules of all servers, with the token in a cookie as well."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

from nbtrack.serving.access_rules import AccessRules

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Visitors"]

_PREFIX = re.compile(rb"(?:/[\w.~-]+)+/?")


class Visitors:
    """The rules that decide whether a visitor's request is let in.

    Parameters
    ----------
    host, port
        The address that the server is bound to.
    token
        What a visitor must have; None lets in whoever reaches the server by a name that is its own. With a token it
        may have any name: the page of a name that was bound to it by somebody else has no cookie.
    base
        The path below which a proxy shows the page.
    """

    def __init__(self, host: str, port: int, token: str | None, base: str = "/") -> None:
        self._rules = AccessRules(
            host, () if token is None else ("*",), token, remedy="a --token, to go by {} as well"
        )
        self._token = None if token is None else token.encode()
        self._base = base.encode()
        # Cookies are not kept apart by ports.
        self._name = b"nbtrack-%d" % port
        self._value = b""
        if self._token is not None:
            # Not the token: a cookie is shown to all servers of the same name, and texts of any kind do not fit in.
            self._value = hmac.digest(self._token, b"the cookie of nbtrack ui", "sha256").hex().encode()

    def refusal(self, headers: Mapping[bytes, bytes]) -> tuple[int, str] | None:
        """Return the status and the reason why a request is refused; None lets it in."""
        authorization = headers.get(b"authorization")
        if self._token is not None and self._has_cookie(headers):
            authorization = b"Bearer " + self._token
        refused = self._rules.refusal(headers.get(b"host"), _foreign_origin(headers), authorization)
        if refused is None and _of_another_site(headers):
            return 403, "a page of another site may not ask this server"
        if refused is not None and refused[0] == 401:
            return 401, (
                "the token is missing or wrong: open the address that nbtrack ui printed, "
                "or send the header Authorization: Bearer TOKEN"
            )
        return refused

    def cookie(self, token: str, headers: Mapping[bytes, bytes]) -> bytes | None:
        """Return the cookie of who has the token; None for another token, or where there is none."""
        if self._token is None or not hmac.compare_digest(token.encode(errors="replace"), self._token):
            return None
        told = headers.get(b"x-forwarded-prefix", b"")
        base = told.rstrip(b"/") + b"/" if self._base == b"/" and _PREFIX.fullmatch(told) else self._base
        secure = b"; Secure" if headers.get(b"x-forwarded-proto", b"").lower() == b"https" else b""
        return b"%s=%s; Path=%s; HttpOnly; SameSite=Strict%s" % (self._name, self._value, base, secure)

    def _has_cookie(self, headers: Mapping[bytes, bytes]) -> bool:
        pairs = [part.strip().partition(b"=") for part in headers.get(b"cookie", b"").split(b";")]
        return any(name == self._name and hmac.compare_digest(value, self._value) for name, _, value in pairs)


def _foreign_origin(headers: Mapping[bytes, bytes]) -> bytes | None:
    """Return the page that asks, unless its browser or its proxy says that it is ours: a proxy may change `Host`.

    Pages of other sites can say neither: browsers ask beforehand whether they may send such a header.
    """
    origin = headers.get(b"origin")
    if headers.get(b"sec-fetch-site") == b"same-origin":
        return None
    outside = headers.get(b"x-forwarded-host", b"").partition(b",")[0].strip()
    if origin is not None and outside and origin.partition(b"://")[2].lower() == outside.lower():
        return None
    return origin


def _of_another_site(headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a page of another site asks by an element, such as a picture; a link to ours is none."""
    site = headers.get(b"sec-fetch-site", b"none")
    return site not in {b"none", b"same-origin"} and headers.get(b"sec-fetch-mode") != b"navigate"
