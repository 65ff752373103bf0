"""The texts in a source that reach the output as they stand there, numbers and all: `print("Baseline: f1 = 0.87")`."""

from __future__ import annotations

import ast
import re
import string
from itertools import groupby
from typing import TYPE_CHECKING

from nbtrack.capture.source.labels import SPEC
from nbtrack.capture.source.literals import literal
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.words.calls import call_role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["written_texts"]

_FORM = re.compile(r"[-+ ]?0?\d{0,2}[,_]?(?:\.\d{1,2})?[deEfFgG%]?")
"""The forms that a number is given here as Python gives it."""


def written_texts(tree: ast.AST) -> set[str]:
    r"""Return the parts of lines that a source may print as they are: between two of them stands what is computed.

    A name that holds one number, and never another, stands for its number.

    Examples
    --------
    >>> text = "PAPER = 0.87\nprint(f'paper: {PAPER:.3f}, ours: {f1}')\nprint('goal', 0.9, 'reached', f1)"
    >>> sorted(one for one in written_texts(ast.parse(text)) if "0" in one)
    ['goal 0.9 reached', 'paper: 0.870, ours: ']
    """
    numbers = _numbers(tree)
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                found.update(_pieces(text))
            case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Mod()):
                found.update(_joined(_parts(node, numbers)))
            case ast.Call(func=func, args=args) if call_role(dotted(func)) == "show":
                found.update(_joined(_arguments(args, numbers)))
    return {line for text in found for line in text.splitlines() if any(c.isdecimal() for c in line)}


def _pieces(text: str) -> Iterator[str]:
    """Yield a text, and what stands between its fields if it is a form."""
    yield text
    if "%" in text:
        yield from SPEC.split(text)
    if "{" in text:
        try:
            yield from (piece for piece, *_ in string.Formatter().parse(text))
        except ValueError:  # it is none
            return


def _joined(parts: Iterable[str | None]) -> Iterator[str]:
    for computed, run in groupby(parts, lambda part: part is None):
        if not computed:
            yield "".join(part for part in run if part is not None)


def _arguments(args: Iterable[ast.expr], numbers: Mapping[str, float]) -> Iterator[str | None]:
    for count, argument in enumerate(args):
        if count:
            yield " "
        yield from _parts(argument, numbers)


def _parts(node: ast.expr, numbers: Mapping[str, float]) -> Iterator[str | None]:
    """Yield the texts that an expression shows, and None for what is computed."""
    match node:
        case ast.Constant(value=value):
            yield str(value)
        case ast.JoinedStr(values=values):
            for one in values:
                yield from _parts(one, numbers)
        case ast.FormattedValue(value=value, conversion=-1, format_spec=spec):
            form = "" if spec is None else "".join(part or "?" for part in _parts(spec, {}))
            yield _shown(_number(value, numbers), form)
        case ast.BinOp(left=ast.Constant(value=str(form)), op=ast.Mod(), right=right):
            values = right.elts if isinstance(right, ast.Tuple) else [right]
            texts, specs = SPEC.split(form), SPEC.findall(form)
            yield texts[0]
            for text, spec, value in zip(texts[1:], specs, values, strict=False):
                yield _shown(_number(value, numbers), spec[1:])
                yield text
        case ast.BinOp(left=left, op=ast.Add(), right=right) if _is_text(left) or _is_text(right):
            yield from _parts(left, numbers)
            yield from _parts(right, numbers)
        case _:
            yield _shown(_number(node, numbers), "")


def _is_text(node: ast.expr) -> bool:
    """Return whether adding something to an expression makes a text."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _is_text(left) or _is_text(right)
    return False


def _number(node: ast.expr, numbers: Mapping[str, float]) -> float | None:
    """Return the number that an expression is, as the user wrote it."""
    if isinstance(node, ast.Name):
        return numbers.get(node.id)
    value = literal(node)
    return value if type(value) in (int, float) else None


def _shown(value: float | None, form: str) -> str | None:
    if value is None or not _FORM.fullmatch(form):
        return None
    try:
        return format(value, form)
    except ValueError:  # `d` of a float
        return None


def _numbers(tree: ast.AST) -> dict[str, float]:
    """Return the names that are bound once in the whole of a source, and to a number."""
    bound: dict[str, int] = {}
    found: dict[str, float] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                bound[name] = bound.get(name, 0) + 1
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound[name] = bound.get(name, 0) + 1
            case ast.alias(name=name, asname=other):
                bound[other or name] = bound.get(other or name, 0) + 1
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                number = _number(value, {})
                if number is not None:
                    found[name] = number
    return {name: value for name, value in found.items() if bound[name] == 1}
