"""What the tests of the store share: a store of their own, and other processes that use it."""

import functools
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import nbtrack
from nbtrack.query import Query, parse
from nbtrack.store import open_store
from tests import waiting


@pytest.fixture
def store(tmp_path):
    """Return a new store."""
    store = open_store(tmp_path / ".nbtrack")
    yield store
    store.close()


@pytest.fixture
def find():
    """Return a function that finds runs by a filter."""
    return lambda store, text="", **scope: store.find_runs(parse(text) if text else Query(), **scope)


@pytest.fixture
def python():
    """Return a function that starts a Python process on the text of a script, with its arguments."""
    started = []

    def start(script, *args, user=None, **options):
        environment = os.environ | {"PYTHONPATH": str(Path(nbtrack.__file__).parent.parent)}
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script), *map(str, args)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            user=user,
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def run_python(python):
    """Return a function that runs a Python script to its end and returns what it printed."""

    def run(script, *args, **options):
        process = python(script, *args, **options)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out, err

    return run


@pytest.fixture
def eventually():
    """Return a function that waits until a condition holds, and returns what it returned."""
    return functools.partial(waiting.eventually, seconds=20)
