"""Displayed runs: a static table at once, and a panel for the page that asks for one."""

import uuid

import pytest

from nbtrack.widgets.shown import MAX_SHOWN, TARGET, runs_view
from nbtrack.widgets.view import MIME
from tests.notebook.kernel import Kernel
from tests.waiting import HANGS

ID = str(uuid.uuid4())

LOG = """
import sys, nbtrack
for number in range(3):
    with nbtrack.start_run(run_name=f'run-{number}'):
        nbtrack.log_metric('loss', number)
"""


@pytest.fixture
def kernel(tmp_path):
    """Return a kernel as a Jupyter server starts it, with runs in its store."""
    kernel = Kernel(tmp_path, connection=f"kernel-{ID}.json")
    try:
        kernel.ok(LOG)
        yield kernel
    finally:
        kernel.close()


def ask(kernel, handle):
    """Open a comm as the page does; return the messages that come over it until the kernel closes it."""
    client, comm = kernel._client, uuid.uuid4().hex
    content = {"comm_id": comm, "target_name": TARGET, "data": {"opens": handle}}
    client.shell_channel.send(client.session.msg("comm_open", content))
    told = []
    while True:
        message = client.get_iopub_msg(timeout=HANGS)
        if message["content"].get("comm_id") == comm:
            if message["msg_type"] == "comm_close":
                return told
            told.append(message["content"]["data"])


def displayed(kernel, code="nbtrack.runs()"):
    """Return the forms in which runs are displayed."""
    return kernel.ok(code).outputs[0].data


def test_runs_become_a_panel_when_a_page_asks(kernel):
    shown = displayed(kernel)
    assert set(shown) == {"text/plain", "text/html", MIME}
    assert "run-2" in shown["text/html"]
    assert shown["text/plain"] == kernel.ok("print(nbtrack.runs())").stdout.rstrip("\n")
    view = shown[MIME]
    assert set(view) == {"opens", "kernel"}
    assert view["kernel"] == ID
    heavy = "sorted({'anywidget', 'ipywidgets', 'pandas'} & set(sys.modules))"
    assert kernel.value(heavy) == "[]", "a front end without the extension pays for no widget"

    (told,) = ask(kernel, view["opens"])
    model = told["model_id"]
    found = (
        "from nbtrack.widgets import Panel, shown\n(panel,) = [one.panel for one in shown._shown.values()]\n"
    )
    kernel.ok(f"{found}assert isinstance(panel, Panel) and panel.model_id == {model!r}")
    assert kernel.value("[run.name for run in panel.runs]") == "['run-2', 'run-1', 'run-0']"
    assert ask(kernel, view["opens"]) == [told], "the page was loaded again"
    (other,) = ask(kernel, displayed(kernel)[MIME]["opens"])
    assert other != told, "each output has a panel of its own"
    shown = kernel.ok("panel").outputs[0].data[MIME]
    assert shown["model_id"] == model
    assert shown["panel"]["filter"] == "", "the server can show the same when the kernel has gone"

    kernel.ok("panel.close()")
    assert ask(kernel, view["opens"]) == []


def test_what_the_kernel_does_not_know_is_not_answered(kernel):
    displayed(kernel)
    for handle in (uuid.uuid4().hex, "", None, 3, ["a"], {"a": 1}):
        assert ask(kernel, handle) == []
    few = displayed(
        kernel, "import nbtrack.widgets.panel.opening as opening\nopening.MAX_PICKED = 1\nnbtrack.runs()[:2]"
    )
    assert ask(kernel, few[MIME]["opens"]) == [], "so many picked runs have no panel"
    assert kernel.ok("nbtrack.runs()[0]").result is not None


def test_only_the_newest_displayed_runs_are_kept(kernel):
    first = displayed(kernel)[MIME]["opens"]
    ask(kernel, first)
    kernel.ok("from nbtrack.widgets import shown\n(panel,) = [one.panel for one in shown._shown.values()]")
    again = (
        f"from IPython.display import display\nfor _ in range({MAX_SHOWN}):\n    display(nbtrack.runs()[:1])"
    )
    newer = [output.data[MIME]["opens"] for output in kernel.ok(again).outputs]
    assert ask(kernel, first) == []
    assert kernel.value("panel.comm") == "None", "what can no longer be found is not kept either"
    assert len(ask(kernel, newer[0])) == 1


def test_without_ipywidgets_runs_are_displayed_as_ever(kernel):
    shown = displayed(kernel, "sys.modules['ipywidgets'] = sys.modules['anywidget'] = None\nnbtrack.runs()")
    assert "run-2" in shown["text/html"]
    assert ask(kernel, shown[MIME]["opens"]) == []


def test_outside_a_notebook_there_is_no_view():
    assert runs_view([]) == {}
