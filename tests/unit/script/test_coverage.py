"""A captured script has the coverage that it has without: the same lines and branches of the user's file."""

import json
import os
import subprocess

import pytest

from nbtrack import uv
from tests.unit.script.pythons import package_folder, python

SCRIPT = """
import argparse

def unused(x):
    loss = x
    return loss

def work(lr, epochs=3):
    losses = []
    for epoch in range(epochs):
        loss = lr / (epoch + 1)
        losses.append(loss)
        if epoch == 1:
            return losses
    print("never")
    return None

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.5)
    args = parser.parse_args()
    try:
        losses = work(args.lr)
    finally:
        print("done")
    if losses:
        score = sum(losses)
    else:
        score = 0
    return score

if __name__ == "__main__":
    main()
"""


@pytest.mark.long
@pytest.mark.skipif(uv.program() is None, reason="uv is not installed")
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_lines_and_branches_are_the_same(tmp_path, version):
    environment = tmp_path / "environment"
    subprocess.run(
        [uv.program(), "venv", "--quiet", "--python", python(version), str(environment)], check=True
    )
    program = str(environment / "bin" / "python")
    subprocess.run(
        [uv.program(), "pip", "install", "--quiet", "--python", program, "coverage==7.10.7"],
        check=True, env=uv.variables() | os.environ,
    )  # fmt: skip
    (tmp_path / "train.py").write_text(SCRIPT)
    variables = os.environ | {
        "PYTHONPATH": str(package_folder(tmp_path)),
        "NBTRACK_STORE": str(tmp_path / "store"),
    }

    def covered(*module):
        command = [program, "-m", "coverage", "run", "--branch", "--include", "train.py", *module, "train.py"]
        subprocess.run(command, cwd=tmp_path, env=variables, check=True, capture_output=True)
        subprocess.run([program, "-m", "coverage", "json", "-q"], cwd=tmp_path, check=True)
        found = json.loads((tmp_path / "coverage.json").read_text())["files"]["train.py"]
        return {
            name: found[name]
            for name in ("executed_lines", "missing_lines", "executed_branches", "missing_branches")
        }

    assert covered("-m", "nbtrack.script") == covered()
