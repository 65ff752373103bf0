"""Write `src/wire.ts`: the views and the requests that `nbtrack/widgets/wire.py` declares, as the page's compiler reads them.

`make wire` runs it; `tests/unit/widgets/test_wire.py` fails when the file is stale.
"""

from __future__ import annotations

import inspect
import json
import types
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

from nbtrack.compare.defaults import Defaults
from nbtrack.widgets.wire import PANEL, RUN_PAGE, SERVE, VIEWS, Query

if TYPE_CHECKING:
    from nbtrack.widgets.kinds import Kind, Kinds

PLACE = Path(__file__).with_name("src") / "wire.ts"

WIDTH = 110

HEAD = """\
// Written by labextension/wire.py from nbtrack/widgets/wire.py: change that, and run `make wire`.

import type { CurvesDocument } from "./kernel/documents.ts";
import type { Json } from "./kernel/replies.ts";
import type { FieldUse, Memory, Names, Option, Rows, Scale, TagUse } from "./panel/messages.ts";
import type { Piece, Preview } from "./runpage/messages.ts";

/** What needs nothing more to be said, or has no result. */
export type Nothing = Record<string, never>;
"""

NAMES = {str: "string", bool: "boolean", int: "number", type(None): "null", Any: "Json"}


def typescript() -> str:
    """Return the whole file."""
    shared = [_interface(Query, _query()), _interface(Defaults, get_type_hints(Defaults))]
    return "\n".join(
        [HEAD, *shared, *map(_requests, (PANEL, RUN_PAGE, SERVE)), _views(), _reads(PANEL), _parts()]
    )


def _interface(declared: Any, parts: dict[str, Any]) -> str:
    lines = "".join(f"  {name}: {_type(of)};\n" for name, of in parts.items())
    return f"/** {_words(declared)} */\nexport interface {declared.__name__} {{\n{lines}}}\n"


def _words(declared: Any) -> str:
    return " ".join((inspect.getdoc(declared) or "").split()).replace("`", "")


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
    return f"  /** {_words(kind.parts)} */\n  {kind.name}: {whole};\n"


def _type(of: Any) -> str:
    """Return a type in TypeScript."""
    origin, arguments = get_origin(of), get_args(of)
    if origin is Annotated:
        return _type(arguments[0])
    if origin in {Union, types.UnionType}:
        return " | ".join(map(_type, arguments))
    if origin is Literal:
        return " | ".join(json.dumps(one) for one in arguments)
    if origin is list:
        return f"{_type(arguments[0])}[]"
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
    for name, kinds in (("panel", PANEL), ("runpage", RUN_PAGE), ("serve", SERVE)):
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


if __name__ == "__main__":
    PLACE.write_text(typescript(), encoding="utf-8")
