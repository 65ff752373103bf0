"""`import nbtrack` is light, and every public name is there, documented and typed."""

import ast
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import nbtrack

HEAVY = [
    "pandas",
    "numpy",
    "IPython",
    "click",
    "sqlite3",
    "psutil",
    "matplotlib",
    "sklearn",
    "nbtrack.tracking",
]


def python(code):
    """Return what a fresh interpreter prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_importing_is_light():
    code = f"import sys, json, nbtrack; print(json.dumps([n for n in {HEAVY} if n in sys.modules]))"
    assert python(code) == []


def test_logging_needs_no_data_frames(tmp_path):
    code = f"""
import os, sys, json
os.chdir({str(tmp_path)!r})
import nbtrack
with nbtrack.start_run():
    nbtrack.log_param("alpha", 0.5)
    nbtrack.log_metric("rmse", 0.7)
    nbtrack.log_text("x", "a.txt")
assert nbtrack.runs()[0].params == {{"alpha": 0.5}}
print(json.dumps([n for n in ("pandas", "numpy", "IPython", "click", "sklearn") if n in sys.modules]))
"""
    assert python(code) == []


@pytest.mark.parametrize("name", nbtrack.__all__)
def test_every_public_name_is_there_and_documented(name):
    value = getattr(nbtrack, name)
    assert inspect.getdoc(value), name
    assert name in dir(nbtrack)


def test_names_are_the_same_wherever_they_are_taken_from():
    from nbtrack import runs
    from nbtrack.tracking import runs as same

    assert runs is same is nbtrack.runs
    assert nbtrack.sklearn.autolog is nbtrack.autolog
    assert nbtrack.errors.NbtrackError is nbtrack.NbtrackError


def test_star_imports_every_name():
    code = "from nbtrack import *; import nbtrack, json; print(json.dumps([n for n in nbtrack.__all__ if n not in globals()]))"
    assert python(code) == []


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'nbtrack' has no attribute 'log_metrik'"):
        _ = nbtrack.log_metrik


def test_signatures_begin_as_mlflows_do():
    """Positional calls of MLflow's fluent API mean the same: its order of arguments, as of MLflow 3."""
    expected = {
        "start_run": "run_id experiment_id run_name nested parent_run_id tags description log_system_metrics",
        "end_run": "status",
        "enable_system_metrics_logging": "",
        "disable_system_metrics_logging": "",
        "set_system_metrics_sampling_interval": "interval",
        "set_system_metrics_samples_before_logging": "samples",
        "set_system_metrics_node_id": "node_id",
        "set_experiment": "experiment_name experiment_id",
        "create_experiment": "name artifact_location tags",
        "get_experiment": "experiment_id",
        "get_experiment_by_name": "name",
        "delete_experiment": "experiment_id",
        "restore_experiment": "experiment_id",
        "search_experiments": "view_type max_results filter_string order_by",
        "get_run": "run_id",
        "get_parent_run": "run_id",
        "delete_run": "run_id",
        "restore_run": "run_id",
        "log_param": "key value synchronous",
        "log_params": "params synchronous run_id",
        "log_metric": "key value step synchronous timestamp run_id model_id dataset",
        "log_metrics": "metrics step synchronous run_id timestamp model_id dataset",
        "set_tag": "key value synchronous",
        "set_tags": "tags synchronous",
        "delete_tag": "key",
        "log_artifact": "local_path artifact_path run_id",
        "log_artifacts": "local_dir artifact_path run_id",
        "log_text": "text artifact_file run_id",
        "log_dict": "dictionary artifact_file run_id",
        "log_figure": "figure artifact_file save_kwargs",
        "log_image": "image artifact_file key step timestamp synchronous",
        "log_table": "data artifact_file run_id",
        "load_table": "artifact_file run_ids extra_columns",
        "get_artifact_uri": "artifact_path",
        "set_tracking_uri": "uri",
        "search_runs": "experiment_ids filter_string run_view_type max_results order_by output_format "
        "search_all_experiments experiment_names",
    }
    for name, parameters in expected.items():
        assert " ".join(inspect.signature(getattr(nbtrack, name)).parameters) == parameters, name


def test_type_checkers_find_each_name_where_it_is():
    tree = ast.parse(Path(nbtrack.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    told = {
        (node.module, alias.name)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    modules = {("nbtrack", name) for name in nbtrack._MODULES}
    assert told == modules | {(f"nbtrack.{module}", name) for name, module in nbtrack._MODULE_OF.items()}


def test_a_name_loads_its_own_module_alone():
    code = "import sys, json, nbtrack; nbtrack.NbtrackError; print(json.dumps([n for n in sys.modules if 'nbtrack' in n]))"
    assert sorted(python(code)) == ["nbtrack", "nbtrack.errors", "nbtrack.version"]
