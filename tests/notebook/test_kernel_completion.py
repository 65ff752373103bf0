"""Completion by Tab, as a front end asks the kernel for it."""

import time

import pytest

from tests.notebook.kernel import kernel_in

FILL = """
import nbtrack
import nbtrack as nt
from nbtrack import runs
for number in range(6):
    with nbtrack.start_run(run_name=f"model {number}"):
        nbtrack.log_params({"alpha": number / 10, "kind": "tree" if number % 2 else "line"})
        nbtrack.log_metrics({"rmse": number, "mae": 1, "val loss": 2})
        nbtrack.set_tag("team", "red")
alpha, beta = 1, 2
"""


def completed(kernel, code):
    """Return the cell's texts that Tab makes of one with `|` at the cursor."""
    before, _, after = code.partition("|")
    reply = kernel.complete(before + after, len(before))
    begin, end = reply["cursor_start"], reply["cursor_end"]
    whole = before + after
    return [whole[:begin] + match + whole[end:] for match in reply["matches"]]


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Return a kernel whose store has runs."""
    with kernel_in(tmp_path_factory.mktemp("filled")) as kernel:
        kernel.ok(FILL)
        yield kernel


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%runs metrics.r|", "%runs metrics.rmse"),
        ("%runs --panel metrics.m|", "%runs --panel metrics.mae"),
        ("%runs --p|", "%runs --panel"),
        ("best = %runs metrics.rmse < 2 and params.al|", "best = %runs metrics.rmse < 2 and params.alpha"),
        ("%runs params.kind = 'tr|", "%runs params.kind = 'tree'"),
        # The editor has closed the quote already.
        ("%runs params.kind = 'tr|'", "%runs params.kind = 'tree'"),
        ("%runs metrics.rmse is|", "%runs metrics.rmse IS NOT NULL"),
        ('nbtrack.runs("metrics.rm|', 'nbtrack.runs("metrics.rmse'),
        ('len(nt.runs(filter="metrics.rm|"))', 'len(nt.runs(filter="metrics.rmse"))'),
        ("runs('params.al|')", "runs('params.alpha')"),
        ('nbtrack.panel("status = \'FIN|")', "nbtrack.panel(\"status = 'FINISHED'\")"),
        ("nbtrack.search_runs(filter_string='metrics.rm|')", "nbtrack.search_runs(filter_string='metrics.rmse')"),
        ("%%track --exp|\nx = 1", "%%track --experiment\nx = 1"),
        ("%%time\n%%track --exp|\nx = 1", "%%time\n%%track --experiment\nx = 1"),
        ("%%track -e def|", "%%track -e default"),
        ("%%track -t te|", "%%track -t team="),
        ("%%track -t team=r|", "%%track -t team=red"),
        ("%%track --params alpha,be|", "%%track --params alpha,beta"),
        ("%track sta|", "%track status"),
        ("%track why al|", "%track why alpha"),
        ("%serve --wor|", "%serve --workers"),
    ],
)  # fmt: skip
def test_tab_completes(filled, code, expected):
    assert expected.lower() in [one.lower() for one in completed(filled, code)]


def test_a_quoted_field_and_a_call_of_several_lines_are_completed(filled):
    if filled.ok("import IPython; print(IPython.version_info < (8, 6))").stdout == "True\n":
        pytest.skip("an older IPython tells only the line")
    assert completed(filled, "%runs metrics.`val l|") == ["%runs metrics.`val loss`"]
    assert completed(filled, 'nbtrack.runs(\n    "params.al|"\n)') == ['nbtrack.runs(\n    "params.alpha"\n)']
    # A part of a field's name is enough.
    assert "%runs metrics.rmse" in completed(filled, "%runs rms|")
    # What is Python's own has no place in a filter.
    assert {one.removeprefix("%runs metrics.rmse < 2 ") for one in completed(filled, "%runs metrics.rmse < 2 |")} == {
        "AND", "OR", "ORDER BY", "LIMIT",
    }  # fmt: skip


def test_functions_of_others_get_no_fields(filled):
    filled.ok("class Other:\n    def runs(self, text): ...\nother = Other()\ndef panel(text): ...")
    for code in ('other.runs("metrics.rm|")', 'panel("metrics.rm|")', "nbtrack.runs(order_by='metrics.rm|')"):
        assert not [one for one in completed(filled, code) if "rmse" in one], code


def test_without_a_store_nothing_is_said_and_none_is_made(kernel):
    assert not [one for one in completed(kernel, "%runs metrics.|") if "metrics.r" in one]
    assert "%%track --experiment" in completed(kernel, "%%track --exp|")
    assert not (kernel.folder / ".nbtrack").exists()


def test_unloading_ends_it_and_loading_begins_it_again(filled):
    filled.ok("%unload_ext nbtrack")
    assert completed(filled, "%runs metrics.rm|") == []
    filled.ok("%load_ext nbtrack")
    assert completed(filled, "%runs metrics.rm|") == ["%runs metrics.rmse"]


def test_it_is_fast_in_a_large_store(tmp_path):
    with kernel_in(tmp_path) as kernel:
        kernel.ok(
            "import nbtrack\n"
            "for number in range(2_000):\n"
            "    with nbtrack.start_run():\n"
            "        nbtrack.log_params({f'p{number % 300}': number, 'kind': f'k{number % 50}'})\n"
            "        nbtrack.log_metrics({f'm{number % 300}': number})"
        )
        completed(kernel, "%runs metrics.m1|")
        for code in ("%runs metrics.m1|", "%runs params.kind = 'k|'", "%%track --resume |"):
            start = time.perf_counter()
            assert completed(kernel, code)
            taken = time.perf_counter() - start
            print(f"{code}: {taken * 1_000:.0f} ms")
            assert taken < 0.5, "it is some 20 ms on a quiet machine"
