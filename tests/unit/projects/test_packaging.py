"""What a package holds, what it refuses, and what it says was left out."""

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
import yaml

import nbtrack
from nbtrack.capture.slice.history import Cell
from nbtrack.capture.slice.script import script
from nbtrack.cli import commands
from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.projects.packaging.locking import portable
from nbtrack.projects.python_choice import choose_python


def made_run(params=(), metrics=(), name="wine"):
    """Begin a run without the context of this process, of which the code would be pytest's."""
    writer = nbtrack.get_store().create_run(experiment="default", name=name)
    for key, value in dict(params).items():
        writer.log_param(key, value)
    for key, value in dict(metrics).items():
        writer.log_metric(key, value, 0)
    return writer


def recorded(code, params=(), metrics=(), *, earlier=(), **documents):
    """Return a finished run with this code, as a tracked cell leaves it."""
    writer = made_run(params, metrics)
    whole = script([Cell(one, one, n) for n, one in enumerate([*earlier, code])])
    writer.set_document("source", {"cell": code, "earlier": list(earlier), "script": whole})
    for kind, document in documents.items():
        writer.set_document(kind, document)
    writer.finish("FINISHED")
    nbtrack.get_store().flush()
    return nbtrack.get_run(writer.id)


def run_script(folder, *options, script="main.py"):
    return subprocess.run(
        [sys.executable, folder / script, *options], capture_output=True, text=True, check=False, cwd="/"
    )


def printed(folder, *options, script="main.py"):
    done = run_script(folder, *options, script=script)
    assert done.returncode == 0, done.stderr
    return dict(re.findall(r"^(\S+) (\S+)(?: \(\d+ points\))?$", done.stdout, re.MULTILINE))


def test_the_literals_become_typed_parameters(store, tmp_path):
    code = "alpha = -0.5\ndeep = True\ndepth = None\nkind = 'it\\'s \"a\" $HOME; rm *'\nepochs = 3\nrmse = alpha * epochs + len(kind)"
    params = {"alpha": -0.5, "deep": True, "depth": None, "kind": 'it\'s "a" $HOME; rm *', "epochs": 3}
    run = recorded(code, params, {"rmse": -1.5 + len(params["kind"])})
    made = nbtrack.package(run, tmp_path / "made")
    (point,) = yaml.safe_load((made.folder / "MLproject").read_text())["entry_points"].values()
    assert {name: (one["type"], one["default"]) for name, one in point["parameters"].items()} == {
        "alpha": ("float", -0.5),
        "deep": ("bool", True),
        "depth": ("string", "None"),
        "kind": ("string", 'it\'s "a" $HOME; rm *'),
        "epochs": ("int", 3),
    }
    done = nbtrack.run_project(made.folder, env_manager="local").run
    assert done.metrics == run.metrics
    assert done.params["kind"] == params["kind"]
    assert printed(made.folder) == {"rmse": repr(run.metrics["rmse"])}
    assert printed(made.folder, "--alpha=-1e-05", "--epochs=2", "--kind=") == {"rmse": repr(-2e-05)}
    assert printed(made.folder, "--alpha", "1", "--deep=no", "--depth=5", "--kind", "ab") == {"rmse": "5.0"}
    for wrong in ("--alpha=abc", "--deep=maybe", "--depth=x", "--epochs=many"):
        assert run_script(made.folder, wrong).returncode == 2
    other = nbtrack.run_project(
        made.folder, parameters={"alpha": "0.25", "kind": ""}, env_manager="local"
    ).run
    assert other.metrics == {"rmse": 0.75}


def test_names_that_are_no_identifiers_and_names_that_clash(store, tmp_path):
    code = "given = 2\nresults, mlflow, argparse = 3, 4, 5\ncfg = {'lr': 0.5, 'class': 7}\nlambda_ = 6\nhelp = 8\nscore = given * cfg['lr'] + results + mlflow + help + argparse"
    params = {"given": 2, "results": 3, "mlflow": 4, "cfg.lr": 0.5, "cfg.class": 7, "lambda_": 6, "help": 8}
    run = recorded(code, params, {"score": 21.0})
    made = nbtrack.package(run, tmp_path / "made")
    assert printed(made.folder) == {"score": "21.0"}
    assert printed(made.folder, "--cfg_lr=1", "--given=10", "--help_=0") == {"score": "22.0"}
    done = nbtrack.run_project(made.folder, parameters={"cfg_lr": "1"}, env_manager="local").run
    assert done.metrics == {"score": 22.0}
    assert "`cfg_lr` | float | `0.5` | `cfg.lr`" in (made.folder / "README.md").read_text()


def test_an_ambiguous_param_becomes_one_for_each_place(store, tmp_path):
    earlier = "class Ridge:\n    def __init__(self, alpha):\n        self.alpha = alpha\nclass Lasso(Ridge):\n    pass"
    code = "one = Ridge(alpha=0.5)\nother = Lasso(alpha=0.5)\nr2 = one.alpha + 10 * other.alpha"
    run = recorded(code, {"alpha": 0.5}, {"r2": 5.5}, earlier=[earlier])
    made = nbtrack.package(run, tmp_path / "made")
    assert any(one.startswith("alpha is no parameter: it stands in lines") for one in made.left_out)
    assert printed(made.folder, "--Ridge_alpha=1", "--Lasso_alpha=2") == {"r2": "21.0"}


def test_a_folder_that_is_not_empty_is_refused(store, tmp_path):
    run = recorded("r2 = 0.5 + 0", {}, {"r2": 0.5})
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "mine.txt").write_text("mine")
    with pytest.raises(InvalidValueError, match=r"not empty.*--force"):
        nbtrack.package(run, tmp_path / "made")
    assert [one.name for one in (tmp_path / "made").iterdir()] == ["mine.txt"]
    nbtrack.package(run, tmp_path / "made", force=True)
    assert (tmp_path / "made" / "mine.txt").read_text() == "mine"
    assert printed(tmp_path / "made") == {"r2": "0.5"}
    with pytest.raises(InvalidValueError, match="is a file"):
        nbtrack.package(run, tmp_path / "made" / "mine.txt")


def test_what_only_ipython_can_run_is_refused_with_its_line(store, tmp_path):
    code = "get_ipython().run_line_magic('run', 'other.py')\nr2 = 0.5\nip = get_ipython()\nget_ipython().system('echo {r2}')"
    run = recorded(code, {}, {"r2": 0.5})
    with pytest.raises(
        InvalidValueError, match=r"line 2: %run other.py; line 4: get_ipython\(\); line 5: !echo \{r2\}"
    ):
        nbtrack.package(run, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_secret_stays_masked_and_that_is_said(store, tmp_path):
    run = recorded("token = '***'\nr2 = 0.5 + 0", {"token": "***"}, {"r2": 0.5})
    made = nbtrack.package(run, tmp_path / "made")
    lines = (made.folder / "main.py").read_text().splitlines()
    place = 1 + lines.index("token = '***'")
    assert any(f"secrets in main.py, lines {place}: they were not kept" in one for one in made.left_out)
    assert "what uses them gets ***" in (made.folder / "README.md").read_text()
    assert "--token" not in (made.folder / "main.py").read_text()


USED = {
    "a name": ("api_key = '***'\nuse(api_key)", ["API_KEY"]),
    "two": ("import types\nopenai = types.SimpleNamespace()\nopenai.api_key = '***'\nuse(openai.api_key)\nconfig = {'db': {'password': \"***\"}}", ["OPENAI_API_KEY", "PASSWORD"]),
    "an argument": ("use(token='***')\nuse(print, '***')", ["TOKEN", "USE"]),
    "a part of an address": ("host = 'h'\nuse(url='postgres://me:***@h/db')\nuse(url=f'postgres://me:***@{host}/db')", ["URL_SECRET", "URL_SECRET_2"]),
    "the environment": ("import os\nos.environ['HF_TOKEN'] = '***'\nos.environ.setdefault('WANDB', '***')", ["HF_TOKEN", "WANDB"]),
    "bytes in two lines": ("use(key=(b'***'\n    b'***'))", ["KEY"]),
    "a default": ("def connect(host, password='***'):\n    use(password)\nconnect('h')", ["PASSWORD"]),
    "a magic": ("get_ipython().run_line_magic('env', 'API_KEY=***')", ["API_KEY"]),
}  # fmt: skip


@pytest.mark.parametrize("name", USED)
def test_a_secret_that_is_used_is_read_from_the_environment(store, tmp_path, monkeypatch, name):
    code, variables = USED[name]
    use = "def use(*given, **named):\n    print('trained', *given, *named.values())"
    run = recorded(f"{code}\nr2 = 0.5 + 0", {}, {"r2": 0.5}, earlier=[use])
    made = nbtrack.package(run, tmp_path / "made")
    for variable in variables:
        monkeypatch.delenv(variable, raising=False)
    done = run_script(made.folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert (
        f"set the environment variable{'s' * (len(variables) > 1)} {' and '.join(variables)} first"
        in done.stderr
    )
    assert f"reads {', '.join(variables)} from the environment" in (made.folder / "README.md").read_text()
    for variable in variables:
        monkeypatch.setenv(variable, f"secret of {variable}")
    assert printed(made.folder) == {"r2": "0.5"}
    said = run_script(made.folder).stdout
    if "use(" in code:
        assert all(f"secret of {variable}" in said for variable in variables[:1])
    assert "***" not in said


def test_a_secret_that_a_script_was_called_with_is_read_from_the_environment(store, tmp_path, monkeypatch):
    code = "import sys\nfirst, _, second = sys.argv[1:]\nr2 = len(first) + len(second) + 0.5"
    writer = made_run({"args.api_key": "***"}, {"r2": 19.5})
    writer.set_document("source", {"cell": code, "script": code})
    writer.set_document(
        "process", {"argv": ["train.py", "--api-key=***", "--db-password", "***"], "folder": ""}
    )
    writer.finish("FINISHED")
    store.flush()
    made = nbtrack.package(writer.id, tmp_path / "made")
    assert "variables API_KEY and DB_PASSWORD first" in run_script(made.folder).stderr
    assert run_script(made.folder, "--help").returncode == 0
    monkeypatch.setenv("API_KEY", "abcde")
    monkeypatch.setenv("DB_PASSWORD", "abc")
    assert printed(made.folder) == {"r2": "18.5"}


def test_what_only_looks_like_a_mask_stays(store, tmp_path):
    code = "# *** begin ***\nprint('*** begin ***')\npassword = '***'\nprint(len(password))\nr2 = 0.5 + 0"
    run = recorded(code, {}, {"r2": 0.5})
    source = store.document(run.key, "source")
    store.resume_run(run.id).set_document("source", source | {"unmasked": [0, 1, 2, 3]})
    store.flush()
    made = nbtrack.package(run.id, tmp_path / "made")
    assert "print('*** begin ***')" in (made.folder / "main.py").read_text()
    assert [one for one in made.left_out if "secrets" in one] == [
        "secrets, which were not kept: main.py reads PASSWORD from the environment, and stops where one is not set"
    ]


def test_a_file_of_secrets_stays_where_it_is(store, tmp_path):
    for name in (".env", "key.pem", "aws_credentials.json", "secrets.toml", "secretary.csv"):
        (tmp_path / name).write_text("x")
    code = (
        "names = ['.env', 'key.pem', 'aws_credentials.json', 'secrets.toml', 'secretary.csv']\nr2 = 0.5 + 0"
    )
    made = nbtrack.package(recorded(code, {}, {"r2": 0.5}), tmp_path / "made")
    assert [name for name in made.files if name.endswith((".env", ".pem", ".json", ".csv"))] == [
        "secretary.csv"
    ]
    assert "not taken along: .env: by its name it holds secrets" in made.left_out


def test_data_is_taken_along_up_to_a_size(store, tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "small.txt").write_text("1\n2\n")
    (tmp_path / "data" / "large.bin").write_bytes(b"0" * 30_000_000)
    (tmp_path / "own.py").write_text("import deeper.part\nVALUE = deeper.part.VALUE\n")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "__init__.py").touch()
    (tmp_path / "deeper" / "part.py").write_text("VALUE = 3\n")
    (tmp_path / "out.txt").write_text("a result")
    (tmp_path.parent / "outside.txt").write_text("x")
    code = (
        "import own\nfrom pathlib import Path\ntotal_score = sum(map(int, open('data/small.txt'))) * own.VALUE\n"
        "Path('data/large.bin'); Path('../outside.txt')\nopen('out.txt', 'w').write('a result')"
    )
    made = nbtrack.package(recorded(code, {}, {"total_score": 9.0}), tmp_path / "made")
    assert {"data/small.txt", "own.py", "deeper/__init__.py", "deeper/part.py"} <= set(made.files)
    assert not {"out.txt", "data/large.bin"} & set(made.files)
    readme = (made.folder / "README.md").read_text()
    for left in ("data/large.bin: it has 30.0 MB", "../outside.txt: it is outside"):
        assert left in readme
    assert printed(made.folder) == {"total_score": "9.0"}
    assert "own" not in (made.folder / "requirements.txt").read_text()


def test_files_that_only_a_command_reads_go_along(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "prep.py": "import sys, deeper\nopen('clean.txt', 'w').write(open(sys.argv[1]).read() + deeper.more())\n",
        "deeper.py": "def more():\n    return open('more.txt').read()\n",
        "other.py": "import sys\nscale = int(sys.argv[1])\nseen = 'alpha' in globals()\n",
        "package/__init__.py": "", "package/tool.py": "print('tool')\n", "one.csv": "1", "two.csv": "2",
        "raw.txt": "1 2 ", "more.txt": "3", "lines.sh": "cat one.csv", "out.log": "a result", "mine.txt": "",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    shell, magic = "get_ipython().system", "get_ipython().run_line_magic"
    code = (
        f"{shell}('{sys.executable} prep.py raw.txt > out.log && echo $HOME mine.txt')\n{magic}('run', 'other 10')\n"
        f"get_ipython().run_cell_magic('bash', '', 'for f in *.csv; do\\n  cat \"$f\"\\ndone\\nsh lines.sh')\n"
        f"{shell}('{sys.executable} -m package.tool --where=$NOWHERE/x')\n"
        "total_score = scale * sum(map(int, open('clean.txt').read().split()))"
    )
    made = nbtrack.package(recorded(code, {}, {"total_score": 60.0}), tmp_path / "made")
    wanted = {
        "prep.py",
        "deeper.py",
        "other.py",
        "package/tool.py",
        "one.csv",
        "two.csv",
        "raw.txt",
        "more.txt",
        "lines.sh",
    }
    assert wanted <= set(made.files)
    assert not {"out.log", "mine.txt"} & set(made.files)
    (said,) = [one for one in made.left_out if "only the shell knows" in one]
    assert "reads by --where=$NOWHERE/x, which" in said
    assert "only the shell knows" in (made.folder / "README.md").read_text()
    moved = made.folder.rename(tmp_path / "moved")
    assert printed(moved)["total_score"] == "60.0"


def test_the_packages_are_those_that_the_run_had(store, tmp_path):
    environment = {
        "python": {"version": "3.12.4"},
        "packages": {"numpy": "1.26.1", "scikit-learn": "1.5.0", "torch": "2.3.0+cpu"},
    }
    code = "import numpy as np, sklearn.linear_model, torch, json, nosuchmodule\nget_ipython().system('pip install -q rich')\nr2 = 0.5 + 0"
    made = nbtrack.package(recorded(code, {}, {"r2": 0.5}, environment=environment), tmp_path / "made")
    lines = (made.folder / "requirements.txt").read_text().splitlines()
    assert {"numpy==1.26.1", "scikit-learn==1.5.0", "torch==2.3.0"} <= set(lines)
    assert any(line.startswith("scipy==") for line in lines)
    assert any(line.startswith("rich==") for line in lines)
    assert any("nosuchmodule" in one for one in made.left_out)
    assert yaml.safe_load((made.folder / "python_env.yaml").read_text())["python"] == "3.12"


def test_uv_locks_what_the_run_had(store, tmp_path):
    made = nbtrack.package(recorded("import yaml\nr2 = 0.5 + 0", {}, {"r2": 0.5}), tmp_path / "made")
    version = metadata.version("pyyaml")
    assert tomllib.loads((made.folder / "pyproject.toml").read_text())["project"]["dependencies"] == [
        f"pyyaml=={version}",
        "mlflow",  # for `mlflow run`, which takes the lock
    ]
    if "uv.lock" in made.files:
        packages = tomllib.loads((made.folder / "uv.lock").read_text())["package"]
        locked = {one["name"]: one["version"] for one in packages}
        assert {"wine": "0", "pyyaml": version}.items() <= locked.items()
        assert "mlflow" in locked
        text = (made.folder / "uv.lock").read_text()
        assert portable(text) == text
    else:  # no network, and nothing in uv's cache
        assert any(one.startswith("uv.lock: ") for one in made.left_out)


@pytest.mark.parametrize(
    ("source", "file", "travels"),
    [
        ('registry = "https://pypi.org/simple"', 'url = "https://files.pythonhosted.org/packages/six.whl"', True),
        ('registry = "https://me:x@mirror.example/root/pypi/+simple"', f'url = "https://mirror.example/root/packages/ab/cd/{"e" * 60}/six.whl"', True),
        ('registry = "https://mirror.example/simple"', 'url = "https://mirror.example/files/six.whl"', False),
        ('registry = "/opt/index/simple"', 'path = "/opt/index/six.whl"', False),
        ('registry = "file:///opt/index"', f'url = "file:///opt/packages/ab/cd/{"e" * 60}/six.whl"', False),
        ('git = "https://example.org/six?rev=1#ab"', "", True),
        ('git = "file:///home/me/six?rev=1#ab"', "", False),
        ('directory = "/home/me/six"', "", False),
    ],
)  # fmt: skip
def test_a_lock_travels_only_with_public_addresses(source, file, travels):
    text = portable(
        f'version = 1\n[[package]]\nname = "six"\nsource = {{ {source} }}\nwheels = [{{ {file} }}]\n'
    )
    assert (text is not None) == travels
    for own in ("mirror.example", "me:x", "/opt", "/home"):
        assert own not in (text or "")


def test_nothing_of_this_machine_is_in_a_package(store, tmp_path):
    (tmp_path / "wheels").mkdir()
    code = (
        f"get_ipython().system('pip install {tmp_path}/wheels/own-1-py3-none-any.whl file://{tmp_path}/other ./third -e . "
        f"--find-links {tmp_path}/wheels --index-url https://mirror.example/simple rich')\nr2 = 0.5 + 0"
    )
    environment = {"python": {"version": sys.version.split()[0], "executable": sys.executable}}
    writer = made_run({}, {"r2": 0.5})
    writer.set_document("source", {"cell": code, "script": code})
    writer.set_document("environment", environment)
    writer.finish("FINISHED")
    store.flush()
    made = nbtrack.package(writer.id, tmp_path / "made")
    for file in made.folder.iterdir():
        text = file.read_text()
        for own in (str(tmp_path), sys.prefix, "mirror.example", str(Path.home())):
            assert own not in text, file
    assert any(
        one.startswith("the package own-1-py3-none-any.whl, which was installed from")
        for one in made.left_out
    )


def test_a_run_without_code_and_a_metric_without_a_source(store, tmp_path):
    made_run(name="bare").finish("FINISHED")
    store.flush()
    with pytest.raises(NotFoundError, match="no code was kept of run 'bare'"):
        nbtrack.package("bare", tmp_path / "made")
    run = recorded("r2 = 0.5 + 0", {"alpha": 1}, {"r2": 0.5, "printed_loss": 3.0})
    made = nbtrack.package(run, tmp_path / "made")
    assert made.left_out[:2] == (
        "alpha is no parameter: no literal of the code stands for it alone",
        "printed_loss is not logged: nothing of the code is known to give it",
    )


def test_the_tracked_cells_of_a_notebook_are_entry_points(store, tmp_path):
    cells = [
        "%load_ext nbtrack", "def f(x):\n    return x * 2", "%%track first -t team=red\nalpha = 0.5\nrmse = f(alpha)",
        "unused = 1", "%%track first\nalpha, beta = 1.5, 2\nrmse = f(alpha) + beta",
        "%%track\nfor i in range(3):\n    loss = f(i)\n    print(loss)",
    ]  # fmt: skip
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, tmp_path / "wine.ipynb")
    made = nbtrack.package(tmp_path / "wine.ipynb", tmp_path / "made")
    points = yaml.safe_load((made.folder / "MLproject").read_text())["entry_points"]
    assert list(points) == ["first", "first-2", "cell-3"]
    assert printed(made.folder, "--alpha=4", script="first.py") == {"rmse": "8.0"}
    assert printed(made.folder, "--beta=10", script="first_2.py") == {"rmse": "13.0"}
    assert printed(made.folder, script="cell_3.py")["loss"] == "4.0"
    assert "unused" not in (made.folder / "first_2.py").read_text()
    done = nbtrack.run_project(made.folder, "first-2", parameters={"alpha": "1"}, env_manager="local").run
    assert done.metrics == {"rmse": 4.0}
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "empty.ipynb")
    with pytest.raises(InvalidValueError, match=r"no cell of empty\.ipynb"):
        nbtrack.package(tmp_path / "empty.ipynb", tmp_path / "other")


def test_the_command(store, tmp_path):
    from click.testing import CliRunner

    run = recorded("alpha = 0.5\nr2 = alpha + 0", {"alpha": 0.5}, {"r2": 0.5})
    done = CliRunner().invoke(commands, ["package", run.id[:8], "-o", "made"])
    assert done.exit_code == 0, done.output
    assert "run it: nbtrack run made -P alpha=0.5" in done.output
    assert CliRunner().invoke(commands, ["package", run.id, "-o", "made"]).exit_code
    assert CliRunner().invoke(commands, ["package", run.id, "-o", "made", "--force"]).exit_code == 0
    assert CliRunner().invoke(commands, ["package", run.id]).exit_code == 2


def test_a_script_that_logs_itself_logs_what_it_logs(store, tmp_path):
    text = "import sys\nimport mlflow\nalpha = 0.5\nwith mlflow.start_run():\n    mlflow.log_metric('r2', alpha * float(sys.argv[1]))\n    loss = 3.0 + alpha"
    writer = made_run({"alpha": 0.5}, {"r2": 1.0})
    writer.set_document("source", {"cell": text, "script": text})
    writer.set_document("process", {"argv": ["train.py", "2"], "folder": ""})
    writer.finish("FINISHED")
    store.flush()
    made = nbtrack.package(writer.id, tmp_path / "made")
    done = nbtrack.run_project(made.folder, env_manager="local").run
    assert done.metrics == {"r2": 1.0}
    done = nbtrack.run_project(made.folder, parameters={"alpha": "2"}, env_manager="local").run
    assert done.metrics == {"r2": 4.0}


def test_scores_that_a_function_prints_are_read_off_its_lines(store, tmp_path):
    earlier = (
        "def report(alpha):\n    for epoch in range(3):\n        print(f'Epoch {epoch}: val loss = {alpha / (epoch + 1):8.4f} {{ok}}')\n"
        "    print('\\x1b[1mAccuracy\\x1b[0m: 3/4 (75%)', 'of', 1_000_000)"
    )
    output = "Epoch 0: val loss =   0.5000 {ok}\nEpoch 1: val loss =   0.2500 {ok}\nEpoch 2: val loss =   0.1667 {ok}\n\x1b[1mAccuracy\x1b[0m: 3/4 (75%) of 1000000\n"
    run = recorded(
        "alpha = 0.5\nreport(alpha)",
        {"alpha": 0.5},
        {"val_loss": 0.1667, "accuracy": 0.75},
        earlier=[earlier],
        outcome={"stdout": output},
    )
    made = nbtrack.package(run, tmp_path / "made")
    assert [one for one in made.left_out if not one.startswith("uv.lock: ")] == []
    assert (
        'results.listen("Epoch {}: val loss = {} {{ok}}", None, "val_loss")'
        in (made.folder / "main.py").read_text()
    )
    assert printed(made.folder).items() >= {"val_loss": "0.1667", "accuracy": "0.75"}.items()
    assert printed(made.folder, "--alpha=30")["val_loss"] == "10.0"
    done = nbtrack.run_project(made.folder, env_manager="local").run
    assert done.metrics == run.metrics
    assert done.history("val_loss")["value"].tolist() == [0.5, 0.25, 0.1667]
    assert "Epoch 2: val loss =   0.1667 {ok}" in run_script(made.folder).stdout


def test_what_names_hold_in_the_end_is_found_in_all_that_holds_results(store, tmp_path):
    code = (
        "from typing import NamedTuple\nclass Result(NamedTuple):\n    loss: float\n    count: int\n"
        "class Net:\n    def fit(self):\n        self.history = {'train': [3.0, 1.0]}\n"
        "result = Result(0.5, 3)\nrows = [{'rmse': 1.0}, {'rmse': 2.0}]\nscores = {'a.b': {'r2': 0.25}, 7: 0.5}\n"
        "net = Net()\nnet.fit()\nfor i in range(2):\n    errors = [i + 1.0, i + 2.0]\n    parts = {'x': float(i)}\n"
        "gone_score = 1.0 + 0\ndel gone_score"
    )
    metrics = {
        "result.loss": 0.5, "rows.rmse": 2.0, "scores.a.b.r2": 0.25, "scores.7": 0.5, "history.train": 1.0,
        "errors": 3.0, "parts.x": 1.0, "gone_score": 1.0,
    }  # fmt: skip
    estimators = [
        {"name": "net", "estimator": "__main__.Net", "params": {}, "schema": {}, "shape": [], "rows": []}
    ]
    made = nbtrack.package(recorded(code, {}, metrics, estimators=estimators), tmp_path / "made")
    got = {name: float(value) for name, value in printed(made.folder).items()}
    assert got == {name: value for name, value in metrics.items() if name != "gone_score"}
    assert any(one.startswith("gone_score is not logged") for one in made.left_out)


def test_what_a_library_told_is_found_where_the_code_has_it_itself(store, tmp_path):
    code = "log = {}\nlog['valid'] = {'rmse': [3.0, 1.0]}\nmodel = print"
    told = {"valid-rmse": "log.valid.rmse", "model.best_score": "", "best_iteration": ""}
    metrics = {"valid-rmse": 1.0, "model.best_score": 1.0, "best_iteration": 1.0}
    made = nbtrack.package(recorded(code, {}, metrics, places={"told": told}), tmp_path / "made")
    assert printed(made.folder) == {"valid-rmse": "1.0"}
    said = {one.split()[0] for one in made.left_out if "is not logged" in one}
    assert said == {"model.best_score", "best_iteration"}


def test_a_captured_script_keeps_what_it_was_called_with(store, tmp_path):
    code = (
        "import argparse, sys\nparser = argparse.ArgumentParser()\nparser.add_argument('--max-lr', type=float, default=0.1)\n"
        "parser.add_argument('--epochs', type=int, default=3)\nparser.add_argument('data')\nargs = parser.parse_args()\n"
        "loss = args.max_lr * args.epochs + len(args.data)"
    )
    process = {"argv": ["train.py", "--max-lr", "0.25", "abc"], "folder": ""}
    params = {"args.max_lr": 0.25, "args.epochs": 3, "args.data": "abc"}
    writer = made_run(params, {"loss": 3.75})
    writer.set_document("source", {"cell": code, "script": code})
    writer.set_document("process", process)
    writer.finish("FINISHED")
    store.flush()
    made = nbtrack.package(writer.id, tmp_path / "made")
    assert printed(made.folder) == {"loss": "3.75"}
    assert printed(made.folder, "--args_max_lr=1", "--args_epochs=2") == {"loss": "5.0"}


SCRIPTS = {
    "options in main": (
        """
import argparse
from sklearn.linear_model import Ridge
def load(n):
    return [[i, i * i % 7] for i in range(n)], [3 * i % 11 for i in range(n)]
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--alpha", type=float, required=True)
    parser.add_argument("--epochs", "-e", type=int, default=2)
    parser.add_argument("--deep", "-d", action="store_true")
    parser.add_argument("--no-scale", dest="scale", action="store_false")
    parser.add_argument("kind")
    args = parser.parse_args()
    rate = 0.25
    X, y = load(30)
    model = Ridge(alpha=args.alpha)
    model.fit(X, y)
    w = 0.0
    for epoch in range(args.epochs):
        w = w + rate
        loss = 1 / (w + 1 + args.deep) + len(args.kind)
    r2 = model.score(X, y)
    if args.epochs == 0:
        return
    final_rmse = w * 2 if args.scale else 0.0
    print(f"r2 {r2:.2f}")
if __name__ == "__main__":
    main()
""",
        ["--alpha", "0.5", "-d", "abc"],
        {"alpha": 0.5, "deep": True, "scale": True, "kind": "abc", "rate": 0.25, "epochs": 2},
        (
            ["--rate=0.5", "--deep=no", "--kind=x", "--scale=no", "--epochs=1"],
            {"loss": 1 / 1.5 + 1, "final_rmse": 0.0},
        ),
    ),
    "literals in main, functions in it, and an early end": (
        """
import sys
def train(rate, steps=3):
    for step in range(steps):
        if step % 2 == 0:
            train_loss = rate / (step + 1)
    return train_loss
def evaluate(loss):
    accuracy = 1 - loss
    return accuracy
def main():
    rate = 0.5
    best_loss = train(rate)
    score = evaluate(best_loss)
    print("score", score)
    sys.exit(0)
main()
""",
        [],
        {"rate": 0.5, "steps": 3},
        (["--rate=1.5"], {"train_loss": 0.5, "score": 0.5}),
    ),
    "click": (
        """
import click
@click.command()
@click.option("--lr", default=0.1)
@click.option("--size", type=int, required=True)
def cli(lr, size):
    momentum = 0.9
    error = lr * size * momentum
    print(f"error: {error}")
if __name__ == "__main__":
    cli()
""",
        ["--size=7"],
        {"lr": 0.1, "size": 7, "momentum": 0.9},
        (["--lr=1", "--size=2"], {"error": 1.8}),
    ),
    "other processes": (
        """
import multiprocessing
scale = 2.0
def half(x):
    return x / scale
def main():
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        errors = pool.map(half, [1.0, 3.0])
    mean_error = sum(errors) / 2
    print("mean_error", mean_error)
if __name__ == "__main__":
    main()
""",
        [],
        {"scale": 2.0},
        (["--scale=4"], {"mean_error": 0.5}),
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_becomes_a_project_with_its_parameters(store, tmp_path, name):
    text, words, params, (options, others) = SCRIPTS[name]
    script = tmp_path / "train.py"
    script.write_text(text)
    run = nbtrack.run_project(script, arguments=words, env_manager="local").run
    assert run.metrics
    made = nbtrack.package(run, tmp_path / "made")
    print(made, (made.folder / "main.py").read_text())  # shown where it fails
    (point,) = yaml.safe_load((made.folder / "MLproject").read_text())["entry_points"].values()
    found = {one: declared["default"] for one, declared in point["parameters"].items()}
    assert found.items() >= params.items()
    assert not [one for one in made.left_out if "is not logged" in one or "is not saved" in one]
    assert str(tmp_path) not in "".join(file.read_text() for file in made.folder.iterdir())
    got = {metric: float(value) for metric, value in printed(made.folder).items()}
    assert got.items() >= run.metrics.items()
    got = {metric: float(value) for metric, value in printed(made.folder, *options).items()}
    assert got.items() >= others.items()
    again = nbtrack.run_project(made.folder, env_manager="local").run
    assert again.metrics == run.metrics
    assert [one.name for one in again.models] == [one.name for one in run.models]
    for metric in run.metrics:
        assert again.history(metric)["value"].tolist() == run.history(metric)["value"].tolist()


@pytest.mark.parametrize("python", ["3.8", "3.10", "3.12", "3.13"])
def test_what_goes_along_runs_in_other_pythons(store, tmp_path, python):
    choice = choose_python(python)
    if choice.program is None:
        pytest.skip(f"there is no Python {python} on this machine")
    code = (
        "alpha = 0.5\nfor i in range(3):\n    if i % 2 == 0:\n        loss = alpha / (i + 1)\nrmse = loss * 3"
    )
    made = nbtrack.package(recorded(code, {"alpha": 0.5}, {"loss": 0.5 / 3, "rmse": 0.5}), tmp_path / "made")
    done = subprocess.run(
        [choice.program, made.folder / "main.py", "--alpha=6"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "loss 2.0 (2 points)\nrmse 6.0\n"


DATA = "import numpy as np\nfrom sklearn.datasets import make_regression\nX, y = make_regression(60, 4, noise=20, random_state=1)"
FIRST = "# %%track first\nfrom sklearn.linear_model import Ridge\n"
FIT = "model = Ridge(alpha=0.1).fit(X, y)\nr2 = model.score(X, y)"
OTHER = "other = Ridge(alpha=0.5).fit(X, y)\nr2 = other.score(X, y)"
SEVERAL = {
    "only an import": ([DATA, FIRST + FIT, OTHER], {"alpha=0.1"}, set()),
    "a name bound again": ([DATA, FIRST + FIT + "\nnp.set_printoptions(precision=3)", OTHER.replace("other", "model")], {"alpha=0.1", "set_printoptions"}, set()),
    "a function and a setting": (
        [DATA, FIRST + "SEED = 3\ndef fit(alpha):\n    return Ridge(alpha=alpha, random_state=SEED).fit(X, y)\nmodel = fit(0.1)\nr2 = model.score(X, y)", "other = fit(0.5)\nr2 = other.score(X, y)"],
        {"fit(0.1)"}, set(),
    ),
    "a cell that only the other needs": ([DATA, "Z = X * 2", FIRST + FIT.replace("X", "Z"), OTHER], {"alpha=0.1", "Z = "}, set()),
    "random numbers drawn on the way": (
        [DATA, "np.random.seed(3)", FIRST + "from sklearn.ensemble import RandomForestRegressor\nmodel = RandomForestRegressor(3).fit(X, y)\nr2 = model.score(X, y)", "y = y + 50 * np.random.rand(60)\n" + OTHER],
        set(), {"for it may draw random numbers from a generator that is seeded before"},
    ),
    "a seed that nothing else draws from": (
        ["import numpy as np\nnp.random.seed(3)\nX = np.random.rand(60, 4)\ny = X.sum(axis=1) + np.random.rand(60)", FIRST + FIT, "y = y + np.random.rand(60)\n" + OTHER],
        {"alpha=0.1"}, set(),
    ),
    "a file made on the way": (
        [DATA, FIRST + "open('scale.txt', 'w').write('3')\nscale = float(open('scale.txt').read())\n" + FIT, OTHER.replace("y)", "y * scale)")],
        {"alpha=0.1"}, {"- the tracked cell first: `scale`"},
    ),
    "data split on the way": (
        [DATA, FIRST + "from sklearn.model_selection import train_test_split\nX, V, y, w = train_test_split(X, y, random_state=0)\n" + FIT, OTHER.replace("score(X, y)", "score(V, w)")],
        {"alpha=0.1"}, {"- the tracked cell first: `V`, `X`, `w`, `y`"},
    ),
    "scores that are collected": (
        [DATA, "scores = []", FIRST + FIT + "\nscores.append(r2)", OTHER + "\nscores.append(r2)\nr2 = sum(scores)"],
        set(), {"- the tracked cell first: `scores`"},
    ),
    "a step of a step": (
        [DATA, FIRST + FIT, "# %%track second\nresidual = y - model.predict(X)\nthird = Ridge(alpha=7).fit(X, residual)\nr2 = third.score(X, residual)", OTHER.replace("y)", "residual)")],
        {"alpha=7"}, {"- the tracked cell first: `model`", "- the tracked cell second: `residual`"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SEVERAL)
def test_of_another_tracked_cell_only_what_is_read_of_it_goes_along(store, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (*earlier, code), gone, said = SEVERAL[name]
    notebook = {"__name__": "__main__"}
    exec("\n".join([*earlier, code]), notebook)
    run = recorded(code, {}, {"r2": notebook["r2"]}, earlier=earlier)
    made = nbtrack.package(run, tmp_path / "made")
    script, readme = (made.folder / "main.py").read_text(), (made.folder / "README.md").read_text()
    assert [one for one in gone if one in script] == []
    assert [one for one in said if one not in readme] == []
    assert ("## Steps" in readme) == bool(said)
    assert printed(made.folder) == {"r2": repr(notebook["r2"])}
