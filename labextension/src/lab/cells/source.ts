/** What the code of a cell says of tracking, as `nbtrack/notebook/track_magic.py` reads it. */

/** One magic at the head of a cell, with the blank lines and comments above it. */
const HEAD = /(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*%%([\w!]+)([^\n]*)(?:\n|$)/uy;

/** The cell magics whose body is not the notebook's Python code: below them there is no `%%track`. */
const OTHER_LANGUAGES = new Set(
  (
    "! R SVG bash cmd cython file html javascript js latex markdown perl powershell pypy python python2 python3 " +
    "ruby script sh sql svg sx system writefile"
  ).split(" "),
);

const LOADS = /^[ \t]*%?(?:re)?load_ext[ \t]+nbtrack(?![\w.-])/mu;

/** The line `%%track` of a cell. */
export interface TrackLine {
  start: number;
  /** After the line's end. */
  end: number;
  text: string;
}

/** The cell magics that a cell begins with. */
interface Head {
  track: TrackLine | null;
  /** The name of the first magic, whichever it is. */
  first: string | null;
}

/** Read the magics that a cell begins with. */
export function headOf(source: string): Head {
  let first: string | null = null;
  let at = 0;
  while (at < source.length) {
    HEAD.lastIndex = at;
    const [whole, name = "", rest = ""] = HEAD.exec(source) ?? [];
    if (whole === undefined) {
      break;
    }
    first ??= name;
    if (name === "track") {
      const lines = whole.replace(/\n$/u, "");
      const start = at + lines.lastIndexOf("\n") + 1;
      // `%%track?` asks for help.
      const asks = rest.trimEnd().endsWith("?");
      return {
        track: asks ? null : { start, end: at + whole.length, text: `%%track${rest}`.trimEnd() },
        first,
      };
    }
    if (OTHER_LANGUAGES.has(name)) {
      break;
    }
    at += whole.length;
  }
  return { track: null, first };
}

/** Whether a cell loads nbtrack's magics. */
export function loadsNbtrack(source: string): boolean {
  return LOADS.test(source);
}

/** A change of a cell's source: what stands from `start` to `end` becomes `text`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * Return how the line `%%track` is taken away, or else put on top of a cell; or why that is not done.
 *
 * `line` is the line that the cell had before, with its options.
 */
export function toggled(source: string, line = "%%track"): Edit | string {
  const { track, first } = headOf(source);
  if (track !== null) {
    return { start: track.start, end: track.end, text: "" };
  }
  if (first !== null) {
    return `This cell begins with %%${first}, which decides itself what becomes of the rest: it is left as it is.`;
  }
  if (loadsNbtrack(source)) {
    return "This cell loads nbtrack: a cell can be tracked once that has run. Track another one.";
  }
  return { start: 0, end: 0, text: `${line}\n` };
}

/** A prime below 2 to the power of 32. */
const PRIME = 4_294_967_291;

/** Return what changes when a cell is edited; `checksum` in `nbtrack/notebook/mark.py` is the same. */
export function checksum(source: string): string {
  const bytes = new TextEncoder().encode(source);
  const rest = bytes.reduce((found, byte) => (found * 256 + byte) % PRIME, 0);
  return `${bytes.length}-${rest.toString(16).padStart(8, "0")}`;
}
