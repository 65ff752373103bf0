"""Execute the quickstart in a copy, tell what it found, and open it in JupyterLab: `make demo`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import nbtrack

NOTEBOOKS = Path(__file__).resolve().parent
COPY = NOTEBOOKS.parent / "build" / "demo"


def main() -> None:
    """Run the whole demo."""
    shutil.copytree(
        NOTEBOOKS, COPY, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py", "__pycache__", ".*")
    )
    # The kernel, this process and JupyterLab below look at the demo's own store, whatever the user has set.
    os.environ["NBTRACK_STORE"] = str(COPY / ".nbtrack")
    notebook = COPY / "quickstart.ipynb"
    execute(notebook)
    tell()
    shown = os.path.relpath(notebook)
    print(
        f"\nThe executed notebook is {shown}, a copy; the next `make demo` writes it anew and keeps its runs."
    )
    if sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI"):
        open_lab(notebook)


def execute(path: Path) -> None:
    """Execute a notebook where it lies, a line of progress for each cell, and keep its outputs."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    total = sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in notebook.cells)
    done = 0
    started = 0.0

    def on_start(cell: Any, cell_index: int) -> None:  # noqa: ARG001 (nbclient passes it by name)
        nonlocal started
        if cell.cell_type == "code":
            started = time.perf_counter()
            print(f"[{done + 1:>2}/{total}] {headline(cell.source):<72}", end=" ", flush=True)

    def on_executed(cell: Any, cell_index: int, execute_reply: Any) -> None:  # noqa: ARG001
        nonlocal done
        done += 1
        print(f"{time.perf_counter() - started:5.1f} s", flush=True)

    print(f"Executing {path.name}")
    client = NotebookClient(
        notebook,
        timeout=600,
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=on_start,
        on_cell_executed=on_executed,
    )
    try:
        # What Jupyter tells a notebook's kernel: so the runs are this notebook's, also when it is opened later.
        client.execute(env=os.environ | {"JPY_SESSION_NAME": str(path)})
    except CellExecutionError as error:
        sys.exit(f"\nThe quickstart failed in this cell:\n{error}")
    take_out_widgets(notebook)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


def take_out_widgets(notebook: Any) -> None:
    """Leave of each widget what can be read without a kernel: this one's has ended, and no button would answer."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            for view in ("application/vnd.jupyter.widget-view+json", "application/vnd.nbtrack.view+json"):
                output.get("data", {}).pop(view, None)
        if "outputs" in cell:
            # A button by itself leaves nothing to read.
            cell.outputs = [
                one for one in cell.outputs if one.get("data", {"": "x"}).get("text/html", "x") != ""
            ]


def headline(source: str, width: int = 72) -> str:
    """Return the start of a cell on one line."""
    lines = [line.strip() for line in source.splitlines() if line.strip() and not line.startswith("#")]
    text = "  ".join(lines[:2] if source.startswith("%%") else lines[:1])
    return text if len(text) <= width else text[: width - 1] + "…"


def tell() -> None:
    """Print the runs that the demo's store holds, the best first."""
    runs = nbtrack.runs(order_by="metrics.rmse")
    best = runs.best("rmse")
    print(f"\n{runs}\n\nBest of {len(runs)} runs: {best.name}, rmse {best.metrics['rmse']:.4f}")


def open_lab(notebook: Path) -> None:
    """Open JupyterLab on the notebook and stay until it ends."""
    print("Opening JupyterLab: Ctrl+C ends it.")
    # A key press of Ctrl+C is JupyterLab's to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    sys.exit(subprocess.call([sys.executable, "-m", "jupyterlab", *root, str(notebook)]))  # noqa: S603 (our own Python, our own file)


if __name__ == "__main__":
    main()
