"""Binder's badges in README.md are those of the repository that `binder/publication.toml` names."""

import re
import runpy
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
with_badges = runpy.run_path(str(ROOT / ".ci" / "badge.py"))["with_badges"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOLD = tomllib.loads((ROOT / "binder" / "publication.toml").read_text(encoding="utf-8"))


def test_the_readme_has_the_badges_of_the_repository():
    assert with_badges(README, TOLD["repository"]) == README, "run make badge"


def test_a_repository_gives_badges_and_none_takes_them_away():
    shown = with_badges(README, "ada/nbtrack")
    places = re.findall(
        r"\(https://mybinder\.org/v2/gh/ada/nbtrack/HEAD\?urlpath=[\w/]*?/?(notebooks/[\w.]+)\)", shown
    )
    assert [(ROOT / place).is_file() for place in places] == [True] * 2
    assert with_badges(shown, TOLD["repository"]) == README


def test_binder_reads_the_release(tmp_path):
    (line,) = [
        line
        for line in (ROOT / "binder" / "postBuild").read_text().splitlines()
        if line.startswith("release=")
    ]
    (tmp_path / "binder").mkdir()
    for release in ("", "1.2.3rc1"):
        (tmp_path / "binder" / "publication.toml").write_text(
            f'repository = "a/b"\nrelease = "{release}"  # why\n'
        )
        done = subprocess.run(
            ["bash", "-c", f"{line}\necho $release"], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == release
