"""Write what the page's compiler has to know of the kernel's half.

`src/wire.ts` has the views and the requests that `nbtrack/widgets/wire.py` declares, `src/kernel/documents.ts` what the
views are drawn from, as `nbtrack/compare/documents.py` has it. `make wire` runs it; `tests/unit/widgets/test_wire.py`
fails when a file is stale.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import types
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from nbtrack import compare
from nbtrack.compare import documents
from nbtrack.compare.defaults import Defaults
from nbtrack.direction import Direction
from nbtrack.records import UNSTARRED
from nbtrack.store import Store, curves
from nbtrack.widgets.wire import FRONT, PANEL, RUN_PAGE, SERVE, VIEWS, Query

if TYPE_CHECKING:
    from nbtrack.widgets.kinds import Kind, Kinds

SOURCE = Path(__file__).with_name("src")

WIDTH = 110

HEAD = """\
// Written by labextension/wire.py from nbtrack/widgets/wire.py: change that, and run `make wire`.

import type { CurvesDocument, SinceDocument } from "./kernel/documents.ts";
import type { Json } from "./kernel/replies.ts";
import type { Arrangements, FieldUse, Memory, Names, Option, Rows, Scale, TagUse } from "./panel/messages.ts";
import type { Piece, Preview, Traits as RunTraits } from "./runpage/messages.ts";

/** What needs nothing more to be said, or has no result. */
export type Nothing = Record<string, never>;
"""

NAMES = {str: "string", bool: "boolean", int: "number", float: "number", type(None): "null", Any: "Json"}
"""What a type is called in TypeScript."""

DOCUMENTS_HEAD = """\
// Written by labextension/wire.py from nbtrack/compare/documents.py: change that, and run `make wire`.

/** The x axis of curves: steps, time, or another metric. */
export type CurveX = "step" | "relative" | "time" | `metrics.${string}`;
export type Direction = "down" | "up" | null;
export type Range = readonly [number, number];
export type Spacing = "even" | "log";
/** A value of a run, exactly: a number that JSON or JavaScript would change is its text in a list, None an empty list. */
export type Value = null | boolean | number | string | [] | [string];
"""
DOCUMENTS_TAIL = """\
/** Ask the kernel. Rejects with an Error that says what was wrong. */
export type Ask = <Kind extends keyof DocumentRequests>(
  kind: Kind,
  payload: DocumentRequests[Kind]["payload"],
) => Promise<DocumentRequests[Kind]["answer"]>;
"""
NAMED = {
    Direction | None: "Direction",
    curves.Spacing: "Spacing",
    documents.CurveAxis: "CurveX",
    documents.Value: "Value",
    tuple[float, float]: "Range",
    **{
        getattr(documents, name): name for name in documents.__all__ if is_typeddict(getattr(documents, name))
    },
}
"""Types that have a name of their own in `src/kernel/documents.ts`."""
IMPORTED = {
    **vars(documents),
    "Direction": Direction,
    "Spacing": curves.Spacing,
    "Sequence": Sequence,
    "Store": Store,
}
"""What the modules of documents import only for their type hints."""


def files() -> dict[Path, str]:
    """Return the text of each file."""
    return {SOURCE / "wire.ts": _wire(), SOURCE / "kernel" / "documents.ts": _documents()}


def _wire() -> str:
    shared = [_interface(Query, _query()), _interface(Defaults, get_type_hints(Defaults))]
    return "\n".join(
        [
            HEAD,
            *shared,
            *map(_requests, (FRONT, PANEL, RUN_PAGE, SERVE)),
            _views(),
            _reads(PANEL),
            _reads(RUN_PAGE),
            _parts(),
        ]
    )


def _interface(declared: Any, parts: dict[str, Any]) -> str:
    lines = "".join(f"  {name}: {_type(of)};\n" for name, of in parts.items())
    return f"/** {_words(declared)} */\nexport interface {declared.__name__} {{\n{lines}}}\n"


def _words(declared: Any) -> str:
    return _plain(inspect.getdoc(declared) or "")


def _plain(text: str) -> str:
    return re.sub(r"\bNone\b", "null", " ".join(text.split()).replace("`", ""))


def _query() -> dict[str, Any]:
    return {name: of for name, of in get_type_hints(Query).items() if name not in {"id", "kind"}}


def _requests(kinds: Kinds) -> str:
    asked = "".join(_kind(kind) for kind in kinds)
    results = "".join(f"  {kind.name}: {kind.result};\n" for kind in kinds)
    return (
        f"/** What each kind of request carries beside its id. */\nexport interface {kinds.widget}Requests {{\n{asked}}}\n\n"
        f"/** What each kind of request is answered with. */\nexport interface {kinds.widget}Results {{\n{results}}}\n"
    )


def _kind(kind: Kind) -> str:
    parts = kind.types()
    query = _query()
    extends = query.items() <= parts.items()
    own = {name: _type(of) for name, of in parts.items() if not (extends and name in query)}
    fields = "; ".join(f"{name}: {of}" for name, of in own.items())
    whole = " & ".join([*(["Query"] if extends else []), *([f"{{ {fields} }}"] if own else [])]) or "Nothing"
    line = f"  {kind.name}: {whole};\n"
    if len(line) > WIDTH and own:
        broken = "".join(f"    {name}: {of};\n" for name, of in own.items())
        line = f"  {kind.name}: {'Query & ' if extends else ''}{{\n{broken}  }};\n"
    return f"  /** {_words(kind.parts)} */\n{line}"


def _type(of: Any) -> str:
    """Return a type in TypeScript."""
    if of in NAMED:
        return NAMED[of]
    origin, arguments = get_origin(of), get_args(of)
    if origin is Annotated:
        return _type(arguments[0])
    if origin in {Union, types.UnionType}:
        return " | ".join(map(_type, arguments))
    if origin is Literal:
        return " | ".join(json.dumps(one) for one in arguments)
    if origin is tuple:
        return f"readonly [{', '.join(map(_type, arguments))}]"
    if origin is Sequence:
        return f"readonly {_type(arguments[0])}[]"
    if origin is list:
        inner = _type(arguments[0])
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if origin is dict:
        return "object" if arguments[1] is Any else f"Record<string, {_type(arguments[1])}>"
    if is_typeddict(of):
        inner = "; ".join(f"{name}?: {_type(one)}" for name, one in get_type_hints(of).items())
        return f"{{ {inner} }}"
    return NAMES[of]


def _views() -> str:
    lines = "".join(f"  {name}: {json.dumps(title)},\n" for name, title in VIEWS.items())
    return (
        "/** The views of the panel in their order, each with the title of its tab. */\n"
        f"export const VIEWS = {{\n{lines}}} as const;\n"
    )


def _reads(kinds: Kinds) -> str:
    names = "".join(f'  "{kind.name}",\n' for kind in kinds if kind.reads)
    return (
        "/** The kinds that change nothing: the Jupyter server answers them too. */\n"
        f"export const {kinds.widget.upper()}_READS: ReadonlySet<string> = new Set<keyof {kinds.widget}Requests>([\n{names}]);\n"
    )


def _parts() -> str:
    """Return the parts of each kind as data, for the tests of the front end."""
    lines = []
    for name, kinds in (("front", FRONT), ("panel", PANEL), ("runpage", RUN_PAGE), ("serve", SERVE)):
        lines.append(f"  {name}: {{\n")
        for kind in kinds:
            parts = [f"{part}: {_quoted(_type(of))}" for part, of in kind.types().items()]
            line = f"    {kind.name}: {{ {', '.join(parts)} }},\n" if parts else f"    {kind.name}: {{}},\n"
            if len(line) > WIDTH:
                inner = "".join(f"      {part},\n" for part in parts)
                line = f"    {kind.name}: {{\n{inner}    }},\n"
            lines.append(line)
        lines.append("  },\n")
    return (
        "/** The type of each part of each kind, for tests. */\n"
        f"export const PARTS: Record<string, Record<string, Record<string, string>>> = {{\n{''.join(lines)}}};\n"
    )


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def _documents() -> str:
    declared = [one for one in NAMED if is_typeddict(one)]
    starred = ", ".join(json.dumps(status) for status in sorted(UNSTARRED))
    return "\n".join(
        [
            DOCUMENTS_HEAD,
            *map(_document, declared),
            _document_requests(),
            DOCUMENTS_TAIL,
            "/** The statuses of runs whose values are never marked as the best. */",
            f"export const UNSTARRED: ReadonlySet<string> = new Set([{starred}]);\n",
        ]
    )


def _document(declared: Any) -> str:
    notes = _notes(declared)
    lines = [f"/** {_words(declared)} */", f"export interface {declared.__name__} {{"]
    for name, of in get_type_hints(declared, localns=IMPORTED, include_extras=True).items():
        lines += [f"  /** {notes[name]} */"] if name in notes else []
        lines.append(f"  {name}: {_type(of)};")
    return "\n".join([*lines, "}\n"])


def _notes(declared: Any) -> dict[str, str]:
    """Return what is said of each part."""
    (made,) = ast.parse(inspect.getsource(declared)).body
    assert isinstance(made, ast.ClassDef)
    return {
        one.target.id: _plain(str(note.value.value))
        for one, note in pairwise(made.body)
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and isinstance(note, ast.Expr)
        and isinstance(note.value, ast.Constant)
    }


def _document_requests() -> str:
    lines = [
        "/** What each document is asked for with, and what it is. The panel adds the runs. */",
        "export interface DocumentRequests {",
    ]
    for name in documents.DOCUMENTS:
        make = getattr(compare, name)
        hints = get_type_hints(make, localns=IMPORTED, include_extras=True)
        parameters = list(inspect.signature(make).parameters.values())[2:]
        parts = [
            f"      {one.name}{'' if one.default is one.empty else '?'}: {_type(hints[one.name])};"
            for one in parameters
        ]
        payload = ["    payload: {", *parts, "    };"] if parts else ["    payload: Record<string, never>;"]
        lines += [f"  {name}: {{", *payload, f"    answer: {_type(hints['return'])};", "  };"]
    return "\n".join([*lines, "}\n"])


if __name__ == "__main__":
    for place, text in files().items():
        place.write_text(text, encoding="utf-8")
