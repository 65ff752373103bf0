import { saveBlob } from "../ui/export.ts";
import { oneLine, visible } from "../ui/text.ts";
import type { Artifact } from "./messages.ts";
import type { Page } from "./page.ts";

const MAX_NAME_LENGTH = 150;

/** Fetch a file in pieces and have the browser save it. A folder, or all artifacts (no path), becomes a ZIP file. */
export async function download(page: Page, { path }: Pick<Artifact, "path">): Promise<void> {
  const { notice } = page;
  const parts: BlobPart[] = [];
  const close = notice.open(`Downloading ${path === "" ? "all artifacts" : oneLine(path, 60)}`);
  let filename = "";
  let offset: number | null = 0;
  let stamp = "";
  while (offset !== null) {
    const payload = { kind: "download", name: path, offset, stamp } as const;
    // biome-ignore lint/performance/noAwaitInLoops: in between the kernel answers what else is asked
    const answer = await page.requests.send(payload, (stage) => notice.tell(close, stage));
    const piece: Piece | undefined = answer.ok ? pieceOf(answer.result, offset) : undefined;
    if (piece === undefined) {
      notice.close(close);
      notice.failed(answer.ok ? "The kernel sent no piece of the file." : answer.error.message);
      return;
    }
    parts.push(piece.bytes);
    ({ filename, stamp, next: offset } = piece);
  }
  notice.close(close);
  // With this type no browser opens the file.
  saveBlob(new Blob(parts, { type: "application/octet-stream" }), safeName(filename));
}

interface Piece {
  filename: string;
  bytes: Uint8Array<ArrayBuffer>;
  next: number | null;
  /** Tells the kernel which download goes on. */
  stamp: string;
}

function pieceOf(
  { filename, data, next, stamp }: Record<string, unknown>,
  offset: number,
): Piece | undefined {
  const ends = next === null || (typeof next === "number" && next > offset);
  if (typeof filename !== "string" || typeof data !== "string" || typeof stamp !== "string" || !ends) {
    return;
  }
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return { filename, bytes, stamp, next: next as number | null };
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
