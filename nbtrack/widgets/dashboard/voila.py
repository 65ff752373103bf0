"""Starts Voila for a dashboard: a notebook as a page, whose visitors look and change nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, MissingPackageError
from nbtrack.serving.listening import bind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbtrack.widgets.served_page import ServedPage

__all__ = ["dashboard_notebook", "serve"]

NOTEBOOK = "dashboard.ipynb"
POOL = 2
"""Kernels that have already run the notebook, for the next visitors; each takes some 100 MB."""
REFILL_DELAY = 5.0
"""Seconds until a kernel that was taken is replaced: the page that took it loads meanwhile."""
IDLE_TIMEOUT, IDLE_INTERVAL = 60, 20
"""Seconds after which a kernel without a page is ended, and between two looks. A page that is closed ends its own."""


def dashboard_notebook() -> Path:
    """Return the notebook that nbtrack brings: in its package or, in a checkout, beside it."""
    packaged = Path(__file__).with_name(NOTEBOOK)
    return packaged if packaged.is_file() else Path(__file__).parents[3] / "notebooks" / NOTEBOOK


def serve(page: ServedPage, notebook: Path, tell: Callable[[str], object]) -> int:
    """Serve a dashboard until Ctrl-C or SIGTERM, and return the exit code.

    Parameters
    ----------
    page
        What to serve, and how.
    notebook
        The notebook that is the page.
    tell
        Is called with the address, token included, once it is served.

    Raises
    ------
    MissingPackageError
        When Voila or a kernel is not installed.
    ServerError
        When the port cannot be had.
    InvalidValueError
        When the notebook is none.
    """
    _check(notebook)
    # Voila would take another port in silence. It binds this one itself.
    with bind(page.host, page.port, option="--port") as bound:
        port = int(bound.getsockname()[1])
    try:
        import ipykernel  # noqa: F401 - what runs the notebook

        from nbtrack.widgets.dashboard.app import DashboardApp
    except ImportError as error:
        raise MissingPackageError(
            f"a dashboard needs Voila and a kernel ({error}): python -m pip install 'nbtrack[dashboard]'"
        ) from None
    # The kernels inherit it. Pages ask nothing of them but what widgets answer, and the store refuses changes.
    os.environ["NBTRACK_STORE"] = str(page.store)
    if page.write:
        os.environ.pop("NBTRACK_READ_ONLY", None)
    else:
        os.environ["NBTRACK_READ_ONLY"] = "1"
    DashboardApp(_config(page, notebook, port), lambda: tell(page.url(port))).run()
    return 0


def _check(notebook: Path) -> None:
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        found = isinstance(content["cells"], list)
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise InvalidValueError(f"{str(notebook)!r} is no notebook that can be read: {error}") from error
    if not found:
        raise InvalidValueError(f"{str(notebook)!r} is no notebook: it has no cells")


def _config(page: ServedPage, notebook: Path, port: int) -> Any:
    from traitlets.config import Config

    from nbtrack.widgets.dashboard.kernels import VisitorKernels

    untracked: Any = VisitorKernels.class_traits()["untracked_message_types"].default()
    return Config(
        {
            "Voila": {
                "notebook_path": str(notebook.absolute()),
                "root_dir": str(notebook.absolute().parent),
                "ip": page.host,
                "port": port,
                "port_retries": 0,
                "base_url": page.base_url,
                "token": page.token or "",
                "open_browser": False,
                "log_level": "ERROR",
                "tornado_settings": {"headers": _headers(notebook)},
            },
            "VoilaConfiguration": {
                "template": "lab",
                "allow_template_override": "NOTEBOOK",
                "strip_sources": True,
                "show_tracebacks": False,
                "extension_denylist": _unneeded(notebook),
                "preheat_kernel": True,
                "default_pool_size": POOL,
                "multi_kernel_manager_class": VisitorKernels,
            },
            "VoilaKernelManager": {"fill_delay": REFILL_DELAY},
            "MappingKernelManager": {
                "cull_idle_timeout": IDLE_TIMEOUT,
                "cull_interval": IDLE_INTERVAL,
                # What a kernel says of its own accord keeps it from being idle for as long as the store changes.
                "untracked_message_types": [*untracked, "comm_msg", "comm_open", "comm_close"],
            },
        }
    )


def _headers(notebook: Path) -> dict[str, str]:
    """Return the headers of all answers.

    Voila's page links a style sheet of a CDN: where that cannot be reached, browsers wait for it and show nothing. Our
    own notebook needs none; what a user's needs is not known.
    """
    own = (
        "; style-src 'self' 'unsafe-inline'; font-src 'self' data:"
        if notebook == dashboard_notebook()
        else ""
    )
    return {"Content-Security-Policy": f"frame-ancestors 'self'{own}"}


def _unneeded(notebook: Path) -> list[str]:
    """Return the installed extensions of JupyterLab that a page does without: that draw no widgets, outputs or theme.

    Voila would load all, and some of them fail there. Our own notebook shows widgets alone; Plotly's extension, which
    draws outputs, is half of what would be loaded.
    """
    outputs = notebook != dashboard_notebook()
    from jupyterlab_server.config import get_federated_extensions
    from voila.utils import get_voila_labextensions_path

    found: Iterable[dict[str, Any]] = get_federated_extensions(get_voila_labextensions_path()).values()
    return [
        one["name"]
        for one in found
        if (one["jupyterlab"].get("extension") or (one["jupyterlab"].get("mimeExtension") and not outputs))
        and not (one["jupyterlab"].get("mimeExtension") and outputs)
        and not one["jupyterlab"].get("themePath")
        and not any(name.startswith("@jupyter-widgets/") for name in one["dependencies"])
    ]
