"""Which notebook a kernel belongs to: asked in real kernels that real front ends have started."""

import contextlib
import json
import os
import re
import secrets
import subprocess
import sys
import urllib.request
from pathlib import Path
from queue import Empty

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.blocking import BlockingKernelClient
from jupyter_core.paths import jupyter_runtime_dir
from nbclient import NotebookClient

from nbtrack.notebook.identity import notebook_name, notebook_path
from tests.waiting import HANGS, eventually

ROOT = Path(__file__).parents[2]
ASK = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    "from nbtrack.notebook.identity import notebook_path\n"
    "print('told:', notebook_path(get_ipython()))"
)


@pytest.fixture(autouse=True, scope="module")
def _no_session():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("JPY_SESSION_NAME", raising=False)
        yield


@pytest.fixture
def project(tmp_path):
    """Return the folder of a project of the test's own."""
    return project_in(tmp_path)


def project_in(folder):
    """Make a project with a store at its top, and a notebook further down that asks where it is."""
    (folder / ".nbtrack").mkdir()
    (folder / ".nbtrack" / "nbtrack.db").touch()
    (folder / "notebooks").mkdir()
    write(folder / "notebooks" / "wine quality.ipynb", ASK)
    return folder


def write(path, *cells):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, path)


def told(notebook):
    """Return what the cells of an executed notebook printed."""
    text = "".join(o.get("text", "") for cell in notebook.cells for o in cell.get("outputs", ()))
    return [line.removeprefix("told: ") for line in text.splitlines() if line.startswith("told: ")]


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """Return a project, and a function that calls the API of a Jupyter server that was started in it."""
    project = project_in(tmp_path_factory.mktemp("project"))
    token = secrets.token_hex(16)
    command = [
        sys.executable, "-m", "jupyter_server", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={project}", "--ServerApp.open_browser=False",
        "--ServerApp.allow_root=True",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=project)
    record = Path(jupyter_runtime_dir(), f"jpserver-{process.pid}.json")

    def call(method, path, body=None):
        request = urllib.request.Request(
            f"{json.loads(record.read_text())['url']}api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=HANGS) as answer:
            return json.loads(answer.read() or b"null")

    def is_up():
        assert process.poll() is None, "the server did not start"
        with contextlib.suppress(OSError, ValueError):
            return call("GET", "status")

    try:
        eventually(is_up)
        yield project, call
    finally:
        process.terminate()
        process.wait(HANGS)


@contextlib.contextmanager
def session(call, path, **more):
    """Yield a function that runs code in the kernel of a session that was begun as JupyterLab does it."""
    body = {"path": path, "type": "notebook", "kernel": {"name": "python3"}, **more}
    begun = call("POST", "sessions", body)
    client = BlockingKernelClient()
    client.load_connection_file(str(Path(jupyter_runtime_dir(), f"kernel-{begun['kernel']['id']}.json")))
    client.start_channels()
    try:
        eventually(lambda: is_ready(client))
        yield lambda code: run(client, code)
    finally:
        client.stop_channels()
        call("DELETE", f"sessions/{begun['id']}")


def is_ready(client):
    """Return whether a kernel answers; `wait_for_ready` takes one for dead whose heart beats slowly."""
    request = client.kernel_info()
    with contextlib.suppress(Empty):
        while client.get_shell_msg(timeout=1)["parent_header"]["msg_id"] != request:
            pass
        # What it publishes is heard, too.
        while client.get_iopub_msg(timeout=1)["parent_header"].get("msg_id") != request:
            pass
        return True
    return False


def run(client, code):
    """Return what code prints in a kernel."""
    text = []

    def keep(message):
        if message["msg_type"] == "stream":
            text.append(message["content"]["text"])

    reply = client.execute_interactive(code, output_hook=keep, timeout=HANGS)
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(text)


def test_jupyter_server_tells(jupyter):
    project, call = jupyter
    path = "notebooks/wine quality.ipynb"
    with session(call, path, name="wine quality.ipynb") as execute:
        assert execute(ASK) == f"told: {path}\n"
        # It does not change with the working folder.
        assert execute("import os; os.chdir('..')") == ""
        assert execute(ASK) == f"told: {path}\n"
        # A notebook that is executed from this one is another one.
        inner = "import subprocess, sys\nprint(subprocess.run([sys.executable, 'inner.py'], capture_output=True, text=True).stdout)"
        (project / "inner.py").write_text(
            f"import nbformat\nfrom nbclient import NotebookClient\nnb = nbformat.read({path!r}, 4)\n"
            "NotebookClient(nb).execute()\nprint(nb.cells[0].outputs[0].text)"
        )
        assert "told: None" in execute(inner)
    # A client that gives the session no name: the path is the server's.
    with session(call, path) as execute:
        assert execute(ASK) == f"told: {path}\n"
    # A console has no notebook; VS Code adds an ending to the names of its sessions.
    with session(call, "console-1-abc", name="Console 1", type="console") as execute:
        assert execute(ASK) == "told: None\n"
    made_up = "wine quality-jvsc-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9.ipynb"
    with session(call, f"notebooks/{made_up}", name=made_up) as execute:
        assert execute(ASK) == f"told: {path}\n"


def test_nbclient_tells_what_its_program_sets(project):
    path = project / "notebooks" / "wine quality.ipynb"
    notebook = nbformat.read(path, 4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, resources=resources).execute()
    assert told(notebook) == ["None"]
    NotebookClient(notebook, resources=resources).execute(env=os.environ | {"JPY_SESSION_NAME": str(path)})
    assert told(notebook) == ["notebooks/wine quality.ipynb"]


@pytest.mark.parametrize(
    "command",
    [
        ["jupyter_core", "execute", "--inplace", "{}"],
        ["nbclient", "--inplace", "{}"],
        ["nbconvert", "--to", "notebook", "--execute", "--inplace", "{}"],
        ["papermill", "{}", "out.ipynb"],
    ],
    ids=lambda command: command[0],
)
def test_what_executes_one_notebook_tells_by_its_command_line(project, command):
    pytest.importorskip(command[0])
    if command[0] == "nbclient":
        command = ["nbclient.cli", *command[1:]]
    path = project / "notebooks" / "wine quality.ipynb"
    words = [str(path.relative_to(project)) if word == "{}" else word for word in command]
    code = "from nbclient.cli import main; main()"
    start = ["-c", code] if command[0] == "nbclient.cli" else ["-m", words[0]]
    subprocess.run([sys.executable, *start, *words[1:]], cwd=project, check=True, capture_output=True)
    result = project / "out.ipynb" if command[0] == "papermill" else path
    assert told(nbformat.read(result, 4)) == ["notebooks/wine quality.ipynb"]


def test_of_several_notebooks_on_a_command_line_none_is_told(project):
    paths = [project / "notebooks" / name for name in ("wine quality.ipynb", "b.ipynb")]
    write(paths[1], ASK)
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--inplace",
        *map(str, paths),
    ]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    assert [told(nbformat.read(path, 4)) for path in paths] == [["None"], ["None"]]


def test_vs_code_tells(jupyter):
    project, call = jupyter
    path = project / "notebooks" / "wine quality.ipynb"
    with session(call, "x-jvsc-1.ipynb", name="x-jvsc-1.ipynb") as execute:
        execute(f"__vsc_ipynb_file__ = {str(path)!r}")
        assert execute(ASK) == "told: notebooks/wine quality.ipynb\n"
        execute("__vsc_ipynb_file__ = '/somewhere/else/other.ipynb'")
        assert execute(ASK) == "told: other.ipynb\n"


def test_voila_tells_by_the_request(project):
    pytest.importorskip("voila")
    log = project / "voila.log"
    # It takes the next port that is free, and says which.
    command = [sys.executable, "-m", "voila", "notebooks", "--no-browser", "--Voila.ip=127.0.0.1"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=project, stdout=out, stderr=out)
    try:
        found = eventually(lambda: re.search(r"running at:\s+(http://\S+/)", log.read_text()), log.read_text)
        address = f"{found[1]}voila/render/wine%20quality.ipynb"
        with urllib.request.urlopen(address, timeout=HANGS) as answer:
            assert "told: notebooks/wine quality.ipynb" in answer.read().decode()
    finally:
        process.terminate()
        process.wait(HANGS)


def test_plain_ipython_has_no_notebook(project, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", str(project / "notebooks" / "wine quality.ipynb"))
    assert notebook_path(InteractiveShell()) is None


@pytest.mark.parametrize(
    ("path", "name"),
    [("notebooks/quickstart.ipynb", "quickstart"), ("a b.v2.ipynb", "a b.v2"), ("deep/er/läuft.py", "läuft")],
)
def test_an_experiment_is_called_like_its_notebook(path, name):
    assert notebook_name(path) == name
