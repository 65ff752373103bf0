"""The worked example of a framework in CONTRIBUTING.md, followed to the letter."""

import sys
import tomllib

import pytest

from nbtrack.capture.frameworks import known
from tests.unit.capture.frameworks.tracked import tracked, values
from tests.worked_example import ROOT, blocks, named_files, worked_example

EXAMPLE = worked_example("a framework")


@pytest.fixture
def library(tmp_path, monkeypatch):
    """The example's library, and the package with its framework, as if they were installed."""
    training, framework = blocks(EXAMPLE, "python")
    (tmp_path / "mylib").mkdir()
    (tmp_path / "mylib" / "__init__.py").write_text("")
    (tmp_path / "mylib" / "training.py").write_text(training)
    (tmp_path / "mypackage.py").write_text(framework)
    [(group, points)] = tomllib.loads(blocks(EXAMPLE, "toml")[0])["project"]["entry-points"].items()
    made = tmp_path / "mypackage-1.0.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: mypackage\nVersion: 1.0\n")
    (made / "entry_points.txt").write_text(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
    )
    monkeypatch.syspath_prepend(tmp_path)
    known.places.cache_clear()
    yield
    known.places.cache_clear()
    known.framework_of.cache_clear()
    for module in ("mylib", "mylib.training", "mypackage"):
        sys.modules.pop(module, None)


@pytest.mark.usefixtures("library")
def test_a_cell_has_what_the_library_knows():
    captured, names = tracked(
        "from mylib.training import Trainer\ndef train():\n    return Trainer().fit(5, rate=0.5)\n"
        "trainer = train()\nprint('loss:', round(trainer.losses[-1], 3))"
    )
    losses = names["trainer"].losses
    assert values(captured) == {"loss": losses, "best_loss": [min(losses)]}
    assert captured.params["rate"] == 0.5


def test_every_file_that_it_names_is_there():
    assert [name for name in named_files(EXAMPLE) if not (ROOT / name).is_file()] == []
