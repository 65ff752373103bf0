"""The tests of frameworks whose libraries the other tests have not, with the libraries, in an environment of their own."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.benchmarks import peers

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "unit" / "capture" / "frameworks"


@pytest.fixture(scope="module")
def libraries():
    """Return the interpreter of an environment with all the libraries, made if need be."""
    peers.install("frameworks")
    return peers.python("frameworks")


@pytest.mark.parametrize("file", sorted(one.name for one in TESTS.glob("test_*.py")))
def test_what_each_library_knows(libraries, tmp_path, file):
    own = {"KERAS_BACKEND": "torch", "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [
            libraries,
            "-m",
            "pytest",
            "-q",
            "-rs",
            "-p",
            "no:cacheprovider",
            "--basetemp",
            tmp_path / "base",
            TESTS / file,
        ],
        cwd=ROOT,
        env=os.environ | peers.QUIET | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.findall(r"^SKIPPED.*", done.stdout, re.MULTILINE) == []
