"""A real kernel, timed as its front-end sees it."""

from __future__ import annotations

from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def kernel() -> Iterator[Callable[[str], float]]:
    """Start a kernel; yield a function that runs a cell and returns its seconds, request to idle."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()

    def execute(code: str) -> float:
        said: list[dict[str, Any]] = []
        start = perf_counter()
        reply = client.execute_interactive(code, timeout=300, allow_stdin=False, output_hook=said.append)
        taken = perf_counter() - start
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"{reply['content'].get('evalue')}\n{code}")
        warnings = [m["content"]["text"] for m in said if m["content"].get("name") == "stderr"]
        if warnings:
            raise RuntimeError(f"the cell wrote to stderr: {''.join(warnings)}\n{code}")
        return taken

    try:
        client.wait_for_ready(timeout=120)
        yield execute
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
