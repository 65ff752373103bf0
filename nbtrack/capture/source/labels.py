"""The text before a number that a cell shows: `print("features used:", (coef != 0).sum())`."""

from __future__ import annotations

import ast
import re
import string
from typing import TYPE_CHECKING

from nbtrack.capture.source.literals import is_literal
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.words.calls import NUMBER_FORMS, UNWRAPPING, call_role
from nbtrack.capture.words.printed import LABEL_STOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.capture.source.analysis import CellAnalysis, Loop

__all__ = ["SPEC", "is_name_in_disguise", "label_name", "shown_expressions"]

_MAX_WORDS = 4
SPEC = re.compile(r"%(?:\(\w+\))?[-#0 +]*(?:\d+|\*)?(?:\.\d+)?[diouxXeEfFgGcrsa]")
"""A field of a `%` form."""

_MOMENTS = (" after", " before", " until", " within")
"""How a text ends before a number that says when."""


def label_name(text: str) -> str | None:
    """Return the name that a label gives the number after it, or None if it has none.

    Examples
    --------
    >>> label_name("Number of features used: "), label_name("epoch 3, val loss = "), label_name(" | ")
    ('features_used', 'val_loss', None)
    >>> label_name("Train R2: ")
    'train_r2'
    """
    last = re.split(r"[,;|()\[\]\n\t]|(?<![A-Za-z])\d(?![A-Za-z])|\s-\s", text.rstrip(" :=~≈\t"))[-1]
    if text.rstrip().lower().endswith(_MOMENTS):
        return None  # "accuracy after 420 updates" does not name the 420
    parts = [part.lower() for part in re.split(r"[^A-Za-z0-9]+", re.sub(r"[²^]2?", "2", last)) if part]
    # "of the network on the test set" says where; the words before it say what.
    kept = [part for part in parts if part not in LABEL_STOPS][:_MAX_WORDS]
    return "_".join(kept) if kept and len("".join(kept)) > 1 else None


def shown_expressions(analysis: CellAnalysis) -> Iterator[tuple[ast.expr, str, Loop | None]]:
    """Yield each expression that the cell shows, the text before it, and the loop around it."""
    last = analysis.tree.body[-1] if analysis.tree.body else None
    if isinstance(last, ast.Expr):
        yield last.value, "", None
    for call in analysis.calls:
        if call.role == "show" and call.hookable:
            text = ""
            arguments = call.node.args
            if len(arguments) > 1 and isinstance(arguments[0], ast.Constant):
                form = arguments[0].value
                if isinstance(form, str) and len(SPEC.findall(form)) == len(arguments) - 1:
                    # As loggers take it: `log.info("epoch %d, loss %.4f", epoch, loss)`.
                    for value, label in zip(arguments[1:], SPEC.split(form), strict=False):
                        yield value, label, call.loop
                    continue
            if call.name.endswith(".set_postfix"):
                for keyword in call.node.keywords:
                    if keyword.arg:
                        yield keyword.value, keyword.arg, call.loop
            for argument in arguments:
                for expression, label in _parts(argument, text):
                    yield expression, label, call.loop
                text = (
                    argument.value
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                    else ""
                )


def _parts(node: ast.expr, before: str) -> Iterator[tuple[ast.expr, str]]:
    match node:
        case ast.Constant():
            return
        case ast.JoinedStr(values=values):
            text = before
            for value in values:
                if isinstance(value, ast.Constant):
                    text = str(value.value)
                elif isinstance(value, ast.FormattedValue):
                    yield value.value, text
                    text = ""
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(form)), attr="format"), args=args):
            try:
                texts = [text for text, name, *_ in string.Formatter().parse(form) if name is not None]
            except ValueError:
                return
            yield from zip(args, texts, strict=False)
        case ast.BinOp(left=ast.Constant(value=str(form)), op=ast.Mod(), right=right):
            values = right.elts if isinstance(right, ast.Tuple) else [right]
            yield from zip(values, SPEC.split(form), strict=False)
        case _:
            yield node, before


def is_name_in_disguise(node: ast.expr) -> bool:
    """Return whether an expression shows a name's own value or a score, possibly rounded, scaled or as an item."""
    match node:
        case ast.Name() | ast.Constant():
            return True
        case ast.Call(func=ast.Attribute(value=value, attr=attr), args=[]) if attr in UNWRAPPING:
            return isinstance(value, ast.Name)
        case ast.Call(func=func, args=args):
            role = call_role(dotted(func))
            return role == "score" or (dotted(func) in NUMBER_FORMS and is_name_in_disguise(args[0]))
        case ast.BinOp(left=left, right=right):
            return (is_literal(left) and is_name_in_disguise(right)) or (
                is_literal(right) and is_name_in_disguise(left)
            )
        case ast.UnaryOp(operand=operand):
            return is_name_in_disguise(operand)
        case ast.Attribute(attr=attr):
            return attr.endswith("_") or attr == "data"
        case ast.Subscript(value=value):
            return is_name_in_disguise(value)
    return False
