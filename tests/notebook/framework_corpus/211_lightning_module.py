# %%
import lightning as L
import torch
import torch.nn.functional as F
from sklearn.datasets import load_iris
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

L.seed_everything(3)
iris = load_iris()
X = torch.tensor((iris.data - iris.data.mean(0)) / iris.data.std(0), dtype=torch.float32)
y = torch.tensor(iris.target)
order = torch.randperm(len(X))
tr, va, te = order[:90], order[90:120], order[120:]


# %%
class IrisNet(L.LightningModule):
    def __init__(self, hidden_dim=16, lr=1e-3, weight_decay=0.0):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Linear(4, hidden_dim), nn.Tanh(), nn.Linear(hidden_dim, 3))

    def forward(self, x):
        return self.net(x)

    def _shared(self, batch, stage):
        x, y = batch
        logits = self(x)
        loss = F.cross_entropy(logits, y)
        acc = (logits.argmax(1) == y).float().mean()
        self.log(f"{stage}_loss", loss, on_step=False, on_epoch=True, prog_bar=True)
        self.log(f"{stage}_acc", acc, on_step=False, on_epoch=True)
        return loss

    def training_step(self, batch, batch_idx):
        return self._shared(batch, "train")

    def validation_step(self, batch, batch_idx):
        self._shared(batch, "val")

    def test_step(self, batch, batch_idx):
        self._shared(batch, "test")

    def configure_optimizers(self):
        return torch.optim.AdamW(
            self.parameters(), lr=self.hparams.lr, weight_decay=self.hparams.weight_decay
        )


# %% track
train_loader = DataLoader(TensorDataset(X[tr], y[tr]), batch_size=16, shuffle=True)
val_loader = DataLoader(TensorDataset(X[va], y[va]), batch_size=30)
test_loader = DataLoader(TensorDataset(X[te], y[te]), batch_size=30)

net = IrisNet(hidden_dim=24, lr=0.02, weight_decay=1e-4)
trainer = L.Trainer(
    max_epochs=12,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
    num_sanity_val_steps=0,
)
trainer.fit(net, train_loader, val_loader)
val_acc = trainer.callback_metrics["val_acc"].item()
trainer.test(net, test_loader)
