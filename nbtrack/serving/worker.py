"""The process that holds a model: it loads it, and answers frames on its standard input.

`python -m nbtrack.serving.worker '{"path": ..., "trust": true}'`. It runs in the model's own environment, so it
imports no more of the house than the model's format.
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
from nbtrack.serving.answer import JSON, error_body, predictions_body
from nbtrack.serving.arrays import array_model
from nbtrack.serving.inference import inference_body, read_inference
from nbtrack.serving.parquet import TooLargeError
from nbtrack.serving.payload import body_of_json, data_of, params_of, table_of_file
from nbtrack.serving.wire import BATCH, HELLO, Frame, pack, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from nbtrack.models import LoadedModel
    from nbtrack.serving.payload import Asked

__all__ = ["Answering", "main"]

_WARNINGS = 100
"""How many warnings are told."""
_WATCH = 1.0
"""Seconds between two looks whether the server is still there."""
_PR_SET_PDEATHSIG = 1
_asked_to_end = threading.Event()
"""Whether the server has closed the input, which it also does by dying."""


class Answering:
    """A loaded model that answers requests.

    Parameters
    ----------
    model
        The model.
    name
        What the Open Inference Protocol calls it.
    limit
        So many bytes may a body take unpacked.
    """

    def __init__(self, model: LoadedModel, name: str, limit: int | None = None) -> None:
        self._model = model
        self._limit = limit
        self._name = name
        self._signature = model.signature
        self._arrays = array_model(model)

    @property
    def is_rowwise(self) -> bool:
        """Whether requests that come together are predicted together."""
        return self._arrays is not None

    def answers(self, requests: list[Frame]) -> list[Frame]:
        """Return the answers to requests that came together, in their order."""
        if len(requests) == 1 or self._arrays is None:
            return [self._answer(request) for request in requests]
        return self._together(requests)

    def _together(self, requests: list[Frame]) -> list[Frame]:
        """Predict once for all that can go the short way; each alone where that fails."""
        import numpy as np

        assert self._arrays is not None
        done: dict[int, Frame] = {}
        read: dict[int, Asked] = {}
        held = []
        for request in requests:
            if not _is_json(request.word):
                continue
            try:
                asked = read[request.number] = body_of_json(request.word, request.body)
            except NbtrackError as error:
                done[request.number] = _failed(request, 400, str(error))
                continue
            rows = self._arrays.rows(asked)
            if rows is not None:
                held.append((request, asked, rows))
        if len(held) > 1:
            # The model may raise anything for one of them; then each is tried alone, below.
            with contextlib.suppress(Exception):
                answers = self._arrays.predict(np.concatenate([rows for _, _, rows in held]))
                start = 0
                for request, asked, rows in held:
                    part = answers[start : start + len(rows)]
                    start += len(rows)
                    done[request.number] = _answered(request, predictions_body(part, bare=asked.bare))
        return [
            done.get(request.number) or self._answer(request, read.get(request.number))
            for request in requests
        ]

    def _answer(self, request: Frame, asked: Asked | None = None) -> Frame:
        """Return the answer to one request; whatever the model raises is one, too.

        `asked` is what its body says, if that has been read.
        """
        try:
            predictions, write = self._predicted(request, asked)
        except TooLargeError as error:
            return _failed(request, 413, str(error))
        except NbtrackError as error:
            return _failed(request, 400, str(error))
        except MemoryError:
            return _failed(request, 500, "the model ran out of memory")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a model may raise anything
            said = f"the model raised {type(error).__name__}: {error}"[:2000]
            # Of these the input is the likely cause: NaN where none is taken, text, a column of another type.
            if isinstance(error, ValueError | TypeError | LookupError):
                sys.stderr.write(f"nbtrack: {said[:500]}\n")
                return _failed(request, 400, said)
            traceback.print_exc()
            return _failed(request, 500, said)
        try:
            return _answered(request, write(predictions))
        except Exception as error:  # noqa: BLE001 - what a model predicts may be of any class
            return _failed(request, 500, f"the model's prediction cannot be sent: {error}")

    def _predicted(self, request: Frame, asked: Asked | None) -> tuple[Any, Callable[[Any], bytes]]:
        """Return the predictions for a request, and what writes them."""
        word, body = request.word, request.body
        if word == "v2":
            inference = read_inference(body, self._signature)
            predictions = self._model.predict(inference.data, inference.params)
            return predictions, partial(inference_body, asked=inference, name=self._name)
        if not _is_json(word):
            return self._model.predict(table_of_file(word, body, self._signature, self._limit)), partial(
                predictions_body, bare=False
            )
        asked = asked or body_of_json(word, body)
        write = partial(predictions_body, bare=asked.bare)
        rows = self._arrays.rows(asked) if self._arrays is not None else None
        if self._arrays is not None and rows is not None:
            return self._arrays.predict(rows), write
        return self._long_way(asked), write

    def _long_way(self, asked: Asked) -> Any:
        return self._model.predict(data_of(asked, self._signature), params_of(asked, self._signature))


def _is_json(word: str) -> bool:
    return word in ("json", "split", "records")


def _answered(request: Frame, body: bytes) -> Frame:
    return Frame(request.number, 200, JSON, body)


def _failed(request: Frame, status: int, message: str) -> Frame:
    return Frame(request.number, status, JSON, error_body(status, message))


def main(arguments: list[str]) -> int:
    """Load the model that the one argument tells of, say so, and answer until the input ends."""
    told = json.loads(arguments[0])
    source, out = _pipes()
    start = time.perf_counter()
    try:
        answering = Answering(_loaded(told), str(told.get("name", "model")), told.get("max_body"))
    except Exception as error:  # noqa: BLE001 - unpickling runs any code
        known = isinstance(error, NbtrackError)
        if not known:
            traceback.print_exc()
        message = str(error) if known else f"{type(error).__name__}: {error}"
        _say(out, {"ok": False, "message": message})
        return 1
    _say(out, {
        "ok": True, "rowwise": answering.is_rowwise, "seconds": time.perf_counter() - start, "pid": os.getpid(),
    })  # fmt: skip
    if not answering.is_rowwise:
        # The first request would wait for it; this one is only being waited for.
        with contextlib.suppress(ImportError):
            import_module("pandas")
    _warn_briefly()
    batch: list[Frame] = []
    while (request := read(source)) is not None:
        batch.append(request)
        if request.status != BATCH:
            out.write(b"".join(map(pack, answering.answers(batch))))
            out.flush()
            batch = []
    _asked_to_end.set()
    return 0


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes to the server; what the model prints goes to the log from now on."""
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
    # The server ends this process; Ctrl-C in a terminal is meant for the server.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = os.getppid()
    _be_told()
    # Called last, in this order from below: a model's own clearing up was registered later.
    atexit.register(_end_unwatched, server)
    atexit.register(sys.stdout.flush)
    threading.Thread(target=_watch, args=(server,), daemon=True).start()
    return source, out


def _warn_briefly() -> None:
    """Keep warnings short and few: what clients send stands in them."""
    told = 0

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        nonlocal told
        told += 1
        if told <= _WARNINGS:
            sys.stderr.write(f"{category.__name__}: {str(message)[:300]}\n")

    warnings.showwarning = show
    # "default" would remember the text of each.
    warnings.simplefilter("always", NbtrackWarning)


def _watch(server: int) -> None:
    """End this process when the server has died, also in the middle of a prediction."""
    while os.getppid() == server:
        time.sleep(_WATCH)
    _end_all()
    os._exit(1)


def _end_unwatched(server: int) -> None:
    """End what the model has started where no server may be left that does; elsewhere it is told the exit code."""
    if _asked_to_end.is_set() or os.getppid() != server:
        _end_all()


def _end_all() -> None:
    """End this process and all that the model has started."""
    # What the model has forked is not at the head of the group, and leaves it alone.
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)


def _be_told() -> None:
    """Let the kernel end this process some time after its server, where no code of Python's can run any more."""
    if sys.platform != "linux":
        return
    # A model that hangs in native code holds the lock that `_watch` needs. A signal comes when the server has died, and
    # its handler is C's `alarm`, called with the signal's number, 3: `_watch` has three seconds before SIGALRM ends it.
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.signal(signal.SIGQUIT, ctypes.cast(libc.alarm, ctypes.c_void_p))
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)


def _loaded(told: dict[str, Any]) -> LoadedModel:
    from nbtrack.models import load

    trust = told.get("trust", False)
    with warnings.catch_warnings():
        # Said once by the server, for all libraries.
        warnings.filterwarnings("ignore", category=UserWarning, message="Trying to unpickle estimator")
        return load(told["path"], trust=trust if isinstance(trust, bool) else list(trust))


def _say(out: BinaryIO, hello: dict[str, Any]) -> None:
    out.write(pack(Frame(HELLO, 0, JSON, json.dumps(hello).encode())))
    out.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
