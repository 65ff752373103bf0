"""Run a cell that trains with a library, and return what was captured."""

import ast
import contextlib
import io

from nbtrack.capture import CellCapture


def tracked(source, namespace=None):
    """Run a cell under capture, and return what was captured and the names that it left."""
    namespace = {"__name__": "__main__"} if namespace is None else namespace
    capture = CellCapture(namespace)
    tree = capture.transform(ast.parse(source))

    class Printed(io.StringIO):
        def write(self, text):
            capture.printed.feed(text)
            return super().write(text)

    error = None
    try:
        with contextlib.redirect_stdout(Printed()):
            exec(compile(tree, "cell", "exec"), namespace)
    except KeyboardInterrupt as interrupt:
        error = interrupt
    finally:
        capture.stop()
    return capture.finish(error), namespace


def values(captured):
    """Return the values of each metric."""
    return {name: list(points.values) for name, points in captured.metrics.items()}
