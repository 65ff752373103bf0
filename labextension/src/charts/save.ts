/** Files handed to the browser to be kept. */

const LONGEST = 80;

export function saveText(text: string, name: string, type: string): void {
  saveBlob(new Blob([text], { type: `${type};charset=utf-8` }), name);
}

export function saveBlob(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Return rows as CSV; what is not there, and no number, is an empty field. */
export function csvText({
  heads,
  rows,
}: {
  heads: readonly string[];
  rows: readonly (readonly (string | number | null | undefined)[])[];
}): string {
  const field = (value: string | number | null | undefined) => {
    const plain = value === null || value === undefined || Number.isNaN(value) ? "" : String(value);
    // No spreadsheet takes a text for a formula: as `nbtrack/widgets/panel/export.py` has it.
    const text = typeof value === "string" && /^[=+\-@\t\r]/u.test(plain) ? `'${plain}` : plain;
    return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [heads, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** Return a name that any file system takes. */
export function fileName(...parts: readonly string[]): string {
  const name = parts
    .map((part) => part.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|-+$/gu, ""))
    .filter((part) => part !== "")
    .join("-");
  return name.slice(0, LONGEST) || "chart";
}
