"""How a page for people without a notebook is served: by a server of its own, or by Voila."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from nbtrack.serving.listening import address

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ServedPage"]


@dataclass(frozen=True)
class ServedPage:
    """How a page is served.

    Attributes
    ----------
    store
        The store's folder.
    token
        What a visitor must have; None lets in whoever reaches it.
    host, port
        Where it is served; port 0 takes one that is free.
    write
        Whether visitors may change the store.
    base_url
        The path below which a proxy shows it, such as `/team/`.
    """

    store: Path
    token: str | None
    host: str = "127.0.0.1"
    port: int = 5000
    write: bool = False
    base_url: str = "/"

    def url(self, port: int, host: str | None = None) -> str:
        """Return where it is, with the token; for who reaches the machine by another name than its own, say which."""
        token = "" if self.token is None else f"?token={quote(self.token, safe='')}"
        return f"{address(host or self.host, port)}{self.base_url}{token}"
