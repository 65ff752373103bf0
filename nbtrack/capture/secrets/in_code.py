"""Locate secrets in a cell's code: literals that are assigned to a secret's name, found in its syntax tree."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from nbtrack.capture.secrets.in_text import ONE_LITERAL, Span, in_literal, spans_in
from nbtrack.capture.secrets.secret_names import Certainty, are_words, certainty_of, is_secret, is_secret_as
from nbtrack.capture.secrets.text_parts import filled_in, fixed_text, name_of, numbers, parts_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["spans_in_code"]

_NAMES = re.compile(r"[^\W\d][\w-]*|://")
# Functions whose arguments are secrets, regardless of names.
_TAKERS = frozenset(
    "Fernet HTTPBasicAuth HTTPDigestAuth HTTPProxyAuth BasicAuth SecretStr SecretBytes".split()
)
# Those that take a key first, or second.
_CLIENTS = frozenset(
    """AESGCM Anthropic AsyncAnthropic AsyncOpenAI Bot ChaCha20Poly1305 Client ClientV2 Cohere Github Gitlab Groq
    InferenceClient Mistral MistralClient OAuthHandler OpenAI Pinecone Replicate WebClient login""".split()
)
_LOGINS = frozenset("login authenticate set_password".split())
# Their first argument, or the second of those on an object, is the name of the next one.
_SETTERS = frozenset(
    """setattr putenv setenv getenv setdefault set set_option add_header putheader get pop hset set_env
    set_secret __setitem__ __setattr__""".split()
)
_BEFORE = re.compile(
    r"://[^\s/@]*:\Z|[?&](?P<query>[\w.-]+)=\Z|--(?P<flag>[\w-]+)[= ]\Z|(?P<basic>\b(?:bearer|basic) )\Z",
    re.IGNORECASE,
)
_LOGGED = re.compile(r"(?P<name>[A-Za-z_][\w.-]*)[\"']?[ \t]*[=: ][ \t]*(?:%s|%r|\{\})")
_COMMENT = re.compile(r"#[ \t]*(?P<it>[^#\n]+)")
_WORTH_READING = _TAKERS | _LOGINS | _CLIENTS | {"curl", "docker", "hmac", "jwt", "mysql", "mysqldump", "://"}
_ALLOWED = re.compile(r"#.*(?:pragma: ?allowlist secret|gitleaks:allow)")
_MAGIC = re.compile(r"^[ \t]*(?:%%?\w|!|\?)|^[ \t]*[\w., \t]+=[ \t]*[!%]\w|\?[ \t]*$")
_OTHER_LANGUAGE = re.compile(
    r"\s*%%(?:bash|sh|script|writefile|file|html|js|javascript|latex|markdown|perl|ruby|cmd)\b"
)
_MAX_CODE_CHARACTERS = 200_000
"""Characters above which code is only scanned as text: it is probably pasted data."""


def spans_in_code(text: str) -> tuple[list[Span], set[str]]:
    """Return the positions of secrets in a cell, with magics and shell lines as typed; and the texts that are not secrets.

    The latter are on lines with the comment `pragma: allowlist secret` (detect-secrets) or `gitleaks:allow`.
    """
    foreign = _OTHER_LANGUAGE.match(text) is not None
    found = spans_in(text, lines=foreign)
    # A cell has few names: without a suspicious one, its tree need not be searched.
    if not foreign and len(text) <= _MAX_CODE_CHARACTERS and any(map(_is_suspect, set(_NAMES.findall(text)))):
        tree = _parsed(text)
        if tree is not None:
            found += _Reader(text).read(tree)
    for comment in _COMMENT.finditer(text):
        for span in spans_in(comment["it"], lines=True):
            found.append(Span(span.start + comment.start("it"), span.end + comment.start("it"), span.value))
    allowed = [match.span() for match in re.finditer(r".*", text) if _ALLOWED.search(match[0])]
    kept = {span for span in found if any(start <= span.start <= end for start, end in allowed)}
    return [span for span in found if span not in kept], {span.value for span in kept}


def _is_suspect(name: str) -> bool:
    return name in _WORTH_READING or bool(certainty_of(name.replace("-", "_")))


def _certainty_before(name: str) -> Certainty:
    """Return the certainty from an inner part of a dotted name: `fs.azure.account.key.mine.net`."""
    parts = name.split(".")
    return "maybe" if any(certainty_of("_".join(parts[:n])) for n in range(2, len(parts))) else ""


def _parsed(text: str) -> ast.Module | None:
    """Return a cell's tree, with IPython's syntax blanked."""
    lines = text.split("\n")
    for blank in (False, True):
        # Of the same length, so that positions in the tree and the text agree.
        source = "\n".join(_blanked(line) if blank and _MAGIC.search(line) else line for line in lines)
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _blanked(line: str) -> str:
    indent = len(line) - len(line.lstrip())
    return f"{line[:indent]}pass".ljust(len(line)) if line.strip() else line


class _Reader:
    """Reads the tree of one cell.

    Parameters
    ----------
    text
        The cell.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._lines = text.split("\n")
        self._found: list[Span] = []
        self._assigned: dict[str, list[ast.expr]] = {}
        self._through: list[tuple[str, Certainty]] = []

    def read(self, tree: ast.Module) -> list[Span]:
        """Return where the secrets are."""
        for node in ast.walk(tree):
            read = self._READERS.get(type(node))
            if read is not None:
                read(self, node)
        seen = set()
        while self._through:
            # `k = "..."; Client(api_key=k)`: the value of a name that is used as a secret is one.
            name, certainty = self._through.pop()
            if (name, certainty) not in seen:
                seen.add((name, certainty))
                for value in self._assigned.get(name, ()):
                    self._take(certainty, value)
        return self._found

    def _assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._bind(target, node.value)

    def _assign_one(self, node: ast.AnnAssign | ast.AugAssign | ast.NamedExpr) -> None:
        if node.value is not None:
            self._bind(node.target, node.value)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.comprehension) -> None:
        if certainty_of(name_of(node.target) or "") == "maybe":
            return  # `for token in ["the", "2nd"]`
        if isinstance(node.iter, ast.List | ast.Tuple | ast.Set):
            for element in node.iter.elts:
                self._bind(node.target, element)

    def _keyword(self, node: ast.keyword) -> None:
        self._named(node.arg, node.value)

    def _dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            self._named(text_of(key), value)

    def _arguments(self, node: ast.arguments) -> None:
        named = [*node.posonlyargs, *node.args]
        defaults = [*zip(named[len(named) - len(node.defaults) :], node.defaults, strict=True)]
        for argument, default in [*defaults, *zip(node.kwonlyargs, node.kw_defaults, strict=True)]:
            if default is not None:
                self._named(argument.arg, default)

    def _compare(self, node: ast.Compare) -> None:
        if isinstance(node.ops[0], ast.Eq | ast.NotEq):
            self._named(name_of(node.left), node.comparators[0])
            self._named(name_of(node.comparators[0]), node.left)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if certainty_of(node.name):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    self._named(node.name, inner.value)

    def _constant(self, node: ast.Constant) -> None:
        # A settings file, such as those that dotenv reads.
        if isinstance(node.value, str) and "\n" in node.value:
            self._found += self._shifted(*self._place(node))

    _READERS: ClassVar[dict[type[ast.AST], Callable[..., None]]] = {
        ast.Assign: _assign,
        ast.AnnAssign: _assign_one,
        ast.AugAssign: _assign_one,
        ast.NamedExpr: _assign_one,
        ast.For: _loop,
        ast.AsyncFor: _loop,
        ast.comprehension: _loop,
        ast.keyword: _keyword,
        ast.Dict: _dict,
        ast.arguments: _arguments,
        ast.Compare: _compare,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.Constant: _constant,
        ast.List: lambda self, node: self._pairs(node),
        ast.Tuple: lambda self, node: self._pairs(node),
        ast.Call: lambda self, node: self._call(node),
        ast.JoinedStr: lambda self, node: self._filled(node),
        ast.BinOp: lambda self, node: self._filled(node),
    }

    def _filled(self, node: ast.JoinedStr | ast.BinOp) -> None:
        """Record the names that are inserted in an address, a query or an option of a secret."""
        parts: list[ast.expr] = []
        if isinstance(node, ast.JoinedStr):
            self._found += self._shifted(*self._place(node)) if node.lineno != node.end_lineno else ()
            parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        elif isinstance(node.op, ast.Add):
            parts = [part for group in parts_of(node) for part in group]
        for one, other in pairwise(parts):
            match = _BEFORE.search(fixed_text(one)) if isinstance(other, ast.Name) else None
            if match is not None and isinstance(other, ast.Name):
                name = match["query"] or match["flag"]
                certainty = certainty_of(name.replace("-", "_")) if name else "maybe"
                if certainty:
                    self._through.append((other.id, certainty))

    def _shifted(self, start: int, end: int) -> Iterator[Span]:
        for span in spans_in(self._text[start:end], lines=True):
            yield Span(span.start + start, span.end + start, span.value)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            if isinstance(value, ast.Tuple | ast.List) and len(target.elts) == len(value.elts):
                for part, of_it in zip(target.elts, value.elts, strict=True):
                    self._bind(part, of_it)
            return
        if isinstance(target, ast.Name):
            self._assigned.setdefault(target.id, []).append(value)
        self._named(name_of(target), value)

    def _named(self, name: str | None, value: ast.expr) -> None:
        if not name:
            return
        name = name.strip("-").replace("-", "_")
        if name == "auth" and isinstance(value, ast.Tuple) and len(value.elts) == 2:
            self._take("password", value.elts[1])
        certainty = certainty_of(name)
        if certainty:
            self._take(certainty, value, name)

    def _pairs(self, node: ast.List | ast.Tuple) -> None:
        """Handle `["--token", "..."]`, `["curl", "-u", "ann:..."]` and `("Authorization", "Bearer ...")`."""
        texts = [text_of(element) or "" for element in node.elts]
        if len(texts) > 2 and all(texts):  # the arguments of a command
            for span in spans_in(" ".join(texts), lines=False):
                for element, text in zip(node.elts, texts, strict=True):
                    if text == span.value:
                        self._mark(element, text, text)
                self._found.append(Span(0, 0, span.value))
        for one, other in pairwise(node.elts):
            name = text_of(one)
            if not name:
                continue
            if name.startswith("-") or (isinstance(node, ast.Tuple) and len(node.elts) == 2):
                value = text_of(other)
                certainty = certainty_of(name.strip("-").replace("-", "_"))
                if value is not None and certainty and not are_words(value):
                    self._take(certainty, other)

    def _call(self, node: ast.Call) -> None:
        name = name_of(node.func) or ""
        arguments = node.args
        for one, other in pairwise(arguments):
            named = text_of(one)
            if named:
                certainty = certainty_of(named.strip("-").replace("-", "_")) or _certainty_before(named)
                loose = name not in _SETTERS
                value = text_of(other)
                if certainty and not (loose and (value is None or are_words(value))):
                    self._take(certainty, other)
        first = text_of(arguments[0]) if arguments else None
        logged = _LOGGED.search(first) if first and len(arguments) > 1 else None
        if logged is not None:
            self._named(logged["name"], arguments[1])
        if first and first.startswith("-"):  # add_argument("--token", default="...")
            for keyword in node.keywords:
                if keyword.arg in ("default", "const"):
                    self._named(first, keyword.value)
        root = name_of(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if name in _TAKERS and arguments:
            self._take("secret", arguments[-1])
        elif name in _CLIENTS and len(arguments) == 1:
            self._take("random", arguments[0])
        elif (root, name) in (("jwt", "encode"), ("jwt", "decode"), ("secrets", "put")) and len(
            arguments
        ) > 1:
            self._take("maybe", arguments[-1])
        elif (root, name) == ("hmac", "new") and arguments:
            self._take("maybe", arguments[0])
        elif name in _LOGINS and len(arguments) >= 2:
            self._take("password", arguments[-1])
        elif name.startswith("set_") and arguments and certainty_of(name[4:]):
            self._take(certainty_of(name[4:]), arguments[-1])
        elif name[:1].isupper() and certainty_of(name) and arguments:
            for argument in arguments:
                self._take("maybe", argument)

    def _take(self, certainty: Certainty, value: ast.expr, name: str = "") -> None:
        """Record the literals that a value is built from, if they are a secret."""
        for nodes in parts_of(value):
            texts = [fixed_text(node) for node in nodes]
            whole = re.sub(r"^(?:bearer|basic|token)\s+", "", "".join(texts), flags=re.IGNORECASE)
            if whole and (is_secret(name, whole) if name else is_secret_as(certainty, whole)):
                for node, text in zip(nodes, texts, strict=True):
                    self._mark(node, text, whole)
            through: Certainty = certainty if len(nodes) < 2 and isinstance(value, ast.Name) else "maybe"
            for inner in nodes:
                if isinstance(inner, ast.Name) and inner.id not in ("f", "self"):
                    self._through.append((inner.id, through))
                elif isinstance(inner, ast.JoinedStr):
                    self._through += [(n, "maybe") for n in filled_in(inner)]
        if certainty == "password":
            for number in numbers(value):
                start, end = self._place(number)
                self._found.append(Span(start, end, str(number.value)))

    def _mark(self, node: ast.expr, text: str, whole: str) -> None:
        if isinstance(node, ast.Name) or not text:
            return
        start, end = self._place(node)
        for literal in ONE_LITERAL.finditer(self._text, start, end):
            for span in in_literal("", literal[0], literal.start(), sure=True):
                self._found += [span, span._replace(value=text), span._replace(value=whole)]

    def _place(self, node: ast.expr) -> tuple[int, int]:
        """Return the position of an expression in the text; the tree counts bytes."""
        ends = []
        for line, column in ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)):
            before = self._lines[(line or 1) - 1].encode()[: column or 0].decode(errors="ignore")
            ends.append(self._starts[(line or 1) - 1] + len(before))
        return ends[0], ends[1]
