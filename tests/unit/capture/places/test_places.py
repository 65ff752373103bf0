"""Where a script's literals stand, and what becomes of it when another value is put there."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbtrack.capture import CellCapture
from nbtrack.capture.places import places_in, places_of_params, value_like, with_values
from nbtrack.errors import InvalidValueError, NotFoundError


def changed(source, positional=None, **values):
    """Return the lines that differ when values are put into a script, the new ones."""
    text = with_values(source, places_in(source, positional), values)
    pairs = zip(source.splitlines(), text.splitlines(), strict=True)
    return [new for old, new in pairs if old != new]


@pytest.mark.parametrize(
    ("source", "name", "value", "line"),
    [
        ("alpha = 0.5  # strength", "alpha", 3, "alpha = 3.0  # strength"),
        ("alpha: float = 0.5", "alpha", "1e-3", "alpha: float = 0.001"),
        ("alpha, beta = 0.5, 2", "beta", 5, "alpha, beta = 0.5, 5"),
        ("a = b = 0.5", "b", 0.1, "a = b = 0.1"),
        ("rate = -0.5; x = 1", "rate", 0.5, "rate = 0.5; x = 1"),
        ("seconds = 60 * 60", "seconds", 10, "seconds = 10"),
        ("é = 'ü'; n = 3", "n", 4, "é = 'ü'; n = 4"),
        ("c = {'lr': 0.1, 'data': load()}", "c.lr", 0.2, "c = {'lr': 0.2, 'data': load()}"),
        ("c = {'net': {'sizes': [3, 4]}}", "c.net.sizes.1", 5, "c = {'net': {'sizes': [3, 5]}}"),
        ("c = {}\nc['lr'] = 0.1", "c.lr", 0.2, "c['lr'] = 0.2"),
        ("c = {'lr': 0.1}\nc.update(lr=0.2)\nuse(c)", "lr", 0.3, "c.update(lr=0.3)"),
        ("c.net.lr = 0.1", "c.net.lr", 0.2, "c.net.lr = 0.2"),
        ("c = SimpleNamespace(lr=0.1)", "c.lr", 0.2, "c = SimpleNamespace(lr=0.2)"),
        ("m = Ridge(alpha=0.1)", "alpha", 0.2, "m = Ridge(alpha=0.2)"),
        ("m = make_pipeline(S(), Ridge(alpha=0.1))", "m.ridge.alpha", 1, "m = make_pipeline(S(), Ridge(alpha=1.0))"),
        ("m = Pipeline([('reg', Ridge(alpha=0.1))])", "reg.alpha", 1, "m = Pipeline([('reg', Ridge(alpha=1.0))])"),
        ("ms = {'a': Ridge(alpha=1), 'b': Ridge(alpha=2)}", "b.alpha", 3, "ms = {'a': Ridge(alpha=1), 'b': Ridge(alpha=3)}"),
        ("def fit(a, b=2):\n    pass\nfit(1, 3)", "b", 4, "fit(1, 4)"),
        ("def fit(a, b=2):\n    pass\nfit(1)", "b", 4, "def fit(a, b=4):"),
        ("class C:\n    lr = 0.1", "C.lr", 0.2, "    lr = 0.2"),
        ("@dataclass\nclass C:\n    lr: float = 0.1\nc = C()", "c.lr", 0.2, "    lr: float = 0.2"),
        ("@dataclass\nclass C:\n    lr: float = 0.1\nc = C(0.3)", "c.lr", 0.2, "c = C(0.2)"),
        ("@dataclass\nclass C:\n    lr: float = field(default=0.1)\nc = C()", "lr", 0.2, "    lr: float = field(default=0.2)"),
        ("p.add_argument('-b', '--batch-size', default=8)\nargs = p.parse_args()", "args.batch_size", 9, "p.add_argument('-b', '--batch-size', default=9)"),
        ("n = 1\nn = 2\nprint(n)", "n", 3, "n = 3"),
        ("rate = 0.1\nfor i in range(9):\n    rate *= 0.9", "rate", 0.2, "rate = 0.2"),
        ("def f():\n    return n\nn = 1\nr = f()\nn = load()", "n", 3, "n = 3"),
        ("def main():\n    lr = 0.1\n    print(lr)\nmain()", "lr", 0.2, "    lr = 0.2"),
        ("if __name__ == '__main__':\n    lr = 0.1", "lr", 0.2, "    lr = 0.2"),
        ("async def _cell():\n    global lr\n    lr = 0.1\n    await f(lr)", "lr", 0.2, "    lr = 0.2"),
        ("try:\n    lr = 0.1\nexcept Exception:\n    pass", "lr", 0.2, "    lr = 0.2"),
        ("text = 'a'", "text", "it's \"b\"", "text = 'it\\'s \"b\"'"),
        ("deep = True", "deep", "no", "deep = False"),
        ("depth = None", "depth", "5", "depth = 5"),
        ("depth = 5", "depth", "None", "depth = None"),
        ("n = 5", "n", "0.5", "n = 0.5"),
        ("x = 0.5", "x", "inf", 'x = float("inf")'),
        ("sizes = (3, 4)", "sizes", "(5,)", "sizes = (5,)"),
    ],
)  # fmt: skip
def test_a_value_stands_in_the_place_of_the_literal(source, name, value, line):
    assert changed(source, **{name: value})[-1] == line


def test_a_positional_argument_goes_by_the_name_that_was_recorded():
    assert changed("m = KMeans(3)", {"KMeans": ["n_clusters"]}, n_clusters=5) == ["m = KMeans(5)"]
    assert "n_clusters" not in places_in("m = KMeans(*given, 3)", {"KMeans": ["n_clusters"]})


def test_several_values_at_once_also_in_one_line():
    source = "a, b = 0.5, 'x'\nm = Ridge(alpha=0.1)  # é"
    found = with_values(source, places_in(source), {"b": "yy", "a": 1, "alpha": 10})
    assert found == "a, b = 1.0, 'yy'\nm = Ridge(alpha=10.0)  # é"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_literal_of_several_lines_and_the_ends_of_lines(ending):
    source = ending.join(["text = '''one", "two'''", "n = 1", ""])
    assert with_values(source, places_in(source), {"text": "three"}) == ending.join(
        ["text = 'three'", "n = 1", ""]
    )


@pytest.mark.parametrize(
    "source",
    [
        "for alpha in [0.1, 0.2]:\n    fit(alpha)",
        "fits = [fit(a) for alpha in (0.1, 0.2)]",
        "for i in x:\n    alpha = 0.1\n    fit(alpha)",
        "alpha = load()",
        "alpha = 0.5\nalpha = load()",
    ],
)
def test_what_is_no_setting_has_no_place(source):
    with pytest.raises(NotFoundError, match="no literal"):
        changed(source, alpha=0.3)


def test_an_ambiguous_name_is_refused_with_its_lines_and_longer_names_are_offered():
    source = "one = Ridge(alpha=0.5)\nother = Lasso(alpha=0.1)"
    with pytest.raises(InvalidValueError, match=r"'alpha' .* lines 1, 2; give Ridge.alpha or Lasso.alpha"):
        changed(source, alpha=0.3)
    assert changed(source, **{"Lasso.alpha": 0.3}) == ["other = Lasso(alpha=0.3)"]
    source = "n = 1\nprint(n)\nn = 2\nprint(n)"
    with pytest.raises(InvalidValueError, match="lines 1, 3"):
        changed(source, n=3)
    with pytest.raises(InvalidValueError, match="lines 2, 4"):
        changed("if x:\n    n = 1\nelse:\n    n = 2\nprint(n)", n=3)


def test_a_name_that_is_mistyped_is_told_the_nearest():
    with pytest.raises(NotFoundError, match="did you mean 'alpha'"):
        changed("alpha = 0.5", alhpa=1)


@pytest.mark.parametrize(
    ("old", "value"),
    [(0.5, "abc"), (0.5, "True"), (3, "x"), (True, "maybe"), (True, "2"), ("a", 3), ((1,), "3"), (None, "abc"), (0.5, True)],
)  # fmt: skip
def test_what_is_not_of_the_literals_type_is_refused_and_not_quoted(old, value):
    with pytest.raises(InvalidValueError):
        changed(f"x = {old!r}", x=value)


def test_a_whole_and_a_part_of_it_are_not_both_given():
    with pytest.raises(InvalidValueError, match="as a whole and in a part"):
        changed("c = {'lr': 0.1}", c={"lr": 1}, **{"c.lr": 0.3})


@pytest.mark.parametrize(
    ("script", "params", "lines"),
    [
        ("a = Ridge(alpha=0.5)\nb = Lasso(alpha=0.1)", {"a.alpha": 0.5, "b.alpha": 0.1}, {"a.alpha": [1], "b.alpha": [2]}),
        ("a = Ridge(alpha=0.5)\nb = Lasso(alpha=0.5)", {"alpha": 0.5}, {"alpha": [1, 2], "Ridge.alpha": [1], "Lasso.alpha": [2]}),
        ("alpha = 0.5\nb = Lasso(alpha=0.5)", {"alpha": 0.5}, {"alpha": [1]}),
        ("n = 3\nm = KMeans(n)", {"n": 3, "n_clusters": 3}, {"n": [1]}),
        ("alpha = 0.5", {"alpha": 0.4}, {}),
    ],
)  # fmt: skip
def test_a_runs_params_are_found_by_their_names_and_values(script, params, lines):
    found = places_of_params(script, params)
    assert {name: [one.line for one in found[name]] for name in {*lines, *params} & found.keys()} == lines


def test_capture_records_what_the_text_does_not_tell():
    namespace = {"__name__": "__main__"}
    exec(
        "from sklearn.cluster import KMeans\nX = [[0.0], [1.0], [5.0], [6.0]]\nearlier = KMeans(2, n_init=3)",
        namespace,
    )
    capture = CellCapture(namespace)
    tree = capture.transform(ast.parse("model = KMeans(3, n_init=4)\nmodel.fit(X)\nearlier.fit(X)"))
    exec(compile(tree, "cell", "exec"), namespace)
    assert capture.finish().positional == {"KMeans": ["n_clusters"]}


# -- for any cell: the value that is put in is the one that a run of it records

NAMES = ["alpha", "beta", "depth", "tol", "kind"]
VALUES = st.one_of(
    st.integers(-1000, 1000),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8),
)  # fmt: skip
FORMS = [
    ("{name} = {value}  # é {{}}", "{name}"),
    ("x, {name} = f(), {value}", "{name}"),
    ("{name}: object = (\n    {value}\n)", "{name}"),
    ("config = {{'é': 1, '{name}': {value}}}", "config.{name}"),
    ("config = dict({name}={value}, other='ü')", "config.{name}"),
    ("config = {{}}\nconfig['{name}'] = 0\nconfig = {{'{name}': {value}}}", "config.{name}"),
    ("class config:\n    first = 1\n    {name} = {value}", "config.{name}"),
    ("config = C({name}={value})", "config.{name}"),
    ("config = C({value})", "config.first"),
]
HEAD = """
from dataclasses import dataclass
@dataclass
class C:
    first: object = 0
    alpha: object = 0
    beta: object = 0
    depth: object = 0
    tol: object = 0
    kind: object = 0
def f():
    return 1
"""


def recorded(cell):
    namespace = {"__name__": "__main__"}
    exec(HEAD, namespace)
    capture = CellCapture(namespace)
    exec(compile(capture.transform(ast.parse(cell)), "cell", "exec"), namespace)
    return capture.finish().params


@given(st.sampled_from(FORMS), st.sampled_from(NAMES), VALUES, st.data())
def test_a_run_of_the_edited_cell_records_exactly_the_new_value(form, name, old, data):
    pattern, path = form
    cell = pattern.format(name=name, value=repr(old))
    param = path.format(name=name)
    params = recorded(cell)
    if param not in params:
        return  # such as a text that looks like a secret
    new = data.draw(VALUES.filter(lambda value: type(value) is type(old)))
    script = HEAD + cell
    places = places_of_params(script, params)
    edited = with_values(script, places, {param: new})
    assert edited == HEAD + pattern.format(name=name, value=repr(new))
    assert recorded(edited.removeprefix(HEAD))[param] == new
    assert with_values(script, places, {param: str(new)}) == edited
    assert value_like(old, new) == new
