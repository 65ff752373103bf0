"""What an execution came to is told exactly: by generated cells, and by what a user would notice."""

import ast
import contextlib
import textwrap

from hypothesis import given, note, settings
from hypothesis import strategies as st

from nbtrack.capture import CellCapture


class Stop(Exception):
    """Ends a generated cell, or a part of it."""


def block(children):
    return st.lists(children, min_size=1, max_size=4).map("\n".join)


def indented(text):
    return textwrap.indent(text, "    ")


def extend(children):
    inner = block(children).map(indented)
    loop = st.tuples(
        inner, st.sampled_from(["", "    if odd():\n        break", "    if odd():\n        continue"])
    )
    return st.one_of(
        inner.map(lambda a: f"if odd():\n{a}"),
        st.tuples(inner, inner).map(lambda p: f"if odd():\n{p[0]}\nelse:\n{p[1]}"),
        st.tuples(loop, inner).map(lambda p: f"for i in range(some()):\n{p[0][1] or '    pass'}\n{p[0][0]}"),
        st.tuples(inner, loop).map(
            lambda p: f"for i in range(some()):\n{p[0]}\n{p[1][1] or '    pass'}\n{p[1][0]}"
        ),
        st.tuples(inner, inner).map(lambda p: f"for i in range(some()):\n{p[0]}\nelse:\n{p[1]}"),
        inner.map(lambda a: f"left = some()\nwhile left:\n    left -= 1\n{a}"),
        st.tuples(inner, inner).map(lambda p: f"try:\n{p[0]}\nexcept Stop:\n{p[1]}"),
        st.tuples(inner, inner, inner).map(
            lambda p: f"try:\n{p[0]}\nexcept Stop as error:\n{p[1]}\nelse:\n{p[2]}\nfinally:\n    pass"
        ),
        st.tuples(inner, inner).map(lambda p: f"try:\n{p[0]}\nfinally:\n{p[1]}"),
        inner.map(lambda a: f"with suppress(Stop):\n{a}"),
        st.tuples(inner, inner).map(
            lambda p: f"match some():\n    case 1:\n{indented(p[0])}\n    case _:\n{indented(p[1])}"
        ),
    )


CELLS = block(st.recursive(st.just("done()"), extend, max_leaves=12))


def numbered(source):
    """Give each `done()` of a cell a name of its own to bind."""
    parts = source.split("done()")
    return "".join(f"{part}x{n} = done({n})" for n, part in enumerate(parts[:-1])) + parts[-1]


@settings(max_examples=200)
@given(CELLS.map(numbered), st.randoms(use_true_random=False), st.sampled_from([0.0, 0.1, 0.3]))
def test_the_tree_that_is_left_binds_what_was_bound(source, chance, failing):
    bound = set()

    def done(number):
        if chance.random() < failing:
            raise Stop
        bound.add(number)
        return number

    namespace = {
        "done": done,
        "odd": lambda: chance.random() < 0.5,
        "some": lambda: chance.choice([0, 1, 1, 2]),
        "Stop": Stop,
        "suppress": contextlib.suppress,
    }
    capture = CellCapture(namespace)
    code = compile(capture.transform(ast.parse(source)), "cell", "exec")
    error = None
    try:
        exec(code, namespace)
    except Stop as stop:
        error = stop
    capture.finish(error)
    (sites,) = capture._run.sites
    left = ast.walk(sites.reach.tree())
    names = {n.id for n in left if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    note(source)
    assert {int(name[1:]) for name in names if name.startswith("x")} == bound


def test_marks_are_taken_back_and_shown_values_stay_last():
    tree = CellCapture({}).transform(ast.parse("a = 1\nfor i in range(3):\n    b = i\na + b"))
    assert isinstance(tree.body[-1], ast.Expr)
    assert ast.unparse(tree.body[-1]) == "a + b"
    tree = CellCapture({}).transform(ast.parse("a = 1\nb = 2"))
    assert isinstance(tree.body[-1], ast.Assign), "where IPython is told to show what is assigned last"
