"""Which notebook a kernel belongs to: asked in real kernels that real front ends have started."""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.blocking import BlockingKernelClient
from jupyter_core.paths import jupyter_runtime_dir
from nbclient import NotebookClient

from nbtrack.notebook.identity import notebook_name, notebook_path

ROOT = Path(__file__).parents[2]
ASK = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    "from nbtrack.notebook.identity import notebook_path\n"
    "print('told:', notebook_path(get_ipython()))"
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a store at its top, and a notebook further down that asks where it is."""
    monkeypatch.delenv("NBTRACK_STORE", raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    (tmp_path / ".nbtrack").mkdir()
    (tmp_path / ".nbtrack" / "nbtrack.db").touch()
    (tmp_path / "notebooks").mkdir()
    write(tmp_path / "notebooks" / "wine quality.ipynb", ASK)
    return tmp_path


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


@contextlib.contextmanager
def server(root):
    """Yield a function that calls the API of a Jupyter server of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [
        sys.executable, "-m", "jupyter_server", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}", "--ServerApp.open_browser=False",
        "--ServerApp.allow_root=True", "--ServerApp.port_retries=0",
    ]  # fmt: skip

    def call(method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=root)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                call("GET", "status")
                break
            assert process.poll() is None, "the server did not start"
            time.sleep(0.1)
        yield call
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def session(call, path, **more):
    """Yield a function that runs code in the kernel of a session that was begun as JupyterLab does it."""
    body = {"path": path, "type": "notebook", "kernel": {"name": "python3"}, **more}
    begun = call("POST", "sessions", body)
    client = BlockingKernelClient()
    client.load_connection_file(str(Path(jupyter_runtime_dir(), f"kernel-{begun['kernel']['id']}.json")))
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield lambda code: run(client, code)
    finally:
        client.stop_channels()
        call("DELETE", f"sessions/{begun['id']}")


def run(client, code):
    """Return what code prints in a kernel."""
    text = []

    def keep(message):
        if message["msg_type"] == "stream":
            text.append(message["content"]["text"])

    reply = client.execute_interactive(code, output_hook=keep, timeout=60)
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(text)


def test_jupyter_server_tells(project):
    with server(project) as call:
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


def test_vs_code_tells(project):
    path = project / "notebooks" / "wine quality.ipynb"
    with server(project) as call, session(call, "x-jvsc-1.ipynb", name="x-jvsc-1.ipynb") as execute:
        execute(f"__vsc_ipynb_file__ = {str(path)!r}")
        assert execute(ASK) == "told: notebooks/wine quality.ipynb\n"
        execute("__vsc_ipynb_file__ = '/somewhere/else/other.ipynb'")
        assert execute(ASK) == "told: other.ipynb\n"


def test_voila_tells_by_the_request(project):
    pytest.importorskip("voila")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "voila",
        "notebooks",
        "--no-browser",
        f"--port={port}",
        "--Voila.ip=127.0.0.1",
    ]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                address = f"http://127.0.0.1:{port}/voila/render/wine%20quality.ipynb"
                with urllib.request.urlopen(address, timeout=60) as answer:
                    page = answer.read().decode()
                break
            time.sleep(0.1)
        assert "told: notebooks/wine quality.ipynb" in page
    finally:
        process.terminate()
        process.wait(30)


def test_plain_ipython_has_no_notebook(project, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", str(project / "notebooks" / "wine quality.ipynb"))
    assert notebook_path(InteractiveShell()) is None


@pytest.mark.parametrize(
    ("path", "name"),
    [("notebooks/quickstart.ipynb", "quickstart"), ("a b.v2.ipynb", "a b.v2"), ("deep/er/läuft.py", "läuft")],
)
def test_an_experiment_is_called_like_its_notebook(path, name):
    assert notebook_name(path) == name
