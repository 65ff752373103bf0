"""From text to tree: an operator-precedence parser over the lexer's tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from nbtrack.query import checks
from nbtrack.query.lexer import Part, TokenKind
from nbtrack.query.moments import seconds
from nbtrack.query.operators import SPELLINGS
from nbtrack.query.suggest import suggest
from nbtrack.query.token_stream import Stream, shortened
from nbtrack.query.tree import (
    And,
    Compare,
    Duration,
    Field,
    In,
    IsNull,
    Not,
    Now,
    Number,
    Or,
    Order,
    Query,
    Text,
)
from nbtrack.query.vocabulary import RUNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.query.lexer import Token
    from nbtrack.query.suggest import KnownNames
    from nbtrack.query.tree import Condition, Span, Value
    from nbtrack.query.vocabulary import Vocabulary

    Node = Value | Condition

__all__ = ["parse", "parse_order"]

MAX_DEPTH = 100
"""Nested parentheses and prefixes: a limit for Python's stack."""
MAX_NESTED_CONDITIONS = 20
"""Nested AND, OR and NOT, not counting redundant parentheses: a limit for SQLite's stack."""
MAX_CONDITIONS = 1_000
MAX_LIMIT = 2**53

# How strongly each operator binds.
OR, AND, NOT, COMPARE, ADD, MULTIPLY, SIGN = range(1, 8)
_JOINING = {"or": OR, "||": OR, "and": AND, "&&": AND}
_ARITHMETIC = {"+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY}
_CONSTANTS = {
    "true": 1.0,
    "false": 0.0,
    "inf": float("inf"),
    "infinity": float("inf"),
    "nan": float("nan"),
}
_WORDS = [spelling for spelling in SPELLINGS if spelling[0].isalpha()]
_COMPARING = {*SPELLINGS, "in", "is", "between", "not"}
_ENDS = {"order", "limit"}
_CONDITIONS = (Compare, In, IsNull, Not, And, Or)


def parse(text: str, known: KnownNames | None = None, vocabulary: Vocabulary = RUNS) -> Query:
    """Parse a filter.

    Parameters
    ----------
    text
        The filter; empty for every run.
    known
        The names in a store (`Store.names`): those of metrics and params may stand bare. Also for suggestions in errors.
    vocabulary
        The fields; those of runs by default.

    Raises
    ------
    FilterError
        For any text that is not a filter, with the position and what to do.

    Examples
    --------
    >>> parse("metrics.rmse < 0.8 order by metrics.rmse limit 5").limit
    5
    """
    parser = _Parser(text, known, vocabulary)
    where = None if parser.at_end() else parser.condition()
    order_by = parser.order_by()
    limit = parser.limit()
    parser.expect_end("AND, OR, ORDER BY, LIMIT or the end")
    return Query(where, order_by, limit, text)


def parse_order(
    items: str | Sequence[str], known: KnownNames | None = None, vocabulary: Vocabulary = RUNS
) -> tuple[Order, ...]:
    """Parse an order: `"metrics.rmse DESC, params.a"`, or MLflow's list of such texts.

    Raises
    ------
    FilterError
        As `parse`.

    Examples
    --------
    >>> [order.descending for order in parse_order(["metrics.rmse DESC", "params.alpha"])]
    [True, False]
    """
    orders: list[Order] = []
    for text in [items] if isinstance(items, str) else items:
        parser = _Parser(text, known, vocabulary)
        orders += parser.orders()
        parser.expect_end("ASC, DESC, ',' or the end")
    return tuple(orders)


class _Parser(Stream):
    """Parses the clauses of one text."""

    def __init__(self, text: str, known: KnownNames | None, vocabulary: Vocabulary) -> None:
        super().__init__(text)
        self.known = known
        self.vocabulary = vocabulary
        self.depth = 0
        self.conditions = 0

    def at_end(self) -> bool:
        return self.token.kind is TokenKind.END or self.token.word in _ENDS

    def expect_end(self, expected: str) -> None:
        if self.token.kind is not TokenKind.END:
            keywords = [*_JOINING, "order", "limit", "asc", "desc"]
            near = suggest(self.token.word, keywords) if self.token.word else None
            self.fail(f"expected {expected}, found {self.found()}", suggestion=near and near.upper())

    # The clauses.

    def condition(self) -> Condition:
        start = self.token.span[0]
        return self.as_condition(self.expression(OR), start)

    def order_by(self) -> tuple[Order, ...]:
        if not self.take("order"):
            return ()
        self.expect("by", "BY after ORDER")
        return tuple(self.orders())

    def orders(self) -> list[Order]:
        orders = [self.order()]
        while self.take(","):
            orders.append(self.order())
            if len(orders) > 20:
                self.fail("more than 20 terms of order; the first ones decide")
        return orders

    def order(self) -> Order:
        start = self.token.span[0]
        token = self.token
        by = self.as_value(self.expression(ADD), start)
        if isinstance(by, Text) and self.text[token.span[0]] == '"':
            by = self.quoted(token) or by
        if isinstance(by, Text | Number) or (isinstance(by, Field) and by.kind == "datasets"):
            self.fail("runs cannot be ordered by this; name a field such as metrics.rmse", by.span)
        descending = not self.take("asc") and self.take("desc") is not None
        return Order(by, descending, self.text)

    def limit(self) -> int | None:
        if not self.take("limit"):
            return None
        token = self.token
        if token.kind is not TokenKind.NUMBER or not token.value.isdecimal():
            self.fail(f"LIMIT needs a whole number, found {self.found()}")
        self.index += 1
        return int(min(float(token.value), MAX_LIMIT))

    # Expressions.

    def expression(self, binding: int) -> Node:
        """Parse an expression while operators bind at least as strongly as `binding`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"more than {MAX_DEPTH} levels inside each other; simplify this")
        start = self.token.span[0]
        node = self.prefix()
        while True:
            token = self.token
            spelling = token.word or (token.value if token.kind is TokenKind.SYMBOL else "")
            if spelling in _JOINING and _JOINING[spelling] >= binding:
                node = self.joined(node, start, _JOINING[spelling])
            elif spelling in _ARITHMETIC and _ARITHMETIC[spelling] >= binding:
                self.index += 1
                left = self.as_value(node, start)
                right_start = self.token.span[0]
                right = self.as_value(self.expression(_ARITHMETIC[spelling] + 1), right_start)
                node = checks.arithmetic(spelling, left, right, self.text)
            elif binding <= COMPARE and spelling in _COMPARING and not isinstance(node, _CONDITIONS):
                node = self.comparisons(node)
            else:
                self.depth -= 1
                return node

    def joined(self, first: Node, start: int, binding: int) -> Condition:
        """Parse conditions joined by AND or OR."""
        items = [self.as_condition(first, start)]
        spellings = [spelling for spelling, strength in _JOINING.items() if strength == binding]
        while self.take(*spellings):
            item_start = self.token.span[0]
            items.append(self.as_condition(self.expression(binding + 1), item_start))
        joining = And if binding == AND else Or
        flat = (inner for item in items for inner in (item.items if isinstance(item, joining) else (item,)))
        return self.bounded(joining(tuple(flat)), start)

    def bounded(self, condition: Condition, start: int) -> Condition:
        if _nested(condition) > MAX_NESTED_CONDITIONS:
            message = f"more than {MAX_NESTED_CONDITIONS} levels of AND, OR and NOT inside each other; simplify this"
            self.fail(message, (start, self.tokens[self.index - 1].span[1]))
        return condition

    def prefix(self) -> Node:
        token = self.token
        if self.take("not", "!"):
            start = self.token.span[0]
            return self.bounded(Not(self.as_condition(self.expression(NOT), start)), start)
        if self.take("("):
            node = self.expression(OR)
            self.expect(")", "')'")
            return node
        if self.take("-", "+"):
            start = self.token.span[0]
            value = self.as_value(self.expression(SIGN), start)
            span = (token.span[0], value.span[1])
            if token.value == "+":
                return value
            if isinstance(value, Number):
                return Number(-value.value, span)
            return checks.arithmetic("-", Number(0.0, token.span), value, self.text)
        return self.operand()

    def operand(self) -> Value:
        """Parse a literal or a field."""
        token = self.token
        if token.kind is TokenKind.END:
            self.fail("the filter ends where a field or a value is needed")
        if token.kind is TokenKind.SYMBOL:
            self.fail(f"expected a field or a value, found {self.found()}")
        self.index += 1
        if token.kind is TokenKind.NUMBER:
            return Number(float(token.value), token.span)
        if token.kind is TokenKind.DURATION:
            return Duration(seconds(token.value), token.span)
        if token.kind is TokenKind.TEXT:
            return self.text_or_attribute(token)
        if token.word in _CONSTANTS:
            return Number(_CONSTANTS[token.word], token.span)
        if token.word and self.take("("):
            if token.word != "now":
                self.fail(f"{token.value!r} is no function; there is only now()", token.span)
            end = self.expect(")", "')' right after 'now('").span[1]
            return Now((token.span[0], end))
        return self.field(token)

    def text_or_attribute(self, token: Token) -> Value:
        """Parse a quoted literal; as in MLflow, double quotes left of a comparison quote a name."""
        if self.text[token.span[0]] == '"' and self.begins_comparison():
            field = self.quoted(token)
            if field:
                return field
        value, end = token.value, token.span[1]
        # Adjacent literals are one, which allows both kinds of quotes.
        while self.token.kind is TokenKind.TEXT:
            value += self.token.value
            end = self.token.span[1]
            self.index += 1
        return Text(value, (token.span[0], end))

    def begins_comparison(self) -> bool:
        before = self.tokens[self.index - 2] if self.index > 1 else None
        token = self.token
        compares = (token.word or token.value) in _COMPARING and token.kind is not TokenKind.TEXT
        return compares and (
            before is None or before.value in {"(", "!"} or before.word in {"and", "or", "not"}
        )

    def field(self, token: Token) -> Field:
        found = self.vocabulary.field(token.parts, token.span, self.known)
        if found is None:
            raise self.vocabulary.unknown(self.text, self.tokens[: self.index], self.known)
        return found

    def quoted(self, token: Token) -> Field | None:
        return self.vocabulary.field((Part(token.value, True, token.span),), token.span, self.known)

    # Comparisons.

    def comparisons(self, left: Value) -> Condition:
        """Parse the comparisons of `left`, also in a chain such as ``0.1 < metrics.rmse < 0.8``."""
        found: list[Condition] = []
        while True:
            self.conditions += 1
            if self.conditions > MAX_CONDITIONS:
                self.fail(f"more than {MAX_CONDITIONS:,} comparisons; list values with IN")
            negated = self.take("not") is not None
            if not negated and self.take("is"):
                found.append(self.is_what(left))
                break
            if self.take("in"):
                found.append(_negated(self.members(left), negated))
                break
            if self.take("between"):
                found.append(_negated(self.between(left), negated))
                break
            operator = self.take(*(_WORDS if negated else SPELLINGS))
            if operator is None:
                words = ", ".join(word.upper() for word in _WORDS)
                self.fail(f"expected IN, BETWEEN or one of {words} after NOT, found {self.found()}")
            start = self.token.span[0]
            right = self.as_value(self.expression(ADD), start)
            name = SPELLINGS[operator.value.lower()]
            found.append(_negated(checks.comparison(name, left, right, self.text), negated))
            if self.token.kind is not TokenKind.SYMBOL or self.token.value not in SPELLINGS:
                break
            left = right
        return found[0] if len(found) == 1 else And(tuple(found))

    def is_what(self, left: Value) -> Condition:
        """Parse what follows IS: NULL for a missing field, NAN for a number that is NaN."""
        negated = self.take("not") is not None
        word = self.take("null", "nan")
        if word is None:
            message = f"expected NULL, NAN, NOT NULL or NOT NAN after IS, found {self.found()}; compare values with ="
            self.fail(message)
        span = (left.span[0], word.span[1])
        if word.word == "nan":
            return checks.not_a_number(left, self.text, span, negated=negated)
        if not isinstance(left, Field):
            self.fail("only a field can be missing", left.span)
        return _negated(IsNull(left, span), negated)

    def between(self, left: Value) -> Condition:
        start = self.token.span[0]
        low = self.as_value(self.expression(ADD), start)
        self.expect("and", "AND between the two ends of BETWEEN")
        start = self.token.span[0]
        high = self.as_value(self.expression(ADD), start)
        ends = ((">=", low), ("<=", high))
        return And(tuple(checks.comparison(op, left, end, self.text) for op, end in ends))

    def members(self, left: Value) -> Condition:
        self.expect("(", "'(' and values after IN")
        items: list[Value] = []
        while True:
            start = self.token.span[0]
            if items and self.take(")"):
                break
            item = self.as_value(self.expression(ADD), start)
            if isinstance(item, Field):
                self.fail("IN takes values; put text in quotes", item.span)
            items.append(item)
            if not self.take(","):
                self.expect(")", "',' or ')'")
                break
        span = (left.span[0], self.tokens[self.index - 1].span[1])
        return checks.membership(left, tuple(items), self.text, span)

    # Values are not conditions.

    def as_value(self, node: Node, start: int) -> Value:
        if isinstance(node, _CONDITIONS):
            span = (start, self.tokens[self.index - 1].span[1])
            self.fail("this is a condition, and a value is needed here", span)
        return node

    def as_condition(self, node: Node, start: int) -> Condition:
        if not isinstance(node, _CONDITIONS):
            self.refuse_value((start, max(self.tokens[self.index - 1].span[1], start + 1)))
        return node

    def refuse_value(self, span: Span) -> NoReturn:
        value = shortened(self.text[span[0] : span[1]])
        if self.at_end() or self.token.value == ")":
            message = f"{value} is a value, and a condition is needed here: compare it, as in {value} = 1"
            self.fail(message, span)
        near = suggest(self.token.word, _COMPARING) if self.token.word else None
        message = f"expected a comparison after {value}, found {self.found()}"
        self.fail(message, suggestion=near and near.upper())


def _negated(condition: Condition, negated: bool) -> Condition:
    return Not(condition) if negated else condition


def _nested(condition: Condition) -> int:
    if isinstance(condition, And | Or):
        return 1 + max(map(_nested, condition.items))
    return 1 + _nested(condition.item) if isinstance(condition, Not) else 0
