"""What is found in scripts that say no word of tracking, and how `nbtrack run train.py` starts them."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

import nbtrack
from tests.unit.script.pythons import VERSIONS, python, run
from tests.waiting import eventually

COMMAND = [sys.executable, "-m", "nbtrack"]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder in which a user works, with a store beside the scripts."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NBTRACK_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(place, text, name="train.py"):
    (place / name).write_text(textwrap.dedent(text).lstrip())


def typed(place, *arguments, **options):
    return subprocess.run(
        [*COMMAND, *arguments], cwd=place, capture_output=True, text=True, timeout=100, check=False, **options
    )


def found(place):
    """Return the only run that the store has."""
    (one,) = nbtrack.runs(store=place / "store")
    return one


LOOP = """
    import sys
    epochs = 4
    for epoch in range(epochs):
        loss = 1 / (epoch + 1)
        print(f"epoch {epoch} loss {loss:.3f}")
    print(sys.argv[1:])
"""


def test_options_before_the_file_are_ours_and_those_behind_it_are_the_scripts(place):
    write(place, LOOP)
    done = typed(
        place, "run", "--run-name", "first", "--experiment-name", "e", "train.py", "--run-name", "x", "-P"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "['--run-name', 'x', '-P']"
    one = found(place)
    assert (one.name, one.experiment, one.status) == ("first", "e", "FINISHED")
    assert one.params == {"epochs": 4}
    assert list(one.history("loss").value) == [1, 1 / 2, 1 / 3, 1 / 4]
    line, run_id = done.stderr.splitlines()
    assert line.startswith("nbtrack: first | ")
    assert "epochs=4 | loss 0.25" in line
    assert run_id == one.id
    outcome = one.store.document(one.key, "outcome")
    assert outcome["exit_code"] == 0
    assert outcome["stdout"].startswith("epoch 0 loss 1.000\n")
    assert "loss = 1 / (epoch + 1)" in str(one.source)
    assert one.store.document(one.key, "project")["command"] == "python train.py --run-name x -P"


def test_a_second_run_says_what_changed(place):
    write(place, "import sys\nrate = 0.5\nscore = 1 - rate\n")
    typed(place, "run", "train.py")
    write(place, "import sys\nrate = 0.25\nscore = 1 - rate\nprint('score', score)\n")
    done = typed(place, "run", "train.py")
    assert "score 0.75" in done.stderr


def test_it_runs_from_python_with_params_as_options(place):
    write(
        place,
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--lr", type=float, default=0.1)
        args = parser.parse_args()
        print("accuracy:", 0.5 + args.lr)
        """,
    )  # fmt: skip
    done = nbtrack.run_project("train.py", parameters={"lr": 0.25}, store=place / "store")
    assert (done.exit_code, done.run.params, done.run.metrics) == (0, {"lr": 0.25}, {"accuracy": 0.75})


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bare_python_captures_too(place, version):
    write(place, LOOP)
    program = python(version)
    if program == sys.executable:
        program = sys._base_executable  # without the packages of its environment
    done = run(program, place, "train.py")
    assert done.returncode == 0, done.stderr
    one = found(place)
    assert (one.params, one.metrics) == ({"epochs": 4}, {"loss": 0.25})
    assert one.store.document(one.key, "environment")["python"]["version"].startswith(version)


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("import sys; sys.exit(7)", 7, "FAILED"),
        ("import sys; sys.exit(0)", 0, "FINISHED"),
        ("1 / 0", 1, "FAILED"),
        ("import os; os._exit(3)", 3, "FAILED"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137, "FAILED"),
        ("raise KeyboardInterrupt", 130, "KILLED"),
        ("x = (", 1, "FAILED"),
    ],
)
def test_the_exit_code_is_the_scripts_and_the_run_has_ended(place, text, code, status):
    write(place, text)
    assert typed(place, "run", "train.py").returncode == code
    assert found(place).status == status


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_script_and_its_run(place, number):
    write(place, "import time\nrate = 0.5\nopen('begun', 'w').close()\ntime.sleep(100)\n")
    child = subprocess.Popen([*COMMAND, "run", "train.py"], cwd=place, stderr=subprocess.PIPE)
    eventually((place / "begun").exists)
    child.send_signal(number)
    _, said = child.communicate(timeout=30)
    assert child.returncode == 128 + number, said
    one = found(place)
    assert (one.status, one.params) == ("KILLED", {"rate": 0.5})
    assert b"nbtrack/" not in said


def test_what_a_script_logs_for_itself_wins(place):
    write(
        place,
        """
        import mlflow
        alpha = 0.5
        with mlflow.start_run(run_name="mine"):
            mlflow.log_param("alpha", 7)
            for step in range(3):
                loss = 1 / (step + 1)
                mlflow.log_metric("loss", loss * 2, step=step * 10)
            score = 1 - loss
        """,
    )  # fmt: skip
    assert typed(place, "run", "train.py").returncode == 0
    one = found(place)
    assert (one.name, one.params) == ("mine", {"alpha": 7})
    assert list(one.history("loss").value) == [2, 1, 2 / 3]


ARGUMENTS = """
    import argparse
    from pathlib import Path

    def main():
        parser = argparse.ArgumentParser()
        parser.add_argument("data", type=Path)
        parser.add_argument("--lr", type=float, default=0.5)
        parser.add_argument("--layers", type=int, nargs="+", default=[64, 32])
        parser.add_argument("--fast", action="store_true")
        parser.set_defaults(function=print)
        args = parser.parse_args()
        print("test accuracy:", 0.7)

    if __name__ == "__main__":
        main()
"""


def test_arguments_that_the_script_parses_are_params(place):
    write(place, ARGUMENTS)
    assert typed(place, "run", "train.py", "wine.csv", "--lr", "0.1").returncode == 0
    assert found(place).params == {
        "data": "wine.csv",
        "lr": 0.1,
        "layers.0": 64,
        "layers.1": 32,
        "fast": False,
    }


def test_arguments_that_a_library_parses_are_not(place):
    folder = place / "site-packages"
    folder.mkdir()
    write(
        folder,
        "import argparse\n\ndef parse():\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--secret-of-lib', default=1)\n    parser.parse_known_args()\n",
        "lib.py",
    )
    write(
        place,
        "import sys\nsys.path.append('site-packages')\nimport lib\nlib.parse()\nimport options\nargs = options.parse()\nrate = 0.5\n",
    )
    write(
        place,
        "import argparse\n\ndef parse():\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--lr', default=1)\n    return parser.parse_args()\n",
        "options.py",
    )
    assert typed(place, "run", "train.py").returncode == 0
    assert found(place).params == {"lr": 1, "rate": 0.5}


def test_the_terminal_is_the_scripts(place):
    write(place, "name = input('name? ')\nprint('hello', name)\n")
    done = typed(place, "run", "train.py", input="Zoe\n")
    assert done.stdout == "name? hello Zoe\n"


def test_an_environment_that_a_script_names_is_built(place, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    write(
        place,
        "# /// script\n# dependencies = ['colorama==0.4.6']\n# ///\nimport colorama, sys\nprint(colorama.__version__, sys.prefix)\n",
    )
    done = typed(place, "run", "--env-manager", "uv", "train.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "0.4.6"
    assert done.stdout.split()[1] != sys.prefix
    assert "colorama==0.4.6" in found(place).store.document(found(place).key, "project")["lock"]


def test_a_cell_keeps_what_its_functions_parse(place):
    """The same hook as in scripts: `%%track` runs the tree in the same way."""
    import argparse
    import ast

    from nbtrack.capture import CellCapture

    before = argparse.ArgumentParser.parse_known_args
    namespace = {"__name__": "__main__"}
    capture = CellCapture(namespace)
    text = textwrap.dedent(
        """
        import argparse
        def main(words):
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float)
            return parser.parse_args(words)
        main(["--lr", "0.5"])
        """
    )
    exec(compile(capture.transform(ast.parse(text)), "cell", "exec"), namespace)
    assert capture.finish().params == {"lr": 0.5}
    assert argparse.ArgumentParser.parse_known_args is before


def test_a_faulty_store_does_not_stop_the_script(place):
    write(place, "print('done')\n")
    (place / "store").write_text("no folder")
    done = run(sys.executable, place, "train.py")
    assert (done.returncode, done.stdout) == (0, "done\n")
    assert "Traceback" not in done.stderr
    assert os.path.isfile(place / "store")


def captured(place, text, *arguments):
    """Run a script to its end, and return its run."""
    write(place, text)
    done = typed(place, "run", "train.py", *arguments)
    assert done.returncode == 0, done.stderr
    return found(place)


def test_main_is_looked_into(place):
    one = captured(
        place,
        """
        from sklearn.linear_model import Ridge
        from sklearn.metrics import r2_score

        def load(rows=40):
            return [[i, i % 3] for i in range(rows)], [2 * i for i in range(rows)]

        def main(alpha, solver="svd"):
            x, y = load()
            model = Ridge(alpha=alpha, solver=solver, tol=0.01)
            model.fit(x, y)
            losses = []
            for epoch in range(3):
                loss = alpha / (epoch + 1)
                losses.append(loss)
            r2 = r2_score(y, model.predict(x))
            n_rows = len(x)
            return r2

        if __name__ == "__main__":
            main(0.5)
        """,
    )  # fmt: skip
    assert one.params == {"alpha": 0.5, "solver": "svd", "tol": 0.01, "epochs": 3}
    assert set(one.metrics) == {"loss", "losses", "r2"}  # as in a cell
    assert list(one.history("loss").value) == [0.5, 0.25, 0.5 / 3]
    assert one.metrics["r2"] > 0.9
    assert [model.name for model in one.store.models.of_run(one.id)] == ["model"]


def test_functions_that_main_calls_are_looked_into_and_nothing_is_said_twice(place):
    one = captured(
        place,
        """
        import argparse

        def evaluate(scale):
            accuracy = 0.5 * scale
            return accuracy

        def train(args, momentum=0.9):
            for epoch in range(args.epochs):
                loss = args.lr / (epoch + 1)
            return evaluate(1.5)

        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=0.5)
            parser.add_argument("--epochs", type=int, default=3)
            args = parser.parse_args()
            accuracy = train(args)
            print("accuracy", accuracy)

        main()
        """,
        "--lr", "1.5",
    )  # fmt: skip
    assert one.params == {"lr": 1.5, "epochs": 3, "momentum": 0.9, "scale": 1.5}
    assert one.metrics == {"accuracy": 0.75, "loss": 0.5}
    assert list(one.history("loss").value) == [1.5, 0.75, 0.5]


def test_what_click_gives_a_command_are_params(place):
    one = captured(
        place,
        """
        import click

        @click.command()
        @click.option("--lr", default=0.1)
        @click.option("--epochs", default=3)
        @click.argument("data", type=click.Path())
        def train(lr, epochs, data):
            for epoch in range(epochs):
                loss = lr / (epoch + 1)

        if __name__ == "__main__":
            train()
        """,
        "--lr", "0.5", "wine.csv",
    )  # fmt: skip
    assert one.params == {"lr": 0.5, "epochs": 3, "data": "wine.csv"}
    assert list(one.history("loss").value) == [0.5, 0.25, 0.5 / 3]


def test_functions_of_a_script_that_train_nothing_are_left_alone(place):
    one = captured(
        place,
        """
        def shout(text="x", size=12):
            print(text * size)

        def prepare(folder="data", shape=(2, 3)):
            rows = [list(range(shape[1])) for _ in range(shape[0])]
            return rows

        rows = prepare()
        shout()
        score = 0.5 * len(rows)
        print("score", score)
        """,
    )  # fmt: skip
    assert (one.params, one.metrics) == ({}, {"score": 1})


def test_results_that_are_handed_to_functions_are_no_params(place):
    one = captured(
        place,
        """
        def score(loss, weight=2, n=1):
            final_score = weight / (loss + n)
            return final_score

        loss = sum([0.25, 0.25])
        score(loss, n=len([1, 2]))
        """,
    )  # fmt: skip
    assert one.params == {"weight": 2}
    assert one.metrics["final_score"] == 2 / 2.5


def test_what_failed_in_main_keeps_what_was_reached(place):
    write(
        place,
        "def main():\n    rate = 0.5\n    for i in range(3):\n        loss = rate / (2 - i)\n    alpha = 0.1\n\nmain()\n",
    )
    done = typed(place, "run", "train.py")
    assert done.returncode == 1
    one = found(place)
    assert (one.status, one.params) == ("FAILED", {"rate": 0.5})
    assert list(one.history("loss").value) == [0.25, 0.5]
    assert "nbtrack/" not in done.stderr


PLAIN = """
    lr = 0.5  # the rate
    for step in range(3):
        loss = lr / (step + 1)
    if loss > 100:
        raise ValueError(f"diverged at {lr}")
"""


def test_a_script_that_reads_no_options_gets_params_in_the_places_of_its_literals(place):
    write(place, PLAIN)
    before = (place / "train.py").read_text()
    done = typed(place, "run", "-P", "lr=0.1", "train.py")
    assert done.returncode == 0, done.stderr
    one = found(place)
    assert (one.params["lr"], one.metrics["loss"]) == (0.1, pytest.approx(0.1 / 3))
    assert "lr = 0.1  # the rate" in str(one.source)
    assert (place / "train.py").read_text() == before
    failed = typed(place, "run", "-P", "lr=1000", "train.py")
    assert failed.returncode == 1
    assert 'File "' in failed.stderr
    assert "diverged at 1000.0" in failed.stderr
    assert nbtrack.runs("status = 'FAILED'", store=place / "store")[0].params["lr"] == 1000.0


@pytest.mark.parametrize(
    ("text", "given", "says"),
    [
        (PLAIN, "beta=1", "beta"),
        (PLAIN, "lr=high", "lr"),
        ("import sys\nlr = float(sys.argv[1])\n", "lr=1", "after the file"),
        ("lr = = 1\n", "lr=1", "no Python"),
        ("a = f(lr=1)\nb = g(lr=2)\n", "lr=1", "several places"),
    ],
)
def test_a_param_without_a_place_makes_no_run(place, text, given, says):
    write(place, text)
    done = typed(place, "run", "-P", given, "train.py")
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not len(nbtrack.runs(store=place / "store"))


def test_a_param_behind_a_script_that_reads_no_arguments_is_refused(place):
    write(place, PLAIN)
    done = typed(place, "run", "train.py", "-P", "lr=0.1")
    assert done.returncode == 1
    assert "before the file" in done.stderr


def test_options_of_a_parser_are_given_as_such(place):
    write(
        place,
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--lr", type=float, default=0.5)
        loss = parser.parse_args().lr * 2
        """,
    )
    assert typed(place, "run", "-P", "lr=0.1", "train.py").returncode == 0
    assert found(place).params == {"lr": 0.1}


OTHERS_CALL = {
    "a decorator of the script's": """
        import functools

        def timed(function):
            @functools.wraps(function)
            def inner(*args, **options):
                return function(*args, **options)
            return inner

        @timed
        def main(lr=0.5, epochs=3):
            for epoch in range(epochs):
                loss = lr / (epoch + 1)

        main(lr=0.25)
    """,
    "a thread": """
        import threading

        def train(lr, epochs=3):
            for epoch in range(epochs):
                loss = lr / (epoch + 1)
            return loss

        thread = threading.Thread(target=train, args=(0.25,))
        thread.start()
        thread.join()
    """,
}


@pytest.mark.parametrize("version", ["3.12", "3.13"])
@pytest.mark.parametrize("how", OTHERS_CALL)
def test_functions_that_others_call_are_heard_of_and_not_changed(place, how, version):
    write(place, OTHERS_CALL[how])
    done = run(python(version), place, "train.py")
    assert done.returncode == 0, done.stderr
    assert found(place).params == {"lr": 0.25, "epochs": 3}
    assert found(place).metrics["loss"] == 0.25 / 3


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_what_failed_there_is_kept_too(place, version):
    write(place, OTHERS_CALL["a decorator of the script's"].replace("loss = lr", "loss = lr / (1 - epoch)"))
    done = run(python(version), place, "train.py")
    assert done.returncode == 1
    assert "nbtrack/" not in done.stderr.replace(str(place), "")
    assert found(place).params == {"lr": 0.25, "epochs": 3}


@pytest.mark.skipif(os.name != "posix", reason="terminals of POSIX")
def test_on_a_terminal_ctrl_c_is_the_scripts_to_handle(place):
    """Nobody ends it meanwhile, and it is told once."""
    import fcntl
    import pty
    import termios

    write(
        place,
        """
        import sys, time
        print(sys.stdin.isatty(), sys.stdout.isatty(), flush=True)
        interrupts = 0
        begun = time.monotonic()
        while time.monotonic() < begun + 60 and not interrupts:
            try:
                open("begun", "w").close()
                time.sleep(0.05)
            except KeyboardInterrupt:
                interrupts += 1
        time.sleep(1)
        print("saved", flush=True)
        final_loss = sum([0.25, 0.25])
        print("loss", final_loss)
        """,
    )
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [*COMMAND, "run", "train.py"], cwd=place, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
    )  # fmt: skip
    os.close(theirs)
    eventually((place / "begun").exists)
    os.write(ours, b"\x03")
    said = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        said += part
    assert child.wait(timeout=60) == 0, said
    os.close(ours)
    assert b"True True" in said
    assert b"saved" in said
    assert (found(place).status, found(place).metrics["final_loss"]) == ("FINISHED", 0.5)


def test_what_a_script_is_asked_for_are_params_and_never_metrics(place):
    write(
        place,
        """
        import os, sys
        lr, epochs = map(float, sys.argv[1:3])
        seed = int(os.environ.get("SEED", "3"))
        score = float(input())
        mode = sys.argv[3] if len(sys.argv) > 3 else "fast"
        for epoch in range(int(epochs)):
            loss = lr * score / (epoch + 1)
        """,
    )
    done = typed(place, "run", "train.py", "0.5", "3", input="0.5\n")
    assert done.returncode == 0, done.stderr
    params = found(place).params
    assert {name: params[name] for name in ("lr", "epochs", "seed", "mode")} == {
        "lr": 0.5,
        "epochs": 3,
        "seed": 3,
        "mode": "fast",
    }
    assert set(found(place).metrics) == {"loss"}


def test_a_main_that_gets_the_words_of_the_command_line_and_returns_its_metrics(place):
    one = captured(
        place,
        """
        import argparse, sys

        def main(argv=None):
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float)
            args = parser.parse_args(argv)
            for epoch in range(3):
                val_loss = args.lr / (epoch + 1)
            return {"val_loss": val_loss}

        metrics = main(sys.argv[1:])
        """,
        "--lr", "0.6",
    )  # fmt: skip
    assert one.params == {"lr": 0.6, "epochs": 3}
    assert one.metrics == {"val_loss": 0.6 / 3}


def test_calls_that_are_repeated_run_the_function_itself(place):
    one = captured(
        place,
        """
        def fit(rate):
            import inspect
            names = inspect.currentframe().f_code.co_names
            loss = rate / 2
            return any("nbtrack" in name for name in names)

        print([fit(rate) for rate in (1, 2)], [fit(one) for one in range(2)])
        for rate in (0.5, 0.25):
            print(fit(rate))
        """,
    )  # fmt: skip
    assert "True" not in one.store.document(one.key, "outcome")["stdout"]
    assert one.metrics == {}


ARGPARSE = """
    import argparse
    rate = 0.5
    def main():
        parser = argparse.ArgumentParser()
        parser.add_argument("--version", action="version", version="train 1.0")
        parser.add_argument("--epochs", type=int, default=3)
        args = parser.parse_args()
        if args.epochs > 9:
            parser.error("too many epochs")
        for epoch in range(args.epochs):
            loss = rate / (epoch + 1)
        if args.epochs == 9:
            parser.error("odd epochs")
    main()
"""
CLICK = """
    import click
    @click.command()
    @click.version_option("1.0")
    @click.option("--epochs", type=int, default=3)
    def main(epochs):
        print("training", epochs)
        if epochs == 9:
            raise click.UsageError("odd epochs")
    main()
"""
COMMANDS = """
    import click
    @click.group()
    @click.version_option("1.0")
    def main():
        pass
    @main.command()
    @click.option("--epochs", type=int, default=3)
    def train(epochs):
        for epoch in range(3):
            loss = 1 / (epoch + 1)
        if not epochs:
            raise click.UsageError("no epochs")
    main()
"""
GROUP = """
    import typer
    app = typer.Typer()
    def version(value: bool):
        if value:
            print("train 1.0")
            raise typer.Exit()
    @app.callback()
    def common(version: bool = typer.Option(False, "--version", callback=version, is_eager=True)):
        pass
    @app.command()
    def train(epochs: int = 3):
        print("training", epochs)
    app()
"""


@pytest.mark.parametrize(
    ("text", "arguments", "code", "count"),
    [
        (ARGPARSE, ["--help"], 0, 0), (ARGPARSE, ["--version"], 0, 0), (ARGPARSE, ["--lr", "1"], 2, 0),
        (ARGPARSE, ["--epochs", "10"], 2, 0), (ARGPARSE, [], 0, 1), (ARGPARSE, ["--epochs", "9"], 2, 1),
        (CLICK, ["--help"], 0, 0), (CLICK, ["--version"], 0, 0), (CLICK, ["--epochs", "x"], 2, 0),
        (CLICK, [], 0, 1), (CLICK, ["--epochs", "9"], 2, 0),
        (COMMANDS, ["--version"], 0, 0), (COMMANDS, ["train", "--help"], 0, 0), (COMMANDS, ["tune"], 2, 0),
        (COMMANDS, ["train", "--epochs", "2"], 0, 1), (COMMANDS, ["train", "--epochs", "0"], 2, 1),
        (GROUP, ["--version"], 0, 0), (GROUP, ["train", "--help"], 0, 0), (GROUP, ["tune"], 2, 0),
        (GROUP, ["train", "--epochs", "2"], 0, 1),
        ("import sys; sys.exit('usage: train.py FILE')", [], 1, 1),
    ],
)  # fmt: skip
def test_who_asks_a_script_for_its_options_has_no_run(place, text, arguments, code, count):
    for library in ("click", "typer"):
        if f"import {library}" in text:
            pytest.importorskip(library)
    write(place, text)
    bare = subprocess.run(
        [sys.executable, "train.py", *arguments], cwd=place, capture_output=True, text=True, check=False
    )
    done = typed(place, "run", "train.py", *arguments)
    assert (done.returncode, done.stdout) == (code, bare.stdout)
    assert len(nbtrack.runs(store=place / "store")) == count
    if not count:
        assert done.stderr == bare.stderr


def test_a_project_with_a_wrong_option_keeps_its_run(place):
    write(place, ARGPARSE)
    (place / "MLproject").write_text("entry_points:\n  main:\n    command: python train.py --lr 1\n")
    assert typed(place, "run", ".", "--env-manager", "local").returncode == 2
    assert found(place).status == "FAILED"
