# %%
import logging
import tempfile
import warnings

import lightning as L
import torch
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint
from sklearn.datasets import make_friedman1
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split
from torchmetrics import MeanAbsoluteError, R2Score

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)

# %%
class FriedmanData(L.LightningDataModule):
    def __init__(self, n=1500, noise=0.8, batch_size=50):
        super().__init__()
        self.save_hyperparameters()

    def setup(self, stage=None):
        X, y = make_friedman1(self.hparams.n, noise=self.hparams.noise, random_state=4)
        ds = TensorDataset(torch.tensor(X).float(), torch.tensor(y).float())
        self.train, self.val, self.test = random_split(ds, [0.7, 0.15, 0.15], torch.Generator().manual_seed(4))

    def train_dataloader(self):
        return DataLoader(self.train, self.hparams.batch_size, shuffle=True)

    def val_dataloader(self):
        return DataLoader(self.val, 250)

    def test_dataloader(self):
        return DataLoader(self.test, 250)


class Regressor(L.LightningModule):
    def __init__(self, hidden=32, lr=1e-3, weight_decay=0.0):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Linear(10, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(), nn.Linear(hidden, 1))
        self.mae, self.r2 = MeanAbsoluteError(), R2Score()

    def forward(self, x):
        return self.net(x).squeeze(-1)

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = nn.functional.mse_loss(self(x), y)
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch, batch_idx):
        x, y = batch
        pred = self(x)
        self.mae(pred, y)
        self.log("val_loss", nn.functional.mse_loss(pred, y))
        self.log("val_mae", self.mae)

    def test_step(self, batch, batch_idx):
        x, y = batch
        pred = self(x)
        self.r2(pred, y)
        self.log_dict({"test_mse": nn.functional.mse_loss(pred, y), "test_r2": self.r2})

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters(), lr=self.hparams.lr, weight_decay=self.hparams.weight_decay)


# %% track
L.seed_everything(100, verbose=False)

dm = FriedmanData(noise=1.0)
lit = Regressor(hidden=48, lr=8e-3, weight_decay=1e-3)
checkpoint = ModelCheckpoint(dirpath=tempfile.mkdtemp(), monitor="val_loss", mode="min", save_top_k=1)
stopper = EarlyStopping("val_loss", patience=4, min_delta=0.01)

trainer = L.Trainer(
    max_epochs=12, accelerator="cpu", logger=False, gradient_clip_val=5.0,
    callbacks=[checkpoint, stopper], enable_progress_bar=False, enable_model_summary=False,
)
trainer.fit(lit, datamodule=dm)
print("best val_loss %.4f" % checkpoint.best_model_score)
results = trainer.test(lit, datamodule=dm, verbose=False)[0]
results
