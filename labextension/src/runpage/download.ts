import { problemOf } from "../kernel/replies.ts";
import { element } from "../ui/dom.ts";
import { saveBlob } from "../ui/export.ts";
import { oneLine, visible } from "../ui/text.ts";
import type { Artifact, Piece } from "./messages.ts";
import type { Page } from "./page.ts";

const MAX_NAME_LENGTH = 150;

/**
 * Return a link to a file that a server sends, of any size; a folder, or all artifacts (no path), becomes a ZIP file.
 *
 * Undefined where none sends them, or where the name has what an address cannot hold.
 */
export function fileLink(
  { files }: Page,
  path: string,
  text: string,
  label: string,
): HTMLAnchorElement | undefined {
  if (files === undefined) {
    return undefined;
  }
  try {
    const { href } = new URL(path.split("/").map(encodeURIComponent).join("/"), files);
    return element("a", { href, download: "", title: label, "aria-label": label }, text);
  } catch {
    // A half of a surrogate pair, as a file's name may hold.
    return undefined;
  }
}

/** Fetch a file in pieces and have the browser save it. A folder, or all artifacts (no path), becomes a ZIP file. */
export async function download(page: Page, { path }: Pick<Artifact, "path">): Promise<void> {
  const { notice } = page;
  const parts: BlobPart[] = [];
  const close = notice.open(`Downloading ${path === "" ? "all artifacts" : oneLine(path, 60)}`);
  const stop = (message: string) => {
    notice.close(close);
    notice.failed(message);
  };
  let filename = "";
  let offset: number | null = 0;
  let stamp = "";
  while (offset !== null) {
    const wanted = { name: path, offset, stamp };
    try {
      // biome-ignore lint/performance/noAwaitInLoops: in between the kernel answers what else is asked
      const piece: Piece = await page.client.ask("download", wanted, (stage) => notice.tell(close, stage));
      if (piece.next !== null && piece.next <= offset) {
        stop("The kernel sent no piece of the file.");
        return;
      }
      parts.push(Uint8Array.from(atob(piece.data), (letter) => letter.charCodeAt(0)));
      ({ filename, stamp, next: offset } = piece);
    } catch (error) {
      stop(problemOf(error).message);
      return;
    }
  }
  notice.close(close);
  // With this type no browser opens the file.
  saveBlob(new Blob(parts, { type: "application/octet-stream" }), safeName(filename));
}

/** Return a name under which a file may be kept, whatever a store calls it. */
export function safeName(name: string): string {
  const last = name.split(/[/\\]/u).at(-1) ?? "";
  const plain = visible(last)
    .replace(/[<>:"|?*\r\n\t\u200C-\u200F]/gu, "_")
    .replace(/^[.\s]+|[.\s]+$/gu, "");
  const dot = plain.lastIndexOf(".");
  const ending = dot > 0 && plain.length - dot <= 12 ? plain.slice(dot) : "";
  return plain.length > MAX_NAME_LENGTH
    ? plain.slice(0, MAX_NAME_LENGTH - ending.length) + ending
    : plain || "artifact";
}
