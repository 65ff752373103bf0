"""Projects in real processes: their runs, exit codes, endings, and the module `mlflow` that they import."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

import nbtrack
from nbtrack import uv
from nbtrack.errors import InvalidValueError
from tests.waiting import eventually

COMMAND = [sys.executable, "-m", "nbtrack"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Write a project's files; its store is beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NBTRACK_STORE", str(tmp_path / "store"))
    folder = tmp_path / "project"
    folder.mkdir()

    def write(**files):
        for name, text in files.items():
            (folder / name.replace("_py", ".py")).write_text(text)
        return folder

    return write


def run(folder, *arguments, **variables):
    return subprocess.run(
        [*COMMAND, "run", str(folder), *arguments],
        capture_output=True, text=True, timeout=100, check=False, env=os.environ | variables,
    )  # fmt: skip


def the_run(tmp_path):
    (found,) = nbtrack.runs(store=tmp_path / "store")
    return found


def test_a_project_logs_to_the_run_that_was_made_for_it(project, tmp_path):
    folder = project(
        MLproject="name: x\nentry_points: {main: {parameters: {alpha: float, s: {default: 'a b'}},"
        " command: 'python train.py {alpha} {s}'}}",
        train_py="import sys, mlflow\nwith mlflow.start_run() as run:\n"
        "    mlflow.log_metric('rmse', float(sys.argv[1]))\nprint('said', sys.argv[2])\n",
    )
    done = run(folder, "-P", "alpha=0.42", "--experiment-name", "wine", "--run-name", "first")
    assert (done.returncode, done.stdout) == (0, "said a b\n"), done.stderr
    found = the_run(tmp_path)
    assert (found.name, found.experiment, found.status) == ("first", "wine", "FINISHED")
    assert found.params == {"alpha": 0.42, "s": "a b"}
    assert found.metrics == {"rmse": 0.42}
    assert found.tags["mlflow.project.entryPoint"] == "main"
    assert found.tags["mlflow.source.type"] == "PROJECT"
    assert "mlflow.start_run" in str(found.source)
    assert found.store.document(found.key, "outcome") == {"stdout": "said a b\n", "exit_code": 0}
    assert found.store.document(found.key, "project")["command"] == "python train.py 0.42 'a b'"


def test_a_call_without_start_run_goes_to_that_run_and_the_next_run_is_another(project, tmp_path):
    folder = project(
        main_py="import mlflow\nmlflow.log_param('a', 1)\nmlflow.end_run()\n"
        "with mlflow.start_run():\n    mlflow.log_param('b', 2)\n"
    )
    assert run(folder, "-e", "main.py", "--experiment-name", "e").returncode == 0
    assert [one.params for one in nbtrack.runs(store=tmp_path / "store", order_by="start_time")] == [
        {"a": 1},
        {"b": 2},
    ]
    assert {one.experiment for one in nbtrack.runs(store=tmp_path / "store")} == {"e"}


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("pass", 0, "FINISHED"),
        ("import sys; sys.exit(7)", 7, "FAILED"),
        ("import os; os._exit(3)", 3, "FAILED"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137, "FAILED"),
        ("import mlflow\nwith mlflow.start_run(): pass\nraise SystemExit(2)", 2, "FAILED"),
        ("import mlflow\nmlflow.start_run()\nmlflow.end_run('FAILED')", 0, "FAILED"),
    ],
)
def test_the_childs_exit_code_is_ours_and_the_run_has_ended(project, tmp_path, text, code, status):
    assert run(project(main_py=text), "-e", "main.py").returncode == code
    assert the_run(tmp_path).status == status


@pytest.mark.parametrize(
    "arguments", [["-e", "none"], ["-P", "alpha"], ["--version", "v1"], ["--env-manager", "pip"]]
)
def test_what_cannot_run_makes_no_run(project, tmp_path, arguments):
    folder = project(MLproject="entry_points: {main: {command: 'true'}}")
    done = run(folder, *arguments)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert len(nbtrack.runs(store=tmp_path / "store")) == 0


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("number", "stubborn"), [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGTERM, True)]
)
def test_an_interrupt_ends_all_processes_and_the_run(project, tmp_path, number, stubborn):
    ignore = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); " if stubborn else ""
    sleeper = f"{ignore}import os, time; open(str(os.getpid()) + '.pid', 'w').close(); time.sleep(100)"
    folder = project(
        main_py=f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {sleeper!r}])\n{sleeper}\n"
    )
    child = subprocess.Popen(
        [*COMMAND, "run", str(folder), "-e", "main.py"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    eventually(lambda: len(list(folder.glob("*.pid"))) == 2)
    time.sleep(0.2)
    child.send_signal(number)
    output, _ = child.communicate(timeout=30)
    assert child.returncode == 128 + number, output
    eventually(lambda: not any(alive(int(one.stem)) for one in folder.glob("*.pid")))
    assert the_run(tmp_path).status == "KILLED"


@pytest.mark.parametrize(
    ("command", "stubborn"),
    [(["."], False), (["."], True), ([".", "-e", "both"], False), (["main.py"], False)],
)
def test_nothing_of_a_project_goes_on_after_its_parent_was_killed(project, tmp_path, command, stubborn):
    ignore = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " if stubborn else ""
    sleeper = f"{ignore}import os, time; open(str(os.getpid()) + '.pid', 'w').close(); time.sleep(100)"
    folder = project(
        main_py=f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {sleeper!r}])\n{sleeper}\n",
        MLproject="entry_points:\n  main:\n    command: python main.py\n  both:\n    command: python main.py && python main.py\n",
    )
    child = subprocess.Popen(
        [*COMMAND, "run", *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    eventually(lambda: len(list(folder.glob("*.pid"))) == 2)
    child.kill()
    child.wait()
    eventually(lambda: not any(alive(int(one.stem)) for one in folder.glob("*.pid")))
    eventually(lambda: the_run(tmp_path).status != "RUNNING")
    assert the_run(tmp_path).status == "CRASHED"


def test_a_step_may_run_another_step_and_read_its_run(project, tmp_path):
    folder = project(
        MLproject="entry_points: {main: {command: 'python main.py'}, load: {parameters: {n: int}, command: 'python load.py {n}'}}",
        main_py="""
import mlflow
from mlflow.entities import RunStatus
from mlflow.tracking import MlflowClient
from mlflow.utils import mlflow_tags
with mlflow.start_run():
    step = mlflow.run(".", "load", parameters={"n": 3}, env_manager="local")
    run = MlflowClient().get_run(step.run_id)
    assert run.info.status == RunStatus.FINISHED
    assert run.data.tags[mlflow_tags.MLFLOW_PROJECT_ENTRY_POINT] == "load"
    mlflow.log_metric("twice", 2 * run.data.metrics["n"])
    try:
        mlflow.run(".", "load", parameters={"n": "x"})
    except mlflow.projects.ExecutionException:
        pass
""",
        load_py="import sys, mlflow\nwith mlflow.start_run(): mlflow.log_metric('n', int(sys.argv[1]))\n",
    )
    done = run(folder)
    assert done.returncode == 0, done.stderr
    found = list(nbtrack.runs(store=tmp_path / "store", order_by="start_time"))
    assert [one.status for one in found] == ["FINISHED", "FINISHED", "FAILED"]
    assert found[0].metrics == {"twice": 6}
    assert {one.parent.id for one in found[1:]} == {found[0].id}


SEARCH = """
from concurrent.futures import ThreadPoolExecutor
import mlflow, mlflow.projects
from mlflow.tracking.client import MlflowClient
client = MlflowClient()

def own(n):
    step = mlflow.projects.run(uri=".", entry_point="train", parameters={"n": n}, synchronous=False)
    if not step.wait():
        client.set_terminated(step.run_id, "FAILED")
        return None
    return client.get_run(step.run_id).data.metrics["n"]

def nested(n):
    with mlflow.start_run(nested=True) as child:
        step = mlflow.projects.run(
            uri=".", entry_point="train", run_id=child.info.run_id, parameters={"n": n}, use_conda=False,
            synchronous=False,
        )
        assert step.wait() and step.run_id == child.info.run_id
    return client.get_run(step.run_id).data.metrics["n"]

with mlflow.start_run() as run:
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(own, ["1", "2", "x"]))
    mlflow.log_metric("best", max(found[:2]))
    mlflow.log_metric("last", nested("7"))
    print(found)
    print(len(client.list_run_infos(run.info.experiment_id)))
"""


def test_a_search_may_run_its_trials_side_by_side_or_in_runs_of_its_own(project, tmp_path):
    """The two ways of MLflow's own examples of a search."""
    folder = project(
        MLproject="entry_points: {main: {command: 'python main.py'},"
        " train: {parameters: {n: float}, command: 'python train.py {n}'}}",
        main_py=SEARCH,
        train_py="import sys, mlflow\nwith mlflow.start_run(): mlflow.log_metric('n', float(sys.argv[1]))\n",
    )
    done = run(folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ["[1.0, 2.0, None]", "5"]
    main, *trials = nbtrack.runs(store=tmp_path / "store", order_by="start_time")
    assert main.metrics == {"best": 2, "last": 7}
    assert sorted(one.status for one in trials) == ["FAILED", "FINISHED", "FINISHED", "FINISHED"]
    assert {one.parent.id for one in trials} == {main.id}
    assert trials[-1].tags["mlflow.project.entryPoint"] == "train"


STEPS = """
import os, sys
import mlflow
from mlflow.entities import RunStatus
from mlflow.tracking.fluent import _get_experiment_id
from mlflow.utils import mlflow_tags

def known(entry_point, parameters, commit):
    client = mlflow.tracking.MlflowClient()
    for info in client.list_run_infos(_get_experiment_id()):
        run = client.get_run(info.run_id)
        tags = run.data.tags
        if tags.get(mlflow_tags.MLFLOW_PROJECT_ENTRY_POINT) != entry_point:
            continue
        if any(run.data.params.get(name) != value for name, value in parameters.items()):
            continue
        if info.to_proto().status != RunStatus.FINISHED or tags.get(mlflow_tags.MLFLOW_GIT_COMMIT) != commit:
            continue
        return run
    return None

with mlflow.start_run() as active:
    commit = active.data.tags.get(mlflow_tags.MLFLOW_GIT_COMMIT)
    load = known("load", {"rows": "3"}, commit)
    print("reused" if load else "made", bool(commit))
    if load is None:
        load = mlflow.tracking.MlflowClient().get_run(mlflow.run(".", "load", parameters={"rows": "3"}).run_id)
    data = os.path.join(load.info.artifact_uri, "tables")
    train = mlflow.run(".", "train", parameters={"data": data})
    mlflow.log_metric("total", train.run.metrics["total"])
"""


def test_steps_that_have_run_are_found_again(project, tmp_path):
    """A workflow as MLflow's example of several steps has it: tags, commit, params, artifacts of other runs."""
    folder = project(
        MLproject="entry_points: {main: {command: 'python main.py'},"
        " load: {parameters: {rows: int}, command: 'python load.py {rows}'},"
        " train: {parameters: {data: path}, command: 'python train.py {data}'}}",
        main_py=STEPS,
        load_py="import sys, mlflow\nwith mlflow.start_run():\n"
        "    mlflow.log_text('\\n'.join(map(str, range(int(sys.argv[1])))), 'tables/a.csv')\n",
        train_py="import sys, os, mlflow\nwith mlflow.start_run():\n"
        "    mlflow.log_metric('total', sum(map(float, open(os.path.join(sys.argv[1], 'a.csv')))))\n",
    )
    git = ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True)
    for expected in ("made True", "reused True"):
        done = run(folder, "--experiment-name", "steps")
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[0] == expected
    entries = [one.tags["mlflow.project.entryPoint"] for one in nbtrack.runs(store=tmp_path / "store")]
    assert sorted(entries) == ["load", "main", "main", "train", "train"]
    assert nbtrack.runs(store=tmp_path / "store")[0].metrics["total"] == 3


def test_the_client_and_the_artifacts_of_other_runs(project, tmp_path):
    folder = project(
        main_py="""
import mlflow, os
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
client = MlflowClient()
made = client.create_run(client.create_experiment("made"), run_name="by hand", tags={"team": "red"})
client.log_batch(made.info.run_id, [Metric("loss", 0.5, 1000, 3)], [Param("a", "1")], [RunTag("b", "2")])
with open("note.txt", "w") as file:
    file.write("kept")
client.log_artifact(made.info.run_id, "note.txt", "notes")
client.set_terminated(made.info.run_id)
(point,) = client.get_metric_history(made.info.run_id, "loss")
assert point == Metric("loss", 0.5, 1000, 3), point
(entry,) = client.list_artifacts(made.info.run_id)
assert (entry.path, entry.is_dir) == ("notes", True)
(entry,) = client.list_artifacts(made.info.run_id, "notes")
assert (entry.path, entry.file_size) == ("notes/note.txt", 4)
assert open(client.download_artifacts(made.info.run_id, "notes/note.txt")).read() == "kept"
copied = mlflow.artifacts.download_artifacts(f"runs:/{made.info.run_id}/notes", dst_path="copied")
assert os.listdir(copied) == ["note.txt"]
assert mlflow.artifacts.load_text(made.info.artifact_uri + "/notes/note.txt") == "kept"
"""
    )
    done = run(folder, "-e", "main.py")
    assert done.returncode == 0, done.stderr
    made = nbtrack.runs("name = 'by hand'", store=tmp_path / "store")[0]
    assert (made.status, made.experiment, made.params, made.metrics) == (
        *("FINISHED", "made"), {"a": "1"}, {"loss": 0.5},
    )  # fmt: skip
    assert {"team": "red", "b": "2"}.items() <= made.tags.items()


def test_what_the_module_lacks_is_one_clear_sentence(project):
    folder = project(
        main_py="""
import mlflow
for text in ("import mlflow.keras", "mlflow.evaluate", "mlflow.tracking.MlflowClient().search_traces"):
    try:
        exec(text)
    except (ImportError, AttributeError) as error:
        print(type(error).__name__, error)
"""
    )
    lines = run(folder, "-e", "main.py").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["ModuleNotFoundError", "AttributeError", "AttributeError"]
    for line, name in zip(
        lines, ("mlflow.keras", "mlflow.evaluate", "MlflowClient.search_traces"), strict=True
    ):
        assert "nbtrack" in line
        assert name in line


def test_mlflow_is_there_in_a_bare_python(project, tmp_path):
    """With the standard library only: no site-packages."""
    folder = project(
        main_py="import mlflow, sys\nassert 'site' not in sys.modules\nwith mlflow.start_run():\n"
        "    mlflow.log_param('alpha', 0.5)\n    mlflow.log_metric('rmse', 0.7)\n    mlflow.log_text('x', 'a.txt')\n"
        "    mlflow.set_tag('team', 'red')\nfor name in ('numpy', 'yaml', 'pandas'):\n    assert name not in sys.modules\n",
        MLproject=f"entry_points: {{main: {{command: '{sys.executable} -S main.py'}}}}",
    )
    done = run(folder)
    assert done.returncode == 0, done.stderr
    found = the_run(tmp_path)
    assert (found.params, found.metrics, found.tags["team"]) == ({"alpha": 0.5}, {"rmse": 0.7}, "red")


def test_from_python(project, tmp_path):
    folder = project(main_py="import sys; print(sys.argv[1:]); sys.exit('x' in sys.argv)")
    done = nbtrack.run_project(folder, "main.py", parameters={"n": 3}, store=tmp_path / "store")
    assert (done.wait(), done.get_status(), done.get_log()) == (True, "FINISHED", "['--n', '3']\n")
    with pytest.raises(InvalidValueError, match="not known"):
        nbtrack.run_project(folder, "main.py", env_manager="pip")


def test_secrets_are_masked_in_what_is_kept(project, tmp_path):
    folder = project(main_py="import sys; print(sys.argv)")
    done = run(folder, "-e", "main.py", "-P", "api_key=hunter2hunter2")
    assert "hunter2hunter2" in done.stdout
    found = the_run(tmp_path)
    kinds = ("project", "outcome", "process")
    kept = json.dumps([found.params, *(found.store.document(found.key, kind) for kind in kinds)])
    assert "hunter2hunter2" not in kept


@pytest.mark.parametrize("option", ["--api-key", "--password", "--token", "--passwd"])
def test_a_secret_that_follows_its_option_is_kept_nowhere(project, tmp_path, option):
    folder = project(
        main_py="import argparse, mlflow\nparser = argparse.ArgumentParser()\n"
        f"parser.add_argument('{option}')\nparser.parse_args()\nmlflow.log_metric('a', 1)\n",
        plain_py=f"import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('{option}')\n"
        "parser.parse_args()\nloss = 0.5 + 0\n",
    )
    secret = "Kx7Secr3tDDD444"
    assert run(folder, "-e", "main.py", "-P", f"{option[2:]}={secret}").returncode == 0
    done = subprocess.run([*COMMAND, "run", str(folder / "plain.py"), option, secret], check=False)
    assert done.returncode == 0
    kinds = ("project", "outcome", "process", "source", "environment")
    for one in nbtrack.runs(store=tmp_path / "store"):
        kept = json.dumps([one.params, *(one.store.document(one.key, kind) for kind in kinds)])
        assert secret not in kept


def test_the_command_has_a_manual():
    for arguments in (["--help"], ["-h"]):
        done = subprocess.run([*COMMAND, "run", *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "URI [ARGUMENTS]" in done.stdout
    done = subprocess.run([*COMMAND, "run"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


HANDLES = """
import signal, sys, time
def keep(number, frame):
    open("kept", "w").close()
    sys.exit(0)
signal.signal(signal.SIGTERM, keep)
open("ready", "w").close()
time.sleep(60)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are others there")
@pytest.mark.parametrize("kind", ["project", "script"])
def test_what_handles_sigterm_gets_it(project, tmp_path, kind):
    folder = project(main_py=HANDLES)
    target = [str(folder), "-e", "main.py"] if kind == "project" else ["main.py"]
    child = subprocess.Popen([*COMMAND, "run", *target], cwd=folder, stderr=subprocess.PIPE)
    eventually((folder / "ready").exists)
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=30)
    assert (folder / "kept").exists()
    assert the_run(tmp_path).status == "KILLED"


SIX = "import six, sys, mlflow\nmlflow.log_params({'six': six.__version__, 'prefix': sys.prefix})\n"


@pytest.mark.skipif(uv.program() is None, reason="uv is not installed")
def test_a_repository_runs_in_an_environment_of_its_own_that_is_built_once(project, tmp_path):
    folder = project(
        MLproject="python_env: python_env.yaml\nentry_points: {main: {command: 'python train.py'}}",
        **{"python_env.yaml": f"python: 3.{sys.version_info.minor}\ndependencies: [six==1.16.0]"},
        train_py=SIX,
    )
    git = ["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True)
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", folder, bare], check=True)
    first = run(bare)
    assert first.returncode == 0, first.stderr
    assert "an environment for python_env.yaml is built" in first.stderr
    second = run(bare)
    assert "is built" not in second.stderr
    third = run(bare, "--env-manager", "virtualenv")
    assert "is built" not in third.stderr, "uv builds for both"
    every = nbtrack.runs(store=tmp_path / "store", order_by="start_time")
    assert [one.tags["mlflow.project.env"] for one in every] == ["uv", "uv", "virtualenv"]
    for one in every:
        assert one.params["six"] == "1.16.0"
        assert one.params["prefix"] != sys.prefix
        kept = one.store.document(one.key, "project")
        assert "six==1.16.0" in kept["lock"]
        assert one.params["prefix"] in kept["interpreter"]


def test_a_python_that_cannot_import_nbtrack_is_refused_before_there_is_a_run(project, tmp_path):
    folder = project(main_py="print(1)", **{"python_env.yaml": "python: 3.8.18"})
    done = run(folder, "-e", "main.py")
    assert done.returncode == 1
    assert "3.8" in done.stderr
    assert not (tmp_path / "store" / "nbtrack.db").exists() or not len(nbtrack.runs(store=tmp_path / "store"))


def test_without_uv_a_project_runs_here_and_says_so(project, tmp_path, monkeypatch):
    for program in ("bash", "git", "python"):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / program).symlink_to(shutil.which(program))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.delenv("UV", raising=False)
    folder = project(main_py="print(1)", **{"python_env.yaml": "dependencies: [six]"})
    said = []
    monkeypatch.setattr("nbtrack.projects.running._say", said.append)
    assert nbtrack.run_project(folder, "main.py").run.tags["mlflow.project.env"] == "local"
    assert any("python_env.yaml is not installed (there is no uv here" in line for line in said)


def test_the_real_mlflow_is_left_alone(project, tmp_path):
    folder = project(
        main_py="import json, os, sys\nprint(json.dumps([sys.path, dict(os.environ)]))\n"
        "try:\n    import mlflow\n    print(mlflow.__file__)\nexcept ImportError as error:\n    print(error)\n"
    )
    done = run(
        folder, "-e", "main.py", "--real-mlflow", MLFLOW_TRACKING_URI="http://127.0.0.1:9", PYTHONPATH=""
    )
    path, variables = json.loads(done.stdout.splitlines()[0])
    assert variables["MLFLOW_TRACKING_URI"] == "http://127.0.0.1:9"
    assert "MLFLOW_RUN_ID" not in variables
    assert not any("client" in one for one in path)
    assert "client" not in done.stdout.splitlines()[1]
    assert the_run(tmp_path).status == "FINISHED"


def test_output_is_shown_while_it_runs(project):
    """Python keeps what it prints into a pipe to itself, unless it is told not to."""
    folder = project(main_py="import time\nprint('first')\ntime.sleep(60)\n")
    child = subprocess.Popen(
        [*COMMAND, "run", str(folder), "-e", "main.py"], stdout=subprocess.PIPE, text=True
    )
    began = time.monotonic()
    assert child.stdout.readline() == "first\n"
    assert time.monotonic() - began < 40
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=30)


def test_conda_is_told_to_be_uv(project, tmp_path):
    done = run(project(main_py="print(1)"), "-e", "main.py", "--env-manager", "conda")
    assert (done.returncode, done.stdout) == (0, "1\n")
    assert "no conda" in done.stderr
    assert the_run(tmp_path).status == "FINISHED"


@pytest.mark.skipif(os.name != "posix", reason="terminals are of another kind there")
def test_on_a_terminal_the_command_has_one(project, tmp_path):
    """What it prints is shown as it is, and kept."""
    import fcntl
    import pty
    import struct
    import termios

    folder = project(
        main_py="import os, sys\nprint(sys.stdout.isatty(), sys.stderr.isatty(), os.get_terminal_size().columns)\n"
        "print('\\x1b[31mred\\x1b[0m')\n"
    )
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 77, 0, 0))
    child = subprocess.Popen(
        [*COMMAND, "run", str(folder), "-e", "main.py"], stdout=theirs, stderr=subprocess.PIPE
    )
    _, said = child.communicate(timeout=100)
    os.close(theirs)
    shown = os.read(ours, 10_000)
    os.close(ours)
    assert child.returncode == 0, said
    assert shown == b"True False 77\r\n\x1b[31mred\x1b[0m\r\n"
    assert the_run(tmp_path).outcome["stdout"] == "True False 77\n\x1b[31mred\x1b[0m\n"


PLAIN = """
import sys, os
rate = float(sys.argv[1])
for epoch in range(3):
    loss = rate / (epoch + 1)
print(sys.executable, sys.prefix, os.path.basename(__file__), sys.argv[1:])
"""


@pytest.mark.parametrize("program", ["python", "python3"])
def test_a_plain_script_of_a_project_is_captured(project, tmp_path, program):
    folder = project(
        MLproject=f"entry_points: {{main: {{parameters: {{rate: float}}, command: '{program} train.py {{rate}} && {program} -c \"print(5)\"'}}}}",
        train_py=PLAIN,
    )
    done = run(folder, "-P", "rate=0.5", "--env-manager", "local")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{sys.executable} {sys.prefix} train.py ['0.5']\n5\n"
    found = the_run(tmp_path)
    assert (found.params, found.status) == ({"rate": 0.5, "epochs": 3}, "FINISHED")
    assert list(found.history("loss").value) == [0.5, 0.25, 0.5 / 3]


def test_who_logs_by_hand_gets_exactly_that(project, tmp_path):
    folder = project(
        MLproject="entry_points: {main: {command: 'python train.py 0.5'}}",
        train_py=PLAIN + "import mlflow\nmlflow.log_metric('rmse', 3)\n",
    )
    assert run(folder, "--env-manager", "local").returncode == 0
    found = the_run(tmp_path)
    assert (found.params, found.metrics) == ({}, {"rmse": 3})


@pytest.mark.parametrize(("text", "code"), [("import sys; sys.exit(7)", 7), ("1 / 0", 1)])
def test_a_captured_script_of_a_project_fails_as_it_is(project, tmp_path, text, code):
    folder = project(
        MLproject="entry_points: {main: {command: 'python train.py'}}", train_py=f"rate = 0.5\n{text}"
    )
    done = run(folder, "--env-manager", "local")
    assert done.returncode == code
    assert "nbtrack/" not in done.stderr
    assert (the_run(tmp_path).status, the_run(tmp_path).params) == ("FAILED", {"rate": 0.5})


@pytest.mark.skipif(uv.program() is None, reason="uv makes an environment")
def test_the_active_environment_is_the_one_that_runs(project, tmp_path):
    """As for whoever has nbtrack in an environment of its own, beside that of the work."""
    subprocess.run([uv.program(), "venv", "-q", "-p", sys.executable, tmp_path / "work"], check=True)
    folder = project(main_py="import sys; print(sys.prefix)")
    for target in ([str(folder), "-e", "main.py"], [str(folder / "main.py")]):
        done = subprocess.run(
            [*COMMAND, "run", *target], capture_output=True, text=True, check=False,
            env=os.environ | {"VIRTUAL_ENV": str(tmp_path / "work")},
        )  # fmt: skip
        assert done.stdout.splitlines() == [str(tmp_path / "work")], done.stderr
