"""What MLflow writes by default for LightGBM and PyTorch is loaded: skops, and the graphs of `torch.export`."""

import numpy as np
import pandas as pd
import pytest

from nbtrack.errors import TrustError
from nbtrack.models import MLmodel, infer_signature, load

X = pd.DataFrame({"x": np.arange(60.0), "c": pd.Categorical(np.arange(60) % 3)})


def written(folder, flavour, conf, example):
    model = MLmodel(signature=infer_signature(example))
    model.flavors[flavour] = conf
    model.add_python_function(f"mlflow.{flavour}", data=conf.get("data") or conf["model_data"])
    model.write(folder)


def test_an_estimator_of_lightgbm_in_skops_asks_for_no_trust(tmp_path):
    import lightgbm
    from skops.io import dump

    model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(X, np.arange(60) % 2)
    dump(model, tmp_path / "model.skops")
    conf = {
        "data": "model.skops",
        "lgb_version": lightgbm.__version__,
        "model_class": "lightgbm.sklearn.LGBMClassifier",
        "serialization_format": "skops",
        # What a file says of itself is no reason to trust it.
        "skops_trusted_types": ["os.system"],
    }
    written(tmp_path, "lightgbm", conf, X)
    loaded = load(tmp_path)
    assert np.array_equal(loaded.predict(X), model.predict(X))
    assert np.array_equal(loaded.predict(X.head(2)), model.predict(X.head(2)))


def test_a_graph_of_torch_is_loaded_where_it_is_trusted(tmp_path):
    import torch

    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1)).eval()
    rows = np.random.default_rng(0).random((4, 2)).astype("float32")
    (tmp_path / "data").mkdir()
    batch = torch.export.Dim("batch", min=1)
    graph = torch.export.export(net, (torch.from_numpy(rows),), dynamic_shapes=({0: batch},))
    torch.export.save(graph, tmp_path / "data" / "model.pt2")
    conf = {"model_data": "data", "pytorch_version": str(torch.__version__), "serialization_format": "pt2"}
    written(tmp_path, "pytorch", conf, rows)
    with pytest.raises(TrustError):
        load(tmp_path)
    loaded = load(tmp_path, trust=True)
    expected = net(torch.from_numpy(rows)).detach().numpy()
    assert np.allclose(loaded.predict(rows), expected)
    assert np.allclose(loaded.predict(rows[:3].tolist()), expected[:3])
