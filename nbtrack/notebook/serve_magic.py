"""`%serve`: a model server from the notebook, with its panel."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from nbtrack import serving, tracking
from nbtrack.entities import Run
from nbtrack.errors import NbtrackError
from nbtrack.notebook.manual import asks_for_help, show_manual

__all__ = ["ServeMagics"]


@magics_class
class ServeMagics(Magics):
    """The magic `%serve`."""

    @magic_arguments()
    @argument(
        "model",
        nargs="?",
        help="A run (a variable, a name, an id or the beginning of one), the address of a model such as models:/wine@champion, or a folder. Without it the servers that run are listed.",
    )
    @argument("-p", "--port", type=int, help="The port; by default 5000 or the next that is free.")
    @argument("-w", "--workers", type=int, default=1, help="Processes that hold the model (default: 1).")
    @argument("--timeout", type=float, default=60.0, help="Seconds that a prediction may take (default: 60).")
    @argument("--token", help="What clients must send as Authorization: Bearer.")
    @argument(
        "--trust",
        action="store_true",
        help="Load it although you neither saved nor trusted it; a pickle runs any code.",
    )
    @argument(
        "--env-manager",
        choices=["local", "uv"],
        default="local",
        help="uv builds an environment of the model's own.",
    )
    @argument("--detach", action="store_true", help="Let it go on when the kernel ends.")
    @line_magic
    def serve(self, line: str) -> Any:
        """Serve a model from a process of its own, and show its panel.

            %serve best
            %serve fine-wine-7 -p 5001
            server = %serve models:/wine@champion

        The server ends with the kernel unless it is detached; `nbtrack.servers()` lists what runs, and
        `nbtrack.serve()` is the same as a function.
        """  # fmt: skip
        if asks_for_help(line):
            return show_manual(self.shell, "%serve")
        try:
            options = parse_argstring(self.serve, line)
        except UsageError as error:
            if "unrecognized arguments" not in str(error):
                raise
            raise UsageError(f"{error}; a name with spaces goes in quotes: %serve 'fine wine'") from None
        if options.model is None:
            return serving.servers()
        try:
            return serving.serve(
                self._model(options.model), options.port, workers=options.workers, timeout=options.timeout,
                token=options.token, trust=options.trust, env_manager=options.env_manager, detach=options.detach,
            )  # fmt: skip
        except NbtrackError as error:
            # IPython shows this error without a traceback.
            raise UsageError(str(error)) from None

    def _model(self, target: str) -> Run | str:
        """Resolve an argument: a variable with a run, an address, a folder, or a run's name."""
        # A name in quotes may contain spaces.
        word = " ".join(shlex.split(target)) if target[:1] in "'\"" else target
        assert self.shell is not None
        value = self.shell.user_ns.get(word)
        if isinstance(value, Run):
            return value
        if ":/" in word or (Path(word).expanduser() / "MLmodel").is_file():
            return word
        return tracking.get_run(word)
