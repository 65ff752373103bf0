"""The page of `nbtrack ui` as an ASGI application: the Jupyter server's addresses, without a Jupyter server."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlencode

import orjson

from nbtrack.entities.bounds import whole
from nbtrack.errors import InvalidValueError, NbtrackError, NotFoundError, ServerError, StoreError
from nbtrack.widgets.replies import failed
from nbtrack.widgets.server.exchange import Exchange, GoneError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from nbtrack.widgets.server.desk import Desk
    from nbtrack.widgets.server.files import Folder
    from nbtrack.widgets.server.visitors import Visitors

__all__ = ["Site"]

MAX_DOWNLOADS = 64
"""Files that are sent at once."""

_JSON = (b"content-type", b"application/json")
_NOT_KEPT = (b"cache-control", b"no-store")
_STATUS: tuple[tuple[type[NbtrackError], int], ...] = (
    (NotFoundError, 404),
    (InvalidValueError, 413),
    (ServerError, 503),
    (StoreError, 409),
)


class Site:
    """The page that shows one store, and what it asks for.

    Parameters
    ----------
    store
        The store's folder; it need not exist yet.
    desk
        The threads that answer.
    visitors
        Who is let in.
    base
        The path below which a proxy shows it; one that takes it off the addresses is fine as well.
    writes
        Whether visitors may change the store.
    """

    def __init__(
        self, store: Path, desk: Desk, visitors: Visitors, *, base: str = "/", writes: bool = False
    ) -> None:
        self._store, self._desk, self._visitors = store, desk, visitors
        self._base, self._writes = base.encode(), writes
        self._downloads = 0

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        asked = Exchange(scope, receive, send)
        with contextlib.suppress(GoneError):
            try:
                await self._answer(asked)
            except RefusedError as error:
                body = orjson.dumps(failed("", ServerError(str(error))))
                await asked.say(error.status, body, [_JSON, _NOT_KEPT, *error.headers])

    async def _answer(self, asked: Exchange) -> None:
        path = asked.path
        if path + b"/" == self._base:
            # The page's addresses are relative to a folder.
            query = asked.scope["query_string"]
            there = path.rpartition(b"/")[2] + b"/" + (b"?" + query if query else b"")
            await asked.say(307, b"", [(b"location", there)])
            return
        place = path.removeprefix(self._base if path.startswith(self._base) else b"/")
        refused = self._visitors.refusal(asked.headers)
        # The page without a token has nothing of the store, and says why; the front end is no secret.
        if refused is not None and not (refused[0] == 401 and (not place or place.startswith(b"static/"))):
            extra = [(b"www-authenticate", b"Bearer")] if refused[0] == 401 else []
            raise RefusedError(*refused, extra)
        if not place:
            await self._page(asked, 200 if refused is None else 401)
        elif place.startswith(b"static/"):
            await _static(asked, place.removeprefix(b"static/").decode("latin-1"))
        elif place == b"api/panel":
            await self._panel(asked)
        elif place in {b"api/ask", b"api/change"}:
            await self._ask(asked, writes=place == b"api/change")
        elif place.startswith(b"artifacts/"):
            await self._artifact(asked, place.removeprefix(b"artifacts/"))
        else:
            raise RefusedError(404, "there is nothing at this address")

    async def _page(self, asked: Exchange, status: int) -> None:
        asked.check_method("GET", "HEAD")
        query = asked.query
        for token in [value for name, value in query if name == "token"]:
            cookie = self._visitors.cookie(token, asked.headers)
            if cookie is not None:
                rest = urlencode([(name, value) for name, value in query if name != "token"])
                there = b"./" + (b"?" + rest.encode() if rest else b"")
                await asked.say(303, b"", [(b"location", there), (b"set-cookie", cookie), _NOT_KEPT])
                return
        from nbtrack.widgets.server.page import CONTENT_POLICY, page_html

        # A browser shows no strict cookie when a link of another site leads here. It does when the page then asks.
        text = page_html({"path": "", "writes": self._writes, "files": True})
        told = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-security-policy", CONTENT_POLICY.encode()),
            _NOT_KEPT,
        ]
        if status == 401:
            told.append((b"www-authenticate", b"Bearer"))
        await asked.say(status, text.encode(), told)

    async def _panel(self, asked: Exchange) -> None:
        asked.check_method("GET", "HEAD")
        status, reply = await self._desk.panel(self._store)
        may = (b"x-nbtrack-writes", b"yes" if self._writes else b"no")
        await asked.say(status, reply, [_JSON, _NOT_KEPT, may])

    async def _ask(self, asked: Exchange, *, writes: bool) -> None:
        asked.check_method("POST")
        if writes and not self._writes:
            raise RefusedError(
                403, "this page only shows the store; nbtrack ui --write would let it be changed"
            )
        status, reply = await self._desk.answer(await asked.body(), writes=writes)
        await asked.say(status, reply, [_JSON, _NOT_KEPT])

    async def _artifact(self, asked: Exchange, place: bytes) -> None:
        asked.check_method("GET", "HEAD")
        if self._downloads >= MAX_DOWNLOADS:
            said = f"{self._downloads} files are being sent; try again later"
            raise RefusedError(503, said, [(b"retry-after", b"5")])
        self._downloads += 1
        try:
            run, _, name = place.partition(b"/")
            found = await self._found(_decoded(run), _decoded(name).strip("/"))
            await _send(asked, found)
        finally:
            self._downloads -= 1

    async def _found(self, run: str, name: str) -> Path | Folder:
        from nbtrack.widgets.server.files import find

        try:
            return await self._desk.work(lambda: find(self._store, run, name))
        except NbtrackError as error:
            status = next((code for kind, code in _STATUS if isinstance(error, kind)), 400)
            raise RefusedError(status, str(error)) from error


def _decoded(part: bytes) -> str:
    return os.fsdecode(unquote_to_bytes(part))


async def _static(asked: Exchange, name: str) -> None:
    asked.check_method("GET", "HEAD")
    from nbtrack.widgets.server.page import static_file

    found = static_file(name, dict(asked.query).get("v", ""))
    if found is None:
        raise RefusedError(404, "the front end has no such file")
    text, more = found
    await asked.say(
        200, text.encode(), [(header.lower().encode(), value.encode()) for header, value in more.items()]
    )


async def _send(asked: Exchange, found: Path | Folder) -> None:
    """Send a file or a folder; in a thread, as a disk or a network may be slow."""
    from nbtrack.widgets.server.files import Folder, headers_of, part_of, pieces_of_file, zipped

    with contextlib.ExitStack() as opened:
        if isinstance(found, Folder):
            filename, part, pieces = found.filename, None, zipped(found)
        else:
            filename = whole(found.name)
            try:
                file = opened.enter_context(await asyncio.to_thread(found.open, "rb"))
            except OSError as error:
                said = f"{filename!r} cannot be read ({error.strerror or error})"
                raise RefusedError(409, said) from error
            part = part_of(file, asked.headers.get(b"range", b""), asked.headers.get(b"if-range", b""))
            pieces = pieces_of_file(file, part)
        await asked.start(200 if part is None else part.status, headers_of(filename, part))
        if not asked.bodiless:
            gone = asyncio.create_task(asked.gone())
            opened.callback(gone.cancel)
            while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                if gone.done():
                    raise GoneError
                if piece:
                    await asked.piece(piece, more=True)
        await asked.piece(b"", more=False)
