"""A captured script is what `python FILE` makes of it: output, errors, exit code, processes, pickles, debugger."""

import re
import subprocess
import sys

import pytest

from tests.unit.script.pythons import VERSIONS, python, run

SCRIPTS = {
    "its module": '''
        """Doc."""
        import sys
        print(__name__, __doc__, __file__, __spec__, __package__, type(__loader__).__name__, __cached__)
        print(sys.argv, sys.path[0], sys.modules["__main__"].__dict__ is globals(), __builtins__, sorted(globals()))
    ''',
    "exit 0": "import sys\nprint('x')\nsys.exit(0)",
    "exit 7": "def main():\n    return 7\n\nif __name__ == '__main__':\n    raise SystemExit(main())",
    "exit with a message": "import sys\nsys.exit('no data')",
    "the system's exit": "import os, sys\nprint('x')\nsys.stdout.flush()\nos._exit(3)",
    "an error": "def f(x):\n    return 1 / x\n\nfor i in range(3):\n    loss = f(2 - i)\n    print(loss)",
    "an error in main": "def main():\n    losses = []\n    for i in range(3):\n        loss = 1 / (1 - i)\n        losses.append(loss)\n\nmain()",
    "a chain of errors": "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b') from e",
    "a group of errors": "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])",
    "no syntax": "x = 1\nfor in y:\n    pass",
    "an indent": "def f():\nreturn 1",
    "a return outside": "return 1",
    "an interrupt": "raise KeyboardInterrupt",
    "a hook for errors": "import sys\nsys.excepthook = lambda kind, error, trace: print('mine', kind, trace.tb_lineno)\n1 / 0",
    "futures": '"""Doc."""\nfrom __future__ import annotations\nfrom __future__ import division\n\ndef f(x: undefined) -> None: ...\n\nprint(f.__annotations__, __doc__)',
    "a neighbour": "import neighbour\nprint(neighbour.NAME, neighbour.__name__)",
    "a relative import": "from . import neighbour",
    "functions at exit": "import atexit\natexit.register(print, 'a')\natexit.register(lambda: 1 / 0)\nprint('b')",
    "what is printed at exit": "import atexit, sys\natexit.register(print, 'bye')\natexit.register(lambda: sys.stdout.write('loss: 0.5\\n'))\nprint('loss: 0.25')",
    "another stdout": "import io, sys\nold, sys.stdout = sys.stdout, io.StringIO()\nprint('loss: 0.5')\ntext = sys.stdout.getvalue()\nsys.stdout = old\nprint(text.upper())",
    "a stdout of its own": "import io, sys\nclass Tee(io.TextIOBase):\n    def write(self, text):\n        return sys.__stdout__.write(text.upper())\nsys.stdout = Tee()\nprint('loss: 0.5')",
    "a detached stdout": "import io, sys\nprint('a')\nsys.stdout = io.TextIOWrapper(sys.stdout.detach(), 'utf-8', line_buffering=True)\nprint('loss: 0.5 é')",
    "a closed stdout": "import sys\nsys.stdout.close()\nprint('a')",
    "redirected": "import contextlib, io, sys\nwith contextlib.redirect_stdout(io.StringIO()) as text:\n    print('loss: 0.5')\nwith contextlib.redirect_stdout(sys.stderr):\n    print('loss: 0.25')\nprint(len(text.getvalue()))",
    "logged": "import logging, sys\nlogging.basicConfig(level=10, handlers=[logging.StreamHandler(), logging.StreamHandler(sys.stdout)])\nfor k in range(3):\n    logging.info('loss %.2f', 1 / (k + 1))",
    "beside the streams": "import os, subprocess, sys\nprint('a', flush=True)\nos.write(1, b'loss: 0.5\\n')\nos.write(2, b'b\\n')\nsubprocess.run([sys.executable, '-c', 'print(\\'loss: 1\\')'])\nsys.stdout.buffer.write(b'c\\n')\nprint('d')",
    "a redrawn line": "import sys\nfor k in range(50):\n    sys.stderr.write(f'\\rEpoch 1: loss {1 / (k + 1):.3f}')\nprint(file=sys.stderr)",
    "bytes to a stream of text": "import sys\ntry:\n    sys.stdout.write(b'a')\nexcept TypeError as e:\n    print(e)\nsys.stdout.write(b'b')",
    "lines at once": "import sys\nsys.stdout.writelines(['loss: ', '0.5', '\\n'])\nprint('a', 'b', sep='', end='')",
    "threads": "import threading, time\n\ndef work():\n    time.sleep(0.1)\n    print('late')\n\nthreading.Thread(target=work).start()\nprint('main')",
    "a thread's error": "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='t')\nt.start()\nt.join()",
    "what it is asked": "name = input('name? ')\nprint('hello', name)",
    "destructors": "class A:\n    def __del__(self):\n        print('gone')\n\na = A()\n\ndef main():\n    b = A()\n    loss = 0.5\n\nmain()\nprint('end')",
    "a class with annotations": "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom typing import get_type_hints\n\n@dataclass\nclass Config:\n    lr: float = 0.1\n\nprint(Config(), get_type_hints(Config))",
    "its own source": "import inspect\n\ndef main(x=1):\n    y = x\n    print(inspect.getsource(main), inspect.signature(main))\n    print(inspect.currentframe().f_code.co_name, inspect.currentframe().f_lineno, sorted(locals()))\n\nmain()",
    "tasks": "import asyncio\n\nasync def main(n=3):\n    for i in range(n):\n        loss = 1 / (i + 1)\n        await asyncio.sleep(0)\n    return loss\n\nprint(asyncio.run(main()))",
    "generators": "def main():\n    for i in range(3):\n        loss = yield i\n\nprint(list(main()))",
    "globals": "best = 9\n\ndef main(*args, k=1, **more):\n    global best\n    for i in range(3):\n        loss = best = best / 2\n    print(args, k, more, best)\n\nmain(1, 2, k=3, z=4)\nprint(best)",
    "recursion": "def f(n):\n    loss = 1 if n < 2 else n * f(n - 1)\n    return loss\n\nprint(f(5))",
    "closures": "def main(scale=2):\n    def inner(x):\n        return x * scale\n    total = 0\n    for i in range(3):\n        loss = inner(i)\n        total += loss\n    return total, inner.__qualname__, inner.__code__.co_freevars\n\nprint(main())",
    "a class as it is": "class Trainer:\n    def run(self):\n        loss = super().__repr__()\n        return __class__.__name__\n\nprint(Trainer().run())",
    "pickles": "import pickle\n\nclass A:\n    pass\n\ndef f(x):\n    return x\n\ndef main():\n    print(pickle.loads(pickle.dumps([A, f, main]))[2] is main, type(pickle.loads(pickle.dumps(A()))) is A)\n\nmain()",
    "a debugger": "x = 5\nbreakpoint()\ny = 6\nprint(x + y)",
    "a debugger in main": "def main(x=5):\n    y = 6\n    breakpoint()\n    print(x + y)\n\nmain()",
    "lines that are executed": """
        import sys
        lines = set()

        def trace(frame, event, argument):
            if frame.f_code.co_filename == __file__:
                if event == "line" and frame.f_lineno != frame.f_code.co_firstlineno:
                    lines.add(frame.f_lineno)
                return trace

        def main(n=3):
            losses = []
            for i in range(n):
                loss = 1 / (i + 1)
                losses.append(loss)
                if i == 1:
                    return losses
            return None

        sys.settrace(trace)
        main()
        sys.settrace(None)
        print(sorted(lines))
    """,
    "a flag of __future__ in functions": "from __future__ import annotations\n\ndef main(x: int = 1):\n    def inner(y: undefined): ...\n    loss = 0.5\n    print(inner.__annotations__)\n\nmain()",
    "a decorated main": "import functools\n\ndef twice(f):\n    @functools.wraps(f)\n    def inner(*args):\n        return f(*args), f(*args)\n    return inner\n\n@twice\ndef main(x=2):\n    loss = x / 2\n    return loss\n\nprint(main(), main.__wrapped__.__code__.co_firstlineno)",
    "an error that names are in": "def main(rate=2):\n    loss = rate\n    return undefined_name + loss\n\nmain()",
    "a wrong call": "def main(rate):\n    loss = rate\n\nmain()",
    "a long error": "def main():\n    values = [1, 2]\n    loss = (\n        values[0]\n        + values[5]\n    )\n\nif __name__ == '__main__':\n    main()",
    "warnings": "import warnings\n\ndef main():\n    warnings.warn('old', UserWarning)\n\nwarnings.warn('top')\nmain()",
    "an end that is caught": "def main():\n    try:\n        for i in range(3):\n            loss = 1 / (1 - i)\n    finally:\n        print('finally')\n\ntry:\n    main()\nexcept ZeroDivisionError as e:\n    print(e.__traceback__.tb_next.tb_lineno)",
    "an interrupt in main": "def main():\n    for i in range(3):\n        loss = i\n    raise KeyboardInterrupt\n\nif __name__ == '__main__':\n    main()",
}  # fmt: skip

PROCESSES = {
    "spawned": "get_context('spawn').Pool(2)",
    "forked": "get_context('fork').Pool(2)",
    "an executor's": "ProcessPoolExecutor(2)",
}

POOL = """
    from concurrent.futures import ProcessPoolExecutor
    from dataclasses import dataclass
    from multiprocessing import get_context

    @dataclass
    class Result:
        loss: float

    def work(n, lr=0.5):
        for i in range(n):
            loss = lr / (i + 1)
        return Result(loss)

    def main(n=4):
        with {pool} as pool:
            for result in pool.map(work, range(1, n)):
                loss = result.loss
                print(loss, type(result) is Result)

    if __name__ == "__main__":
        work(2)
        main()
"""


def written(place, text, name="script.py"):
    lines = text.strip("\n").split("\n")
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    (place / name).write_text("\n".join(line[indent:] for line in lines) + "\n", encoding="utf-8")
    (place / "neighbour.py").write_text("NAME = 'neighbour'\n")


def assert_same(place, program, *arguments, stdin=""):
    bare = run(program, place, "script.py", *arguments, captured=False, stdin=stdin)
    captured = run(program, place, "script.py", *arguments, stdin=stdin)
    assert captured.returncode == bare.returncode, captured.stderr
    assert told(captured.stdout) == told(bare.stdout)
    assert told(captured.stderr) == told(bare.stderr)
    return captured


def told(text):
    """Return what was printed, without nbtrack's two lines, and without addresses."""
    text = re.sub(r"nbtrack: [^\n]*\n[0-9a-f]{32}\n", "", text)
    return re.sub(r"0x[0-9a-f]+", "0x", text)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_output_errors_and_exit_code_are_the_same(tmp_path, name, version):
    written(tmp_path, SCRIPTS[name])
    assert_same(tmp_path, python(version), "--lr", "0.1", stdin="p x\nn\np x\nc\n")


@pytest.mark.parametrize("arguments", [["-m", "nbtrack.script"], ["-m", "nbtrack", "run"]])
def test_who_reads_one_line_alone_breaks_the_pipe_as_of_python(tmp_path, monkeypatch, arguments):
    monkeypatch.setenv("NBTRACK_STORE", str(tmp_path / "store"))
    written(tmp_path, "import sys\nfor i in range(200_000):\n    print('line', i)\n")

    def ended(*before):
        child = subprocess.Popen(
            [sys.executable, *before, "script.py"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        first = child.stdout.readline()
        child.stdout.close()
        said = child.stderr.read().decode()
        return child.wait(), first, told(said)

    assert ended(*arguments) == ended()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", PROCESSES)
def test_worker_processes_run(tmp_path, kind, version):
    written(tmp_path, POOL.format(pool=PROCESSES[kind]))
    done = assert_same(tmp_path, python(version))
    assert "0.16666666666666666 True" in done.stdout


def test_a_cookie_says_how_a_file_is_encoded(tmp_path):
    (tmp_path / "script.py").write_bytes(
        "# -*- coding: latin-1 -*-\nname = 'Zoë'\nprint(len(name))\n".encode("latin-1")
    )
    assert assert_same(tmp_path, python("3.11")).stdout == "3\n"


def test_a_file_that_is_not_there(tmp_path):
    assert_same(tmp_path, python("3.11"))


def test_a_script_by_a_link_finds_its_neighbours(tmp_path):
    folder = tmp_path / "code"
    folder.mkdir()
    written(folder, "import neighbour, sys\nprint(neighbour.NAME, __file__, sys.path[0])")
    (tmp_path / "script.py").symlink_to(folder / "script.py")
    assert "neighbour" in assert_same(tmp_path, python("3.11")).stdout


def test_loky_and_cloudpickle_send_functions_that_are_the_users_own(tmp_path):
    pytest.importorskip("joblib")
    written(
        tmp_path,
        """
        from joblib import Parallel, delayed

        def work(n, lr=0.5):
            for i in range(n):
                loss = lr / (i + 1)
            return loss

        def main(n=3):
            def inner(k):
                for i in range(k):
                    loss = work(i + 1)
                return loss
            print(Parallel(n_jobs=2)(delayed(inner)(k) for k in range(1, n)))
            print(Parallel(n_jobs=2)(delayed(work)(k) for k in range(1, n)))

        print(work(4))
        main()
        """,
    )  # fmt: skip
    assert assert_same(tmp_path, python("3.11")).stdout == "0.125\n[0.5, 0.25]\n[0.5, 0.25]\n"
