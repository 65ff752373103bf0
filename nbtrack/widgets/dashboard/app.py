"""Voila as `nbtrack ui` runs it."""

from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING, Any

from jupyter_core.paths import jupyter_config_path
from jupyter_server.utils import url_path_join
from tornado.ioloop import IOLoop
from voila.app import Voila

from nbtrack.widgets.server.handler import StaticHandler

if TYPE_CHECKING:
    from collections.abc import Callable

    from traitlets.config import Config

__all__ = ["DashboardApp"]


class DashboardApp(Voila):  # type: ignore[misc] # Voila has no types
    """Voila with our settings before those of files such as `voila.json`.

    They are not given as arguments: others on the machine can see those, and the token is among them.

    Parameters
    ----------
    ours
        The settings.
    served
        Is called once pages are served.
    """

    def __init__(self, ours: Config, served: Callable[[], object]) -> None:
        # Not from the working folder, which may be anybody's: a voila.py there would be run.
        super().__init__(config_file_paths=jupyter_config_path())
        self._ours = ours
        self._served = served

    def parse_command_line(self, argv: Any = None) -> None:  # noqa: ARG002 - the arguments are nbtrack's
        """Take our settings in place of arguments: they go before those of files."""
        super().parse_command_line([])
        self.cli_config = self._ours
        self.update_config(self.cli_config)

    def init_handlers(self) -> list[Any]:
        """Add the front end's files, which browsers keep, to what Voila sends."""
        files = url_path_join(self.server_url, r"/nbtrack/static/([\w.-]+)")
        return [(files, StaticHandler), *super().init_handlers()]

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        # Each request that is refused is none of the operator's.
        for name in ("tornado.access", "tornado.general"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self.initialize([])
        # Until the loop runs there is no kernel, and a signal may end the process at once.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        IOLoop.current().add_callback(self._begin)
        self.start()

    def _begin(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end_soon)
        self._served()

    def _end_soon(self, number: int, _frame: object) -> None:
        # Whoever cannot wait says it twice; the kernels notice by themselves that they are alone.
        signal.signal(number, signal.SIG_DFL)
        self.ioloop.add_callback_from_signal(self._end)

    async def _end(self) -> None:
        # In the loop that has started them. What a kernel was about to run is no error now.
        self.log.setLevel(logging.CRITICAL)
        try:
            await self.kernel_manager.shutdown_all()
        finally:
            self.ioloop.stop()
