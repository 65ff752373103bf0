"""Serving: a model behind HTTP, in processes of its own.

The worker process imports only what it needs, so names are looked up when they are used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbtrack.serving.process import Server, Stats
    from nbtrack.serving.start import offer, serve, servers

__all__ = ["Server", "Stats", "offer", "serve", "servers"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'nbtrack.serving' has no attribute {name!r}")
    module = "process" if name in ("Server", "Stats") else "start"
    return getattr(import_module(f"nbtrack.serving.{module}"), name)
