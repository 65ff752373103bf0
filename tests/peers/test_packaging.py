"""The real `mlflow run` runs what nbtrack packages, and logs what the run has."""

import json
import os
import subprocess
from pathlib import Path

import pytest

import nbtrack
from nbtrack import uv
from tests.benchmarks import peers
from tests.notebook.kernel import kernel_in

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

CELLS = [
    "%load_ext nbtrack\nimport pandas as pd\nfrom sklearn.ensemble import RandomForestRegressor\nfrom sklearn.linear_model import Ridge",
    "from pathlib import Path\nPath('data').mkdir(exist_ok=True)\nPath('data/t.csv').write_text('x,y\\n' + ''.join(f'{i},{i * i % 17}\\n' for i in range(99)))",
    "table = pd.read_csv('data/t.csv')",
    (
        "%%track forest\nalpha, kind = 0.5, 'a b'\nforest = RandomForestRegressor(n_estimators=8, random_state=1).fit(table[['x']], table['y'])\n"
        'for epoch in range(5):\n    loss = alpha / (epoch + 3)\nprint(f\'{forest.score(table[["x"]], table["y"]):.2f}\')'
    ),
]
ASK = """
import json, mlflow
(run,) = mlflow.search_runs(search_all_experiments=True, output_format="list")
client = mlflow.MlflowClient()
(model,) = client.search_logged_models([run.info.experiment_id])
loaded = mlflow.sklearn.load_model(model.model_uri)
print(json.dumps({
    "status": run.info.status, "params": run.data.params, "metrics": run.data.metrics, "model": type(loaded).__name__,
    "loss": [[point.step, point.value] for point in client.get_metric_history(run.info.run_id, "loss")],
}))
"""


@pytest.mark.parametrize("manager", ["local", "uv"])
def test_mlflow_runs_a_packaged_run(tmp_path, manager):
    peers.install("mlflow")
    python = peers.python("mlflow")
    (tmp_path / "home").mkdir()
    with kernel_in(tmp_path / "home") as kernel:
        for cell in CELLS:
            kernel.ok(cell)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBTRACK_STORE", str(tmp_path / "home" / ".nbtrack"))
        run = nbtrack.get_run("forest")
        made = nbtrack.package("forest", tmp_path / "project")
        history = run.history("loss")
    variables = {n: v for n, v in os.environ.items() if not n.startswith(("NBTRACK", "MLFLOW", "PYTHON"))}
    variables |= peers.QUIET | {
        "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/mlflow.db",
        "MLFLOW_ENV_ROOT": str(tmp_path / "environments"),
        "PATH": os.pathsep.join([str(python.parent), str(Path(uv.program()).parent), os.environ["PATH"]]),
    }
    (tmp_path / "elsewhere").mkdir()
    options = ["-P", "alpha=0.5", "-P", "kind=it's $HOME", "--env-manager", manager]
    for command in (["-m", "mlflow", "run", str(made.folder), *options], ["-c", ASK]):
        done = subprocess.run(
            [python, *command],
            cwd=tmp_path / "elsewhere",
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["status"] == "FINISHED"
    assert told["params"] | {"kind": ""} == {
        "alpha": "0.5",
        "kind": "",
        "n_estimators": "8",
        "random_state": "1",
    }
    assert told["metrics"] == run.metrics
    assert told["loss"] == history[["step", "value"]].to_numpy().tolist()
    assert told["model"] == "RandomForestRegressor"
