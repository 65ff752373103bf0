"""The worker process: it loads the model, and answers frames from its standard input.

`python -m nbtrack.serving.worker '{"path": ..., "trust": true}'`. It runs in the model's own environment, so it
imports nothing of nbtrack but the model format.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import json
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nbtrack.errors import NbtrackError, NbtrackWarning
from nbtrack.serving.arrays import array_model
from nbtrack.serving.inference import inference_body, read_inference
from nbtrack.serving.parquet import TooLargeError
from nbtrack.serving.payload import data_of, params_of, parse_json, table_of_file
from nbtrack.serving.pipe import BATCH, HELLO, Frame, pack, read
from nbtrack.serving.responses import JSON, error_body, predictions_body

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from nbtrack.models import LoadedModel
    from nbtrack.serving.payload import ParsedBody

__all__ = ["RequestHandler", "main"]

_MAX_WARNINGS = 100
"""How many warnings are written to the log."""
_WATCH_INTERVAL = 1.0
"""Seconds between two checks whether the server is still there."""
_PR_SET_PDEATHSIG = 1
_input_closed = threading.Event()
"""Whether the server has closed the input; its death closes it, too."""


class RequestHandler:
    """A loaded model that answers requests.

    Parameters
    ----------
    model
        The model.
    name
        The model's name in the Open Inference Protocol.
    limit
        The most bytes that an unpacked body may have.
    """

    def __init__(self, model: LoadedModel, name: str, limit: int | None = None) -> None:
        self._model = model
        self._limit = limit
        self._name = name
        self._signature = model.signature
        self._arrays = array_model(model)

    @property
    def is_rowwise(self) -> bool:
        """Whether requests that arrive together are predicted together."""
        return self._arrays is not None

    def answers(self, requests: list[Frame]) -> list[Frame]:
        """Return the answers to requests that arrived together, in their order."""
        if len(requests) == 1 or self._arrays is None:
            return [self._handle_one(request) for request in requests]
        return self._predict_together(requests)

    def _predict_together(self, requests: list[Frame]) -> list[Frame]:
        """Predict once for all requests that can take the fast path; each alone if that fails."""
        import numpy as np

        assert self._arrays is not None
        done: dict[int, Frame] = {}
        read: dict[int, ParsedBody] = {}
        batched = []
        for request in requests:
            if not _is_json(request.body_type):
                continue
            try:
                parsed = read[request.number] = parse_json(request.body_type, request.body)
            except NbtrackError as error:
                done[request.number] = _failed(request, 400, str(error))
                continue
            rows = self._arrays.rows(parsed)
            if rows is not None:
                batched.append((request, parsed, rows))
        if len(batched) > 1:
            # The model may raise anything for one of them; then each is tried alone, below.
            with contextlib.suppress(Exception):
                answers = self._arrays.predict(np.concatenate([rows for _, _, rows in batched]))
                start = 0
                for request, parsed, rows in batched:
                    part = answers[start : start + len(rows)]
                    start += len(rows)
                    done[request.number] = _answered(request, predictions_body(part, bare=parsed.bare))
        return [
            done.get(request.number) or self._handle_one(request, read.get(request.number))
            for request in requests
        ]

    def _handle_one(self, request: Frame, parsed: ParsedBody | None = None) -> Frame:
        """Return the answer to one request; an exception of the model becomes an answer, too.

        `parsed` is its body, if it was parsed already.
        """
        try:
            predictions, write = self._predicted(request, parsed)
        except TooLargeError as error:
            return _failed(request, 413, str(error))
        except NbtrackError as error:
            return _failed(request, 400, str(error))
        except MemoryError:
            return _failed(request, 500, "the model ran out of memory")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a model may raise anything
            said = f"the model raised {type(error).__name__}: {error}"[:2000]
            # The input is the likely cause of these: an unexpected NaN, text, a column of another type.
            if isinstance(error, ValueError | TypeError | LookupError):
                sys.stderr.write(f"nbtrack: {said[:500]}\n")
                return _failed(request, 400, said)
            traceback.print_exc()
            return _failed(request, 500, said)
        try:
            return _answered(request, write(predictions))
        except Exception as error:  # noqa: BLE001 - what a model predicts may be of any class
            return _failed(request, 500, f"the model's prediction cannot be sent: {error}")

    def _predicted(self, request: Frame, parsed: ParsedBody | None) -> tuple[Any, Callable[[Any], bytes]]:
        """Return the predictions for a request, and the function that writes them."""
        body_type, body = request.body_type, request.body
        if body_type == "v2":
            inference = read_inference(body, self._signature)
            predictions = self._model.predict(inference.data, inference.params)
            return predictions, partial(inference_body, request=inference, name=self._name)
        if not _is_json(body_type):
            return self._model.predict(table_of_file(body_type, body, self._signature, self._limit)), partial(
                predictions_body, bare=False
            )
        parsed = parsed or parse_json(body_type, body)
        write = partial(predictions_body, bare=parsed.bare)
        rows = self._arrays.rows(parsed) if self._arrays is not None else None
        if self._arrays is not None and rows is not None:
            return self._arrays.predict(rows), write
        return self._predict_parsed(parsed), write

    def _predict_parsed(self, parsed: ParsedBody) -> Any:
        return self._model.predict(data_of(parsed, self._signature), params_of(parsed, self._signature))


def _is_json(body_type: str) -> bool:
    return body_type in ("json", "split", "records")


def _answered(request: Frame, body: bytes) -> Frame:
    return Frame(request.number, 200, JSON, body)


def _failed(request: Frame, status: int, message: str) -> Frame:
    return Frame(request.number, status, JSON, error_body(status, message))


def main(arguments: list[str]) -> int:
    """Load the model, report that it is ready, and answer until the input ends; the one argument has the options."""
    options = json.loads(arguments[0])
    source, out = _pipes()
    start = time.perf_counter()
    try:
        handler = RequestHandler(_loaded(options), str(options.get("name", "model")), options.get("max_body"))
    except Exception as error:  # noqa: BLE001 - unpickling runs any code
        known = isinstance(error, NbtrackError)
        if not known:
            traceback.print_exc()
        message = str(error) if known else f"{type(error).__name__}: {error}"
        _say(out, {"ok": False, "message": message})
        return 1
    _say(out, {
        "ok": True, "rowwise": handler.is_rowwise, "seconds": time.perf_counter() - start, "pid": os.getpid(),
    })  # fmt: skip
    if not handler.is_rowwise:
        # Imported now, because otherwise the first request would wait for it.
        with contextlib.suppress(ImportError):
            import_module("pandas")
    _warn_briefly()
    batch: list[Frame] = []
    while (request := read(source)) is not None:
        batch.append(request)
        if request.status != BATCH:
            out.write(b"".join(map(pack, handler.answers(batch))))
            out.flush()
            batch = []
    _input_closed.set()
    return 0


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes to the server; what the model prints then goes to the log."""
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (0, 1):
            msvcrt.setmode(descriptor, os.O_BINARY)  # type: ignore[attr-defined, unused-ignore]
    source, out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    # Ctrl-C in a terminal is meant for the server, which stops this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = os.getppid()
    _watch_in_kernel()
    # Run last, in reverse order of registration: the model's own handlers are registered later.
    atexit.register(_end_unwatched, server)
    atexit.register(sys.stdout.flush)
    threading.Thread(target=_watch, args=(server,), daemon=True).start()
    return source, out


def _warn_briefly() -> None:
    """Keep warnings short and few: they quote what clients send."""
    shown = 0

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        nonlocal shown
        shown += 1
        if shown <= _MAX_WARNINGS:
            sys.stderr.write(f"{category.__name__}: {str(message)[:300]}\n")

    warnings.showwarning = show
    # The filter "default" would keep the text of each warning.
    warnings.simplefilter("always", NbtrackWarning)


def _watch(server: int) -> None:
    """Kill this process when the server has died, even in the middle of a prediction."""
    while os.getppid() == server:
        time.sleep(_WATCH_INTERVAL)
    _end_all()
    os._exit(1)


def _end_unwatched(server: int) -> None:
    """Kill the model's processes if the server may be gone; otherwise let it read the exit code."""
    if _input_closed.is_set() or os.getppid() != server:
        _end_all()


def _end_all() -> None:
    """Kill this process and all processes that the model has started."""
    # A process that the model has forked is not the leader of the group, and must not kill it.
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)


def _watch_in_kernel() -> None:
    """Have the kernel kill this process some time after its server died, even if no Python code can run any more."""
    if sys.platform != "linux":
        return
    # A model that hangs in native code holds the GIL, which `_watch` needs. When the server dies, the kernel sends SIGQUIT.
    # Its handler is C's `alarm`, called with the signal's number, 3: `_watch` has three seconds before SIGALRM kills it.
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.signal(signal.SIGQUIT, ctypes.cast(libc.alarm, ctypes.c_void_p))
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)


def _loaded(options: dict[str, Any]) -> LoadedModel:
    from nbtrack.models import load

    trust = options.get("trust", False)
    with warnings.catch_warnings():
        # The server warns once about the versions of all libraries.
        warnings.filterwarnings("ignore", category=UserWarning, message="Trying to unpickle estimator")
        return load(options["path"], trust=trust if isinstance(trust, bool) else list(trust))


def _say(out: BinaryIO, hello: dict[str, Any]) -> None:
    out.write(pack(Frame(HELLO, 0, JSON, json.dumps(hello).encode())))
    out.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
