"""All that a store holds, as bytes: what was deflated or encoded is undone, so that a secret in it is found."""

import base64
import re
import sqlite3
import zlib


def bytes_of(folder):
    """Return each file of a store by name, and each document and deflated blob of its database."""
    found = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    connection = sqlite3.connect(folder / "nbtrack.db")
    try:
        for number, (body,) in enumerate(connection.execute("SELECT body FROM documents")):
            found[f"document {number}"] = zlib.decompress(body)
        for table in ("params", "tags"):
            found[table] = repr(connection.execute(f"SELECT * FROM {table}").fetchall()).encode()
    finally:
        connection.close()
    return found


def leaks(kept, secret, *, piece=6):
    """Return where a secret, or a piece of it of so many bytes, stands."""
    raw = secret.encode()
    piece = min(piece, len(raw))
    parts = {raw[i : i + piece] for i in range(max(1, len(raw) - piece + 1))}
    parts |= {secret.encode("unicode_escape")[:12], base64.b64encode(raw)[: len(raw) // 3 * 4][:12]}
    pattern = re.compile(b"|".join(re.escape(part) for part in parts if len(part) >= piece))
    return {
        name: match[0].decode(errors="replace")
        for name, body in kept.items()
        if (match := pattern.search(body))
    }
