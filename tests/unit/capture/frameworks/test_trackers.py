"""What a cell logs to other trackers by itself is in its run too, and goes on to where it went."""

import pytest

from tests.unit.capture.frameworks.tracked import tracked, values

LOOP = "for epoch in range(3):\n    value = 1 / (epoch + 1)\n    "


class TestMLflow:
    @pytest.fixture(autouse=True)
    def _client(self, tmp_path, monkeypatch):
        mlflow = pytest.importorskip("mlflow")
        if "nbtrack" in (mlflow.__file__ or ""):
            pytest.skip("MLflow itself is not installed")
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
        mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
        yield
        while mlflow.active_run():
            mlflow.end_run()

    def test_what_is_logged(self):
        captured, names = tracked(
            "import mlflow\nrun = mlflow.start_run()\nmlflow.log_param('depth', 3)\n"
            "mlflow.log_params({'rate': 0.5, 'kind': 'a', 'loud': True})\n"
            + LOOP
            + "mlflow.log_metric('train/loss', value, step=10 * epoch)\n"
            "mlflow.log_metrics({'test_rmse': 0.25, 'test_r2': 0.75})\nmlflow.end_run()"
        )
        assert values(captured) == {"train/loss": [1.0, 0.5, 1 / 3], "test_rmse": [0.25], "test_r2": [0.75]}
        assert list(captured.metrics["train/loss"].steps) == [0, 10, 20]
        assert captured.params == {"depth": 3, "rate": 0.5, "kind": "a", "loud": True, "epochs": 3}
        import mlflow

        kept = mlflow.get_run(names["run"].info.run_id).data
        assert kept.params == {"depth": "3", "rate": "0.5", "kind": "a", "loud": "True"}
        assert kept.metrics["test_rmse"] == 0.25

    def test_a_result_has_the_name_that_it_is_logged_by(self):
        captured, _ = tracked(
            "import mlflow\nfrom math import sqrt\nwith mlflow.start_run():\n    rmse = sqrt(0.3)\n"
            "    mlflow.log_metric('test_rmse', rmse)\nprint(f'rmse: {rmse:.3f}')"
        )
        assert set(values(captured)) == {"test_rmse"}

    def test_a_loss_of_a_loop_that_is_logged_under_its_name_is_there_once(self):
        captured, _ = tracked(
            "import mlflow\nmlflow.start_run()\nfor epoch in range(3):\n    loss = 1 / (epoch + 1)\n"
            "    mlflow.log_metric('loss', loss, step=epoch)\nmlflow.end_run()"
        )
        assert values(captured) == {"loss": [1.0, 0.5, 1 / 3]}


class TestSummaryWriter:
    @pytest.fixture(params=["torch.utils.tensorboard", "tensorboardX"])
    def library(self, request):
        pytest.importorskip(request.param)
        return request.param

    def test_what_is_logged(self, library, tmp_path):
        captured, _ = tracked(
            f"from {library} import SummaryWriter\nwriter = SummaryWriter({str(tmp_path)!r})\n"
            + LOOP
            + "writer.add_scalar('Loss/train', value, epoch)\n"
            "    writer.add_scalars('both', {'a': value, 'b': 2 * value}, epoch)\n"
            "writer.add_hparams({'rate': 0.5}, {'hparam/accuracy': 0.75})\nwriter.close()"
        )
        found = values(captured)
        assert found["Loss/train"] == [1.0, 0.5, 1 / 3]
        assert found["both/b"] == [2.0, 1.0, 2 / 3]
        assert captured.params["rate"] == 0.5
        assert list(tmp_path.rglob("events.out.tfevents*"))

    def test_what_a_function_logs(self, library, tmp_path):
        captured, _ = tracked(
            f"from {library} import SummaryWriter\ndef train():\n    writer = SummaryWriter({str(tmp_path)!r})\n"
            "    for step in range(4):\n        writer.add_scalar('loss', step / 2, global_step=5 * step)\ntrain()"
        )
        assert values(captured) == {"loss": [0.0, 0.5, 1.0, 1.5]}
        assert list(captured.metrics["loss"].steps) == [0, 5, 10, 15]


class TestWandB:
    def test_what_is_logged(self, tmp_path, monkeypatch):
        pytest.importorskip("wandb")
        monkeypatch.setenv("WANDB_MODE", "offline")
        monkeypatch.setenv("WANDB_SILENT", "true")
        monkeypatch.chdir(tmp_path)
        captured, _ = tracked(
            "import wandb\nrun = wandb.init(project='a', config={'rate': 0.5, 'net': {'width': 8}})\n"
            + LOOP
            + "wandb.log({'val': {'loss': value}, 'text': 'a'})\nwandb.log({'accuracy': 0.75})\nrun.finish()"
        )
        found = values(captured)
        assert found["val.loss"] == [1.0, 0.5, 1 / 3]
        assert found["accuracy"] == [0.75]
        assert captured.params["rate"] == 0.5
        assert captured.params["net.width"] == 8


def test_what_a_library_logs_there_is_not_the_cells(tmp_path):
    """Lightning's logger writes to TensorBoard what Lightning tells of itself."""
    pytest.importorskip("lightning")
    pytest.importorskip("torch.utils.tensorboard")
    captured, _ = tracked(
        "import lightning, torch, warnings\nfrom lightning.pytorch.loggers import TensorBoardLogger\n"
        "warnings.simplefilter('ignore')\nclass Net(lightning.LightningModule):\n    def __init__(self):\n"
        "        super().__init__()\n        self.layer = torch.nn.Linear(2, 1)\n"
        "    def training_step(self, batch, number):\n        loss = self.layer(batch).mean()\n"
        "        self.log('loss', loss, on_epoch=True, on_step=False)\n        return loss\n"
        "    def configure_optimizers(self):\n        return torch.optim.SGD(self.parameters(), 0.1)\n"
        f"trainer = lightning.Trainer(max_epochs=2, logger=TensorBoardLogger({str(tmp_path)!r}), accelerator='cpu',"
        " enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False)\n"
        "trainer.fit(Net(), torch.utils.data.DataLoader(torch.rand(8, 2), batch_size=4))"
    )
    assert {name: len(points) for name, points in values(captured).items()} == {"loss": 2}
