"""The grammar of `source`, held against Python's own compiler: what it says is bound and read is what the code binds and reads."""

import ast
import dis
import re
from pathlib import Path

import pytest

from nbtrack.capture.source.grammar import (
    SCOPED,
    Bind,
    Evaluate,
    Put,
    begins,
    blocks,
    inside,
    may_leave,
    parts,
)
from nbtrack.capture.source.reads import dotted, free_names
from nbtrack.capture.source.scopes import global_names

CORPUS = Path(__file__).parents[3] / "notebook" / "capture_corpus"
COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
STATEMENTS = """\
a = b = c = []
x, (y, *z), [w, q.r, s[t]] = f(1), g, h
m, *n = 1, 2, 3
history[epoch]["loss"], acc = 1.0, 2
obj.attr = lambda u, *v, k=dd, **kw: (u, kk, v)
count: int = 3
nothing: "List[int]"
self.k: Foo = bar
total += 1
counts[key] += step
if (size := len(a)) > 10 and (more := size + 1): print(size)
del gone, b.c, d[e], (f1, f2)
assert cond, msg(x)
for i, (j, k) in enumerate(data):
    if i: continue
    late = 1
else:
    done = i
for x.attr in xs: pass
while (line := read()):
    if stop: break
with open(path) as file, ctx() as (h1, i1), other, third() as o.p: body(file)
try: risky()
except (ValueError, E.x) as error: handled = error
except: bare = 1
else: fine = 1
finally: last = 1
try: g1 = 1
except* TypeError as group: pass
match cmd.split(), (subject := other):
    case [one, two, *rest] if one > limit: use(rest)
    case {"k": v1, KEY.z: v2, **others}: pass
    case Point(x=0, y=at) | Other.Cls(at): pass
    case str() as text: pass
    case Color.RED | 3 | -1 | None: never = 1
@deco(arg)
class C(Base, mod.B, metaclass=Meta, key=kval): inner = 1
def fn(a: ann, /, b=dflt, *args: ann2, c: T = kd, **kw: ann3) -> ret: local = 1
async def af(): pass
import a1.b1.c1, d1.e1 as f11
from g2.h2 import i2, j2 as k2
[x for x in xs if x > lim for y in x.ys if y]
{k: f(v) for k, v in items.items() if (kept := k)}
((g(x), last_seen) for x in (y for y in ys))
(lambda *p, k=default: p + k + free)
f"{x!r:{width}} {y:.3f} {[z for z in zs]}"
"""


def cells():
    yield STATEMENTS
    for path in sorted(CORPUS.glob("*.py")):
        yield from re.split(r"(?m)^# %%.*$", path.read_text(encoding="utf-8"))


def statements(body):
    """Yield statements, and those in their blocks."""
    for stmt in body:
        yield stmt
        for block in blocks(stmt):
            yield from statements(block.body)


def events(stmt):
    yield from begins(stmt)
    for block in blocks(stmt):
        yield from block.head


def bound(event):
    """Return the names that what is evaluated or bound gives a value."""
    if isinstance(event, Bind):
        return set() if event.kind == "delete" else {event.name}
    return bound_in(event.target if isinstance(event, Put) else event.node)


def bound_in(node):
    if isinstance(node, ast.Lambda):
        node = ast.Tuple([event.node for event in inside(node) if not event.lazy])
    if isinstance(node, SCOPED):
        return set().union(*map(bound, inside(node)))
    return set().union(*map(bound_in, parts(node)))


def stored(code):
    """Return the names that a cell's code binds, as it was compiled."""
    own = {i.argval for i in dis.get_instructions(code) if i.opname in {"STORE_NAME", "STORE_GLOBAL"}}
    # A walrus in a comprehension binds a name of the cell; the bodies of functions run when they are called.
    inner = (one for one in code.co_consts if hasattr(one, "co_code") and one.co_name in COMPREHENSIONS)
    return own.union(*(stored(one) & global_names(one).binds for one in inner))


def test_the_names_that_are_bound_are_those_that_the_compiler_stores():
    for cell in cells():
        tree = ast.parse(cell)
        told = {name for stmt in statements(tree.body) for event in events(stmt) for name in bound(event)}
        code = compile(tree, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        assert told == stored(code) - {"__annotations__"}, cell


def test_the_names_that_an_expression_reads_are_those_that_the_compiler_loads():
    evaluated = [
        event.node
        for cell in cells()
        for stmt in statements(ast.parse(cell).body)
        for event in events(stmt)
        if isinstance(event, Evaluate) and event.role not in {"annotation", "deleted"}
    ]
    assert evaluated
    for node in evaluated:
        # What is bound on the way is no longer read from around.
        if not any(isinstance(part, ast.NamedExpr) for part in ast.walk(node)):
            code = compile(ast.Expression(node), "cell", "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            assert free_names(node) == global_names(code).reads, ast.unparse(node)


def head(source):
    (stmt,) = ast.parse(source).body
    return [describe(event) for event in begins(stmt)]


def describe(event):
    match event:
        case Evaluate(node=node):
            return ast.unparse(node)
        case Bind(name=name, value=value, share=share):
            return f"{name} <- {share} of {ast.unparse(value) if value else None}"
        case Put(target=target):
            return f"{ast.unparse(target)} <- put"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a, b = 1, f(2)", ["(1, f(2))", "a <- whole of 1", "b <- whole of f(2)"]),
        ("a, *b = 1, 2", ["(1, 2)", "a <- whole of 1", "b <- rest of 2"]),
        ("a, *b = v", ["v", "a <- item of v", "b <- rest of v"]),
        ("a, b = *v, 1", ["(*v, 1)", "a <- item of (*v, 1)", "b <- item of (*v, 1)"]),
        ("a.b[0] += c", ["c", "a.b[0] <- put"]),
        ("with f() as a, g(a): pass", ["f()", "a <- whole of f()", "g(a)"]),
        ("for a in b: pass", ["b"]),
        ("x: int", ["int"]),
    ],
)
def test_a_statement_evaluates_and_binds_in_the_order_of_execution(source, found):
    assert head(source) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("if a: b\nelse: c", [("perhaps", [], "b"), ("perhaps", [], "c")]),
        ("for a in b: c", [("repeated", ["a <- whole of b"], "c"), ("once", [], "")]),
        ("while a: b", [("repeated", ["a"], "b"), ("once", [], "")]),
        (
            "try: a\nexcept B as e: c\nfinally: d",
            [
                ("tried", [], "a"),
                ("handler", ["B", "e <- whole of None"], "c"),
                ("tried", [], ""),
                ("finally", [], "d"),
            ],
        ),
        ("match a:\n    case B(c) if c > d: e", [("case", ["B", "c <- whole of a", "c > d"], "e")]),
        ("def f(): a", []),
    ],
)
def test_a_block_comes_with_what_is_done_whenever_it_is_entered(source, found):
    (stmt,) = ast.parse(source).body
    told = [
        (block.how, [describe(event) for event in block.head], "\n".join(map(ast.unparse, block.body)))
        for block in blocks(stmt)
    ]
    assert told == found


@pytest.mark.parametrize(
    ("source", "leaves"),
    [
        ("while a:\n    break", False),
        ("while a:\n    if b: break", False),
        ("for a in b: pass\nelse: break", True),
        ("if a: continue", True),
        ("for a in b: return a", True),
        ("try: pass\nfinally: break", True),
        ("def f(): return 1", False),
    ],
)
def test_what_leaves_a_loop_stays_in_the_block_that_the_loop_stands_in(source, leaves):
    (stmt,) = ast.parse(source).body
    assert may_leave(stmt) == leaves


def test_a_callee_is_written_by_its_names():
    written = ("a.b(c).d[0].e", "a.b", "f()()", '"%s".format', "(await a).b")
    nodes = [ast.parse(text, mode="eval").body for text in written]
    assert [dotted(node) for node in nodes] == ["a.b.d.e", "a.b", "f", ".format", "a.b"]
    assert [dotted(node, plain=True) for node in nodes] == ["", "a.b", "", "", ""]
