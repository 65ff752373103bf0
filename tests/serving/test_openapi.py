"""The server does what its own document says, driven by schemathesis."""

import subprocess
import sys
from pathlib import Path

import pytest

from nbtrack.models import Column, Param, Signature, Tensor, save
from tests.serving.http import served

_SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"


def check(server, *options):
    """Drive a server over its document; a wrong answer fails with schemathesis' report."""
    done = subprocess.run(
        [_SCHEMATHESIS, "run", f"{server.url}/openapi.json", "--max-examples", "30", "--seed", "1", "--no-color", *options],
        capture_output=True, text=True, check=False, cwd=server.folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def drive(server, *, exact=True):
    # The protocol's own schema cannot say which tensors this model takes, so that a valid request may be refused.
    check(server, "--checks", "all", "--exclude-checks", "positive_data_acceptance")
    if exact:
        check(server, "--checks", "all", "--include-path", "/invocations")
    assert server.ask(path="/stats").json["restarts"] == 0


def mixed(frame, params=None):
    if frame.empty:
        raise ValueError("there are no rows")
    return [f"{row.word} {row.count + 1}" for row in frame.itertuples(index=False)]


MODELS = {
    "table": (mixed, Signature(
        (Column("string", "word"), Column("long", "count"), Column("double", "size", required=False),
         Column("boolean", "on")), None, (Param("factor", "double", 1.0),))),
    "array": (lambda array: array.sum(axis=1), Signature((Tensor("float64", (-1, 3)),))),
    "unknown": (lambda data: [1.0], None),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", ["table", *(pytest.param(n, marks=pytest.mark.long) for n in ("array", "unknown"))]
)
def test_a_model_answers_as_its_document_says(name, tmp_path):
    model, signature = MODELS[name]
    save(model, tmp_path / "m", signature=signature)
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        server.folder = tmp_path
        # Of a model without a signature nobody knows what it takes.
        drive(server, exact=name != "unknown")


def test_the_wine_model_answers_as_its_document_says(wine_server, tmp_path):
    wine_server.folder = tmp_path
    drive(wine_server)


def test_a_server_with_a_token_answers_as_its_document_says(wine_folder, tmp_path):
    with served(wine_folder, "--trust", "--token", "secret", folder=tmp_path) as server:
        server.folder = tmp_path
        done = subprocess.run([_SCHEMATHESIS, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout
        assert server.ask(path="/openapi.json").status == 401
        assert server.ask(path="/openapi.json", Authorization="Bearer secret").status == 200
