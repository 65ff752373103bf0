"""What an MLproject says, and the command that comes of it: attacks by values are run through a real shell."""

import json
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

import nbtrack
from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.projects.spec import read
from nbtrack.projects.template import fill_in

ATTACKS = [
    "a b",
    "$(touch hit)",
    "`touch hit`",
    "'; touch hit; '",
    '"; touch hit; "',
    "$HOME",
    "a\\",
    "*",
    "",
    "a\nb",
    "&& touch hit",
    "#x",
]


@pytest.fixture
def project(tmp_path):
    def made(text, name="MLproject"):
        (tmp_path / name).write_text(text)
        return read(tmp_path)

    (tmp_path / "show.py").write_text("import json, sys; print(json.dumps(sys.argv[1:]))")
    return made


def filled(project, given, entry="main"):
    return fill_in(
        project.entry_point(entry), given, project.folder, project.folder, project.folder / "fetched"
    )


def command(text):
    return f"entry_points:\n  main:\n    parameters: {{s: string}}\n    command: {json.dumps(text)}\n"


@pytest.mark.parametrize("template", ["{s}", "'{s}'", '"{s}"', "pre{s}post", '"it\'s {s}"', "'say \"{s}\"'"])
@pytest.mark.parametrize("value", ATTACKS)
def test_a_value_arrives_as_it_was_given_however_the_template_quotes(project, tmp_path, template, value):
    made = filled(project(command(f"{sys.executable} show.py {template}")), {"s": value})
    done = subprocess.run(["bash", "-c", made.text], cwd=tmp_path, capture_output=True, text=True, check=True)
    around = template.replace("'{", "{").replace("}'", "}").replace('"{', "{").replace('}"', "}")
    around = {'"it\'s {s}"': "it's {s}", "'say \"{s}\"'": 'say "{s}"'}.get(template, around)
    assert json.loads(done.stdout) == [around.replace("{s}", value)]
    assert not (tmp_path / "hit").exists()
    assert made.params == {"s": value}


@pytest.mark.parametrize(
    "template", ['bash -c "echo {s}"', "echo $(echo {s})", "echo # {s}", "eval echo {s}"]
)
def test_where_a_shell_reads_twice_only_a_plain_word_is_let_in(project, template):
    made = project(command(template))
    assert filled(made, {"s": "plain"}).text == template.format(s="plain")
    with pytest.raises(InvalidValueError, match="cannot be put there safely"):
        filled(made, {"s": "a; touch hit"})


def test_mlflows_example_is_read_in_any_letter_case(project):
    made = project(
        "name: tutorial\nentry_points:\n  main:\n    parameters:\n      alpha: float\n"
        "      l1_ratio: {type: float, default: 0.1}\n    command: python train.py {alpha} {l1_ratio}\n",
        "mlPROJECT",
    )
    got = filled(made, {"alpha": "0.42"})
    assert (made.name, got.text, got.params) == (
        "tutorial", "python train.py 0.42 0.1", {"alpha": "0.42", "l1_ratio": "0.1"},
    )  # fmt: skip
    with pytest.raises(InvalidValueError, match="needs alpha; give -P alpha="):
        filled(made, {})
    doubtful = filled(made, {"alpha": "much", "beta": "a b"})
    assert doubtful.text == "python train.py much 0.1 --beta 'a b'"
    assert doubtful.params == {"alpha": "much", "l1_ratio": "0.1", "beta": "a b"}
    assert "does not declare beta" in doubtful.remarks[1] or "does not declare beta" in doubtful.remarks[0]
    assert any("should be of type float" in one for one in doubtful.remarks)


def test_a_scripts_name_is_an_entry_point_and_an_unknown_one_is_told(project):
    made = project(command("echo {s}"))
    assert filled(made, {"lr": "0.1"}, "show.py").text == "python show.py --lr 0.1"
    with pytest.raises(NotFoundError, match="did you mean 'main'"):
        made.entry_point("mian")


def test_a_folder_without_mlproject_runs_its_scripts_only(tmp_path):
    (tmp_path / "a b.sh").write_text("echo 1")
    made = read(tmp_path)
    assert made.entry_point("a b.sh").command.endswith(" 'a b.sh'")
    with pytest.raises(NotFoundError, match="no MLproject"):
        made.entry_point("main")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("docker_env: {image: x}", "Docker"),
        ("[1]", "names with their values"),
        ("a: [", "not YAML"),
        ("entry_points: {main: {}}", "no command"),
        ("conda_env: no.yaml", "no such file"),
        ("entry_points: {main: {command: 'x {y}'}}", "names y, which it does not declare"),
        ("entry_points: {main: {parameters: {y: {default: 1}}, command: 'x {y:.2f}'}}", "plain {name}"),
        ("entry_points: {main: {command: 'x {'}}", "write braces twice"),
    ],
)
def test_a_fault_is_told_in_words(project, text, says):
    with pytest.raises(InvalidValueError, match=says):
        filled(project(text), {})


def test_a_path_is_looked_for_where_it_was_written(tmp_path):
    inside, outside = tmp_path / "project", tmp_path / "caller"
    for folder in (inside, outside):
        folder.mkdir()
    (inside / "data.csv").touch()
    (outside / "mine.csv").touch()
    (inside / "MLproject").write_text(
        "entry_points: {main: {parameters: {d: {type: path, default: data.csv}, u: {type: uri, default: 's3://x'}},"
        " command: 'x {d} {u}'}}"
    )
    point, fetched = read(inside).entry_point("main"), tmp_path / "fetched"
    assert fill_in(point, {}, inside, outside, fetched).text == f"x {inside / 'data.csv'} s3://x"
    given = fill_in(point, {"d": "mine.csv"}, inside, outside, fetched)
    assert given.text == f"x {outside / 'mine.csv'} s3://x"
    assert given.params["d"] == "mine.csv"
    assert fill_in(point, {"d": (outside / "mine.csv").as_uri()}, inside, inside, fetched).text.startswith(
        f"x {outside}"
    )
    for wrong in ("none.csv", "http://127.0.0.1:9/y", "runs:/0/x", "odd://x/y"):
        with pytest.raises(InvalidValueError, match="is a path"):
            fill_in(point, {"d": wrong}, inside, outside, fetched)
    with pytest.raises(InvalidValueError, match="no address"):
        fill_in(point, {"u": "plain"}, inside, outside, fetched)


def test_a_path_on_another_machine_is_downloaded(tmp_path):
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "my data.csv").write_text("a,b\n")
    (tmp_path / "MLproject").write_text("entry_points: {main: {parameters: {d: path}, command: 'cat {d}'}}")
    point = read(tmp_path).entry_point("main")
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path / "served")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/my%20data.csv"
        made = fill_in(point, {"d": address}, tmp_path, tmp_path, tmp_path / "fetched")
        assert made.params["d"] == address
        done = subprocess.run(["bash", "-c", made.text], capture_output=True, text=True, check=True)
        assert done.stdout == "a,b\n"
        with pytest.raises(InvalidValueError, match=r"param 'd' is a path.*404"):
            fill_in(point, {"d": address + "x"}, tmp_path, tmp_path, tmp_path / "fetched")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_path_may_be_what_a_run_kept(tmp_path, store):
    with nbtrack.start_run() as run:
        nbtrack.log_text("a,b", "tables/data.csv")
    (tmp_path / "MLproject").write_text("entry_points: {main: {parameters: {d: path}, command: 'cat {d}'}}")
    point = read(tmp_path).entry_point("main")
    for address in (f"runs:/{run.info.run_id}/tables/data.csv", f"{run.info.artifact_uri}/tables/data.csv"):
        made = fill_in(point, {"d": address}, tmp_path, tmp_path, tmp_path / "fetched")
        assert made.params["d"] == address
        assert subprocess.check_output(["bash", "-c", made.text]) == b"a,b"
