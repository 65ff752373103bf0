/** What the user takes along: files that the browser saves, and text on the clipboard. */

const MAX_NAME_LENGTH = 80;

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

/** Return rows as CSV. Missing values and NaN are empty fields. */
export function csvText({
  heads,
  rows,
}: {
  heads: readonly string[];
  rows: readonly (readonly (string | number | null | undefined)[])[];
}): string {
  const field = (value: string | number | null | undefined) => {
    const plain = value === null || value === undefined || Number.isNaN(value) ? "" : String(value);
    // The quote keeps spreadsheets from reading a text as a formula, as in `nbtrack/widgets/panel/export.py`.
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
  return name.slice(0, MAX_NAME_LENGTH) || "chart";
}

/** Put a text on the clipboard; return whether that worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard on a page without HTTPS, or in a frame that may not use it.
    return copySelected(text);
  }
}

function copySelected(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    if (before instanceof HTMLElement) {
      before.focus();
    }
  }
}
