"""Lightning: what a module logs in each epoch, without a logger, and what `validate` and `test` come to."""

import pytest

from tests.unit.capture.frameworks.tracked import tracked, values

pytest.importorskip("lightning")

MODULE = """
import lightning, torch, warnings
warnings.simplefilter("ignore")
from torch.utils.data import DataLoader, TensorDataset

class Linear(lightning.LightningModule):
    def __init__(self, width=3, rate=0.1):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(width, 1)
        self.seen = []

    def _loss(self, batch):
        x, y = batch
        return ((self.layer(x)[:, 0] - y) ** 2).mean()

    def training_step(self, batch, number):
        loss = self._loss(batch)
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        self.log("step_loss", loss)
        return loss

    def validation_step(self, batch, number):
        loss = self._loss(batch)
        self.seen.append(float(loss))
        self.log("val_loss", loss)

    def test_step(self, batch, number):
        self.log("test_loss", self._loss(batch))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.hparams.rate)

torch.manual_seed(0)
x = torch.rand(40, 3)
loader = DataLoader(TensorDataset(x, x[:, 0]), batch_size=20)
quiet = dict(logger=False, enable_progress_bar=False, enable_model_summary=False, accelerator="cpu")
"""
FIT = """
module = Linear(rate=0.25)
trainer = lightning.Trainer(max_epochs=3, enable_checkpointing=False, num_sanity_val_steps=0, **quiet)
trainer.fit(module, loader, DataLoader(TensorDataset(x, x[:, 0]), batch_size=40))
"""


def test_a_fit():
    captured, names = tracked(MODULE + FIT)
    found = values(captured)
    assert found["val_loss"] == pytest.approx(names["module"].seen)
    assert list(captured.metrics["val_loss"].steps) == [0, 1, 2]
    assert {name: len(points) for name, points in found.items()} == {
        "val_loss": 3,
        "train_loss": 3,
        "step_loss": 3,
    }
    params = captured.params
    assert (params["max_epochs"], params["rate"], params["width"]) == (3, 0.25, 3)
    assert (params["optimizer"], params["lr"]) == ("SGD", 0.25)


def test_an_evaluation_of_its_own_is_a_result():
    captured, names = tracked(
        MODULE
        + FIT
        + "trainer.validate(module, loader, verbose=False)\ntrainer.test(module, loader, verbose=False)"
    )
    found = values(captured)
    assert len(found["val_loss"]) == 3
    assert len(found["final_val_loss"]) == 1
    assert found["test_loss"] == [pytest.approx(float(names["trainer"].callback_metrics["test_loss"]))]


def test_the_best_checkpoint(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    captured, names = tracked(
        MODULE + "from lightning.pytorch.callbacks import ModelCheckpoint\nmodule = Linear()\n"
        "kept = ModelCheckpoint(monitor='val_loss', dirpath='checkpoints')\n"
        "trainer = lightning.Trainer(max_epochs=2, callbacks=[kept], **quiet)\ntrainer.fit(module, loader, loader)"
    )
    assert values(captured)["best_model_score"] == [pytest.approx(min(values(captured)["val_loss"]))]
    assert captured.tags["best_model_path"] == names["kept"].best_model_path
