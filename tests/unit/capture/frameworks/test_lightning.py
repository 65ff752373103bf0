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
    assert not {"lr", "optimizer"} & params.keys()


def test_an_evaluation_of_its_own_is_a_result():
    captured, names = tracked(
        MODULE
        + FIT
        + "trainer.validate(module, DataLoader(TensorDataset(x[:9], x[:9, 0])), verbose=False)\n"
        + "trainer.test(module, loader, verbose=False)"
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


def test_a_rate_has_the_name_that_the_module_has_for_it():
    captured, _ = tracked(MODULE.replace("rate", "learning_rate") + FIT.replace("rate", "learning_rate"))
    assert captured.params["learning_rate"] == 0.25
    assert "lr" not in captured.params


def test_the_epoch_in_which_it_stopped():
    captured, names = tracked(
        MODULE
        + "stop = lightning.pytorch.callbacks.EarlyStopping('train_loss', patience=1, min_delta=9.0)\n"
        + "trainer = lightning.Trainer(max_epochs=9, enable_checkpointing=False, callbacks=[stop], **quiet)\n"
        + "trainer.fit(Linear(), loader)"
    )
    assert values(captured)["stopped_epoch"] == [names["stop"].stopped_epoch]


def test_what_is_logged_by_step_and_by_epoch_is_there_once():
    captured, _ = tracked(
        MODULE.replace(
            'self.log("train_loss", loss, on_step=False', 'self.log("train_loss", loss, on_step=True'
        )
        + FIT
    )
    found = values(captured)
    assert len(found["train_loss"]) == 3
    assert not {"train_loss_step", "train_loss_epoch"} & found.keys()


def test_a_validation_that_comes_to_what_the_training_ended_with_is_nothing_new():
    loader = "DataLoader(TensorDataset(x, x[:, 0]), batch_size=40)"
    captured, _ = tracked(MODULE + FIT + f"trainer.validate(module, {loader}, verbose=False)")
    assert "final_val_loss" not in values(captured)


def test_under_its_other_name():
    pytest.importorskip("pytorch_lightning")
    captured, _ = tracked(MODULE.replace("import lightning,", "import pytorch_lightning as lightning,") + FIT)
    assert {name: len(points) for name, points in values(captured).items()} == {
        "val_loss": 3,
        "train_loss": 3,
        "step_loss": 3,
    }


def test_the_batches_of_an_evaluation_are_no_setting():
    captured, _ = tracked(
        MODULE
        + "train_loader = DataLoader(TensorDataset(x, x[:, 0]), batch_size=20)\n"
        + "val_loader = DataLoader(TensorDataset(x, x[:, 0]), batch_size=40)\n"
        + FIT.replace(
            "loader, DataLoader(TensorDataset(x, x[:, 0]), batch_size=40)", "train_loader, val_loader"
        )
    )
    assert {name: value for name, value in captured.params.items() if "batch" in name} == {"batch_size": 20}
