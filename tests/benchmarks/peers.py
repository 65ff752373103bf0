"""Other trackers, each in an environment of its own under `.peers/`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".peers"

PEERS = {"mlflow": ["mlflow>=3.17,<4"], "trackio": ["trackio>=0.43,<1"]}
"""What is installed for each."""

APART = {
    # Spark knows no later pandas; the rest is what a worker needs of nbtrack's, and what the driver does.
    "spark": [
        "pyspark>=4,<5", "pandas>=2.2,<3", "pyarrow>=16", "scikit-learn>=1.4", "cloudpickle>=3", "orjson>=3.10",
        "pyyaml>=6", "psutil>=5.9", "platformdirs>=4", "regex",
    ],
    # Libraries of models beside MLflow, and what nbtrack needs to save and load.
    "libraries": [
        "mlflow>=3.17,<4", "keras>=3", "torch>=2.2", "lightning>=2.2", "catboost>=1.2", "statsmodels>=0.14", "onnx>=1.16",
        "onnxruntime>=1.18", "orjson>=3.10", "platformdirs>=4", "regex", "psutil>=5.9", "httptools",
        "uvloop", "prometheus-client",
    ],
    # The libraries whose trainings are told of, the trackers that cells log to, and what runs their tests.
    "frameworks": [
        "keras>=3", "lightning>=2", "transformers>=4.46", "accelerate>=1", "optuna>=4", "catboost>=1.2", "statsmodels>=0.14",
        "torch==2.13.0", "xgboost-cpu>=3", "lightgbm>=4", "scikit-learn>=1.4", "pandas>=2.2",
        "mlflow-skinny>=3", "sqlalchemy>=2", "alembic", "wandb", "tensorboard", "tensorboardX",
        "cloudpickle>=3", "orjson>=3.10", "pyyaml>=6", "psutil>=5.9", "platformdirs>=4", "regex",
        "pytest>=8", "pytest-timeout", "hypothesis",
        # What the cells of the framework corpus have beside these.
        "ipython", "ipywidgets", "anywidget", "matplotlib", "seaborn", "polars", "pyarrow", "tqdm", "omegaconf", "jax", "optax",
        "flax", "gymnasium", "datasets", "torchmetrics", "imbalanced-learn",
    ],
}  # fmt: skip
"""The same for what nothing is measured beside, but that needs an environment of its own."""

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "HF_HUB_OFFLINE": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
}
"""Nothing that is measured sends anything anywhere."""


def python(peer: str) -> Path:
    """Return the interpreter of a peer's environment."""
    return FOLDER / peer / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(*wanted_peers: str) -> tuple[str, ...]:
    """Install the peers that are not there yet, all of them by default, and return their names."""
    names = wanted_peers or tuple(PEERS)
    for peer in names:
        requirements = (PEERS | APART)[peer]
        stamp = FOLDER / peer / "installed"
        wanted = "\n".join(requirements)
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            continue
        print(f"Installing {peer} into {FOLDER / peer} (some minutes, once)", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER / peer)], check=True)
        pip = [str(python(peer)), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        subprocess.run([*pip, *requirements], check=True, stdout=sys.stderr)
        stamp.write_text(wanted, encoding="utf-8")
    return names
