"""A server by its settings, where the command has no option for them."""

import contextlib
import json
import subprocess
import sys

from tests.serving.http import Served, ended


class Started(Served):
    """`python -m nbtrack.serving.server` in a process of its own."""

    def __init__(self, settings, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nbtrack.serving.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            text=True,
        )
        print(settings.to_json(), file=self.process.stdin, flush=True)
        for line in self.process.stdout:
            told = json.loads(line)
            if told["event"] == "bound":
                self.port = told["port"]
            elif told["event"] in ("ready", "failed"):
                assert told["event"] == "ready", told
                return

    def stop(self):
        self.process.terminate()
        ended(self.process)
        self.process.stdout.close()
        self.process.stdin.close()


@contextlib.contextmanager
def started(settings, folder):
    """Serve while the block runs."""
    server = Started(settings, folder)
    try:
        yield server
    finally:
        server.stop()
