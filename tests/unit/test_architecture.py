"""ARCHITECTURE.md names what is there."""

import re
from pathlib import Path

from nbtrack.store.migrations import MIGRATIONS
from tests.unit.test_imports import LAYERS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PARTS = {path.name for path in (ROOT / "nbtrack").iterdir()}


def test_every_path_that_it_names_is_there():
    folders = [
        ROOT,
        ROOT / "nbtrack",
        *(folder for folder in (ROOT / "nbtrack").rglob("*") if folder.is_dir()),
    ]
    named = set(re.findall(r"`([\w/]+(?:\.py|\.ts|\.json|/))`", TEXT)) - {"messages.json", "replies.json"}
    assert len(named) > 40
    front_end = {folder.name for folder in (ROOT / "labextension" / "src").iterdir()}
    lost = [
        path
        for path in named
        if not any((folder / path).exists() for folder in folders) and path.strip("/") not in front_end
    ]
    assert lost == []


def test_it_has_every_layer_and_its_parts():
    table = TEXT.partition("| layer |")[2].partition("\n\n")[0]
    rows = [
        set(re.findall(r"`(\w+)`", row.split("|")[2])) for row in table.splitlines() if row.count("|") > 3
    ]
    told = {name for row in rows for name in row}
    there = {name for layer in LAYERS for name in layer if {name, f"{name}.py"} & PARTS}
    assert there <= told


def test_it_has_every_table_of_the_store():
    made = {name for one in MIGRATIONS for name in re.findall(r"CREATE TABLE (\w+)", one.sql)} - {"meta"}
    table = TEXT.partition("| table |")[2].partition("\n\n")[0]
    assert made <= set(re.findall(r"`(\w+)`", table))
