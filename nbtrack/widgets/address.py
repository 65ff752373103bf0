"""The address at which a page can reach a server of the kernel's machine."""

from __future__ import annotations

import os
from importlib.util import find_spec
from urllib.parse import urlsplit

__all__ = ["page_address"]


def page_address(url: str) -> str:
    """Return a local server's address as the page that shows the notebook can reach it.

    Behind JupyterHub and Binder that is a path through jupyter-server-proxy, where it is installed; the page knows the
    host that the path belongs to.

    Parameters
    ----------
    url
        The server's own address, such as `http://127.0.0.1:5001`; empty before it has one.
    """
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    port = urlsplit(url).port
    if not prefix or port is None or find_spec("jupyter_server_proxy") is None:
        return url
    return f"/{prefix.strip('/')}/proxy/{port}/".replace("//", "/")
