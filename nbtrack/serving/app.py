"""The ASGI application that serves a model's predictions over HTTP.

`/invocations` is MLflow's, `/v2` the Open Inference Protocol's.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.serving.inference import OUTPUT, tensors_of
from nbtrack.serving.model_page import page
from nbtrack.serving.openapi import document
from nbtrack.serving.pipe import Frame
from nbtrack.serving.responses import JSON, dumps, error_body, inference_error_body
from nbtrack.serving.telemetry import CLIENT_CLOSED_REQUEST, METRICS_TYPE, Telemetry
from nbtrack.version import __version__

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from nbtrack.serving.access_rules import AccessRules
    from nbtrack.serving.model_description import Description
    from nbtrack.serving.pool import Pool

    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

__all__ = ["Application"]

_RECEIVE_TIMEOUT = 30.0
"""Seconds that a client may take for the next piece of its request."""
_MIN_BYTES_PER_SECOND = 1_000_000
"""The slowest rate at which a body may arrive, after the first `_RECEIVE_TIMEOUT` seconds."""
_MAX_OPEN_BODIES = 4
"""How many bodies of the greatest size may be received at once."""
_WATCH_INTERVAL = 0.1
"""Seconds after which the client of a waiting request is watched for a disconnect."""
_RETRY = ((b"retry-after", b"1"),)

_PUBLIC_PATHS = frozenset({"/ping", "/health", "/v2/health/live", "/v2/health/ready"})
"""Paths that need no token: they only say whether the server is up."""
_ACCESS_HEADERS = (b"host", b"origin", b"authorization", b"content-type")

_CONTENT_TYPES = {
    "application/json": "json",
    "text/csv": "csv",
    "application/vnd.apache.parquet": "parquet",
}
_TEXT = "text/plain; charset=utf-8"
_OLD_FORMATS = {"pandas-split": "split", "pandas-records": "records"}


class Answer(NamedTuple):
    """The response to a client."""

    status: int
    body: bytes
    type: str = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class RefusedError(Exception):
    """A request that is answered with an error without asking the model."""

    def __init__(self, status: int, message: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        super().__init__(message)
        self.answer = _refused(status, message, headers)


class GoneError(Exception):
    """The client disconnected before it had its answer."""


def _refused(status: int, message: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    return Answer(status, error_body(status, message), headers=headers)


class Application:
    """A model's HTTP interface.

    Parameters
    ----------
    pool
        The worker processes.
    model
        The description of the model.
    access
        The rules that let requests in.
    max_body
        The most bytes that a request may have.
    receive_timeout
        Seconds that a client may take for the next piece of its request.
    """

    def __init__(
        self,
        pool: Pool,
        model: Description,
        access: AccessRules,
        max_body: int = 100_000_000,
        receive_timeout: float = _RECEIVE_TIMEOUT,
    ) -> None:
        self._pool = pool
        self._model = model
        self._access = access
        self._max_body = max_body
        self._receive_timeout = receive_timeout
        self._coming = 0
        """Bytes of the bodies that are not complete yet."""
        self._waiting: dict[asyncio.Future[Frame], Receive] = {}
        """The answers whose clients are not watched yet."""
        self._watch_due = False
        self._watching: set[asyncio.Task[None]] = set()
        self.telemetry = Telemetry({"name": model.name, "uri": model.uri, "flavour": model.flavour})
        pool.on_batch = self.telemetry.batch
        self._openapi = dumps(document(model))
        self._page = page(model)
        v2 = f"/v2/models/{model.name}"
        versions = ("", f"/versions/{model.version}")
        self._reads: dict[str, Callable[[], Answer]] = {
            "/": self._docs,
            "/docs": self._docs,
            "/openapi.json": lambda: Answer(200, self._openapi),
            "/ping": self._health,
            "/health": self._health,
            "/version": lambda: Answer(200, __version__.encode(), _TEXT),
            "/metrics": lambda: Answer(200, self.telemetry.text(**self._state()), METRICS_TYPE),
            "/stats": lambda: Answer(200, dumps(self.telemetry.summary(**self._state()))),
            "/v2": self._v2_server,
            "/v2/health/live": lambda: Answer(200, b'{"live":true}'),
            "/v2/health/ready": self._v2_ready,
            **{f"{v2}{version}": self._v2_model for version in versions},
            **{f"{v2}{version}/ready": self._v2_ready for version in versions},
        }
        self._asks: dict[str, Callable[[Mapping[bytes, bytes]], str]] = {
            "/invocations": _body_type_of,
            **dict.fromkeys((f"{v2}{version}/infer" for version in versions), _body_type_of_infer),
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except RefusedError as error:
            answer = error.answer
        except GoneError:
            return
        if answer.status >= 400 and scope["path"].startswith("/v2"):
            answer = answer._replace(body=inference_error_body(answer.body))
        headers = [
            (b"content-type", answer.type.encode()),
            (b"content-length", str(len(answer.body)).encode()),
            (b"x-content-type-options", b"nosniff"),
            *answer.headers,
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Message, receive: Receive) -> Answer:
        path, method = scope["path"], scope["method"]
        headers = dict(scope["headers"])
        if len(headers) < len(scope["headers"]) and (twice := _duplicated_header(scope["headers"])):
            return _refused(400, f"the header {twice} stands there more than once")
        refusal = self._access.refusal(
            headers.get(b"host"), headers.get(b"origin"), headers.get(b"authorization")
        )
        if refusal is not None and not (refusal[0] == 401 and path in _PUBLIC_PATHS):
            extra = ((b"www-authenticate", b"Bearer"),) if refusal[0] == 401 else ()
            return _refused(*refusal, extra)
        body_type_of = self._asks.get(path)
        if body_type_of is not None:
            if method != "POST":
                return _refused(
                    405, f"{path} takes POST, and was asked with {method}", ((b"allow", b"POST"),)
                )
            return await self._predict(path, body_type_of, headers, receive)
        read = self._reads.get(path)
        if read is None:
            return _refused(404, f"there is nothing at {path}; see /docs")
        if method not in ("GET", "HEAD"):
            return _refused(
                405, f"{path} takes GET, and was asked with {method}", ((b"allow", b"GET, HEAD"),)
            )
        return read()

    async def _predict(
        self,
        path: str,
        body_type_of: Callable[[Mapping[bytes, bytes]], str],
        headers: Mapping[bytes, bytes],
        receive: Receive,
    ) -> Answer:
        start = time.perf_counter()
        self.telemetry.in_progress += 1
        status = CLIENT_CLOSED_REQUEST
        try:
            body_type = body_type_of(headers)
            body = await self._body(headers, receive)
            start = time.perf_counter()
            frame = await self._waited(self._pool.ask(body_type, body), receive)
            status = frame.status
            if status == CLIENT_CLOSED_REQUEST:
                raise GoneError
            return Answer(status, frame.body, frame.body_type, _RETRY if status == 503 else ())
        except RefusedError as error:
            status = error.answer.status
            raise
        finally:
            self.telemetry.in_progress -= 1
            self.telemetry.answered(
                "infer" if path.endswith("/infer") else path, status, time.perf_counter() - start
            )

    async def _waited(self, answer: asyncio.Future[Frame], receive: Receive) -> Frame:
        """Return an answer; its status is `CLIENT_CLOSED_REQUEST` if the client does not wait for it."""
        if not self._watch_due:
            self._watch_due = True
            asyncio.get_running_loop().call_later(_WATCH_INTERVAL, self._watch_waiting, set())
        self._waiting[answer] = receive
        try:
            return await answer
        finally:
            self._waiting.pop(answer, None)

    def _watch_waiting(self, before: set[asyncio.Future[Frame]]) -> None:
        """Watch the clients that waited at the last look already: most do not, and a timer for each would cost time."""
        for answer in before & self._waiting.keys():
            self._watch(answer, self._waiting.pop(answer))
        self._watch_due = bool(self._waiting)
        if self._watch_due:
            asyncio.get_running_loop().call_later(_WATCH_INTERVAL, self._watch_waiting, set(self._waiting))

    def _watch(self, answer: asyncio.Future[Frame], receive: Receive) -> None:
        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            if not answer.done():
                answer.set_result(Frame(0, CLIENT_CLOSED_REQUEST, JSON, b""))

        task = asyncio.get_running_loop().create_task(watch())
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)
        answer.add_done_callback(lambda _: task.cancel())

    async def _body(self, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        """Return a request's body.

        Raises
        ------
        RefusedError
            When it is compressed, too large or too slow, or too many others are being received.
        """
        encoding = headers.get(b"content-encoding", b"identity").strip().lower()
        if encoding not in {b"", b"identity"}:
            said = f"bodies in Content-Encoding {encoding.decode('latin-1')!r} are not read; send it as it is"
            raise RefusedError(415, said, ((b"accept-encoding", b"identity"),))
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._max_body:
            raise self._too_large()
        pieces = []
        size = 0
        began = time.monotonic()
        try:
            while True:
                message = await self._next(
                    receive, began + self._receive_timeout + size / _MIN_BYTES_PER_SECOND
                )
                piece = message.get("body", b"")
                size += len(piece)
                self._coming += len(piece)
                if size > self._max_body:
                    raise self._too_large()
                if self._coming > _MAX_OPEN_BODIES * self._max_body:
                    raise RefusedError(503, "too many requests are on their way; try again", _RETRY)
                pieces.append(piece)
                if not message.get("more_body"):
                    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        finally:
            self._coming -= size

    async def _next(self, receive: Receive, deadline: float) -> Message:
        """Return the next piece of a body, which must neither pause for long nor be too slow overall.

        Raises
        ------
        RefusedError, GoneError
            When none arrives.
        """
        left = deadline - time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, min(self._receive_timeout, left))):
                message = await receive()
        except TimeoutError:
            said = f"nothing came for {self._receive_timeout:g} s"
            if left < 0.9 * self._receive_timeout:
                said = f"the body comes too slowly: less than {_MIN_BYTES_PER_SECOND:,} bytes a second"
            raise RefusedError(408, said) from None
        if message["type"] == "http.disconnect":
            raise GoneError
        return message

    def _too_large(self) -> RefusedError:
        return RefusedError(413, f"a request may have {self._max_body:,} bytes; send fewer rows at a time")

    def _state(self) -> dict[str, Any]:
        return {"ready": self._pool.is_ready, "restarts": self._pool.restarts}

    def _health(self) -> Answer:
        if self._pool.is_ready:
            return Answer(200, b"\n", _TEXT)
        failure = self._pool.failure
        said = (
            "the model is being loaded" if failure is None else f"the model cannot be loaded again: {failure}"
        )
        return _refused(503, said, _RETRY)

    def _docs(self) -> Answer:
        policy = (
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
        )
        return Answer(
            200, self._page, "text/html; charset=utf-8", ((b"content-security-policy", policy.encode()),)
        )

    def _v2_server(self) -> Answer:
        return Answer(200, dumps({"name": "nbtrack", "version": __version__, "extensions": []}))

    def _v2_ready(self) -> Answer:
        ready = self._pool.is_ready
        return Answer(200 if ready else 503, dumps({"name": self._model.name, "ready": ready}))

    def _v2_model(self) -> Answer:
        return Answer(200, dumps({
            "name": self._model.name,
            "versions": [self._model.version],
            "platform": f"nbtrack_{self._model.flavour}",
            "inputs": tensors_of(self._model.inputs),
            "outputs": tensors_of(self._model.outputs, single=OUTPUT),
        }))  # fmt: skip


def _duplicated_header(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return a header that access depends on and that occurs twice, which would be ambiguous; else an empty text."""
    names = [name for name, _ in headers]
    return next((name.decode() for name in _ACCESS_HEADERS if names.count(name) > 1), "")


def _body_type_of(headers: Mapping[bytes, bytes]) -> str:
    """Return the format of a body from its content type.

    Raises
    ------
    RefusedError
        When it is not supported.
    """
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    kind, *rest = (part.strip() for part in content_type.split(";"))
    body_type = _CONTENT_TYPES.get(kind.lower())
    if body_type is None:
        raise RefusedError(
            415, f"the body is said to be {content_type!r}; send one of {', '.join(_CONTENT_TYPES)}"
        )
    for part in rest:
        name, _, value = part.partition("=")
        name, value = name.strip().lower(), value.strip().strip('"').lower()
        if name == "charset" and value not in ("utf-8", "utf8"):
            raise RefusedError(415, f"the body is said to be in {value!r}; send UTF-8")
        if name == "format" and body_type == "json":
            if value not in _OLD_FORMATS:
                raise RefusedError(
                    415, f"the format {value!r} is not known; send one of {', '.join(_OLD_FORMATS)}"
                )
            body_type = _OLD_FORMATS[value]
    return body_type


def _body_type_of_infer(headers: Mapping[bytes, bytes]) -> str:
    if _body_type_of(headers) != "json":
        raise RefusedError(415, "an inference request is JSON; send it as application/json")
    return "v2"
