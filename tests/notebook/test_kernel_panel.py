"""What a panel does in a notebook: the runs that it shows become a DataFrame of the next cell."""

import pytest

from tests.waiting import HANGS, eventually

RUNS = """
import nbtrack
for number in range(4):
    with nbtrack.start_run(run_name=f'run-{number}'):
        nbtrack.log_param('alpha', number if number else 'auto')
        nbtrack.log_metric('rmse', number / 10)
panel = nbtrack.panel(order_by='name')
"""

SHOWN = {"filter": "", "order_by": ["name"], "experiments": None, "deleted": False, "ids": []}


class Page:
    """The page's half of the panel in a kernel."""

    def __init__(self, kernel):
        self.kernel, self.client, self.count = kernel, kernel._client, 0
        kernel.ok(RUNS)
        self.model = kernel.value("panel.model_id").strip("'")

    def send(self, kind, subshell=None, **parts):
        self.count += 1
        request = f"v-{self.count}"
        data = {"method": "custom", "content": {"id": request, "kind": kind, **SHOWN, **parts}}
        message = self.client.session.msg("comm_msg", {"comm_id": self.model, "data": data})
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)
        return request

    def told(self, request):
        """Return what the kernel says next about a request."""
        while True:
            message = self.client.get_iopub_msg(timeout=HANGS)
            told = message["content"].get("data", {}).get("content", {})
            if message["msg_type"] == "comm_msg" and told.get("id") == request:
                return told

    def accepted(self, request):
        """Return when the kernel has said that it is at it."""
        assert self.told(request) == {"id": request, "accepted": True}

    def hand_over(self, **parts):
        request = self.send("frame", **parts)
        self.accepted(request)
        told = self.told(request)
        assert told["ok"], told
        return told["result"]


@pytest.fixture(scope="module")
def page(kernel):
    return Page(kernel)


def test_the_runs_shown_become_a_frame_that_overwrites_nothing(page):
    kernel = page.kernel
    columns = ["metrics.rmse", "name", "params.alpha"]
    assert page.hand_over(columns=columns) == {"name": "runs_df", "count": 4}
    assert kernel.value("list(runs_df.columns)") == str(columns)
    assert kernel.value("runs_df['params.alpha'].tolist()") == "['auto', 1, 2, 3]"
    assert kernel.value("str(runs_df['metrics.rmse'].dtype)") == "'float64'"
    # What the panel put there it puts there anew, what is the user's it leaves.
    ids = [kernel.value("panel.runs[2].id").strip("'")]
    assert page.hand_over(columns=["name"], ids=ids) == {"name": "runs_df", "count": 1}
    assert kernel.value("runs_df['name'].tolist()") == "['run-2']"
    kernel.ok("runs_df = 'mine'")
    assert page.hand_over(columns=["name"])["name"] == "runs_df_2"
    assert page.hand_over(columns=["status"])["name"] == "runs_df_2"
    kernel.ok("runs_df_2 = runs_df_2.head(1)")
    assert page.hand_over(columns=["name"])["name"] == "runs_df_3"
    assert kernel.value("runs_df, len(runs_df_2), len(runs_df_3)") == "('mine', 1, 4)"


def test_a_frame_comes_between_cells(page):
    """JupyterLab has widgets' messages handled in a subshell, where the kernel has these: a cell may be running."""
    kernel, client = page.kernel, page.client
    kernel.ok("%reset_selective -f ^runs_df")
    told = client.kernel_info(reply=True, timeout=HANGS)["content"]
    if "kernel subshells" not in told.get("supported_features", ()):
        pytest.skip("the kernel has no subshells")
    client.control_channel.send(client.session.msg("create_subshell_request", {}))
    made = client.get_control_msg(timeout=HANGS)["content"]
    subshell = made["subshell_id"]
    # ipykernel 7.4 has a widget's messages handled where the widget itself last said something.
    said = client.session.msg("execute_request", {"code": "panel.send_state()", "silent": True})
    said["header"]["subshell_id"] = subshell
    client.shell_channel.send(said)
    while client.get_shell_msg(timeout=HANGS)["parent_header"]["msg_id"] != said["header"]["msg_id"]:
        pass
    seen, end = kernel.folder / "seen", kernel.folder / "end"
    kernel.send(
        "import pathlib\n"
        f"pathlib.Path({str(seen)!r}).touch()\n"
        "during = set()\n"
        f"while not pathlib.Path({str(end)!r}).exists():\n"
        "    during.add('runs_df' in globals())\n"
    )
    eventually(seen.exists)
    request = page.send("frame", subshell, columns=["name"])
    # What is asked later is answered while the cell runs: the frame has been asked for then, and waits.
    other = page.send("fields", subshell, document="parallel", columns=[])
    page.accepted(other)
    assert page.told(other)["ok"]
    end.touch()
    page.accepted(request)
    assert page.told(request)["result"] == {"name": "runs_df", "count": 4}
    assert kernel.value("during, len(runs_df)") == "({False}, 4)"
