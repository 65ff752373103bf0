"""A model server: how long until it answers, how much, and how quickly."""

from __future__ import annotations

import contextlib
import http.client
import json
import math
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any

from tests.benchmarks import peers
from tests.benchmarks.harness import Bar, Group, Part, Row, Samples, Settings
from tests.benchmarks.load import load
from tests.benchmarks.models import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator

_APP = "an ASGI app on uvicorn: json, coef @ x, json"

GROUPS = (
    Group(
        (
            Row(
                "serve_start", "nbtrack models serve, start to first answer", "s", Bar("adds", 1.0),
                "python -c 'import sklearn.linear_model', whole process",
            ),
        ),
        (Part("serving:start"),),
    ),
    Group(
        (
            Row("serve_rate", "one-row requests on 8 connections, one worker", "/s", Bar("at least", 2_000), _APP),
            Row("serve_p50", "one-row request on 1 connection, median", "ms", None, _APP),
            Row("serve_p99", "the same, 99 of 100 within", "ms", None, _APP),
        ),
        (Part("serving:answers"),),
    ),
)  # fmt: skip

_LIMIT = 300.0
"""Seconds after which a server that has not answered is given up."""


def start(settings: Settings) -> Samples:
    """Time servers from their start to their first prediction, and the import that they cannot do without."""
    asked = _Asked(Path("model"))
    taken: dict[str, list[float]] = {"nbtrack": [], "bare": []}
    sides = ["nbtrack", *(peer for peer in settings.peers if peer == "mlflow")]
    repeats, few = settings.repeats(9, 3), settings.repeats(2, 1)
    # Each runs once before, so that its bytecode is there.
    for number in range(-1, repeats):
        begun = perf_counter()
        subprocess.run([sys.executable, "-c", "import sklearn.linear_model"], check=True)
        if number >= 0:
            taken["bare"].append(perf_counter() - begun)
        for side in sides:
            if side in peers.PEERS and number >= few:
                continue
            with _served(side, asked) as (_, seconds):
                if number >= 0:
                    taken.setdefault(side, []).append(seconds)
    return {"serve_start": taken}


def answers(settings: Settings) -> Samples:
    """Ask servers in turns: with 8 connections for the rate, with one for the latency."""
    asked = _Asked(Path("model"))
    samples: Samples = {"serve_rate": {}, "serve_p50": {}, "serve_p99": {}}
    sides = ["nbtrack", "bare", *(peer for peer in settings.peers if peer == "mlflow")]
    seconds = 4.0 if not settings.quick else 2.0
    for _ in range(settings.repeats(3, 1)):
        for side in sides:
            with _served(side, asked) as (port, _):
                for connections in (8, 1):
                    outcome = load(port, [asked.body], connections=connections, seconds=seconds, warm_up=1.0)
                    for (_, status, answer), count in outcome.answers.items():
                        if status != 200 or not asked.is_right(answer):
                            raise RuntimeError(f"{side} answered {count} times {status} {answer!r}")
                    if outcome.lost:
                        raise RuntimeError(f"{side} did not answer {outcome.lost} times")
                    if connections == 8:
                        samples["serve_rate"].setdefault(side, []).append(outcome.rate)
                    else:
                        samples["serve_p50"].setdefault(side, []).append(outcome.quantile(0.5) * 1e3)
                        samples["serve_p99"].setdefault(side, []).append(outcome.quantile(0.99) * 1e3)
    return samples


class _Asked:
    """The model that is served, what it is asked, and what it must answer.

    Parameters
    ----------
    folder
        Where the model is saved; its weights are beside it, for the bare application.
    """

    def __init__(self, folder: Path) -> None:
        from nbtrack.models import save

        model, rows = fitted()
        save(model, folder, fitted_on=rows, input_example=rows)
        self.folder = folder.resolve()
        self.weights = self.folder.with_name("weights.json")
        weights = {"coef": model.coef_.tolist(), "intercept": float(model.intercept_)}
        self.weights.write_text(json.dumps(weights), encoding="utf-8")
        row = json.loads(rows.head(1).to_json(orient="split", index=False))
        self.body = json.dumps({"dataframe_split": row}).encode()
        self._expected = float(model.predict(rows.head(1))[0])

    def is_right(self, answer: bytes) -> bool:
        """Return whether a server predicted what the model does."""
        told: Any = json.loads(answer)
        return math.isclose(told["predictions"][0], self._expected, rel_tol=1e-9)


def _command(side: str, asked: _Asked, port: int) -> tuple[list[str], dict[str, str]]:
    """Return how a server is started, and with which variables."""
    here = dict(os.environ)
    if side == "nbtrack":
        options = ["-m", str(asked.folder), "--trust", "-p", str(port)]
        return [sys.executable, "-m", "nbtrack", "models", "serve", *options], here
    if side == "bare":
        options = ["--port", str(port), "--no-access-log", "--log-level", "warning"]
        command = [sys.executable, "-m", "uvicorn", "tests.benchmarks.bare_app:app", *options]
        return command, here | {"BARE_MODEL": str(asked.weights)}
    scripts = peers.python(side).parent
    del here["PYTHONPATH"]  # it would find nbtrack, which it does without
    path = os.pathsep.join([str(scripts), here.get("PATH", os.defpath)])
    options = ["-m", str(asked.folder), "--env-manager", "local", "-p", str(port)]
    return [str(scripts / side), "models", "serve", *options], here | {"PATH": path}


@contextlib.contextmanager
def _served(side: str, asked: _Asked) -> Iterator[tuple[int, float]]:
    """Serve the model while the block runs; yield the port and the seconds until the first prediction."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command, variables = _command(side, asked, port)
    log = Path(f"{side}.log")
    with log.open("wb") as told:
        begun = perf_counter()
        server = subprocess.Popen(
            command,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            start_new_session=True,
        )
    try:
        while not _answers(port, asked):
            if server.poll() is not None or perf_counter() - begun > _LIMIT:
                raise RuntimeError(f"{side} does not serve:\n{log.read_text(errors='replace')}")
            sleep(0.01)
        yield port, perf_counter() - begun
    finally:
        _end(server)


def _answers(port: int, asked: _Asked) -> bool:
    """Return whether a server predicts; a wrong prediction is an error."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_LIMIT)
    try:
        connection.request("POST", "/invocations", asked.body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    if answer.status == 200 and not asked.is_right(body):
        raise RuntimeError(f"the server predicted {body!r}")
    return answer.status == 200


def _end(server: subprocess.Popen[bytes]) -> None:
    """End a server with its children: those of MLflow's are of its own process group."""
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(10)
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
    server.kill()
    server.wait(30)
