# %%
import logging

import numpy as np
import torch
import torchmetrics
from lightning.pytorch import LightningDataModule, LightningModule, Trainer, seed_everything
from lightning.pytorch.callbacks import EarlyStopping, LearningRateMonitor
from lightning.pytorch.loggers import CSVLogger
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


class WaveData(LightningDataModule):
    """Two-dimensional wave with noise."""

    def __init__(self, n=900, noise=0.1, batch_size=64):
        super().__init__()
        self.save_hyperparameters()

    def setup(self, stage=None):
        rng = np.random.default_rng(9)
        X = rng.uniform(-2, 2, (self.hparams.n, 2)).astype("float32")
        y = np.sin(2 * X[:, 0]) * X[:, 1] + rng.normal(0, self.hparams.noise, len(X))
        data = TensorDataset(torch.from_numpy(X), torch.from_numpy(y.astype("float32")))
        third = len(X) // 3
        self.train_set = torch.utils.data.Subset(data, range(2 * third))
        self.val_set = torch.utils.data.Subset(data, range(2 * third, len(X)))

    def train_dataloader(self):
        return DataLoader(self.train_set, batch_size=self.hparams.batch_size, shuffle=True)

    def val_dataloader(self):
        return DataLoader(self.val_set, batch_size=300)


class Regressor(LightningModule):
    def __init__(self, width: int, depth: int, learning_rate: float, gamma: float = 0.9):
        super().__init__()
        self.save_hyperparameters()
        layers = [nn.Linear(2, width), nn.SiLU()]
        for _ in range(depth - 1):
            layers += [nn.Linear(width, width), nn.SiLU()]
        self.mlp = nn.Sequential(*layers, nn.Linear(width, 1))
        self.val_r2 = torchmetrics.R2Score()

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = nn.functional.mse_loss(self.mlp(x).squeeze(-1), y)
        self.log("train/mse", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch, batch_idx):
        x, y = batch
        pred = self.mlp(x).squeeze(-1)
        self.val_r2(pred, y)
        self.log("val/mse", nn.functional.mse_loss(pred, y))
        self.log("val/r2", self.val_r2)

    def configure_optimizers(self):
        opt = optim.Adam(self.parameters(), lr=self.hparams.learning_rate)
        return {"optimizer": opt, "lr_scheduler": optim.lr_scheduler.ExponentialLR(opt, self.hparams.gamma)}


# %% track
seed_everything(9, verbose=False)

dm = WaveData(noise=0.15)
wave_model = Regressor(width=40, depth=2, learning_rate=0.02, gamma=0.93)
stop = EarlyStopping(monitor="val/mse", patience=4, min_delta=1e-3)

trainer = Trainer(
    max_epochs=25,
    gradient_clip_val=1.0,
    accelerator="cpu",
    devices=1,
    callbacks=[stop, LearningRateMonitor()],
    logger=CSVLogger("wave_logs", name="wave"),
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
    num_sanity_val_steps=0,
    log_every_n_steps=5,
)
trainer.fit(wave_model, datamodule=dm)

print(f"stopped in epoch {trainer.current_epoch}, best val/mse {stop.best_score:.4f}")
(final,) = trainer.validate(wave_model, datamodule=dm, verbose=False)
print(f"final R² {final['val/r2']:.4f}")
