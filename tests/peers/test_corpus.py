"""Cells with Keras, Lightning, Optuna and their kin, which outsiders wrote and labelled: how much is found of them."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.benchmarks import peers

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "notebook" / "framework_corpus"


@pytest.mark.parametrize(
    ("split", "recall", "precision"), [("--quiet", 0.95, 0.95), ("--heldout", 0.92, 0.95)]
)
def test_recall_and_precision_meet_the_bar(tmp_path, split, recall, precision):
    peers.install("frameworks")
    own = {"KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [peers.python("frameworks"), "-m", "tests.notebook.corpus", "--folder", CORPUS, split],
        cwd=ROOT,
        env=os.environ | peers.QUIET | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"^overall +(\S+) +(\S+)", done.stdout, re.MULTILINE)
    assert float(found[1]) >= recall, done.stdout
    assert float(found[2]) >= precision, done.stdout
